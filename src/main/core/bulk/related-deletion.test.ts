import type { Redis } from 'ioredis'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { BulkStatus } from '#shared/bulk.ts'
import type { CallArg } from '#shared/contract.ts'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useRedisServer } from '../../../test/redis.ts'
import { SERVER_KINDS } from '../../../test/redis-servers.ts'
import { useCluster } from '../../../test/use-cluster.ts'

const clients: InspectorClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) await client.inspector.stop()
})

/** A client whose list has so many keys under the prefix. */
async function open(
  connection: CallArg<'connection.connect'>,
  prefix: string,
  keys: number,
): Promise<InspectorClient> {
  const client = new InspectorClient()
  clients.push(client)
  await client.invoke('connection.connect', connection)
  await vi.waitFor(
    async () => {
      const window = await client.invoke('list.window', {
        ...{ prefix, columns: [], filter: '', offset: 0, limit: 10 },
        sort: { by: 'id', direction: 'ascending' },
      })
      expect(window).toMatchObject({ phase: 'complete', total: keys })
    },
    { timeout: 10_000, interval: 20 },
  )
  return client
}

const finished = (status: BulkStatus) => {
  if (status.state !== 'finished') throw new Error(`it is ${status.state}`)
  return status
}

async function freeze(
  client: InspectorClient,
  prefix: string,
  scope: CallArg<'bulk.freeze'>['scope'] = { filter: '' },
) {
  const status = await client.invoke('bulk.freeze', { prefix, scope })
  if (status.state !== 'frozen') throw new Error(`it is ${status.state}`)
  return status.list
}

const run = async (client: InspectorClient, part: Partial<CallArg<'bulk.run'>> = {}) =>
  finished(
    await client.invoke('bulk.run', {
      ...{ action: { kind: 'delete', related: true }, unchangedOnly: true, others: true },
      ...part,
    }),
  )

/** Sessions of Spring’s indexed repository whose values are JSON. */
const SPRING = 'spring:session:'
const SESSIONS = `${SPRING}sessions:`
const INDEX = `${SPRING}index:org.springframework.session.FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME:`
const SEEN = 1_775_136_896_789
const EXPIRATIONS = `${SPRING}expirations:${Math.floor((SEEN + 1_800_000) / 60_000 + 1) * 60_000}`
const springHash = (user: string) => ({
  ...{ creationTime: String(SEEN - 1000), lastAccessedTime: String(SEEN), maxInactiveInterval: '1800' },
  'sessionAttr:username': JSON.stringify(user),
})
const marker = (id: string) => `${SESSIONS}expires:${id}`

async function writeSpring(redis: Redis, id: string, user: string): Promise<void> {
  await redis.hset(SESSIONS + id, springHash(user))
  await redis.expire(SESSIONS + id, 2100)
  await redis.set(marker(id), '', 'EX', 1800)
  await redis.sadd(EXPIRATIONS, JSON.stringify(`expires:${id}`))
  await redis.expire(EXPIRATIONS, 3000)
  await redis.sadd(INDEX + user, JSON.stringify(id))
}

/** All keys with what they hold and when they end. */
async function everything(redis: Redis): Promise<unknown> {
  const keys = (await redis.keys('*')).sort()
  return Promise.all(
    keys.map(async (key) => {
      const type = await redis.type(key)
      const held =
        type === 'hash'
          ? Object.entries(await redis.hgetall(key)).sort()
          : type === 'set'
            ? (await redis.smembers(key)).sort()
            : await redis.get(key)
      return [key, held, await redis.pexpiretime(key)]
    }),
  )
}

const AUTH = 'user:session:'
const POINTER = `${AUTH}by-user-id:u1`
const authSession = (token: string) =>
  JSON.stringify({ sessionToken: token, userId: 'u1', expires: '2035-01-01T00:00:00.000Z' })

describe.each(SERVER_KINDS)('a bulk deletion with related keys on $name', ({ binary, missing }) => {
  if (missing !== null) {
    it.skip(`is not tried: ${missing}`, () => {})
    return
  }
  const redis = useRedisServer(binary)
  /** Of Spring’s sessions alone: the markers are beside them under this prefix, too. */
  const ids = { ids: ['1', '2', '3'] }
  const openSessions = async (keys: number) => open({ port: redis.port }, SESSIONS, keys)

  it('takes along what is a session’s own, leaves what is others’, and brings all of it back', async () => {
    await writeSpring(redis.client, '1', 'ada')
    await writeSpring(redis.client, '2', 'ada')
    await writeSpring(redis.client, '9', 'ada')
    // As the other repository does, which keeps nothing beside a session.
    await redis.client.hset(`${SESSIONS}3`, springHash('grace'))
    const before = await everything(redis.client)
    const client = await openSessions(7)
    expect(await freeze(client, SESSIONS, ids)).toMatchObject({
      ...{ total: 3, undoable: true, libraries: { sessions: 3, withRelated: 3 } },
    })
    const { counts, related, failure } = await run(client)
    expect(failure).toBeNull()
    expect(counts).toMatchObject({ done: 3, gone: 0, changed: 0 })
    expect(related).toEqual({ taken: 6, otherSlot: 0, elsewhere: 0, untold: 0 })
    expect((await redis.client.keys('*')).sort()).toEqual(
      [SESSIONS + 9, marker('9'), EXPIRATIONS, `${INDEX}ada`].sort(),
    )
    expect(await redis.client.smembers(`${INDEX}ada`)).toEqual(['"9"'])
    expect(await redis.client.smembers(EXPIRATIONS)).toEqual(['"expires:9"'])
    const after = await everything(redis.client)

    const { entry, counts: undone } = await client.invoke('history.undo', {})
    expect(entry).toMatchObject({ label: 'Deleted 3 sessions and 6 related keys', count: 3 })
    expect(undone).toEqual({ done: 3, expired: 0, changed: 0, gone: 0 })
    expect(await everything(redis.client)).toEqual(before)
    await client.invoke('history.redo', {})
    expect(await everything(redis.client)).toEqual(after)
    await client.invoke('history.undo', {})
    expect(await everything(redis.client)).toEqual(before)
  })

  it('brings sets back that went with their last member, until when they were', async () => {
    for (const id of ['1', '2']) await writeSpring(redis.client, id, 'ada')
    const before = await everything(redis.client)
    const client = await openSessions(4)
    await freeze(client, SESSIONS, { ids: ['1', '2'] })
    await run(client)
    expect(await redis.client.dbsize()).toBe(0)
    await client.invoke('history.undo', {})
    expect(await everything(redis.client)).toEqual(before)
  })

  it('takes the pointer that leads to one of them, whichever of them is met first', async () => {
    for (const token of ['a', 'b', 'c']) await redis.client.set(AUTH + token, authSession(token))
    await redis.client.set(POINTER, `${AUTH}b`, 'EX', 900)
    const before = await everything(redis.client)
    const client = await open({ port: redis.port }, AUTH, 4)
    await freeze(client, AUTH, { ids: ['a', 'b', 'c'] })
    const { related } = await run(client)
    expect(related).toEqual({ taken: 1, otherSlot: 0, elsewhere: 0, untold: 0 })
    expect(await redis.client.dbsize()).toBe(0)
    await client.invoke('history.undo', {})
    expect(await everything(redis.client)).toEqual(before)
  })
})

describe('a bulk deletion with related keys', () => {
  const redis = useRedisServer(null)
  const openSessions = async (keys: number) => open({ port: redis.port }, SESSIONS, keys)

  it('leaves them where that is not asked for', async () => {
    await writeSpring(redis.client, '1', 'ada')
    const client = await openSessions(2)
    await freeze(client, SESSIONS, { ids: ['1'] })
    const { counts, related } = await run(client, { action: { kind: 'delete' } })
    expect(counts.done).toBe(1)
    expect(related).toBeNull()
    expect(await redis.client.exists(marker('1'), EXPIRATIONS, `${INDEX}ada`)).toBe(3)
  })

  it('leaves a session that has changed since the list was made with all that is its', async () => {
    for (const id of ['1', '2']) await writeSpring(redis.client, id, 'ada')
    const client = await openSessions(4)
    await freeze(client, SESSIONS, { ids: ['1', '2'] })
    await redis.client.hset(`${SESSIONS}1`, 'sessionAttr:theme', '"light"')
    const { counts, related } = await run(client)
    expect(counts).toMatchObject({ done: 1, changed: 1 })
    expect(related?.taken).toBe(3)
    expect(await redis.client.exists(marker('1'))).toBe(1)
    expect(await redis.client.smembers(`${INDEX}ada`)).toEqual(['"1"'])
    expect(await redis.client.smembers(EXPIRATIONS)).toEqual(['"expires:1"'])
  })

  it('takes a changed one with what it has by now, where that is chosen', async () => {
    await writeSpring(redis.client, '1', 'ada')
    const client = await openSessions(2)
    await freeze(client, SESSIONS, { ids: ['1'] })
    await redis.client.hset(`${SESSIONS}1`, 'sessionAttr:username', '"grace"')
    await redis.client.srem(`${INDEX}ada`, '"1"')
    await redis.client.sadd(`${INDEX}grace`, '"1"', '"2"')
    const { counts, related } = await run(client, { unchangedOnly: false })
    expect(counts.done).toBe(1)
    expect(related?.taken).toBe(3)
    expect(await redis.client.smembers(`${INDEX}grace`)).toEqual(['"2"'])
  })

  it('leaves a pointer that leads elsewhere by now, counts it, and an undo leaves it, too', async () => {
    for (const token of ['a', 'b']) await redis.client.set(AUTH + token, authSession(token))
    await redis.client.set(POINTER, `${AUTH}a`)
    const client = await open({ port: redis.port }, AUTH, 3)
    await freeze(client, AUTH, { ids: ['a'] })
    await redis.client.set(POINTER, `${AUTH}b`)
    const { counts, related } = await run(client)
    expect(counts.done).toBe(1)
    expect(related).toEqual({ taken: 0, otherSlot: 0, elsewhere: 1, untold: 0 })
    expect(await redis.client.get(POINTER)).toBe(`${AUTH}b`)
    expect((await client.invoke('history.undo', {})).counts.done).toBe(1)
    expect(await redis.client.get(POINTER)).toBe(`${AUTH}b`)
    expect(await redis.client.get(`${AUTH}a`)).toBe(authSession('a'))
  })

  it('does not bring a pointer back over one that was made since, nor takes that when it is made again', async () => {
    await redis.client.set(`${AUTH}a`, authSession('a'))
    await redis.client.set(POINTER, `${AUTH}a`)
    const client = await open({ port: redis.port }, AUTH, 2)
    await freeze(client, AUTH, { ids: ['a'] })
    expect((await run(client)).related?.taken).toBe(1)
    await redis.client.set(POINTER, `${AUTH}new`)
    await client.invoke('history.undo', {})
    expect(await redis.client.get(POINTER)).toBe(`${AUTH}new`)
    await client.invoke('history.redo', {})
    expect(await redis.client.get(POINTER)).toBe(`${AUTH}new`)
    await redis.client.unlink(POINTER)
    await client.invoke('history.undo', {})
    expect(await redis.client.exists(POINTER)).toBe(0)
    expect(await redis.client.exists(`${AUTH}a`)).toBe(1)
  })

  it('counts no member that was removed meanwhile, and brings none back', async () => {
    await writeSpring(redis.client, '1', 'ada')
    const client = await openSessions(2)
    await freeze(client, SESSIONS, { ids: ['1'] })
    await redis.client.unlink(`${INDEX}ada`)
    await redis.client.srem(EXPIRATIONS, '"expires:1"')
    await redis.client.sadd(EXPIRATIONS, '"expires:2"')
    expect((await run(client)).related).toMatchObject({ taken: 1 })
    await client.invoke('history.undo', {})
    expect(await redis.client.exists(SESSIONS + 1, marker('1'))).toBe(2)
    expect(await redis.client.exists(`${INDEX}ada`)).toBe(0)
    expect(await redis.client.smembers(EXPIRATIONS)).toEqual(['"expires:2"'])
  })

  it('brings members back into sets that others have written since, and takes out no more than those', async () => {
    await writeSpring(redis.client, '1', 'ada')
    const client = await openSessions(2)
    await freeze(client, SESSIONS, { ids: ['1'] })
    await run(client)
    await redis.client.sadd(`${INDEX}ada`, '"7"')
    await redis.client.expire(`${INDEX}ada`, 900)
    await client.invoke('history.undo', {})
    expect((await redis.client.smembers(`${INDEX}ada`)).sort()).toEqual(['"1"', '"7"'])
    expect(await redis.client.ttl(`${INDEX}ada`)).toBeLessThanOrEqual(900)
    await client.invoke('history.redo', {})
    expect(await redis.client.smembers(`${INDEX}ada`)).toEqual(['"7"'])
    // What has gone as a whole between a redo and an undo is no reason to stop there.
    await redis.client.unlink(`${INDEX}ada`)
    await client.invoke('history.undo', {})
    expect(await redis.client.smembers(`${INDEX}ada`)).toEqual(['"1"'])
  })

  it('brings no session back whose own key was made anew or is over, and nothing of it', async () => {
    for (const id of ['1', '2', '3']) await writeSpring(redis.client, id, 'ada')
    const client = await openSessions(6)
    await freeze(client, SESSIONS, { ids: ['1', '2', '3'] })
    const end = Date.now() + 2000
    await redis.client.pexpireat(marker('2'), end)
    expect((await run(client)).related?.taken).toBe(9)
    await redis.client.set(marker('1'), 'anew')
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(end), 5000)
    const { counts } = await client.invoke('history.undo', {})
    expect(counts).toEqual({ done: 1, expired: 1, changed: 1, gone: 0 })
    expect(await redis.client.exists(SESSIONS + 1, SESSIONS + 2)).toBe(0)
    expect(await redis.client.get(marker('1'))).toBe('anew')
    expect(await redis.client.smembers(`${INDEX}ada`)).toEqual(['"3"'])
  })

  it('leaves what the list has as rows of its own to those rows', async () => {
    for (const id of ['1', '2']) await writeSpring(redis.client, id, 'ada')
    const before = await everything(redis.client)
    const client = await open({ port: redis.port }, SPRING, 6)
    await freeze(client, SPRING)
    // One that changes is left alone as a row, and a session that goes is taken out of it all the same.
    await redis.client.sadd(`${INDEX}ada`, '"7"')
    const { counts, related } = await run(client)
    expect(counts).toMatchObject({ done: 5, changed: 1, gone: 0 })
    expect(related).toEqual({ taken: 2, otherSlot: 0, elsewhere: 0, untold: 0 })
    expect(await redis.client.keys('*')).toEqual([`${INDEX}ada`])
    expect(await redis.client.smembers(`${INDEX}ada`)).toEqual(['"7"'])
    const { counts: undone } = await client.invoke('history.undo', {})
    expect(undone).toMatchObject({ done: 5, changed: 0 })
    await redis.client.srem(`${INDEX}ada`, '"7"')
    expect(await everything(redis.client)).toEqual(before)
  })

  it('says of how many sessions it cannot be told, and deletes those by themselves', async () => {
    await writeSpring(redis.client, '1', 'ada')
    await redis.client.hset(`${SESSIONS}1`, 'sessionAttr:large', 'x'.repeat(5 * 1024 * 1024))
    const client = await openSessions(2)
    await freeze(client, SESSIONS, { ids: ['1'] })
    const { counts, related } = await run(client)
    expect(counts.done).toBe(1)
    expect(related).toEqual({ taken: 0, otherSlot: 0, elsewhere: 0, untold: 1 })
    expect(await redis.client.exists(marker('1'))).toBe(1)
  })

  it('leaves sessions with all that is theirs where this user may not write sets, and says what may', async () => {
    for (const id of ['1', '2']) await writeSpring(redis.client, id, 'ada')
    const before = await everything(redis.client)
    await redis.client.call('ACL', 'SETUSER', 'few', 'on', '>pw', '~*', '&*', '+@all', '-srem')
    const few = await open({ port: redis.port, username: 'few', password: 'pw' }, SESSIONS, 4)
    await freeze(few, SESSIONS, { ids: ['1', '2'] })
    const { counts, failure } = await run(few)
    expect(failure).toMatchObject({
      code: 'no_permission',
      message: expect.stringMatching(/SREM.*without their related keys\.$/),
    })
    expect(counts).toMatchObject({ done: 0, not_reached: 2 })
    expect(await everything(redis.client)).toEqual(before)
  })

  it('leaves them, too, where this user may not use the keys beside them', async () => {
    await writeSpring(redis.client, '1', 'ada')
    const before = await everything(redis.client)
    await redis.client.call('ACL', 'SETUSER', 'near', 'on', '>pw', `~${SESSIONS}*`, '&*', '+@all')
    const near = await open({ port: redis.port, username: 'near', password: 'pw' }, SESSIONS, 2)
    await freeze(near, SESSIONS, { ids: ['1'] })
    const { counts, failure } = await run(near)
    expect(failure?.code).toBe('no_permission')
    expect(counts).toMatchObject({ done: 0, not_reached: 1 })
    expect(await everything(redis.client)).toEqual(before)
    await freeze(near, SESSIONS, { ids: ['1'] })
    expect((await run(near, { action: { kind: 'delete' } })).counts.done).toBe(1)
  })

  it('brings back nothing of a session where this user may not write its sets', async () => {
    await writeSpring(redis.client, '1', 'ada')
    const before = await everything(redis.client)
    await redis.client.call('ACL', 'SETUSER', 'taker', 'on', '>pw', '~*', '&*', '+@all', '-sadd')
    const taker = await open({ port: redis.port, username: 'taker', password: 'pw' }, SESSIONS, 2)
    await freeze(taker, SESSIONS, { ids: ['1'] })
    expect((await run(taker)).counts.done).toBe(1)
    const refused = taker.invoke('history.undo', {})
    await expect(refused).rejects.toMatchObject({
      code: 'no_permission',
      message: expect.stringContaining('SADD'),
    })
    expect(await redis.client.dbsize()).toBe(0)
    await redis.client.call('ACL', 'SETUSER', 'taker', '+sadd')
    expect((await taker.invoke('history.undo', {})).counts.done).toBe(1)
    expect(await everything(redis.client)).toEqual(before)
  })

  it('is refused on a read-only connection, and on one that asks for words', async () => {
    await writeSpring(redis.client, '1', 'ada')
    const before = await everything(redis.client)
    const client = await openSessions(2)
    await client.invoke('connection.setReadOnly', { readOnly: true })
    await freeze(client, SESSIONS)
    await expect(run(client)).rejects.toMatchObject({ code: 'read_only' })
    await client.invoke('connection.setReadOnly', { readOnly: false })
    await client.invoke('connection.setEnvironment', { environment: 'production' })
    await freeze(client, SESSIONS)
    await expect(run(client)).rejects.toMatchObject({ code: 'confirmation_needed' })
    expect(await everything(redis.client)).toEqual(before)
    expect((await run(client, { confirmation: SESSIONS })).counts.done).toBe(2)
  })

  it('stops between sessions, tells how far it is, and what is done can be taken back', async () => {
    const count = 3000
    await redis.client.eval(
      `for i = 1, ${count} do
         local key = KEYS[1] .. i
         redis.call('HSET', key, 'creationTime', '1', 'lastAccessedTime', '${SEEN}', 'maxInactiveInterval', '1800',
           'sessionAttr:username', '"user-' .. i % 50 .. '"')
         redis.call('EXPIRE', key, 2100)
         redis.call('SET', KEYS[1] .. 'expires:' .. i, '', 'EX', 1800)
         redis.call('SADD', KEYS[2], '"expires:' .. i .. '"')
         redis.call('SADD', KEYS[3] .. 'user-' .. i % 50, '"' .. i .. '"')
       end`,
      3,
      SESSIONS,
      EXPIRATIONS,
      INDEX,
    )
    const before = await everything(redis.client)
    const client = await openSessions(2 * count)
    await freeze(client, SESSIONS, { ids: Array.from({ length: count }, (_, at) => String(at + 1)) })
    const running = run(client)
    await vi.waitFor(
      () => {
        const told = client.payloads('bulk.changed').findLast(({ state }) => state === 'running')
        if (told?.state !== 'running') throw new Error('it has not begun')
        expect(told.counts.done).toBeGreaterThan(0)
        expect(told.related?.taken).toBe(3 * told.counts.done)
      },
      { timeout: 10_000, interval: 1 },
    )
    await client.invoke('bulk.stop', {})
    const { counts, related, stopped } = await running
    expect(stopped).toBe(true)
    expect(counts.done).toBeGreaterThan(0)
    expect(counts.not_reached).toBeGreaterThan(0)
    expect(counts.not_reached).toBe(count - counts.done)
    expect(related?.taken).toBe(3 * counts.done)
    expect(await redis.client.scard(EXPIRATIONS)).toBe(count - counts.done)
    expect((await client.invoke('history.undo', {})).counts.done).toBe(counts.done)
    expect(await everything(redis.client)).toEqual(before)
  }, 60_000)
})

describe('a bulk deletion with related keys on a cluster', () => {
  const made = useCluster({ replicas: 0 })

  it('takes along what lies in the same slot, and counts what stays', { timeout: 30_000 }, async () => {
    const { client: cluster, port } = made.cluster
    const connection = { deployment: 'cluster', host: '127.0.0.1', port } as const
    const write = async (namespace: string, id: string) => {
      await cluster.hset(`${namespace}:sessions:${id}`, springHash('ada'))
      await cluster.set(`${namespace}:sessions:expires:${id}`, '', 'EX', 1800)
    }
    for (const id of ['1', '2', '3']) {
      await write('app', id)
      await write('{app}', id)
    }
    const scope = { ids: ['1', '2', '3'] }
    const apart = await open(connection, 'app:sessions:', 6)
    await freeze(apart, 'app:sessions:', scope)
    const { counts, related } = await run(apart)
    expect(counts.done).toBe(3)
    const there = await Promise.all(scope.ids.map((id) => cluster.exists(`app:sessions:expires:${id}`)))
    expect(related).toMatchObject({ taken: 3 - (related?.otherSlot ?? 0), elsewhere: 0 })
    expect(there.filter((exists) => exists === 1)).toHaveLength(related?.otherSlot ?? 0)
    expect(related?.otherSlot).toBeGreaterThan(0)

    const together = await open(connection, '{app}:sessions:', 6)
    await freeze(together, '{app}:sessions:', scope)
    expect((await run(together)).related).toMatchObject({ taken: 3, otherSlot: 0 })
    expect(await cluster.exists('{app}:sessions:1', '{app}:sessions:expires:1')).toBe(0)
    expect((await together.invoke('history.undo', {})).counts.done).toBe(3)
    expect(await cluster.exists('{app}:sessions:3', '{app}:sessions:expires:3')).toBe(2)
    await together.invoke('history.redo', {})
    expect(await cluster.exists('{app}:sessions:2', '{app}:sessions:expires:2')).toBe(0)
  })
})
