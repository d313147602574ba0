import fc from 'fast-check'
import type { z } from 'zod'
import { type CallName, contract } from '#shared/contract.ts'
import { hostileText, hostileValue } from './hostile.ts'
import { mutate, mutation } from './mutate.ts'

/** One call by a client, as it crosses a transport. */
export interface Call {
  readonly client: 0 | 1
  readonly name: unknown
  readonly arg: unknown
  /** The next call goes out only when this one is answered. */
  readonly wait: boolean
}

/** What a target of the fuzzer puts in the place of these ports; see `places.ts`. */
export const PORTS = { closed: 1, redis: 2, silent: 3, http: 4 } as const
export const IDS = ['a', 'b', 'json', 'fragment', 'text', 'list', 'gone'] as const
export const FIELDS = ['theme', 'username', 'cart', 'created_at', 'session_ttl', 'new'] as const

const line = (value: unknown) => `${JSON.stringify(value)}\n`
const CHUNKS = [
  '',
  line({ id: 'imported', fields: { username: 'eve' }, ttl: 60 }),
  line({ format: 'redis-session-inspector', version: 1 }),
  '{"id":"half',
  '\u0000\n\n[]\n"x"\n',
].map((text) => Buffer.from(text).toString('base64'))

/**
 * Values by the name of the member, so that calls find something to work on. Only those count that the schema at that
 * place takes: `from` is a moment in one call and a session in another.
 */
const HINTS: Readonly<Record<string, readonly unknown[]>> = {
  prefix: ['session:', 'session:', 'session:', 'app:', ''],
  id: [...IDS, { base64: '/w==' }],
  ids: [['a'], ['a', 'b', 'text'], ['gone']],
  from: ['a', 'b', 0, 1, 5],
  to: ['b', 'json', 'colour', 0, 2, 9],
  field: FIELDS,
  shown: ['dark', 'old', null, 900],
  value: ['light', '7', ''],
  ttl: [1, 60, '120', 900, null],
  user: ['ada', 'nobody'],
  filter: ['', 'user:ada', 'ttl<5m', 'cart.items>1', 'is:active', '-is:session', 'size>1kb', '(', 'a | b'],
  columns: [[], ['username'], ['username', 'theme']],
  type: ['hash', 'string', 'list'],
  host: ['127.0.0.1'],
  port: [...Object.values(PORTS), 0],
  url: ['redis://127.0.0.1:2', 'redis://u:p@127.0.0.1:2/3', 'rediss://127.0.0.1:2', 'http://127.0.0.1'],
  handle: [0, 1, 2, 3],
  chunk: CHUNKS,
  before: [0, 10, 1000],
  after: [0, 10],
  offset: [0, 1, 100],
  limit: [1, 50, 500],
  count: [1, 20],
  sha: ['0'.repeat(40)],
  confirmation: ['session:', 'no'],
  text: [
    'ada',
    'sid=a',
    'Cookie: connect.sid=s%3Aa.b; x=abcdefgh',
    "curl x -b 'sid=b'",
    'session=eyJhIjoxfQ.aaaaaa.b',
  ],
  listed: ['session:', ''],
  secrets: [[], ['secret'], ['base64:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']],
  deployment: ['standalone'],
}

/** Arguments that a schema takes, or nearly so: its refinements are for the parser to judge. */
export function argumentOf(schema: z.ZodType, name = ''): fc.Arbitrary<unknown> {
  const hints = (HINTS[name] ?? []).filter((hint) => schema.safeParse(hint).success)
  const made = structureOf(schema, name)
  if (hints.length === 0) return made
  return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...hints) }, { weight: 1, arbitrary: made })
}

function structureOf(schema: z.ZodType, name: string): fc.Arbitrary<unknown> {
  const { def } = (schema as unknown as z.core.$ZodTypes)._zod
  const inner = (type: unknown) => argumentOf(type as z.ZodType, name)
  switch (def.type) {
    case 'object': {
      const members = Object.entries(def.shape).map(([key, member]) => [
        key,
        argumentOf(member as z.ZodType, key),
      ])
      return fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>)
    }
    case 'array':
      return fc.array(inner(def.element), { maxLength: 4 })
    case 'union':
      return fc.oneof(...def.options.map(inner))
    case 'enum':
      return fc.constantFrom<unknown>(...Object.values(def.entries))
    case 'literal':
      return fc.constantFrom<unknown>(...def.values)
    case 'nullable':
      return fc.oneof(inner(def.innerType), fc.constant(null))
    case 'optional':
    case 'default':
      return fc.oneof(inner(def.innerType), fc.constant(undefined))
    case 'boolean':
      return fc.boolean()
    case 'number':
      return fc.oneof(fc.nat({ max: 20 }), fc.double({ noNaN: true }))
    case 'string':
      return fc.oneof(fc.string({ maxLength: 20 }), hostileText)
    case 'custom':
      return fc.dictionary(fc.oneof(fc.string(), hostileText), fc.string(), { maxKeys: 4 })
    default:
      return hostileValue
  }
}

const NAMES = Object.keys(contract.calls) as CallName[]
/** What most calls need, or what costs a process each: less often than the others. */
const SELDOM: ReadonlySet<string> = new Set(
  NAMES.filter((name) =>
    /^connection\.(connect|disconnect|setReadOnly)$|^(app|privateRedis|tabs)\./.test(name),
  ),
)

const named = (name: CallName) => {
  const valid = argumentOf(contract.calls[name].arg)
  const mutated = fc
    .tuple(valid, fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([arg, changes]) => changes.reduce(mutate, arg))
  return fc.record({
    name: fc.constant(name),
    arg: fc.oneof(
      { weight: 5, arbitrary: valid },
      { weight: 5, arbitrary: mutated },
      { weight: 1, arbitrary: hostileValue },
    ),
  })
}

const unknownName = fc.record({ name: hostileValue, arg: hostileValue })

const anyCall = fc.oneof(
  ...NAMES.map((name) => ({ weight: SELDOM.has(name) ? 1 : 6, arbitrary: named(name) })),
  { weight: 12, arbitrary: unknownName },
)

const call: fc.Arbitrary<Call> = fc
  .record({
    client: fc.constantFrom<0 | 1>(0, 0, 0, 1),
    asked: anyCall,
    wait: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  })
  .map(({ client, asked, wait }) => ({ client, ...asked, wait }))

/** Some calls one after the other, or at once, by two clients of the same inspector. */
export const callSequence: fc.Arbitrary<readonly Call[]> = fc.array(call, {
  minLength: 1,
  maxLength: 24,
  size: 'max',
})
/** A call and its argument that the contract takes, as JSON says it: for the frames of a WebSocket. */
export const sentCall = anyCall
