import { afterAll, afterEach, expect, it, vi } from 'vitest'
import type { WindowQuery } from '#shared/contract.ts'
import { useRedis } from '../../../test/redis.ts'
import { resolveTarget } from '../connection/target.ts'
import { DecoderClient } from '../formats/decoder-client.ts'
import { aspnet, fixture, spring } from '../formats/testing/fixtures.ts'
import { type KeyspaceFeed, openKeyspaceFeed } from './keyspace-feed.ts'
import { SessionList } from './session-list.ts'

/* Sessions of other libraries in the list: what they count as, what ends them, and how old they are. */

const redis = useRedis()
const decoder = new DecoderClient({ makesRows: true })
const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})
afterAll(() => decoder.stop())

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const PICKLE = Buffer.from('gASVHAAAAAAAAAB9lIwNX2F1dGhfdXNlcl9pZJSMATeUcy4=', 'base64')

const express = (left: number, { expires = left, ...more }: { expires?: number; createdAt?: number } = {}) =>
  JSON.stringify({
    cookie: {
      originalMaxAge: 1_000_000,
      expires: new Date(Date.now() + expires).toISOString(),
      httpOnly: true,
      path: '/',
    },
    username: 'grace',
    ...more,
  })
const authJs = (left: number) =>
  JSON.stringify({
    ...{ sessionToken: 't', userId: 'u1' },
    expires: new Date(Date.now() + left).toISOString(),
  })
const springJson = (idle: number, age: number) => ({
  creationTime: String(Date.now() - age),
  lastAccessedTime: String(Date.now() - idle),
  maxInactiveInterval: '1800',
  'sessionAttr:username': '"linus"',
})

const query = (change: Partial<WindowQuery> = {}): WindowQuery => ({
  prefix: 's:',
  columns: ['username'],
  filter: '',
  sort: { by: 'id', direction: 'ascending' },
  offset: 0,
  limit: 100,
  ...change,
})

async function openList(feed: KeyspaceFeed | null = null): Promise<SessionList> {
  const list = new SessionList({
    client: redis.client,
    prefix: 's:',
    clock: Date.now,
    onChange: () => {},
    onError: (error) => {
      throw error
    },
    decoder,
  })
  ended.push(() => list.stop())
  await list.start(feed)
  await vi.waitFor(() => expect(list.progress.phase).toBe('complete'))
  return list
}

const asker = {}
const matches = async (list: SessionList, filter: string, change: Partial<WindowQuery> = {}) =>
  (await list.window(query({ filter, ...change }), asker)).rows.map(({ id }) => id)

it('count by the lifetime that they tell, and are sessions to the filter', async () => {
  const { client } = redis
  await client.set('s:active', express(900_000), 'PX', 900_000)
  await client.set('s:idle', express(300_000), 'PX', 300_000)
  await client.set('s:expiring', express(50_000), 'PX', 50_000)
  await client.hset('s:spring', springJson(MINUTE, DAY))
  await client.pexpire('s:spring', 29 * MINUTE)
  await client.hset('s:aspnet', { ...aspnet.sliding, sldexp: String(10_000_000 * 1200) })
  await client.pexpire('s:aspnet', 100_000)
  await client.hset('s:fragment', { username: 'eve' })
  await client.set('s:text', 'just a text')
  await client.pexpire('s:text', 900_000)
  const list = await openList()
  await matches(list, '')
  const { states } = await list.summary('', 60, asker)
  expect(states).toEqual({ active: 2, idle: 1, expiring: 2, expired: 0, withoutTtl: 1, other: 1 })
  expect(await matches(list, 'is:active')).toEqual(['active', 'spring'])
  expect(await matches(list, 'is:expiring')).toEqual(['aspnet', 'expiring'])
  expect(await matches(list, '-is:session')).toEqual(['fragment', 'text'])
  expect(await matches(list, 'is:incomplete | is:foreign')).toEqual(['fragment', 'text'])
})

it('count by the longest of their kind where their library says nothing of its lifetime', async () => {
  const { client } = redis
  for (const [id, left] of Object.entries({ new: 1_000_000, half: 400_000, last: 60_000 }))
    await client.set(`s:${id}`, 'username|s:3:"ada";', 'PX', left)
  const list = await openList()
  expect((await list.summary('', 60, asker)).states).toMatchObject({
    active: 1,
    idle: 1,
    expiring: 1,
    other: 0,
  })
  // One that a day is left of shows that a thousand seconds are not the whole.
  await client.set('s:long', 'username|s:3:"ada";', 'PX', DAY)
  list.hint(['long'])
  await vi.waitFor(async () =>
    expect((await list.summary('', 60, asker)).states).toMatchObject({ active: 1, idle: 0, expiring: 3 }),
  )
})

it('count down to what ends them first, and are marked where Redis and the library disagree', async () => {
  const { client } = redis
  await client.set('s:auth', authJs(50_000))
  await client.set('s:over', authJs(-50_000))
  await client.set('s:agreed', express(900_000), 'PX', 900_000)
  // A request has moved the TTL since the last save, which is how the library works.
  await client.set('s:touched', express(600_000), 'PX', 900_000)
  await client.set('s:cut', express(900_000), 'PX', 100_000)
  await client.set('s:zombie', express(900_000))
  await client.hset('s:indexed', springJson(MINUTE, DAY))
  await client.pexpire('s:indexed', 34 * MINUTE)
  await client.hset('s:longer', springJson(MINUTE, DAY))
  await client.pexpire('s:longer', DAY)
  const list = await openList()
  const { rows } = await list.window(query(), asker)
  const ends = Object.fromEntries(
    rows.map(({ id, inside }) => [id, `${inside?.first ? 'inside' : 'redis'}${inside?.disputed ? '!' : ''}`]),
  )
  expect(ends).toEqual({
    ...{ auth: 'inside', over: 'inside', agreed: 'redis', touched: 'redis' },
    ...{ cut: 'redis!', zombie: 'redis!', indexed: 'inside', longer: 'inside!' },
  })
  expect(await matches(list, 'is:disputed')).toEqual(['cut', 'longer', 'zombie'])
  expect(await matches(list, 'no:ttl')).toEqual(['auth', 'over', 'zombie'])
  expect(await matches(list, 'no:end')).toEqual(['zombie'])
  expect(await matches(list, 'is:expired')).toEqual(['over'])
  expect(await matches(list, 'ends<60s')).toEqual(['auth', 'over'])
  expect(await matches(list, 'ttl<60s')).toEqual([])
  expect(await matches(list, 'ttl>1h')).toEqual(['longer'])
  expect(await matches(list, 'ends>1h')).toEqual([])
  expect(await matches(list, '', { sort: { by: 'expiresAt', direction: 'ascending' } })).toEqual([
    ...['over', 'auth', 'cut', 'agreed', 'touched', 'indexed', 'longer', 'zombie'],
  ])
  const { states, expiries } = await list.summary('', 60, asker)
  expect(states).toMatchObject({ expired: 1, withoutTtl: 1, other: 0 })
  // What is over ends no more, and what never ends is not on the chart either.
  expect(expiries.all.reduce((sum, count) => sum + count, 0) + expiries.later).toBe(6)
})

it('are found and sorted by how old and how idle they are, and whose', { timeout: 20_000 }, async () => {
  const { client } = redis
  await client.hset('s:spring', springJson(10 * MINUTE, 3 * DAY))
  await client.hset('s:jdk', fixture(spring, 'indexed'))
  await client.set('s:old', express(300_000, { createdAt: Date.now() - 5 * DAY }), 'PX', 300_000)
  await client.set('s:new', express(999_000, { createdAt: Date.now() - MINUTE }), 'PX', 999_000)
  await client.set('s:pickle', PICKLE, 'PX', 999_000)
  await client.set('s:php', 'username|s:3:"eve";created_at|i:1700000000;', 'PX', 999_000)
  const list = await openList()
  await vi.waitFor(async () => expect(await matches(list, 'user=7')).toEqual(['pickle']), 10_000)
  await vi.waitFor(async () => expect(await matches(list, 'user:ada')).toEqual(['jdk']), 10_000)
  expect(await matches(list, 'age>2d')).toEqual(['jdk', 'old', 'php', 'spring'])
  expect(await matches(list, 'age<2d')).toEqual(['new'])
  expect(await matches(list, 'idle>5m')).toEqual(['jdk', 'old', 'spring'])
  expect(await matches(list, 'idle<5m')).toEqual(['new'])
  expect(await matches(list, 'user:grace idle>5m')).toEqual(['old'])
  const sorted = (by: 'createdAt' | 'lastAccessedAt') =>
    matches(list, '', { sort: { by, direction: 'descending' } })
  // What has no such moment comes last in both directions, by its id.
  expect(await sorted('createdAt')).toEqual(['new', 'spring', 'old', 'jdk', 'php', 'pickle'])
  expect((await sorted('lastAccessedAt')).slice(0, 4)).toEqual(['new', 'spring', 'old', 'jdk'])
})

for (const pushed of [true, false]) {
  it(`show who and when anew as their library rewrites them, by ${pushed ? 'notifications' : 'polling'}`, {
    timeout: 20_000,
  }, async () => {
    const { client } = redis
    if (pushed) await client.config('SET', 'notify-keyspace-events', 'AKE')
    const feed = pushed
      ? await openKeyspaceFeed(
          resolveTarget({ port: redis.port }),
          () => {},
          () => {},
        )
      : null
    if (feed !== null) ended.push(() => feed.stop())
    ended.push(() => client.config('SET', 'notify-keyspace-events', ''))
    const pickled = (name: string) => Buffer.from(PICKLE.toString('latin1').replace('7', name), 'latin1')
    await client.set('s:express', express(300_000), 'PX', 300_000)
    await client.hset('s:spring', springJson(10 * MINUTE, DAY))
    await client.set('s:pickle', pickled('7'), 'PX', 300_000)
    const list = await openList(feed)
    const look = async () =>
      Object.fromEntries((await list.window(query(), asker)).rows.map((row) => [row.id, row]))
    await vi.waitFor(async () => expect((await look()).pickle?.cells).toEqual(['7']), 10_000)
    const before = await look()
    await client.set('s:express', express(999_000).replace('grace', 'ada'), 'PX', 999_000)
    await client.hset('s:spring', {
      lastAccessedTime: String(Date.now()),
      'sessionAttr:username': '"ada"',
    })
    await client.set('s:pickle', pickled('8'), 'PX', 300_000)
    await vi.waitFor(
      async () => {
        const now = await look()
        expect([now.express?.cells, now.spring?.cells, now.pickle?.cells]).toEqual([['ada'], ['ada'], ['8']])
        for (const id of ['express', 'spring']) {
          const [was, is] = [before[id]?.lastAccessedAt ?? 0, now[id]?.lastAccessedAt ?? 0]
          expect(is - was).toBeGreaterThan(5 * MINUTE)
        }
        expect(now.express?.createdAt).toBe(before.express?.createdAt)
      },
      { timeout: 10_000, interval: 100 },
    )
  })
}
