import { afterEach, describe, expect, it, vi } from 'vitest'
import type { WindowQuery } from '#shared/contract.ts'
import { InspectorClient } from '../../test/inspector-client.ts'
import { useRedis } from '../../test/redis.ts'
import { createInspector, type Inspector } from './services.ts'

const redis = useRedis()
const started: Inspector[] = []
afterEach(async () => {
  for (const inspector of started.splice(0)) await inspector.stop()
})

class Client extends InspectorClient {
  window(query: Partial<WindowQuery> = {}) {
    return this.invoke('list.window', {
      prefix: 'session:',
      columns: ['username', 'page_views'],
      filter: '',
      sort: { by: 'createdAt', direction: 'descending' },
      offset: 0,
      limit: 100,
      ...query,
    })
  }
}

const logged: string[] = []
function inspector(redisUrl: string | null = null): Inspector {
  const made = createInspector({ host: 'web', version: '1.2.3', redisUrl, log: (line) => logged.push(line) })
  started.push(made)
  return made
}

async function connected(): Promise<Client> {
  const client = new Client(inspector())
  await client.invoke('connection.connect', { port: redis.port })
  return client
}

const create = (client: Client, fields: Record<string, string> = {}, ttl: number | string = 60) =>
  client.invoke('session.create', {
    prefix: 'session:',
    fields: { username: 'ada', page_views: '1', ...fields },
    ttl,
  })
const ref = (id: string) => ({ prefix: 'session:', id })

describe('before a Redis is connected', () => {
  it('refuses what needs one, and says so', async () => {
    const client = new Client(inspector())
    await expect(client.window()).rejects.toMatchObject({
      code: 'not_connected',
      message: expect.stringMatching(/Connect to one/),
    })
    await expect(create(client)).rejects.toMatchObject({ code: 'not_connected' })
  })

  it('offers the prefilled URL without its password, which goes to that server alone', async () => {
    await redis.client.call('ACL', 'SETUSER', 'keeper', 'on', '>s3cret', '~*', '&*', '+@all')
    const client = new Client(inspector(`redis://keeper:s3cret@127.0.0.1:${redis.port}/0`))
    const info = await client.invoke('app.info', {})
    expect(info).toMatchObject({
      prefill: `redis://keeper@127.0.0.1:${redis.port}/0`,
      prefillHasPassword: true,
    })
    const connect = (host: string) =>
      client.invoke('connection.connect', {
        host,
        port: redis.port,
        username: 'keeper',
        usePrefillPassword: true,
      })
    await expect(connect('localhost')).rejects.toMatchObject({ code: 'wrong_password' })
    expect(await connect('127.0.0.1')).toMatchObject({ state: 'connected' })
    expect(JSON.stringify(client.events)).not.toContain('s3cret')
  })

  it('does not send a password in the clear that was given for TLS', async () => {
    await redis.client.call('ACL', 'SETUSER', 'keeper', 'on', '>s3cret', '~*', '&*', '+@all')
    const client = new Client(inspector(`rediss://keeper:s3cret@127.0.0.1:${redis.port}`))
    const target = { host: '127.0.0.1', port: redis.port, username: 'keeper', usePrefillPassword: true }
    await expect(client.invoke('connection.connect', target)).rejects.toMatchObject({
      code: 'wrong_password',
    })
  })

  it('leaves out a REDIS_URL that it cannot read, and logs why', async () => {
    const client = new Client(inspector('redis+sentinel://x'))
    expect(await client.invoke('app.info', {})).toMatchObject({ prefill: null })
    expect(logged.at(-1)).toMatch(/redis:\/\/ or rediss:\/\//)
  })

  it('starts a private Redis of its own, finds it again, and ends it with the app', async () => {
    const made = inspector()
    const client = new Client(made)
    const first = await client.invoke('privateRedis.start', { keep: false })
    expect(first).toMatchObject({
      state: 'connected',
      live: 'notifications',
      target: { isPrivate: true, host: '127.0.0.1' },
    })
    const { id } = await create(client)
    await client.invoke('connection.disconnect', {})
    await client.invoke('privateRedis.start', { keep: false })
    expect((await client.window()).rows.map((row) => row.id)).toEqual([id])
    await made.stop()
    await expect(
      new Client(inspector()).invoke('connection.connect', {
        port: first.state === 'connected' ? first.target.port : 0,
      }),
    ).rejects.toMatchObject({ code: 'unreachable' })
  })
})

describe('one session', () => {
  it('is created, listed, read, edited, touched, rotated and deleted', async () => {
    const client = await connected()
    await client.window()
    const { id } = await create(client, { cart: '{"items":[1]}' }, '90')
    await vi.waitFor(async () => expect((await client.window()).total).toBe(1))
    const { rows } = await client.window()
    expect(rows[0]).toMatchObject({ id, state: 'session', cells: ['ada', '1'], configuredTtl: 90 })

    const edited = await client.invoke('session.setField', {
      ...ref(id),
      field: 'cart',
      shown: '{"items":[1]}',
      value: '{}',
    })
    expect(edited.fields.map(({ name, value }) => [name, value])).toEqual([
      ['cart', '{}'],
      ['page_views', '1'],
      ['username', 'ada'],
      ['created_at', expect.any(String)],
      ['last_accessed_at', expect.any(String)],
      ['session_ttl', '90'],
    ])
    await client.invoke('session.setField', { ...ref(id), field: 'theme', shown: null, value: 'dark' })
    const removed = await client.invoke('session.removeField', { ...ref(id), field: 'cart', shown: '{}' })
    expect(removed?.fields.map(({ name }) => name)).not.toContain('cart')

    expect(await client.invoke('session.setTtl', { ...ref(id), ttl: '120' })).toMatchObject({
      configuredTtl: 120,
    })
    await redis.client.pexpire(`session:${id}`, 30_000)
    const touched = await client.invoke('session.touch', ref(id))
    expect(touched.expiresAt).toBeGreaterThan(Date.now() + 100_000)

    const rotated = await client.invoke('session.rotate', ref(id))
    expect(await redis.client.exists(`session:${id}`)).toBe(0)
    expect(await redis.client.hget(`session:${rotated.id}`, 'theme')).toBe('dark')
    expect(await client.invoke('session.delete', ref(rotated.id))).toEqual({ deleted: true })
    await vi.waitFor(async () => expect((await client.window()).total).toBe(0))
  })

  it('keeps its TTL and its last access when a field is edited: looking is not a visit', async () => {
    const client = await connected()
    const { id } = await create(client)
    await redis.client.pexpire(`session:${id}`, 20_000)
    await redis.client.hset(`session:${id}`, 'last_accessed_at', '2020-01-01T00:00:00+00:00')
    await client.invoke('session.setField', { ...ref(id), field: 'page_views', shown: '1', value: '5' })
    expect(await redis.client.pttl(`session:${id}`)).toBeLessThanOrEqual(20_000)
    expect(await redis.client.hget(`session:${id}`, 'last_accessed_at')).toBe('2020-01-01T00:00:00+00:00')
  })

  it('refuses an edit of a field that has changed since it was shown, and says what it holds now', async () => {
    const client = await connected()
    const { id } = await create(client)
    await redis.client.hset(`session:${id}`, 'page_views', '7')
    const edit = (shown: string | null) =>
      client.invoke('session.setField', { ...ref(id), field: 'page_views', shown, value: '2' })
    await expect(edit('1')).rejects.toMatchObject({ code: 'conflict', details: { current: '7' } })
    await expect(edit(null)).rejects.toMatchObject({ code: 'conflict', details: { current: '7' } })
    await redis.client.hdel(`session:${id}`, 'page_views')
    await expect(edit('7')).rejects.toMatchObject({ code: 'conflict', details: { current: null } })
    expect(await redis.client.hexists(`session:${id}`, 'page_views')).toBe(0)
    expect(await edit(null)).toMatchObject({ state: 'session' })
  })

  it('keeps a field of any name, also one that means something in JavaScript', async () => {
    const client = await connected()
    const { id } = await create(client, JSON.parse('{"__proto__":"a","constructor":"b","5":"c"}'))
    expect(await redis.client.hmget(`session:${id}`, '__proto__', 'constructor', '5')).toEqual([
      'a',
      'b',
      'c',
    ])
    expect(
      await client.dispatch('session.create', { prefix: 'session:', fields: { a: 1 }, ttl: 60 }),
    ).toMatchObject({
      ok: false,
      code: 'invalid_argument',
      message: expect.stringMatching(/names with text values/),
    })
  })

  it('stays gone: no call brings back a session that has been deleted', async () => {
    const client = await connected()
    const { id } = await create(client)
    await redis.client.del(`session:${id}`)
    const calls = [
      client.invoke('session.setField', { ...ref(id), field: 'a', shown: null, value: 'b' }),
      client.invoke('session.removeField', { ...ref(id), field: 'username', shown: 'ada' }),
      client.invoke('session.setTtl', { ...ref(id), ttl: 60 }),
      client.invoke('session.touch', ref(id)),
      client.invoke('session.rotate', ref(id)),
      client.invoke('session.delete', ref(id)),
    ]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'session_gone' })
    expect(await redis.client.dbsize()).toBe(0)
  })

  it('refuses bad TTLs, reserved fields, empty and over-long names, over-long values', async () => {
    const client = await connected()
    const { id } = await create(client)
    for (const ttl of [0, -1, 1.5, 'abc', 1e30, '', '1e3', ' ']) {
      await expect(client.invoke('session.setTtl', { ...ref(id), ttl })).rejects.toMatchObject({
        code: 'invalid_ttl',
      })
      await expect(create(client, {}, ttl)).rejects.toMatchObject({ code: 'invalid_ttl' })
    }
    const set = (field: string, value = 'x') =>
      client.invoke('session.setField', { ...ref(id), field, shown: null, value })
    await expect(set('session_ttl')).rejects.toMatchObject({ code: 'reserved_field' })
    const disguised = { ...ref(id), field: { base64: btoa('session_ttl') }, shown: '60', value: '9' }
    await expect(client.invoke('session.setField', disguised)).rejects.toMatchObject({
      code: 'reserved_field',
    })
    await expect(set('')).rejects.toMatchObject({ code: 'invalid_field' })
    await expect(set('n'.repeat(1025))).rejects.toMatchObject({ code: 'invalid_field' })
    await expect(set('big', 'v'.repeat(4 * 1024 * 1024 + 1))).rejects.toMatchObject({
      code: expect.stringMatching(/invalid_(value|argument)/),
    })
    await expect(create(client, { created_at: 'x' })).rejects.toMatchObject({ code: 'reserved_field' })
    await expect(create(client, { '': 'x' })).rejects.toMatchObject({ code: 'invalid_field' })
    expect(await redis.client.dbsize()).toBe(1)
  })

  it('carries binary names and values and a value of 1 MB whole, cut in the detail', async () => {
    const client = await connected()
    const { id } = await create(client)
    const value = '€'.repeat(400_000)
    await redis.client.hset(`session:${id}`, Buffer.from([0xff, 0xfe]), Buffer.from([0, 1, 0xff]))
    await client.invoke('session.setField', { ...ref(id), field: 'big', shown: null, value })
    const detail = await client.invoke('session.watch', ref(id))
    const big = detail?.fields.find(({ name }) => name === 'big')
    expect(big).toMatchObject({ cut: true, size: 1_200_000 })
    expect(typeof big?.value === 'string' && value.startsWith(big.value)).toBe(true)
    expect(await client.invoke('session.readField', { ...ref(id), field: 'big' })).toBe(value)
    const binary = { field: { base64: '//4=' }, shown: { base64: 'AAH/' } }
    expect(detail?.fields.find(({ name }) => typeof name !== 'string')).toMatchObject({
      name: binary.field,
      value: binary.shown,
    })
    await client.invoke('session.setField', { ...ref(id), ...binary, value: { base64: 'gA==' } })
    expect(await redis.client.hgetBuffer(`session:${id}`, Buffer.from([0xff, 0xfe]))).toEqual(
      Buffer.from([0x80]),
    )
  })

  it('is watched: changes from outside, touches and its end are told, and nothing when nothing changed', async () => {
    const client = await connected()
    const { id } = await create(client, {}, 60)
    await client.invoke('session.watch', ref(id))
    await redis.client.hset(`session:${id}`, 'cart', '[]')
    await vi.waitFor(
      () =>
        expect(client.payloads('session.changed').at(-1)?.detail?.fields[0]).toMatchObject({ name: 'cart' }),
      3000,
    )
    const told = client.payloads('session.changed').length
    await redis.client.del(`session:${id}`)
    await vi.waitFor(
      () => expect(client.payloads('session.changed').at(-1)).toEqual({ id, detail: null }),
      3000,
    )
    expect(client.payloads('session.changed')).toHaveLength(told + 1)
  })
})

describe('keys that are no sessions', () => {
  it('are listed with the reason and shown, and no call meant for sessions touches them', async () => {
    const client = await connected()
    await redis.client.hset('session:fragment', 'page_views', '3')
    await redis.client.hset('session:nonsense', { created_at: 'x', last_accessed_at: 'y', session_ttl: '-5' })
    await redis.client.set('session:text', 'hello')
    await redis.client.rpush('session:list', 'a')
    const { rows } = await client.window({ sort: { by: 'id', direction: 'ascending' } })
    expect(rows.map(({ id, state, type }) => [id, state, type])).toEqual([
      ['fragment', 'incomplete', 'hash'],
      ['list', 'foreign', 'list'],
      ['nonsense', 'incomplete', 'hash'],
      ['text', 'foreign', 'string'],
    ])
    expect(rows[0]?.problem).toBe('Not a session: it lacks created_at, last_accessed_at and session_ttl.')
    const before = await Promise.all(rows.map(({ id }) => redis.client.dumpBuffer(`session:${id}`)))
    for (const { id } of rows) {
      const it = { prefix: 'session:', id }
      expect(await client.invoke('session.watch', it)).toMatchObject({
        problem: expect.stringMatching(/^Not a session/),
      })
      for (const call of [
        client.invoke('session.touch', it),
        client.invoke('session.setTtl', { ...it, ttl: 60 }),
        client.invoke('session.rotate', it),
        client.invoke('session.delete', it),
      ])
        await expect(call).rejects.toMatchObject({ code: 'not_a_session' })
    }
    const fragment = { prefix: 'session:', id: 'fragment', field: 'page_views', shown: '3', value: '4' }
    await expect(client.invoke('session.setField', fragment)).rejects.toMatchObject({ code: 'not_a_session' })
    await expect(client.invoke('session.setField', { ...fragment, id: 'text' })).rejects.toMatchObject({
      code: 'not_a_session',
    })
    expect(await Promise.all(rows.map(({ id }) => redis.client.dumpBuffer(`session:${id}`)))).toEqual(before)
    expect(await redis.client.pttl('session:fragment')).toBe(-1)
  })

  it('are edited as what they are: a hash, a string, a TTL, a key', async () => {
    const client = await connected()
    await redis.client.hset('session:fragment', { page_views: '3', session_ttl: '-5' })
    await redis.client.set('session:text', 'hello', 'PX', 90_000)
    await redis.client.rpush('session:list', 'a')
    const hash = { ...ref('fragment'), state: 'incomplete' } as const
    const set = { ...hash, field: 'session_ttl', shown: '-5', value: '60' }
    expect(await client.invoke('session.setField', set)).toMatchObject({ state: 'incomplete' })
    const renamed = { ...hash, field: 'page_views', shown: '3', to: 'views' }
    const { fields } = await client.invoke('session.renameField', renamed)
    expect(fields.map(({ name, value }) => [name, value])).toEqual([
      ['views', '3'],
      ['session_ttl', '60'],
    ])
    await client.invoke('session.removeField', { ...hash, field: 'views', shown: '3' })
    const last = { ...hash, field: 'session_ttl', shown: '60' }
    expect(await client.invoke('session.removeField', last)).toBeNull()

    const expiry = await redis.client.pexpiretime('session:text')
    const written = await client.invoke('session.setValue', { ...ref('text'), shown: 'hello', value: 'hi' })
    expect(written).toMatchObject({ state: 'foreign', value: { value: 'hi', size: 2, cut: false } })
    expect(await redis.client.pexpiretime('session:text')).toBe(expiry)
    expect(await client.invoke('session.readValue', ref('text'))).toBe('hi')

    const list = { ...ref('list'), state: 'foreign', type: 'list', configuredTtl: null } as const
    const ending = await client.invoke('session.setExpiry', { ...list, shown: null, ttl: '60' })
    expect(ending.expiresAt).toBeGreaterThan(Date.now() + 50_000)
    await client.invoke('session.setExpiry', { ...list, shown: ending.expiresAt, ttl: null })
    expect(await redis.client.ttl('session:list')).toBe(-1)
    const key = { ...ref('list'), state: 'foreign', type: 'list', fingerprint: null } as const
    expect(await client.invoke('session.deleteKey', key)).toEqual({ deleted: true })
    expect(await redis.client.exists('session:list')).toBe(0)
  })

  it('a long string travels cut, is read whole where it is not too long, and is told apart by its fingerprint', async () => {
    const client = await connected()
    await redis.client.set('session:text', 'é'.repeat(50_000))
    const detail = await client.invoke('session.watch', ref('text'))
    expect(detail?.value).toMatchObject({ cut: true, size: 100_000 })
    expect(await client.invoke('session.readValue', ref('text'))).toBe('é'.repeat(50_000))
    await redis.client.append('session:text', '!')
    const key = { ...ref('text'), state: 'foreign', type: 'string' } as const
    const fingerprint = detail?.fingerprint ?? ''
    await expect(client.invoke('session.deleteKey', { ...key, fingerprint })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await redis.client.exists('session:text')).toBe(1)
    await redis.client.setrange('session:text', 5 * 1024 * 1024, 'x')
    await expect(client.invoke('session.readValue', ref('text'))).rejects.toMatchObject({
      code: 'invalid_value',
    })
    await redis.client.del('session:text')
    await expect(client.invoke('session.readValue', ref('text'))).rejects.toMatchObject({
      code: 'session_gone',
    })
  })
})

describe('the list', () => {
  it('treats a prefix with glob characters literally', async () => {
    const client = await connected()
    const prefix = 'a*b?[c]\\:'
    const { id } = await client.invoke('session.create', { prefix, fields: {}, ttl: 60 })
    await redis.client.set('aXb1c:other', '')
    const { rows, total } = await client.window({ prefix })
    expect([total, rows.map((row) => row.id)]).toEqual([1, [id]])
  })

  it('filters, sorts, windows, and says where a session stands', async () => {
    const client = await connected()
    for (let views = 1; views <= 12; views += 1)
      await create(client, { username: views % 2 ? 'ada' : 'grace', page_views: String(views) })
    const query = { filter: 'ada', sort: { by: { field: 'page_views' }, direction: 'descending' } } as const
    await vi.waitFor(async () => expect((await client.window()).total).toBe(12))
    const all = await client.window(query)
    expect(all.matched).toBe(6)
    expect(all.rows.map(({ cells }) => cells[1])).toEqual(['11', '9', '7', '5', '3', '1'])
    const third = all.rows[2]?.id
    const part = await client.window({
      ...query,
      offset: 1,
      limit: 2,
      ...(third === undefined ? {} : { locate: third }),
    })
    expect(part.rows.map(({ cells }) => cells[1])).toEqual(['9', '7'])
    expect(part.position).toBe(2)
  })

  it('reads a field that becomes a column later, and offers the fields that there are', async () => {
    const client = await connected()
    await create(client, { theme: 'dark' })
    await client.window()
    expect((await client.window({ columns: ['theme', 'username'] })).rows[0]?.cells).toEqual(['dark', 'ada'])
    expect(await client.invoke('list.fields', { prefix: 'session:' })).toEqual([
      'page_views',
      'theme',
      'username',
    ])
  })

  it.each(['polling', 'notifications'])(
    'follows creates, changes, expiries and deletes from outside (%s)',
    async (live) => {
      await redis.client.config('SET', 'notify-keyspace-events', live === 'polling' ? '' : 'KA')
      const client = await connected()
      expect(await client.invoke('connection.status', {})).toMatchObject({ live })
      await client.window()
      const hash = {
        created_at: '2026-04-02T12:34:56+00:00',
        last_accessed_at: '2026-04-02T12:34:56+00:00',
        session_ttl: '60',
        username: 'grace',
      }
      await redis.client.hset('session:one', hash)
      await redis.client.hset('session:two', hash)
      await redis.client.pexpire('session:two', 1500)
      const ids = async () =>
        (await client.window({ sort: { by: 'id', direction: 'ascending' } })).rows.map(({ id }) => id)
      await vi.waitFor(async () => expect(await ids()).toEqual(['one', 'two']), 4000)
      await redis.client.hset('session:one', 'page_views', '9')
      await vi.waitFor(
        async () =>
          expect((await client.window({ filter: 'grace' })).rows.map(({ cells }) => cells[1])).toContain('9'),
        3000,
      )
      await vi.waitFor(async () => expect(await ids()).toEqual(['one']), 4000)
      await redis.client.del('session:one')
      await vi.waitFor(async () => expect(await ids()).toEqual([]), 4000)
      await vi.waitFor(() => expect(client.payloads('list.changed').at(-1)?.total).toBe(0))
    },
  )

  it('is empty soon after FLUSHALL, of which no notification tells', async () => {
    await redis.client.config('SET', 'notify-keyspace-events', 'KA')
    const client = await connected()
    for (let i = 0; i < 20; i += 1) await create(client)
    await client.window()
    await vi.waitFor(async () => expect((await client.window()).total).toBe(20))
    await redis.client.flushall()
    await vi.waitFor(async () => expect((await client.window()).total).toBe(0), 4000)
  })

  it('is kept while the connection is lost, and true again when it is back', async () => {
    const client = await connected()
    const { id } = await create(client)
    await vi.waitFor(async () => expect((await client.window()).total).toBe(1))
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await vi.waitFor(() => expect(client.payloads('connection.changed').at(-1)?.state).toBe('lost'))
    expect((await client.window()).rows.map((row) => row.id)).toEqual([id])
    await expect(client.invoke('session.touch', ref(id))).rejects.toMatchObject({ code: 'connection_lost' })
    await redis.client.del(`session:${id}`)
    await vi.waitFor(() => expect(client.payloads('connection.changed').at(-1)?.state).toBe('connected'))
    await vi.waitFor(async () => expect((await client.window()).total).toBe(0))
  })

  it('scans 20,000 sessions with progress, can be stopped and resumed, and ends complete', async () => {
    const client = await connected()
    expect(await client.invoke('list.addSamples', { prefix: 'session:', count: 20_000 })).toEqual({
      added: 20_000,
    })
    const first = await client.window()
    expect(first).toMatchObject({ phase: 'scanning' })
    // SCAN takes its COUNT as a hint.
    expect(first.rows.length).toBeGreaterThan(50)
    const stopped = await client.invoke('list.stopScan', { prefix: 'session:' })
    expect(stopped.phase).toBe('stopped')
    expect(stopped.scanned).toBeLessThan(20_000)
    await client.invoke('list.resumeScan', { prefix: 'session:' })
    await vi.waitFor(async () => expect(await client.window()).toMatchObject({ phase: 'complete' }), 15_000)
    const { total, keys, scanned } = await client.window()
    const inRedis = await redis.client.dbsize()
    expect(Math.abs(total - inRedis)).toBeLessThan(200) // the shortest samples expire meanwhile
    expect(scanned).toBe(keys)
  })

  it('does not pass for an empty one when it was given up while it was opened', async () => {
    const client = await connected()
    const { id } = await create(client)
    const given = client.window()
    const kept = client.window({ prefix: 'other:' })
    await expect(given).rejects.toMatchObject({ code: 'not_connected' })
    expect((await kept).rows).toEqual([])
    expect((await client.window()).rows.map((row) => row.id)).toEqual([id])
  })

  it('ends when nobody has a window of it nor watches a session in it', async () => {
    const client = await connected()
    const { id } = await create(client)
    await client.window()
    await client.invoke('session.watch', ref(id))
    await client.window({ prefix: 'other:' })
    const stop = () => client.invoke('list.stopScan', { prefix: 'session:' })
    await stop()
    await client.invoke('session.watch', null)
    await expect(stop()).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('tells two clients of their own prefixes only', async () => {
    const made = inspector()
    const [one, two] = [new Client(made), new Client(made)]
    await one.invoke('connection.connect', { port: redis.port })
    await one.window({ prefix: 'a:' })
    await two.window({ prefix: 'b:' })
    await one.invoke('session.create', { prefix: 'a:', fields: {}, ttl: 60 })
    await vi.waitFor(() => expect(one.payloads('list.changed').some(({ total }) => total === 1)).toBe(true))
    expect(two.payloads('list.changed').every(({ prefix }) => prefix === 'b:')).toBe(true)
    two.close()
    const heard = two.events.length
    await two.dispatch('connection.status', {})
    await one.invoke('connection.disconnect', {})
    expect(two.events).toHaveLength(heard)
  })
})

describe('the demo server in the app', () => {
  it('runs beside the list, and what happens there shows there', async () => {
    const client = await connected()
    await client.window()
    const status = await client.invoke('demo.start', { port: 0, prefix: 'session:', ttl: 45 })
    if (status.state !== 'running') throw new Error('it does not run')
    const login = await fetch(`${status.url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'ada' }),
    })
    expect(login.status).toBe(200)
    await vi.waitFor(async () => expect((await client.window()).rows[0]?.cells).toEqual(['ada', '1']), 1000)
    const [request] = client.payloads('demo.request')
    expect(request).toMatchObject({ method: 'POST', path: '/login', status: 200 })
    expect(request?.operations.flatMap(({ commands }) => commands).join('\n')).toMatch(/HSET session:/)
    expect(await client.invoke('demo.requests', {})).toHaveLength(1)
    await expect(
      client.invoke('demo.start', { port: redis.port, prefix: 'session:', ttl: 45 }),
    ).rejects.toMatchObject({
      code: 'port_in_use',
      details: { freePort: expect.any(Number) },
    })
    await client.invoke('demo.stop', {})
    await expect(fetch(status.url)).rejects.toThrow()
  })
})

describe('malformed calls', () => {
  it.each([
    ['no.such.call', {}, 'unknown_call'],
    ['__proto__', {}, 'unknown_call'],
    ['constructor', {}, 'unknown_call'],
    [42, {}, 'unknown_call'],
    [undefined, undefined, 'unknown_call'],
    ['list.window', null, 'invalid_argument'],
    ['list.window', { prefix: 'x' }, 'invalid_argument'],
    ['session.touch', { prefix: 'session:', id: 7 }, 'invalid_argument'],
    ['session.touch', { prefix: 'session:', id: 'a', more: true }, 'invalid_argument'],
    ['session.touch', { prefix: '€'.repeat(171), id: 'a' }, 'invalid_argument'],
    ['session.readField', { prefix: '', id: { base64: '***' }, field: 'x' }, 'invalid_argument'],
    ['demo.start', { port: 70_000, prefix: '', ttl: 1 }, 'invalid_argument'],
    ['session.touch', { prefix: '\ud800', id: 'a' }, 'invalid_argument'],
  ])('%j with %j is refused as %s', async (name, arg, code) => {
    const client = await connected()
    expect(await client.dispatch(name, arg)).toMatchObject({ ok: false, code })
  })
})

it('begins nothing for a window that has gone while it was asked whether it may', async () => {
  const staying = await connected()
  const leaving = staying.inspector.attach(() => {})
  const query = { columns: [], filter: '', sort: { by: 'id', direction: 'ascending' }, offset: 0, limit: 10 }
  const window = leaving.dispatch('list.window', { ...query, prefix: 'other:' })
  leaving.close()
  expect(await window).toMatchObject({ ok: false, code: 'tab_closed' })
  await staying.window()
  await expect(staying.invoke('list.rescan', { prefix: 'other:' })).rejects.toMatchObject({
    message: expect.stringContaining('Nobody looks at'),
  })
})
