import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { AppError } from '#shared/errors.ts'
import type { SessionDetail } from '#shared/model.ts'
import { useRedisServer } from '../../../test/redis.ts'
import { SERVER_KINDS } from '../../../test/redis-servers.ts'
import { readServerFacts } from '../connection/server-facts.ts'
import { resolveTarget } from '../connection/target.ts'
import { readSessionDetail } from '../index/session-detail.ts'
import { Workspace } from '../workspace.ts'
import { SessionWriter } from './session-writer.ts'

/** Random sequences for each server; set UNDO_SEQUENCES for more. */
const SEQUENCES = Number(process.env.UNDO_SEQUENCES ?? 150)
const PREFIX = 'session:'
const IDS = ['a', 'b']

/** What may be done, from here and from outside. Sessions are named by their place, so that rotated ones are met too. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('set', 'remove'),
      at: fc.nat(3),
      field: fc.constantFrom('theme', 'cart', 'new'),
      value: fc.string({ maxLength: 90 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('rename', 'value', 'field-ttl', 'expiry', 'delete-key'),
      at: fc.nat(3),
      field: fc.constantFrom('theme', 'cart', 'new'),
      value: fc.constantFrom('colour', 'basket', 'theme'),
      seconds: fc.constantFrom(50, 90_000, null),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('touch', 'rotate', 'delete', 'create'), at: fc.nat(3) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('ttl'),
      at: fc.nat(3),
      ttl: fc.integer({ min: 50, max: 90_000 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('undo', 'undo', 'redo') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('outside-set', 'outside-delete', 'outside-persist', 'expire'),
      at: fc.nat(3),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/**
 * A key's PEXPIRETIME and sorted fields; and its DUMP, but not of a hash table, which lists its fields in an order that
 * changes by itself, and comes back as a list where it is small by then; nor of a list with fields' TTLs, which stays one
 * when the last of them is gone, and comes back as a list without.
 */
interface Held {
  readonly content: string
  readonly dump: string | null
}
const UNSETTLED: ReadonlySet<string> = new Set(['hashtable', 'listpackex'])
type Snapshot = ReadonlyMap<string, Held>

const same = (a: Held | undefined, b: Held | undefined): boolean =>
  a?.content === b?.content && (a?.dump == null || b?.dump == null || a.dump === b.dump)

describe.each(SERVER_KINDS)('undo on $name', ({ binary, missing }) => {
  if (missing !== null) {
    it.skip(`is not tried: ${missing}`, () => {})
    return
  }
  const redis = useRedisServer(binary)

  it(
    'goes back to the same bytes and the same expiry, or is refused and changes nothing',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), (steps) =>
          run(redis.client, redis.port, steps),
        ),
        { numRuns: SEQUENCES },
      )
    },
    SEQUENCES * 400 + 20_000,
  )
})

async function run(client: Redis, port: number, steps: readonly Step[]): Promise<void> {
  await client.flushall()
  const target = resolveTarget({ host: '127.0.0.1', port })
  const facts = await readServerFacts(client)
  const options = { clock: Date.now, onError: () => {}, onNotPushed: () => {} }
  const workspace = new Workspace({ client, target, facts, live: 'polling' }, options)
  const writer = new SessionWriter({ workspace, clock: Date.now, onHistory: () => {} })
  for (const id of IDS) await makeSession(client, id)
  // What is no session is edited and undone as well.
  await client.set(`${PREFIX}text`, 'old', 'EX', 800)
  await client.hset(`${PREFIX}fragment`, { theme: 'dark', cart: '[]' })
  /** Of each write that can be undone or redone, in step with the writer's own: its keys before and after. */
  const undo: Change[] = []
  const redo: Change[] = []
  for (const each of steps) {
    const before = await snapshot(client)
    const held = writer.history.status.undo.length
    if (each.kind === 'undo' || each.kind === 'redo') {
      const [from, to] = each.kind === 'undo' ? [undo, redo] : [redo, undo]
      const change = from.at(-1)
      const outcome = await attempt(() => writer.history[each.kind as 'undo' | 'redo']())
      const after = await snapshot(client)
      if (change === undefined) {
        expect(outcome).toBe('nothing_to_undo')
        expect(after).toEqual(before)
      } else if (outcome === 'done') {
        for (const [key, state] of change.before)
          expect([key, same(after.get(key), state)]).toEqual([key, true])
        from.pop()
        to.push({ before: change.after, after: change.before })
      } else {
        expect(after).toEqual(before)
        const untouched = [...change.after].every(([key, state]) => same(before.get(key), state))
        // Only what has changed since, or whose time is over, is refused.
        expect(untouched && outcome !== 'session_gone').toBe(false)
        if (outcome === 'session_gone') from.pop()
        else {
          expect(outcome).toBe('undo_conflict')
          writer.history.forget(each.kind as 'undo' | 'redo')
          from.pop()
        }
      }
      continue
    }
    await write(client, writer, each, [...before.keys()].sort())
    const after = await snapshot(client)
    const status = writer.history.status
    if (each.kind.startsWith('outside') || each.kind === 'expire' || status.undo.length === held) continue
    const keys = new Set(
      [...before.keys(), ...after.keys()].filter((key) => !same(before.get(key), after.get(key))),
    )
    const of = (taken: Snapshot) => new Map([...keys].map((key) => [key, taken.get(key)]))
    undo.push({ before: of(before), after: of(after) })
    redo.length = 0
  }
  writer.history.stop()
  workspace.lists.stop()
}

interface Change {
  readonly before: ReadonlyMap<string, Held | undefined>
  readonly after: ReadonlyMap<string, Held | undefined>
}

async function write(
  client: Redis,
  writer: SessionWriter,
  each: Step,
  keys: readonly string[],
): Promise<void> {
  const key = keys['at' in each ? each.at % Math.max(1, keys.length) : 0] ?? `${PREFIX}none`
  const id = key.slice(PREFIX.length)
  const store = writer.store(PREFIX, each.kind)
  const detail = await readSessionDetail(client, PREFIX, id, Date.now)
  if ('seconds' in each) {
    if (detail !== null) await attempt(() => editKey(writer, detail, each))
    return
  }
  const state = detail?.state === 'incomplete' ? detail.state : ('session' as const)
  const ref = { prefix: PREFIX, id, state, field: 'field' in each ? each.field : '' }
  switch (each.kind) {
    case 'set':
    case 'remove': {
      const shown = await client.hget(key, ref.field).catch(() => null)
      const editor = writer.editor(PREFIX, each.kind)
      if (each.kind === 'remove' && shown === null) return
      await attempt(() =>
        each.kind === 'set'
          ? editor.setField({ ...ref, shown }, 'value' in each ? each.value : '')
          : editor.removeField({ ...ref, shown }),
      )
      return
    }
    case 'touch':
      await store.touchSession(id)
      return
    case 'rotate':
      await store.rotateSession(id)
      return
    case 'delete':
      await store.deleteSession(id)
      return
    case 'create':
      await store.createSession({ username: 'grace', cart: 'x'.repeat(80) }, 500)
      return
    case 'ttl':
      await store.setSessionTtl(id, 'ttl' in each ? each.ttl : 60)
      return
    case 'outside-set':
      if ((await client.type(key)) === 'hash') await client.hset(key, 'theme', `outside-${Math.random()}`)
      return
    case 'outside-delete':
      await client.unlink(key)
      return
    case 'outside-persist':
      await client.persist(key)
      return
    case 'expire':
      await client.pexpireat(key, Date.now() + 3)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return
  }
}

async function editKey(
  writer: SessionWriter,
  detail: SessionDetail,
  each: Extract<Step, { readonly seconds: unknown }>,
): Promise<void> {
  const { id, state, type, expiresAt, configuredTtl, fingerprint } = detail
  const editor = writer.editor(PREFIX, each.kind)
  const ref = { prefix: PREFIX, id }
  const found = detail.fields.find(({ name }) => name === each.field)
  const hash = {
    ...ref,
    state: state === 'incomplete' ? state : ('session' as const),
    field: each.field,
    shown: found?.value ?? '',
  }
  switch (each.kind) {
    case 'rename':
      return editor.renameField(hash, each.value)
    case 'value':
      return editor.setValue({ ...ref, shown: detail.value?.value ?? '' }, each.value)
    case 'field-ttl':
      return editor.setFieldTtl(hash, { expiresAt: found?.expiresAt ?? null }, each.seconds)
    case 'expiry': {
      const seconds = state === 'session' ? null : each.seconds
      return editor.setExpiry(ref, { state, type }, { expiresAt, configuredTtl }, seconds)
    }
    case 'delete-key':
      return editor.deleteKey(ref, { state, type }, fingerprint)
  }
}

/** `done`, or the code of the refusal. */
async function attempt(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return 'done'
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

async function makeSession(client: Redis, id: string): Promise<void> {
  const time = '2026-04-02T12:34:56+00:00'
  const cart = id === 'a' ? '[]' : JSON.stringify({ items: 'x'.repeat(100) })
  const fields = {
    created_at: time,
    last_accessed_at: time,
    session_ttl: '900',
    username: 'ada',
    theme: 'dark',
    cart,
  }
  await client.hset(PREFIX + id, fields)
  await client.pexpireat(PREFIX + id, Date.now() + 900_000)
}

async function snapshot(client: Redis): Promise<Snapshot> {
  const found = new Map<string, Held>()
  for (const key of await client.keys('*')) {
    const [at, encoding] = [await client.pexpiretime(key), await client.object('ENCODING', key)]
    const dump = UNSETTLED.has(String(encoding)) ? null : await client.dumpBuffer(key)
    const content = (await client.type(key)) === 'string' ? '' : await fieldsOf(client, key)
    if ((await client.exists(key)) === 1)
      found.set(key, { content: JSON.stringify([at, content]), dump: dump?.toString('base64') ?? null })
  }
  return found
}

/** Fields in order, each with when it ends itself where the server knows that. */
async function fieldsOf(client: Redis, key: string): Promise<unknown> {
  const fields = Object.entries(await client.hgetall(key)).sort(([a], [b]) => (a < b ? -1 : 1))
  return Promise.all(
    fields.map(async ([name, value]) => [
      name,
      value,
      await client.call('HPEXPIRETIME', key, 'FIELDS', '1', name).catch(() => null),
    ]),
  )
}
