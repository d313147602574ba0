import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { AppError } from '#shared/errors.ts'
import type { SessionDetail } from '#shared/model.ts'
import { useRedisServer } from '../../../test/redis.ts'
import { SERVER_KINDS } from '../../../test/redis-servers.ts'
import { readSessionDetail } from '../index/session-detail.ts'
import { KeyEditor } from './key-editor.ts'

/** Random cases for each server; set GUARD_CASES for more. */
const CASES = Number(process.env.GUARD_CASES ?? 400)
const PREFIX = 'session:'
const IDS = ['session', 'fragment', 'text', 'list'] as const
const FIELDS = ['theme', 'cart', 'session_ttl', 'new'] as const
const TIME = '2026-04-02T12:34:56+00:00'

const id = fc.constantFrom(...IDS)
const field = fc.constantFrom(...FIELDS)
const value = fc.constantFrom('dark', 'light', '', '[]', '600')
const ttl = fc.constantFrom(50, 5000, null)

/** What others do between the look and the write. */
const outside = fc.record({
  does: fc.constantFrom('set', 'remove', 'delete', 'retype', 'expire', 'persist', 'field-expire', 'nothing'),
  field,
  value,
})
const edit = fc.record({
  does: fc.constantFrom('set', 'remove', 'rename', 'value', 'expiry', 'field-ttl', 'delete'),
  field,
  to: field,
  value,
  ttl,
})
type Outside = typeof outside extends fc.Arbitrary<infer T> ? T : never
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never

/** A key as the model has it. Times are PEXPIRETIME's: -1 for none. */
interface Key {
  readonly kind: string
  readonly expires: number
  readonly fields: Readonly<Record<string, readonly [value: string, expires: number]>>
  readonly content: string
}

describe.each(SERVER_KINDS)('random guarded edits on $name', ({ name, binary, missing }) => {
  if (missing !== null) {
    it.skip(`are not tried: ${missing}`, () => {})
    return
  }
  const redis = useRedisServer(binary)
  const knowsFieldTtls = name === 'Redis 8.0'

  it(
    'do exactly what was asked for when they say so, and else nothing',
    async () => {
      const outcomes = new Map<string, number>()
      await fc.assert(
        fc.asyncProperty(id, fc.array(outside, { maxLength: 2 }), edit, async (target, others, wanted) => {
          const { client } = redis
          await prepare(client, knowsFieldTtls)
          const shown = await readSessionDetail(client, PREFIX, target, Date.now)
          const seen = await look(client, target, knowsFieldTtls)
          if (shown === null || seen === null) throw new Error('it has just been made')
          for (const other of others) await disturb(client, target, other, knowsFieldTtls)
          const before = await look(client, target, knowsFieldTtls)
          const [dump, keys] = [await client.dumpBuffer(PREFIX + target), await client.dbsize()]

          const outcome = await attempt(client, target, shown, wanted)
          const after = await look(client, target, knowsFieldTtls)
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
          expect(outcome).toBe(expected(seen, before, wanted, knowsFieldTtls))
          if (outcome === 'done') expectKey(after, apply(before as Key, wanted))
          else {
            expect(after).toEqual(before)
            expect(await client.dumpBuffer(PREFIX + target)).toEqual(dump)
            expect(await client.dbsize()).toBe(keys)
          }
        }),
        { numRuns: CASES },
      )
      // Each way that it can end was met, so that none is claimed by chance.
      for (const met of ['done', 'conflict', 'session_gone', 'not_a_session', 'other_type'])
        expect(outcomes.get(met) ?? 0, met).toBeGreaterThan(0)
    },
    CASES * 60 + 20_000,
  )
})

async function prepare(client: Redis, knowsFieldTtls: boolean): Promise<void> {
  await client.flushall()
  const fields = { theme: 'dark', cart: '[]' }
  const reserved = { created_at: TIME, last_accessed_at: TIME, session_ttl: '600' }
  await client.hset(`${PREFIX}session`, { ...fields, ...reserved })
  await client.hset(`${PREFIX}fragment`, {
    ...fields,
    session_ttl: '-5',
    created_at: TIME,
    last_accessed_at: TIME,
  })
  await client.set(`${PREFIX}text`, 'dark')
  await client.rpush(`${PREFIX}list`, 'a', 'b')
  const at = Date.now() + 700_000
  for (const each of ['session', 'text']) await client.pexpireat(PREFIX + each, at)
  if (!knowsFieldTtls) return
  for (const each of ['session', 'fragment'])
    await client.call('HPEXPIREAT', PREFIX + each, String(at - 1234), 'FIELDS', '1', 'theme')
}

async function disturb(
  client: Redis,
  target: string,
  other: Outside,
  knowsFieldTtls: boolean,
): Promise<void> {
  const key = PREFIX + target
  switch (other.does) {
    case 'set':
      if ((await client.type(key)) === 'string') await client.set(key, other.value, 'KEEPTTL')
      else await client.hset(key, other.field, other.value).catch(() => {})
      return
    case 'remove':
      await client.hdel(key, other.field).catch(() => {})
      return
    case 'delete':
      await client.unlink(key)
      return
    case 'retype':
      await client.multi().del(key).set(key, 'dark').exec()
      return
    case 'expire':
      await client.pexpire(key, 300_000)
      return
    case 'persist':
      await client.persist(key)
      return
    case 'field-expire':
      if (knowsFieldTtls)
        await client.call('HPEXPIRE', key, '200000', 'FIELDS', '1', other.field).catch(() => {})
      return
  }
}

/** `done`, or the code of the refusal. */
async function attempt(client: Redis, target: string, shown: SessionDetail, wanted: Edit): Promise<string> {
  const editor = new KeyEditor({ client, clock: Date.now, record: () => {} })
  const ref = { prefix: PREFIX, id: target }
  const { state, type, expiresAt, configuredTtl, fingerprint } = shown
  const found = shown.fields.find(({ name }) => name === wanted.field)
  const hash = { ...ref, state: state === 'incomplete' ? state : ('session' as const), field: wanted.field }
  const asShown = { ...hash, shown: found?.value ?? null }
  const edits: Record<Edit['does'], () => Promise<void>> = {
    set: () => editor.setField(asShown, wanted.value),
    remove: () => editor.removeField(asShown),
    rename: () => editor.renameField({ ...asShown, shown: found?.value ?? 'was not there' }, wanted.to),
    value: () => editor.setValue({ ...ref, shown: shown.value?.value ?? '' }, wanted.value),
    expiry: () =>
      editor.setExpiry(ref, shown, { expiresAt, configuredTtl }, state === 'session' ? null : wanted.ttl),
    'field-ttl': () => editor.setFieldTtl(hash, { expiresAt: found?.expiresAt ?? null }, wanted.ttl),
    delete: () => editor.deleteKey(ref, { state, type }, fingerprint),
  }
  try {
    await edits[wanted.does]()
    return 'done'
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

/** What must come of it, by what was seen and what is there. */
function expected(seen: Key, now: Key | null, { does, ...wanted }: Edit, knowsFieldTtls: boolean): string {
  const isHash = does === 'set' || does === 'remove' || does === 'rename' || does === 'field-ttl'
  const asSession = isHash && seen.kind !== 'incomplete'
  if (asSession && wanted.field === 'session_ttl') return 'reserved_field'
  if (asSession && does === 'rename' && wanted.to === 'session_ttl') return 'reserved_field'
  if (now === null) return 'session_gone'
  const kind = does === 'value' ? 'string' : asSession ? 'session' : seen.kind
  if (now.kind !== kind) return kind === 'session' ? 'not_a_session' : 'other_type'
  const [was, is] = [seen.fields[wanted.field], now.fields[wanted.field]]
  switch (does) {
    case 'set':
    case 'remove':
      return was?.[0] === is?.[0] ? 'done' : 'conflict'
    case 'rename':
      if (is === undefined || was?.[0] !== is[0]) return 'conflict'
      return now.fields[wanted.to] === undefined ? 'done' : 'invalid_field'
    case 'value':
      return (seen.kind === 'string' ? seen.content : '') === now.content ? 'done' : 'conflict'
    case 'expiry': {
      const same = kind === 'session' ? is600(seen) === is600(now) : seen.expires === now.expires
      return same ? 'done' : 'conflict'
    }
    case 'field-ttl':
      if (!knowsFieldTtls) return 'unsupported'
      return is !== undefined && (was?.[1] ?? -1) === is[1] ? 'done' : 'conflict'
    case 'delete':
      if (kind === 'session' || kind === 'list') return 'done'
      return JSON.stringify([seen.fields, seen.content]) === JSON.stringify([now.fields, now.content])
        ? 'done'
        : 'conflict'
  }
}

const is600 = ({ fields }: Key): boolean => fields.session_ttl?.[0] === '600'

/** The change that was asked for, and nothing else. */
function apply(key: Key, { does, field, to, value, ttl }: Edit): Key | null {
  const { [field]: old, ...others } = key.fields
  const ends = ttl === null ? -1 : Date.now() + 1000 * ttl
  const withFields = (fields: Key['fields']): Key | null =>
    Object.keys(fields).length === 0 ? null : { ...key, kind: kindOf(fields), fields }
  switch (does) {
    case 'set':
      return withFields({ ...others, [field]: [value, old?.[1] ?? -1] })
    case 'remove':
      return withFields(others)
    case 'rename':
      return withFields({ ...others, [to]: old ?? ['', -1] })
    case 'value':
      return { ...key, content: value }
    case 'expiry':
      return { ...key, expires: key.kind === 'session' ? -1 : ends }
    case 'field-ttl':
      return withFields({ ...others, [field]: [old?.[0] ?? '', ends] })
    case 'delete':
      return null
  }
}

const kindOf = (fields: Key['fields']): string =>
  fields.created_at && fields.last_accessed_at && /^[1-9]\d*$/.test(fields.session_ttl?.[0] ?? '')
    ? 'session'
    : 'incomplete'

/** The same, where a time that was set from now on may be a little off. */
function expectKey(actual: Key | null, wanted: Key | null): void {
  const times = (key: Key | null) =>
    key === null
      ? []
      : [
          key.expires,
          ...Object.keys(key.fields)
            .sort()
            .map((name) => key.fields[name]?.[1] ?? 0),
        ]
  const rest = (key: Key | null) =>
    key && {
      ...key,
      expires: 0,
      fields: Object.entries(key.fields)
        .map(([name, [held]]) => [name, held])
        .sort(),
    }
  expect(rest(actual)).toEqual(rest(wanted))
  const [found, asked] = [times(actual), times(wanted)]
  found.forEach((time, at) => {
    expect(Math.abs(time - (asked[at] ?? 0))).toBeLessThan(3000)
    expect(time < 0).toBe((asked[at] ?? 0) < 0)
  })
}

async function look(client: Redis, target: string, knowsFieldTtls: boolean): Promise<Key | null> {
  const key = PREFIX + target
  const type = await client.type(key)
  if (type === 'none') return null
  const expires = await client.pexpiretime(key)
  if (type === 'string') return { kind: type, expires, fields: {}, content: (await client.get(key)) ?? '' }
  if (type === 'list')
    return { kind: type, expires, fields: {}, content: (await client.lrange(key, 0, -1)).join() }
  const fields: Record<string, readonly [string, number]> = {}
  for (const [name, held] of Object.entries(await client.hgetall(key)).sort()) {
    const [at = -1] = knowsFieldTtls
      ? ((await client.call('HPEXPIRETIME', key, 'FIELDS', '1', name)) as number[])
      : []
    fields[name] = [held, at]
  }
  return { kind: kindOf(fields), expires, fields, content: '' }
}
