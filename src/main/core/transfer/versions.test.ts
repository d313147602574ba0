import { describe, expect, it, vi } from 'vitest'
import { useRedis, useRedisServer } from '../../../test/redis.ts'
import { SERVER_KINDS } from '../../../test/redis-servers.ts'
import { freePort } from '../connection/redis-process.ts'
import { exportKeys, importText, serverName, snapshot } from './testing/move.ts'

const PREFIX = 'session:'
const FAR = 4_000_000_000_000

const newer = SERVER_KINDS.find(({ name }) => name === 'Redis 8.0')

describe('from Redis 8.0 to the installed server', () => {
  if (newer === undefined || newer.missing !== null) {
    it.skip(`is not tried: ${newer?.missing ?? 'no such server'}`, () => {})
    return
  }
  const source = useRedisServer(newer.binary)
  const target = useRedis()

  it('refuses payloads that are too new in words, and takes the readable form', async (context) => {
    const { version } = await serverName(target.client)
    if (!version.startsWith('7.0')) return context.skip(`the installed server is ${version}, not 7.0`)
    await source.client.hset(`${PREFIX}a`, { username: 'ada' })
    await source.client.pexpireat(`${PREFIX}a`, FAR)
    const lossless = await exportKeys(source.client, PREFIX, 'lossless')
    expect(JSON.parse(lossless.text.split('\n')[0] ?? '')).toMatchObject({ rdb_version: 12 })
    // Known of the server, though it is empty.
    const { checked, state } = await importText(lossless.text, { client: target.client })
    expect(checked.samples).toEqual([
      {
        line: 2,
        id: 'a',
        outcome: 'refused',
        reason:
          'Its payload has RDB version 12, and this server reads up to 10: it comes from a newer one. Import it there, or export the readable form.',
      },
    ])
    expect(state.counts).toMatchObject({ created: 0, refused: 1 })
    expect(await target.client.dbsize()).toBe(0)
    const readable = await exportKeys(source.client, PREFIX, 'readable')
    await importText(readable.text, { client: target.client })
    expect(await target.client.hgetall(`${PREFIX}a`)).toEqual({ username: 'ada' })
    expect(await target.client.pexpiretime(`${PREFIX}a`)).toBe(FAR)
  })

  it('refuses sessions whose fields have an expiry of their own where there is no such thing', async () => {
    await source.client.hset(`${PREFIX}a`, { username: 'ada', token: 'x' })
    await source.client.call('HPEXPIREAT', `${PREFIX}a`, FAR, 'FIELDS', '1', 'token')
    const { text } = await exportKeys(source.client, PREFIX, 'readable')
    const { checked } = await importText(text, { client: target.client })
    expect(checked.samples[0]).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('which this server does not know'),
    })
  })

  it('recognizes a lossless session by its content where the server writes other payloads', async () => {
    await target.client.hset(`${PREFIX}a`, { username: 'ada', theme: 'dark' })
    await target.client.pexpireat(`${PREFIX}a`, FAR)
    const { text } = await exportKeys(target.client, PREFIX, 'lossless')
    expect((await importText(text, { client: source.client })).state.counts.created).toBe(1)
    expect((await importText(text, { client: source.client })).checked.counts.identical).toBe(1)
  })
})

const clusterPort = String(await freePort())

describe('on a cluster of one node', () => {
  const cluster = useRedis('--cluster-enabled', 'yes', '--cluster-port', clusterPort)

  it('reads each key by a call of its own, since scripts may not reach into other slots', async () => {
    const { client } = cluster
    await client.cluster('ADDSLOTSRANGE', 0, 16383)
    await vi.waitFor(async () => expect(await client.cluster('INFO')).toContain('cluster_state:ok'), 10_000)
    for (let index = 0; index < 50; index += 1) await client.hset(`${PREFIX}${index}`, { n: String(index) })
    const before = await snapshot(client)
    const { text, progress } = await exportKeys(client, PREFIX, 'lossless')
    expect(progress.written).toBe(50)
    await client.flushall()
    expect((await importText(text, { client })).state.counts.created).toBe(50)
    expect(await snapshot(client)).toEqual(before)
  })
})
