import type { Redis } from 'ioredis'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { WindowQuery } from '#shared/contract.ts'
import { useRedis } from '../../../test/redis.ts'
import type { KeyspaceFeed } from './keyspace-feed.ts'
import { SessionList } from './session-list.ts'

const redis = useRedis()
const lists: SessionList[] = []
afterEach(() => {
  for (const list of lists.splice(0)) list.stop()
})

function makeList(
  client: Redis = redis.connect(),
  onError: (error: unknown) => void = (error) => expect.unreachable(String(error)),
): SessionList {
  const list = new SessionList({ client, prefix: 'session:', clock: Date.now, onChange: () => {}, onError })
  lists.push(list)
  return list
}

/** A server that would tell of every change, and in these tests leaves that to `hint`. */
const feed: KeyspaceFeed = { healthy: true, subscribe: async () => () => {}, stop: () => {} }

const query: WindowQuery = {
  prefix: 'session:',
  columns: ['views'],
  filter: '',
  sort: { by: 'id', direction: 'ascending' },
  offset: 0,
  limit: 1,
}
const window = (list: SessionList) => list.window(query, query)
const complete = (list: SessionList) =>
  vi.waitFor(async () => expect((await window(list)).phase).toBe('complete'), 10_000)

async function addSessions(count: number): Promise<void> {
  const pipeline = redis.client.pipeline()
  const time = '2026-04-02T12:34:56+00:00'
  const session = { created_at: time, last_accessed_at: time, session_ttl: '60', views: '0' }
  for (let id = 0; id < count; id += 1) pipeline.hset(`session:${id}`, session)
  await pipeline.exec()
}

describe('the list of a prefix', () => {
  it('tells of the number of keys also when no row of its own has changed', async () => {
    await redis.client.set('other', '')
    const told: number[] = []
    const list = new SessionList({
      client: redis.connect(),
      prefix: 'session:',
      clock: Date.now,
      onChange: ({ keys }) => told.push(keys),
      onError: (error) => expect.unreachable(String(error)),
    })
    lists.push(list)
    await list.start(null)
    await vi.waitFor(() => expect(told.at(-1)).toBe(1), 10_000)
    await redis.client.del('other')
    await vi.waitFor(() => expect(told.at(-1)).toBe(0), 10_000)
  })

  it('keeps what was read last, also when a longer reading that began before it ends after it', async () => {
    const count = 10_000
    await addSessions(count)
    const list = makeList()
    await list.start(feed)
    await complete(list)
    const before = await readings()
    list.hint(Array.from({ length: count }, (_, id) => String(id)))
    await vi.waitFor(async () => expect(await readings()).toBeGreaterThan(before))
    await redis.client.hset('session:0', 'views', '1')
    list.hint(['0'])
    await vi.waitFor(async () => expect(await readings()).toBeGreaterThan(before + count), 10_000)
    expect((await window(list)).rows[0]?.cells).toEqual(['1'])
  })

  it('scans nothing once it is stopped, also when it was stopped while it was starting', async () => {
    await addSessions(5000)
    const client = redis.connect()
    const list = makeList(client)
    const started = list.start({ ...feed, subscribe: () => client.ping().then(() => () => {}) })
    list.stop()
    const before = await calls('scan')
    await started
    await list.rescan()
    await expect(window(list)).rejects.toMatchObject({ code: 'not_connected' })
    expect(await calls('scan')).toBe(before)
  })

  it('misses nothing after a batch that was found and could not be read', async () => {
    const count = 20_000
    await addSessions(count)
    await redis.client.call('ACL', 'SETUSER', 'viewer', 'on', '>pw', '~*', '&*', '+@all')
    const list = makeList(redis.connect({ username: 'viewer', password: 'pw' }), () => {})
    await list.start(feed)
    await redis.client.call('ACL', 'SETUSER', 'viewer', '-hmget')
    await vi.waitFor(() => expect(list.progress.phase).toBe('stopped'))
    expect(list.progress.total).toBeLessThan(count)
    await redis.client.call('ACL', 'SETUSER', 'viewer', '+hmget')
    await list.resumeScan()
    await vi.waitFor(() => expect(list.progress.phase).toBe('complete'), 10_000)
    expect(list.progress.total).toBe(count)
  })

  it('polls where the server does not let it subscribe', async () => {
    const errors: unknown[] = []
    const list = makeList(redis.connect(), (error) => errors.push(error))
    const refused = () => Promise.reject(new Error('NOPERM'))
    await list.start({ ...feed, subscribe: refused })
    await window(list)
    await addSessions(1)
    await vi.waitFor(() => expect(list.progress.total).toBe(1), 5000)
    expect(errors).toHaveLength(1)
  })
})

const readings = () => calls('hmget')

/** How often the server has run a command. */
async function calls(command: string): Promise<number> {
  const stats = await redis.client.info('commandstats')
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
}
