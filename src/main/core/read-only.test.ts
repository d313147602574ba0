import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type CallName, contract } from '#shared/contract.ts'
import { useRedis } from '../../test/redis.ts'
import { marksOf } from './formats/read-stored.ts'
import { storedString } from './formats/testing/fixtures.ts'
import { createInspector } from './services.ts'

const redis = useRedis()
const PREFIX = 'session:'
const JSON_VALUE = '{"username":"ada"}'
/** What changes to another connection, or switches reading alone off. */
const WAYS_OUT = new Set<CallName>([
  'connection.connect',
  'connection.disconnect',
  'privateRedis.start',
  'connection.setReadOnly',
])
const CALLS = (Object.keys(contract.calls) as CallName[]).filter((name) => !WAYS_OUT.has(name))

const refOf = (...ids: readonly string[]) =>
  fc.record({ prefix: fc.constant(PREFIX), id: fc.constantFrom(...ids) })
const ref = refOf('a', 'b', 'none')
/** A key of any kind, as it is. */
const keyRef = fc
  .constantFrom(
    { id: 'a', state: 'session', type: 'hash', configuredTtl: 900 },
    { id: 'fragment', state: 'incomplete', type: 'hash', configuredTtl: null },
    { id: 'text', state: 'foreign', type: 'string', configuredTtl: null },
  )
  .map((key) => ({ prefix: PREFIX, ...key }))
const maybeTtl = fc.constantFrom(1, 60, '120', null)
const field = fc.constantFrom('theme', 'new')
const shown = fc.constantFrom('dark', null)
const ttl = fc.constantFrom(1, 60, '120')
const IMPORTED = Buffer.from('{"id":"new","fields":{"username":"eve"},"ttl":60}\n').toString('base64')
/** Arguments that would write, call by call. */
const VALID: Partial<Record<CallName, fc.Arbitrary<unknown>>> = {
  'session.create': fc.record({ prefix: fc.constant(PREFIX), fields: fc.constant({ username: 'eve' }), ttl }),
  'session.setField': fc
    .tuple(ref, fc.record({ field, shown, value: fc.string() }))
    .map(([a, b]) => ({ ...a, ...b })),
  'session.removeField': fc.tuple(ref, fc.record({ field, shown })).map(([a, b]) => ({ ...a, ...b })),
  'session.renameField': fc
    .tuple(ref, fc.record({ field, shown: fc.constant('dark'), to: fc.constantFrom('colour', 'x') }))
    .map(([a, b]) => ({ ...a, ...b })),
  'session.setFieldTtl': fc
    .tuple(ref, fc.record({ field, shown: fc.constant(null), ttl: maybeTtl }))
    .map(([a, b]) => ({ ...a, ...b })),
  'session.setValue': fc
    .tuple(refOf('text'), fc.record({ shown: fc.constant('old'), value: fc.string() }))
    .map(([a, b]) => ({ ...a, ...b })),
  'session.editDecoded': fc.record({
    ...{ prefix: fc.constant(PREFIX), id: fc.constant('json'), type: fc.constant('string') },
    shown: fc.constant(marksOf(storedString(`${PREFIX}json`, JSON_VALUE))[0]),
    edits: fc.constant([{ kind: 'set', path: [0], value: { type: 'text', value: 'eve' } }]),
  }),
  'session.setExpiry': fc
    .tuple(keyRef, fc.record({ shown: fc.constant(null), ttl: maybeTtl }))
    .map(([a, b]) => ({ ...a, ...b })),
  'session.deleteKey': keyRef.map(({ configuredTtl: _ttl, ...key }) => ({
    ...key,
    fingerprint: null,
    related: true,
  })),
  'session.setTtl': fc.tuple(ref, fc.record({ ttl })).map(([a, b]) => ({ ...a, ...b })),
  'session.touch': ref,
  'session.rotate': ref,
  'session.delete': ref,
  'list.addSamples': fc.record({ prefix: fc.constant(PREFIX), count: fc.integer({ min: 1, max: 20 }) }),
  'connection.changeNotifications': fc.record({ kind: fc.constantFrom('enable', 'restore') }),
  'import.run': fc.record({
    handle: fc.integer({ min: 0, max: 9 }),
    chunk: fc.constantFrom('', IMPORTED),
    last: fc.boolean(),
  }),
  'history.undo': fc.record({ force: fc.boolean() }),
  'history.redo': fc.record({ force: fc.boolean() }),
  'risks.removeMembers': fc.record({ prefix: fc.constant(PREFIX), mark: fc.nat({ max: 3 }) }),
  'demo.start': fc.record({ port: fc.constant(0), prefix: fc.constant(PREFIX), ttl }),
}

const handle = fc.integer({ min: 0, max: 9 })
/** Arguments of calls that work on a read-only connection too, and go before those that would write. */
const READING: Partial<Record<CallName, fc.Arbitrary<unknown>>> = {
  'session.related': refOf('a', 'text', 'json', 'none'),
  'session.decode': refOf('a', 'text', 'json', 'none'),
  'cookie.find': fc.record({
    text: fc.constantFrom('sid=a', 'connect.sid=s%3Atext.x', 'unknown-12345'),
    listed: fc.constant(PREFIX),
    secrets: fc.constantFrom([], ['a secret']),
  }),
  'export.begin': fc.record({
    prefix: fc.constant(PREFIX),
    scope: fc.constantFrom({ filter: '' }, { ids: ['a', 'none'] }),
    form: fc.constantFrom('readable', 'lossless'),
  }),
  'export.read': fc.record({ handle }),
  'export.stop': fc.record({ handle }),
  'import.begin': fc.record({
    prefix: fc.constant(PREFIX),
    into: fc.constantFrom('exported', 'given'),
    existing: fc.constantFrom('keep', 'replace'),
  }),
  'import.check': fc.record({ handle, chunk: fc.constantFrom('', IMPORTED), last: fc.boolean() }),
  'import.stop': fc.record({ handle }),
  'risks.report': fc.record({ prefix: fc.constant(PREFIX) }),
  'risks.read': fc.record({ prefix: fc.constant(PREFIX), on: fc.boolean() }),
  'risks.orphans': fc.record({ prefix: fc.constant(PREFIX) }),
  'list.window': fc.constant({
    ...{ prefix: PREFIX, columns: [], filter: '', offset: 0, limit: 10 },
    sort: { by: 'id', direction: 'ascending' },
  }),
}

async function everything(): Promise<unknown> {
  const { client } = redis
  const keys = (await client.keys('*')).sort()
  const dumps = await Promise.all(keys.map(async (key) => (await client.dumpBuffer(key))?.toString('base64')))
  const expiries = await Promise.all(keys.map((key) => client.pexpiretime(key)))
  return { keys, dumps, expiries, config: await client.config('GET', 'notify-keyspace-events') }
}

it('changes nothing on a read-only connection, whatever is called with whatever arguments', async () => {
  const time = '2026-04-02T12:34:56+00:00'
  for (const id of ['a', 'b']) {
    const key = PREFIX + id
    await redis.client.hset(key, {
      created_at: time,
      last_accessed_at: time,
      session_ttl: '900',
      theme: 'dark',
    })
    await redis.client.expire(key, 900)
  }
  await redis.client.hset(`${PREFIX}fragment`, 'theme', 'dark')
  await redis.client.set(`${PREFIX}text`, 'old')
  await redis.client.set(`${PREFIX}json`, JSON_VALUE)
  const inspector = createInspector({ host: 'web', version: '1', redisUrl: null, log: () => {} })
  const endpoint = inspector.attach(() => {})
  const call = (name: CallName, arg: unknown) => endpoint.dispatch(name, arg)
  try {
    expect(await call('connection.connect', { port: redis.port })).toMatchObject({ ok: true })
    // Something to undo and to redo.
    const edit = { prefix: PREFIX, id: 'a', field: 'theme', shown: 'dark', value: 'light' }
    await call('session.setField', edit)
    await call('session.touch', { prefix: PREFIX, id: 'b' })
    await call('history.undo', {})
    expect(await call('connection.setReadOnly', { readOnly: true })).toMatchObject({
      value: { readOnly: true },
    })
    const before = await everything()
    const outcomes = new Set<string>()
    const anything = fc.constantFrom(...CALLS).chain((name) =>
      fc.record({
        name: fc.constant(name),
        arg: fc.oneof(VALID[name] ?? READING[name] ?? fc.constant({}), fc.jsonValue()),
      }),
    )
    await fc.assert(
      fc.asyncProperty(anything, async ({ name, arg }) => {
        const reply = await call(name, arg)
        if (!reply.ok) outcomes.add(`${name} ${reply.code}`)
        expect(reply.ok ? null : reply.code).not.toBe('internal')
      }),
      { numRuns: 3000 },
    )
    expect(await everything()).toEqual(before)
    // That it was refused, not that it was never tried.
    for (const name of Object.keys(VALID)) {
      if (name !== 'connection.changeNotifications') expect(outcomes).toContain(`${name} read_only`)
    }
    await call('connection.setReadOnly', { readOnly: false })
    expect(await call('session.setField', { ...edit, shown: 'light', value: 'blue' })).toMatchObject({
      ok: true,
    })
  } finally {
    await inspector.stop()
  }
}, 60_000)

it('can be connected read-only, and lists all the same', async () => {
  await redis.client.hset(`${PREFIX}a`, { theme: 'dark' })
  await redis.client.set(`${PREFIX}text`, 'old')
  await redis.client.config('RESETSTAT')
  const inspector = createInspector({ host: 'web', version: '1', redisUrl: null, log: () => {} })
  const endpoint = inspector.attach(() => {})
  try {
    const status = await endpoint.dispatch('connection.connect', { port: redis.port, readOnly: true })
    expect(status).toMatchObject({ ok: true, value: { readOnly: true, missing: [] } })
    const query = { prefix: PREFIX, columns: [], filter: '', offset: 0, limit: 10 }
    const sort = { by: 'id', direction: 'ascending' }
    expect(await endpoint.dispatch('list.window', { ...query, sort })).toMatchObject({
      value: { matched: 2 },
    })
    expect(await endpoint.dispatch('session.watch', { prefix: PREFIX, id: 'a' })).toMatchObject({
      value: { fields: [{ name: 'theme' }], fingerprint: expect.any(String) },
    })
    expect(await endpoint.dispatch('session.watch', { prefix: PREFIX, id: 'text' })).toMatchObject({
      value: { value: { value: 'old' } },
    })
    expect(await endpoint.dispatch('session.readValue', { prefix: PREFIX, id: 'text' })).toMatchObject({
      value: 'old',
    })
    expect(await redis.client.info('commandstats')).not.toMatch(/cmdstat_(unlink|hdel|expire):/)
  } finally {
    await inspector.stop()
  }
})
