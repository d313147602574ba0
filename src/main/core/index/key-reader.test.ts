import type { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { fieldColumn, readPlan } from './columns.ts'
import { KeyReader, type ReadResult } from './key-reader.ts'

const redis = useRedis()
const plan = readPlan([fieldColumn('theme'), fieldColumn('count')])

const makeReader = (client: Redis) => new KeyReader({ client, prefix: 'session:', clock: () => 1_000_000 })

async function read(reader: KeyReader, ids: readonly string[]): Promise<ReadResult> {
  let result: ReadResult = { rows: [], gone: [] }
  await reader.read(ids, plan, ({ rows, gone }) => {
    result = { rows, gone }
  })
  return result
}

async function scan(reader: KeyReader): Promise<ReadResult> {
  const rows = new Map<string, ReadResult['rows'][number]>()
  let cursor: string | null = '0'
  while (cursor !== null) {
    await reader.scan(cursor, 50, plan, {
      answered(reply) {
        cursor = reply.cursor === '0' ? null : reply.cursor
      },
      take(result) {
        for (const row of result.rows) rows.set(row.id, row)
      },
    })
  }
  return { rows: [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), gone: [] }
}

/** Keys of every kind that a prefix may have. */
async function fill(): Promise<void> {
  const time = '2026-04-02T12:34:56+00:00'
  const session = { created_at: time, last_accessed_at: time, session_ttl: '60' }
  const { client } = redis
  await client.hset('session:whole', { ...session, theme: 'dark', count: '7' })
  await client.hset('session:fragment', 'theme', Buffer.from([0xff, 0x00]))
  await client.hset('session:long', { ...session, theme: 'é'.repeat(500), count: 'x'.repeat(100_000) })
  await client.hset(Buffer.from('session:\xfe\x01', 'latin1'), { ...session })
  await client.set('session:text', 'hello')
  await client.rpush('session:list', 'a')
  await client.set('other', '')
  for (let i = 0; i < 300; i += 1) await client.hset(`session:many:${i}`, session)
}

describe('reading many keys', () => {
  it('finds the same by scripts as in pipelines, where a user may not run scripts', async () => {
    await fill()
    await redis.client.call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '&*', '+@all', '-@scripting')
    const scripted = makeReader(redis.client)
    const plain = makeReader(redis.connect({ username: 'plain', password: 'pw' }))
    const found = await scan(scripted)
    expect(found.rows).toHaveLength(306)
    expect(found).toEqual(await scan(plain))
    const ids = ['whole', 'fragment', 'long', '\xfe\x01', 'text', 'list', 'none']
    expect(await read(scripted, ids)).toEqual(await read(plain, ids))
    expect([scripted.scripted, plain.scripted]).toEqual([true, false])
  })

  it('tells what a key is, when it ends, and what it holds', async () => {
    await fill()
    await redis.client.pexpire('session:whole', 5000)
    const { rows, gone } = await read(makeReader(redis.client), ['whole', 'text', 'fragment', 'long', 'none'])
    const [whole, text, fragment, long] = rows
    expect(gone).toEqual(['none'])
    expect(whole).toMatchObject({ type: 'hash', flaws: 0, configuredTtl: 60, cells: ['dark', '7'] })
    expect(whole?.createdAt).toBe(Date.UTC(2026, 3, 2, 12, 34, 56))
    expect(whole?.expiresAt).toBeGreaterThan(1_004_000)
    expect(whole?.expiresAt).toBeLessThanOrEqual(1_005_000)
    expect(text).toMatchObject({ type: 'string', cells: [] })
    expect(text?.expiresAt).toBeNaN()
    expect(fragment?.cells).toEqual([{ base64: '/wA=' }, null])
    expect(long?.cells).toEqual([`${'é'.repeat(200)}…`, `${'x'.repeat(200)}…`])
  })

  it('takes replies in in the order in which it asked, also when one of them fails', async () => {
    await fill()
    const reader = makeReader(redis.client)
    const taken: string[] = []
    await Promise.all([
      reader.read(['whole'], plan, () => taken.push('first')),
      reader
        .read(['text'], plan, () => {
          throw new TypeError('a bug')
        })
        .catch(() => taken.push('failed')),
      reader.read(['list'], plan, () => taken.push('last')),
    ])
    expect(taken).toEqual(['first', 'failed', 'last'])
  })

  it('says that it may not look for field names, instead of finding none', async () => {
    await redis.client.hset('session:a', 'theme', 'dark')
    await redis.client.set('session:b', 'no hash')
    await redis.client.call('ACL', 'SETUSER', 'viewer', 'on', '>pw', '~*', '&*', '+@all', '-hscan')
    expect(await makeReader(redis.client).fieldNames(['a', 'b', 'gone'])).toEqual(['theme'])
    const viewer = makeReader(redis.connect({ username: 'viewer', password: 'pw' }))
    await expect(viewer.fieldNames(['a'])).rejects.toMatchObject({
      code: 'no_permission',
      details: { command: 'HSCAN' },
    })
  })
})
