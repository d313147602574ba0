import { beforeEach, describe, expect, test } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from './session-store.ts'
import { userIndexKey } from './user-index.ts'

const redis = useRedis()
let store: SessionStore
beforeEach(() => {
  store = new SessionStore({ client: redis.client, userIndex: {} })
})

const members = (user: string) => redis.client.zrange(userIndexKey(store.prefix, user), '0', '-1')
const sorted = (ids: readonly string[]) => ids.toSorted()

test('a user’s sessions are listed over all devices, the longest-lived first', async () => {
  const short = await store.createSession({ username: 'ada' }, 60)
  const long = await store.createSession({ username: 'ada' }, 600)
  const other = await store.createSession({ username: 'grace' })
  await store.createSession({})
  expect(await store.listUserSessions('ada')).toEqual([long, short])
  expect(await store.listUserSessions('grace')).toEqual([other])
  expect(await store.listUserSessions('nobody')).toEqual([])
})

test('the user may be named by another field', async () => {
  const byMail = new SessionStore({ client: redis.client, userIndex: { field: "mail's \\ ü" } })
  const id = await byMail.createSession({ "mail's \\ ü": 'ada@example.org' })
  expect(await byMail.listUserSessions('ada@example.org')).toEqual([id])
})

describe('a dead session is never named', () => {
  test.each<[string, (id: string) => Promise<unknown>]>([
    ['deleted by this store', (id) => store.deleteSession(id)],
    ['deleted by another', (id) => redis.client.del(store.keyOf(id))],
    ['expired', (id) => redis.client.pexpire(store.keyOf(id), 1)],
    ['cut to a fragment', (id) => redis.client.hdel(store.keyOf(id), 'created_at')],
    ['overwritten with another type', (id) => redis.client.set(store.keyOf(id), 'x')],
    ['taken over by another user', (id) => redis.client.hset(store.keyOf(id), 'username', 'eve')],
  ])('when it was %s', async (_, end) => {
    const stays = await store.createSession({ username: 'ada' })
    const id = await store.createSession({ username: 'ada' })
    await end(id)
    await expect.poll(() => store.listUserSessions('ada')).toEqual([stays])
    expect(await members('ada')).toEqual([stays])
  })
})

test('a session moves with its user field', async () => {
  const id = await store.createSession({ username: 'ada' })
  await store.updateSession(id, { username: 'grace' })
  expect(await members('ada')).toEqual([])
  expect(await store.listUserSessions('grace')).toEqual([id])
  await store.removeFields(id, ['username'])
  expect(await members('grace')).toEqual([])
  await store.updateSession(id, { username: 7 })
  await store.incrementField(id, 'username')
  expect(await members('7')).toEqual([])
  expect(await store.listUserSessions('8')).toEqual([id])
})

test('a rotated session is listed by its new id alone, with its old expiry', async () => {
  const id = await store.createSession({ username: 'ada' }, 60)
  await store.createSession({ username: 'ada' }, 30)
  const score = await redis.client.zscore(userIndexKey(store.prefix, 'ada'), id)
  const next = (await store.rotateSession(id)) ?? ''
  expect((await store.listUserSessions('ada'))[0]).toBe(next)
  expect(await members('ada')).not.toContain(id)
  const after = await redis.client.zscore(userIndexKey(store.prefix, 'ada'), next)
  expect(Math.abs(Number(after) - Number(score))).toBeLessThan(50)
})

test.each<[string, (id: string) => Promise<unknown>]>([
  ['a read with refresh', (id) => store.getSession(id)],
  ['a touch', (id) => store.touchSession(id)],
  ['an update', (id) => store.updateSession(id, { theme: 'dark' })],
  ['an increment', (id) => store.incrementField(id, 'page_views')],
  ['removing a field', (id) => store.removeFields(id, ['theme'])],
  ['a new TTL', (id) => store.setSessionTtl(id, 60)],
  ['a rotation', (id) => store.rotateSession(id)],
])('a session that another store made is found after %s', async (_, write) => {
  const plain = new SessionStore({ client: redis.client })
  const id = await plain.createSession({ username: 'ada' })
  expect(await store.listUserSessions('ada')).toEqual([])
  await store.getSession(id, { refresh: false })
  expect(await members('ada')).toEqual([])
  await write(id)
  expect(await store.listUserSessions('ada')).toHaveLength(1)
})

test('the index expires a second after its longest session, also for the longest TTL', async () => {
  const key = userIndexKey(store.prefix, 'ada')
  const short = await store.createSession({ username: 'ada' }, 60)
  const long = await store.createSession({ username: 'ada' }, 600)
  const expected = (await redis.client.pexpiretime(store.keyOf(long))) + 1000
  expect(Math.abs((await redis.client.pexpiretime(key)) - expected)).toBeLessThan(50)
  await store.touchSession(short)
  expect(Math.abs((await redis.client.pexpiretime(key)) - expected)).toBeLessThan(50)
  await store.setSessionTtl(short, Number.MAX_SAFE_INTEGER)
  expect(await redis.client.pexpiretime(key)).toBeGreaterThan(9e15)
  expect(await store.listUserSessions('ada')).toEqual([short, long])
})

test('someone who logs in again and again and never lists keeps a small index', async () => {
  const key = userIndexKey(store.prefix, 'ada')
  const lives = await store.createSession({ username: 'ada' }, 60)
  // Past by its entry, yet alive: another store has touched it since.
  await redis.client.zadd(key, 1, lives)
  for (let i = 0; i < 20; i++) await redis.client.zadd(key, i + 2, `dead${i}`)
  const ids = [lives]
  for (let i = 0; i < 4; i++) ids.push(await store.createSession({ username: 'ada' }, 60))
  expect(sorted(await members('ada'))).toEqual(sorted(ids))
})

describe('logging a user out', () => {
  test('ends all sessions of that user and no other', async () => {
    await store.createSession({ username: 'ada' })
    await store.createSession({ username: 'ada' })
    const taken = await store.createSession({ username: 'ada' })
    await redis.client.hset(store.keyOf(taken), 'username', 'grace')
    const other = await store.createSession({ username: 'grace' })
    expect(await store.logOutUser('ada')).toBe(2)
    expect(await store.logOutUser('ada')).toBe(0)
    expect(sorted(await redis.client.keys('session:*'))).toEqual(
      sorted([taken, other].map((id) => store.keyOf(id))),
    )
    expect(await redis.client.exists(userIndexKey(store.prefix, 'ada'))).toBe(0)
  })

  test('ends thousands in one step', async () => {
    await Promise.all(Array.from({ length: 9000 }, () => store.createSession({ username: 'ada' })))
    expect(await store.listUserSessions('ada')).toHaveLength(9000)
    expect(await store.logOutUser('ada')).toBe(9000)
    expect(await redis.client.dbsize()).toBe(0)
  })
})

test('prefixes and users that read alike when joined are kept apart', async () => {
  const one = new SessionStore({ client: redis.client, prefix: 's:', userIndex: {} })
  const two = new SessionStore({ client: redis.client, prefix: 's:a:', userIndex: {} })
  const first = await one.createSession({ username: 'a:b' })
  const second = await two.createSession({ username: 'b' })
  expect(await one.listUserSessions('a:b')).toEqual([first])
  expect(await two.listUserSessions('b')).toEqual([second])
})

test('an index key of another type is told, and a logout still ends the session', async () => {
  const id = await store.createSession({ username: 'ada' })
  await redis.client.set(userIndexKey(store.prefix, 'ada'), 'x')
  await expect(store.updateSession(id, { theme: 'dark' })).rejects.toThrow('another type')
  expect(await redis.client.hexists(store.keyOf(id), 'theme')).toBe(0)
  await expect(store.createSession({ username: 'ada' })).rejects.toThrow('another type')
  expect(await redis.client.keys('session:*')).toEqual([store.keyOf(id)])
  await expect(store.deleteSession(id)).rejects.toThrow('another type')
  expect(await redis.client.exists(store.keyOf(id))).toBe(0)
})

test.each(['', '\ud800'])('the user %j is refused', async (user) => {
  await expect(store.listUserSessions(user)).rejects.toThrow('non-empty')
})
