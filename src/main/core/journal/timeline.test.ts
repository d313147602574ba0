import { afterEach, describe, expect, it, vi } from 'vitest'
import { type TestRedis, useRedis } from '../../../test/redis.ts'
import { Visitor } from '../demo/testing/visitor.ts'
import { SessionStore } from '../store/session-store.ts'
import { Onlooker } from './testing/onlooker.ts'

const onlookers: Onlooker[] = []
afterEach(async () => {
  for (const { inspector } of onlookers.splice(0)) await inspector.stop()
})

async function lookAt(redis: TestRedis): Promise<Onlooker> {
  const onlooker = await Onlooker.at(redis.port)
  onlookers.push(onlooker)
  return onlooker
}

/**
 * An application beside the inspector. Its clock is an hour late and runs on, so that no two of its accesses are in one
 * second, and nothing that it made before a list was opened seems newer than that.
 */
function makeStore(redis: TestRedis): SessionStore {
  let now = Date.now() - 3_600_000
  return new SessionStore({ client: redis.client, ttl: 600, clock: () => (now += 1000) })
}

const SERVERS = [
  { told: 'with notifications', pushed: true, redis: useRedis('--notify-keyspace-events', 'AKE') },
  { told: 'by polling', pushed: false, redis: useRedis() },
] as const

describe.each(SERVERS)('the timeline, $told', ({ pushed, redis }) => {
  it('begins empty, since what a first scan finds was there before', async () => {
    const store = makeStore(redis)
    await Promise.all(Array.from({ length: 50 }, () => store.createSession({ username: 'ada' })))
    const onlooker = await lookAt(redis)
    await onlooker.invoke('list.rescan', { prefix: 'session:' })
    await onlooker.open()
    expect(await onlooker.page()).toMatchObject({ entries: [], matched: 0, newest: 0, kept: 0 })
    expect((await onlooker.page()).since).toBeGreaterThan(Date.now() - 60_000)
  })

  it('tells of sessions that are not watched by kind, and keeps none of their values', async () => {
    const store = makeStore(redis)
    const onlooker = await lookAt(redis)
    const id = await store.createSession({ username: 'ada', page_views: '1' })
    await onlooker.sees(id, ['created by outside'])
    await store.incrementField(id, 'page_views')
    await onlooker.sees(id, [
      'created by outside',
      'fieldChanged page_views by outside',
      'touched by outside',
    ])
    await store.setSessionTtl(id, 900)
    const entries = await onlooker.sees(id, [
      'created by outside',
      'fieldChanged page_views by outside',
      'touched by outside',
      'ttlChanged 600 → 900 by outside',
    ])
    expect(entries.map(({ user, told, moment }) => ({ user, told, moment }))).toEqual(
      entries.map(() => ({ user: 'ada', told: pushed, moment: null })),
    )
    await store.deleteSession(id)
    const [, , , , end] = await onlooker.sees(id, [
      ...['created', 'fieldChanged page_views', 'touched', 'ttlChanged 600 → 900', 'deleted'].map(
        (what) => `${what} by outside`,
      ),
    ])
    expect(end?.heard).toBe(pushed ? 'del' : null)
  })

  it('tells of a watched session with what its fields held and hold', async () => {
    const store = makeStore(redis)
    const id = await store.createSession({ username: 'ada', theme: 'dark', cart: '[]' })
    const onlooker = await lookAt(redis)
    await onlooker.watch(id)
    await redis.client.hset(store.keyOf(id), 'theme', 'light')
    const begun = ['watched', 'fieldChanged theme dark → light by outside']
    const [watched, changed] = await onlooker.sees(id, begun)
    expect(changed).toMatchObject({ user: 'ada', told: pushed, moment: expect.any(Number) })
    if (!pushed) expect(changed?.since).toBeGreaterThanOrEqual(watched?.at ?? Number.POSITIVE_INFINITY)
    await redis.client.hset(store.keyOf(id), 'locale', 'de')
    await onlooker.sees(id, [...begun, 'fieldAdded locale ∅ → de by outside'])
    await redis.client.hdel(store.keyOf(id), 'locale', 'cart')
    await onlooker.sees(id, [
      ...begun,
      'fieldAdded locale ∅ → de by outside',
      'fieldRemoved cart [] → ∅ by outside',
      'fieldRemoved locale de → ∅ by outside',
    ])
  })

  it('calls an access touched, another TTL or expiry a change of TTL, and nothing else of the kept fields', async () => {
    const store = makeStore(redis)
    const id = await store.createSession({ username: 'ada' })
    const key = store.keyOf(id)
    const onlooker = await lookAt(redis)
    await onlooker.watch(id)
    await store.touchSession(id)
    await onlooker.sees(id, ['watched', 'touched by outside'])
    await store.setSessionTtl(id, 900)
    const [, , ttl] = await onlooker.sees(id, [
      'watched',
      'touched by outside',
      'ttlChanged 600 → 900 by outside',
    ])
    expect(ttl?.change).toMatchObject({ expiry: { old: expect.any(Number), new: expect.any(Number) } })
    await redis.client.persist(key)
    const seen = ['watched', 'touched by outside', 'ttlChanged 600 → 900 by outside', 'ttlChanged by outside']
    const removed = (await onlooker.sees(id, seen)).at(-1)
    expect(removed?.change).toMatchObject({ ttl: null, expiry: { old: expect.any(Number), new: null } })
    await redis.client.expire(key, 50)
    const set = (await onlooker.sees(id, [...seen, 'ttlChanged by outside'])).at(-1)
    expect(set?.change).toMatchObject({ ttl: null, expiry: { old: null, new: expect.any(Number) } })
    await redis.client.hset(key, 'session_ttl', 'soon', 'created_at', 'once')
    const created = (await onlooker.entries(id)).length
    await vi.waitFor(async () => expect((await onlooker.entries(id)).length).toBeGreaterThan(created), 8000)
    expect((await onlooker.entries(id)).slice(created).map(({ change }) => change)).toMatchObject([
      { kind: 'fieldChanged', field: 'created_at', new: { value: 'once' } },
      { kind: 'fieldChanged', field: 'session_ttl', old: { value: '900' }, new: { value: 'soon' } },
    ])
  })

  it.each([true, false])('tells an expiry from a deletion, watched: %s', async (watched) => {
    const store = makeStore(redis)
    const onlooker = await lookAt(redis)
    const [short, long] = [await store.createSession({}, 1), await store.createSession({}, 600)]
    await onlooker.sees(long, ['created by outside'])
    await onlooker.sees(short, ['created by outside'])
    if (watched) await onlooker.watch(short)
    const before = watched ? ['created by outside', 'watched'] : ['created by outside']
    const expired = (await onlooker.sees(short, [...before, 'expired'])).at(-1)
    expect(expired?.change).toMatchObject({ expiresAt: expect.any(Number) })
    if (watched) await onlooker.watch(long)
    await redis.client.del(store.keyOf(long))
    await onlooker.sees(long, [...before, 'deleted by outside'])
  })

  it('tells of a key that is another type from then on', async () => {
    const store = makeStore(redis)
    const onlooker = await lookAt(redis)
    const id = await store.createSession()
    await onlooker.sees(id, ['created by outside'])
    await redis.client.set(store.keyOf(id), 'text')
    const entries = await onlooker.sees(id, ['created by outside', 'typeChanged by outside'])
    expect(entries.at(-1)?.change).toMatchObject({ type: { old: 'hash', new: 'string' } })
  })

  it('knows what was done from here, and with which values', async () => {
    const onlooker = await lookAt(redis)
    const { id } = await onlooker.invoke('session.create', {
      prefix: 'session:',
      fields: { username: 'ada', theme: 'dark' },
      ttl: 600,
    })
    const ref = { prefix: 'session:', id }
    await onlooker.watch(id)
    const seen = ['created by inspector', 'watched']
    await onlooker.sees(id, seen)
    await onlooker.invoke('session.setField', { ...ref, field: 'theme', shown: 'dark', value: 'light' })
    seen.push('fieldChanged theme dark → light by inspector')
    await onlooker.sees(id, seen)
    await onlooker.invoke('history.undo', {})
    seen.push('fieldChanged theme light → dark by inspector')
    await onlooker.sees(id, seen)
    await onlooker.invoke('session.setTtl', { ...ref, ttl: 60 })
    seen.push('ttlChanged 600 → 60 by inspector')
    await onlooker.sees(id, seen)
    await onlooker.invoke('session.delete', ref)
    seen.push('deleted by inspector')
    await onlooker.sees(id, seen)
    await onlooker.invoke('history.undo', {})
    seen.push('created by inspector')
    await onlooker.sees(id, seen)
  })

  it('tells what others did just before a write from here apart from that write', async () => {
    const store = makeStore(redis)
    const id = await store.createSession({ theme: 'dark', locale: 'en' })
    const onlooker = await lookAt(redis)
    await onlooker.watch(id)
    await onlooker.sees(id, ['watched'])
    const others = redis.client.hset(store.keyOf(id), 'locale', 'de')
    const edit = { prefix: 'session:', id, field: 'theme', shown: 'dark', value: 'light' }
    await Promise.all([others, others.then(() => onlooker.invoke('session.setField', edit))])
    await onlooker.sees(id, [
      'watched',
      'fieldChanged locale en → de by outside',
      'fieldChanged theme dark → light by inspector',
    ])
  })

  it('follows a session that is given a new id from here, and back', async () => {
    const onlooker = await lookAt(redis)
    const { id: old } = await onlooker.invoke('session.create', {
      prefix: 'session:',
      fields: { username: 'ada' },
      ttl: 600,
    })
    await onlooker.sees(old, ['created by inspector'])
    const { id } = await onlooker.invoke('session.rotate', { prefix: 'session:', id: old })
    const went = await onlooker.sees(old, ['created by inspector', 'rotated by inspector'])
    const came = await onlooker.sees(id, ['rotated by inspector'])
    expect([went.at(-1)?.change, came.at(-1)?.change]).toEqual([
      { kind: 'rotated', from: null, to: id },
      { kind: 'rotated', from: old, to: null },
    ])
    await onlooker.invoke('history.undo', {})
    await onlooker.sees(id, ['rotated by inspector', 'rotated by inspector'])
  })

  it('knows what the demo server did', async () => {
    const onlooker = await lookAt(redis)
    const demo = await onlooker.invoke('demo.start', { port: 0, prefix: 'session:', ttl: 300 })
    if (demo.state !== 'running') throw new Error('it does not run')
    const visitor = new Visitor(demo)
    await visitor.post('/login', { username: 'ada', ttl: '300' })
    const second = () => Math.floor(Date.now() / 1000)
    const loggedIn = second()
    const sid = visitor.sid ?? ''
    await onlooker.sees(sid, ['created by demo'])
    await onlooker.watch(sid)
    await onlooker.sees(sid, ['created by demo', 'watched'])
    // In another second than the login, so that it is an access that shows.
    await vi.waitFor(() => expect(second()).toBeGreaterThan(loggedIn), { timeout: 2000, interval: 10 })
    await visitor.post('/increment')
    await onlooker.sees(sid, [
      'created by demo',
      'watched',
      expect.stringMatching(/^fieldChanged page_views \d → \d by demo$/),
      'touched by demo',
    ])
    await visitor.post('/logout')
    await vi.waitFor(async () => {
      const last = (await onlooker.entries(sid)).at(-1)
      expect(last).toMatchObject({ by: 'demo', change: { kind: expect.stringMatching(/deleted|rotated/) } })
    }, 8000)
  })

  it('tells of samples as made from here', async () => {
    const onlooker = await lookAt(redis)
    await onlooker.invoke('list.addSamples', { prefix: 'session:', count: 300 })
    await vi.waitFor(async () => {
      const page = await onlooker.page({ kinds: ['created'] })
      expect(page.matched).toBe(300)
    }, 8000)
    expect((await onlooker.page({ by: ['outside', 'demo'] })).entries).toEqual([])
  })

  it('has no values of the time before a session was watched, nor of the time after, and tells nothing twice', async () => {
    const store = makeStore(redis)
    const id = await store.createSession({ username: 'ada', page_views: '1' })
    const key = store.keyOf(id)
    const onlooker = await lookAt(redis)
    await redis.client.hset(key, 'page_views', '2')
    await onlooker.watch(id)
    await redis.client.hset(key, 'page_views', '3')
    const seen = ['fieldChanged page_views by outside', 'watched', 'fieldChanged page_views 2 → 3 by outside']
    await onlooker.sees(id, seen)
    await onlooker.invoke('session.watch', null)
    await redis.client.hset(key, 'page_views', '4')
    await onlooker.sees(id, [...seen, 'fieldChanged page_views by outside'])
    await onlooker.watch(id)
    await onlooker.sees(id, [...seen, 'fieldChanged page_views by outside', 'watched'])
    await redis.client.hset(key, 'page_views', '5')
    await onlooker.sees(id, [
      ...seen,
      'fieldChanged page_views by outside',
      'watched',
      'fieldChanged page_views 4 → 5 by outside',
    ])
  })

  it('says where it could not see, and takes nothing that it finds again for new', async () => {
    const store = makeStore(redis)
    const [stays, goes] = [await store.createSession({ page_views: '1' }), await store.createSession()]
    const onlooker = await lookAt(redis)
    await onlooker.watch(stays)
    await onlooker.open('elsewhere:')
    await onlooker.invoke('session.watch', null)
    await redis.client.del(store.keyOf(goes))
    await redis.client.hset(store.keyOf(stays), 'page_views', '2')
    await onlooker.open()
    const kinds = async () => (await onlooker.entries()).map(({ change }) => change.kind)
    expect(await kinds()).toEqual(['gap'])
    expect((await onlooker.entries())[0]).toMatchObject({ change: { why: 'closed' }, id: null, by: null })
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await vi.waitFor(async () => expect(await kinds()).toEqual(['gap', 'gap']), 8000)
    expect((await onlooker.entries())[1]).toMatchObject({ change: { why: 'lost' } })
    await onlooker.open()
    expect(await kinds()).toEqual(['gap', 'gap'])
  })

  it('finds entries by kind, by who did it, and by the user or the id', async () => {
    const store = makeStore(redis)
    const onlooker = await lookAt(redis)
    const [ada, grace] = [
      await store.createSession({ username: 'Ada' }),
      await store.createSession({ username: 'grace' }),
    ]
    await onlooker.sees(ada, ['created by outside'])
    await onlooker.sees(grace, ['created by outside'])
    await onlooker.invoke('session.touch', { prefix: 'session:', id: grace })
    await vi.waitFor(async () => expect((await onlooker.page()).matched).toBe(3), 8000)
    const found = async (query: Parameters<Onlooker['page']>[0]) =>
      (await onlooker.page(query)).entries.map(({ id, change }) => `${change.kind} ${id}`)
    expect(await found({ text: 'ADA' })).toEqual([`created ${ada}`])
    expect(await found({ text: grace.slice(4, 30).toLowerCase(), kinds: ['created'] })).toEqual([
      `created ${grace}`,
    ])
    expect(await found({ by: ['inspector'] })).toEqual([`touched ${grace}`])
    expect(await found({ kinds: ['expired', 'deleted'] })).toEqual([])
    const all = await onlooker.page()
    const [newest, second, oldest] = all.entries.map(({ number }) => number)
    const numbers = async (query: Parameters<Onlooker['page']>[0]) => {
      const { entries, matched } = await onlooker.page(query)
      return [entries.map(({ number }) => number), matched]
    }
    expect(await numbers({ before: newest ?? 0 })).toEqual([[second, oldest], 2])
    expect(await numbers({ after: oldest ?? 0 })).toEqual([[newest, second], 2])
  })
})

describe('with notifications alone', () => {
  const redis = SERVERS[0].redis

  it('follows a session that others rename, as their rotation does', async () => {
    const onlooker = await lookAt(redis)
    const store = makeStore(redis)
    const old = await store.createSession({ username: 'ada' })
    await onlooker.sees(old, ['created by outside'])
    const id = (await store.rotateSession(old)) ?? ''
    await onlooker.sees(old, ['created by outside', 'rotated by outside'])
    await onlooker.sees(id, ['rotated by outside'])
  })

  it('says that a field was written which the list does not read', async () => {
    const onlooker = await lookAt(redis)
    const store = makeStore(redis)
    const id = await store.createSession({ username: 'ada', theme: 'dark' })
    await onlooker.sees(id, ['created by outside'])
    await redis.client.hset(store.keyOf(id), 'theme', 'light')
    await onlooker.sees(id, ['created by outside', 'fieldChanged null by outside'])
  })
})
