import type { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { redisCliLine } from './redis-cli.ts'
import { SessionStore, type SessionStoreOptions } from './session-store.ts'
import type { StoreEvent } from './types.ts'

const redis = useRedis()
let monitor: Redis
/** What MONITOR saw run inside scripts, and where each marker stood between it. */
let seen: string[] = []
beforeEach(async () => {
  monitor = await redis.connect().monitor()
  seen = []
  monitor.on('monitor', (_time: string, args: string[], source: string) => {
    if (source === 'lua' || args[0] === 'echo') seen.push(redisCliLine(args))
  })
})
afterEach(() => monitor.disconnect())

/** What the server ran in scripts until now: a marker sent after it has come by. */
async function ran(): Promise<string[]> {
  const marker = `mark-${Math.random()}`
  await redis.client.echo(marker)
  await vi.waitFor(() => expect(seen.at(-1)).toContain(marker))
  return seen.filter((line) => !line.startsWith('echo'))
}

function watched(options: Partial<SessionStoreOptions> = {}) {
  const store = new SessionStore({ client: redis.client, ...options })
  const events: StoreEvent[] = []
  const stop = store.subscribe((event) => events.push(event))
  return { store, events, stop }
}

/** Every operation in every outcome: found, absent, no session, refused for its value. */
async function everything(store: SessionStore) {
  await redis.client.set('session:string', 'x')
  await redis.client.hset('session:fragment', { page_views: 1 })
  const id = await store.createSession({ username: 'ada', page_views: 0, csrf_token: 'hush' }, 60)
  for (const each of [id, 'absent', 'fragment', 'string']) {
    await store.getSession(each)
    await store.getSession(each, { refresh: false })
    await store.getConfiguredTtl(each)
    await store.getRemainingTtl(each)
    await store.updateSession(each, { a: 'b c', username: 'grace', token: 'hush' })
    await store.updateSession(each, {})
    await store.incrementField(each, 'page_views', 2)
    await store.incrementField(each, 'a').catch(() => {})
    await store.removeFields(each, ['a', 'none'])
    await store.removeFields(each, [])
    await store.setSessionTtl(each, 90)
    await store.touchSession(each)
  }
  const next = (await store.rotateSession(id)) ?? ''
  await store.rotateSession(id)
  await store.deleteSession(next)
  await store.deleteSession(next)
}

describe('the commands told of an operation', () => {
  test('are those that ran on the server, for every operation and outcome', async () => {
    const { store, events } = watched()
    await everything(store)
    const told = events.flatMap(({ commands }) => commands)
    expect(told).toEqual(await ran())
    expect(told.length).toBeGreaterThan(60)
    expect(told.join()).not.toContain('hush')
  })

  test('are those that ran also with the user index', async () => {
    const { store, events } = watched({ userIndex: {} })
    await everything(store)
    await store.createSession({ username: 'ada' })
    await store.listUserSessions('ada')
    await store.logOutUser('ada')
    await store.listUserSessions('ada')
    await store.logOutUser('ada')
    expect(events.flatMap(({ commands }) => commands)).toEqual(await ran())
  })

  test('read like this', async () => {
    const { store, events } = watched({ clock: () => 0, generateId: () => 'kJ3f' })
    await store.createSession({ csrf_token: 'hush' }, 60)
    await store.getSession('kJ3f')
    await store.incrementField('kJ3f', 'page_views')
    await store.deleteSession('kJ3f')
    const at = '1970-01-01T00:00:00+00:00'
    const check = 'HMGET session:kJ3f created_at last_accessed_at session_ttl'
    expect(events.map(({ commands }) => commands)).toEqual([
      [
        'EXISTS session:kJ3f',
        `HSET session:kJ3f csrf_token … created_at ${at} last_accessed_at ${at} session_ttl 60`,
        'EXPIRE session:kJ3f 60',
      ],
      ['HGETALL session:kJ3f', 'EXPIRE session:kJ3f 60', `HSET session:kJ3f last_accessed_at ${at}`],
      [
        `${check} page_views`,
        'HINCRBY session:kJ3f page_views 1',
        `HSET session:kJ3f last_accessed_at ${at}`,
        'EXPIRE session:kJ3f 60',
      ],
      [check, 'UNLINK session:kJ3f'],
    ])
  })
})

test('each operation is one round trip', async () => {
  const sent: string[] = []
  monitor.on('monitor', (_time: string, args: string[], source: string) => {
    if (source !== 'lua') sent.push(args[0] ?? '')
  })
  const store = new SessionStore({ client: redis.client })
  for (const watch of [false, true]) {
    const stop = watch ? store.subscribe(() => {}) : () => {}
    const id = await store.createSession({ n: 1 })
    await store.getSession(id)
    await store.incrementField(id, 'n')
    await store.updateSession(id, { n: 1 })
    await store.rotateSession(id)
    stop()
  }
  await ran()
  expect(sent.filter((name) => /eval/i.test(name))).toHaveLength(10)
  expect(sent.filter((name) => !/eval|echo/i.test(name))).toEqual([])
})

test('a single-key script names no key but its own', async () => {
  const store = new SessionStore({ client: redis.client, generateId: () => 'one' })
  await store.createSession({ username: 'ada' })
  await store.getSession('one')
  await store.updateSession('one', { username: 'grace' })
  await store.deleteSession('one')
  for (const line of await ran()) expect(line.split(' ')[1]).toBe('session:one')
})

describe('subscribing', () => {
  test('tells each operation once, with its id, key and whether there was a session', async () => {
    const { store, events } = watched()
    const id = await store.createSession({ n: 'x' })
    await store.getSession(id)
    await store.getSession('absent')
    await store.getRemainingTtl('absent')
    await expect(store.incrementField(id, 'n')).rejects.toThrow()
    expect(events.map(({ operation, id, key, found }) => ({ operation, id, key, found }))).toEqual([
      { operation: 'createSession', id, key: `session:${id}`, found: true },
      { operation: 'getSession', id, key: `session:${id}`, found: true },
      { operation: 'getSession', id: 'absent', key: 'session:absent', found: false },
      { operation: 'getRemainingTtl', id: 'absent', key: 'session:absent', found: false },
      { operation: 'incrementField', id, key: `session:${id}`, found: true },
    ])
    for (const { durationMs } of events) expect(durationMs).toBeGreaterThan(0)
  })

  test('changes no answer', async () => {
    const answers = async (store: SessionStore) => {
      const id = await store.createSession({ n: 1, big: 'ü'.repeat(5000) }, 60)
      const next = await store.rotateSession(id)
      return [
        await store.getSession(next ?? ''),
        await store.getSession(id),
        await store.incrementField(next ?? '', 'n'),
        await store.incrementField(id, 'n'),
        await store.removeFields(next ?? '', ['n', 'm']),
        await store.getRemainingTtl(next ?? ''),
        await store.deleteSession(next ?? ''),
        await store.deleteSession(id),
      ]
    }
    const clock = () => 0
    const plain = new SessionStore({ client: redis.client, clock })
    expect(await answers(watched({ clock }).store)).toEqual(await answers(plain))
  })

  test('ends with what it returned, and only that subscription', async () => {
    const { store, events, stop } = watched()
    const other: StoreEvent[] = []
    store.subscribe((event) => other.push(event))
    stop()
    stop()
    await store.getSession('absent')
    expect(events).toEqual([])
    expect(other).toHaveLength(1)
  })
})
