import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AppError } from '#shared/errors.ts'
import type { SessionEdit, TreeNode } from '#shared/formats.ts'
import { Budget } from './budget.ts'
import { parseJava } from './codecs/java.ts'
import { parseJson } from './codecs/json.ts'
import { parseMarshal } from './codecs/marshal.ts'
import { parseMsgpack } from './codecs/msgpack.ts'
import { parsePhp, parsePhpSession } from './codecs/php.ts'
import { parsePickle } from './codecs/pickle.ts'
import { FORMAT_LIMITS } from './limits.ts'
import { childrenOf, isDeeperThan } from './nodes.ts'
import type { Parsed } from './parsed.ts'
import { decode, encode, summariseFully } from './registry.ts'
import type { StoredSession } from './stored-session.ts'
import {
  aspnet,
  fixture,
  java,
  php,
  python,
  ruby,
  spring,
  storedHash,
  storedString,
} from './testing/fixtures.ts'

/*
 * Damaged and made-up values. FUZZ_INPUTS says how many each decoder takes: `FUZZ_INPUTS=100000 npx vitest run
 * src/main/core/formats/fuzz.test.ts`.
 */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 1000)
const TIME = Math.max(60_000, 20 * INPUTS)
/** A value takes its parser this long at most, with room for a machine that does other things meanwhile. */
const MOST_MILLISECONDS = 2 * FORMAT_LIMITS.milliseconds
/** Growth of the heap over all inputs; what one input took is gone by the next. */
const MOST_HEAP = 256 * 1024 * 1024

/** What is done to the bytes of a fixture: some set, some left out, some said twice, and the end cut off. */
interface Damage {
  readonly at: number
  readonly kind: 'set' | 'flip' | 'drop' | 'repeat' | 'cut' | 'insert' | 'swap'
  readonly byte: number
  readonly length: number
}
const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom('set', 'flip', 'drop', 'repeat', 'cut', 'insert', 'swap'),
  // Bytes that lengths, counts and marks are made of come more often than others.
  byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 4, 0x28, 0x30, 0x39, 0x7b, 0x7f, 0x80, 0xdf, 0xff)),
  length: fc.integer({ min: 1, max: 64 }),
})

function damaged(bytes: Buffer, { at, kind, byte, length }: Damage): Buffer {
  const start = Math.floor(at * bytes.length)
  const [before, after] = [bytes.subarray(0, start), bytes.subarray(start)]
  switch (kind) {
    case 'set':
      return Buffer.concat([before, Buffer.of(byte), after.subarray(1)])
    case 'flip':
      return Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ (1 << (byte % 8))), after.subarray(1)])
    case 'drop':
      return Buffer.concat([before, after.subarray(length)])
    case 'repeat':
      return Buffer.concat([before, ...Array<Buffer>(1 + (byte % 8)).fill(after.subarray(0, length)), after])
    case 'cut':
      return before
    case 'insert':
      return Buffer.concat([before, Buffer.alloc(length, byte), after])
    case 'swap':
      return Buffer.concat([after, before])
  }
}

const inputs = (seeds: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .tuple(fc.constantFrom(...seeds), fc.array(damage, { minLength: 1, maxLength: 6 }))
        .map(([seed, damages]) => damages.reduce(damaged, seed)),
    },
    // The beginning of a right one, then anything.
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...seeds), fc.uint8Array({ maxLength: 300 }))
        .map(([seed, bytes]) => Buffer.concat([seed.subarray(0, 6), bytes])),
    },
  )

function withinLimits(root: TreeNode | null): void {
  if (root === null) return
  let [items, bytes] = [0, 0]
  const waiting: TreeNode[] = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    items += 1
    if (node.type === 'text') bytes += Buffer.byteLength(node.value)
    for (const child of childrenOf(node)) waiting.push(child)
  }
  expect(items).toBeLessThanOrEqual(FORMAT_LIMITS.items)
  expect(bytes).toBeLessThanOrEqual(FORMAT_LIMITS.treeBytes)
}

/** Runs one decoder over its inputs; it is not to throw, hang, grow, or touch what all objects have. */
function attack<T>(inputs: fc.Arbitrary<T>, run: (input: T) => void): void {
  const names = Object.getOwnPropertyNames(Object.prototype).join()
  const heap = process.memoryUsage().heapUsed
  let slowest = 0
  fc.assert(
    fc.property(inputs, (input) => {
      const began = performance.now()
      run(input)
      slowest = Math.max(slowest, performance.now() - began)
    }),
    { numRuns: INPUTS },
  )
  expect(slowest).toBeLessThan(MOST_MILLISECONDS)
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(MOST_HEAP)
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(names)
}

const values = (
  from: Readonly<Record<string, { readonly value: Buffer }>>,
  pattern: RegExp,
): readonly Buffer[] =>
  Object.entries(from)
    .filter(([name]) => pattern.test(name))
    .map(([, { value }]) => value)
const phpValues = Object.values(php)

const DECODERS: readonly (readonly [
  name: string,
  seeds: readonly Buffer[],
  parse: (bytes: Buffer) => Parsed,
])[] = [
  [
    'JSON',
    [fixture(python, 'flask-json').value, fixture(ruby, 'json').value],
    (bytes) => parseJson(bytes, new Budget()),
  ],
  ['MessagePack', [fixture(python, 'flask-msgpack').value], (bytes) => parseMsgpack(bytes, new Budget())],
  ['PHP serialize', phpValues, (bytes) => parsePhp(bytes, new Budget())],
  ['php', phpValues, (bytes) => parsePhpSession(bytes, 'php', new Budget())],
  ['php_binary', phpValues, (bytes) => parsePhpSession(bytes, 'php_binary', new Budget())],
  ['pickle', values(python, /pickle|django-cache/), (bytes) => parsePickle(bytes, new Budget())],
  ['Ruby Marshal', values(ruby, /marshal/), (bytes) => parseMarshal(bytes, new Budget())],
  ['JDK serialisation', Object.values(java), (bytes) => parseJava(bytes, new Budget())],
]

it.each(DECODERS)(
  '%s: takes damaged values and stays within its limits',
  (_name, seeds, parse) => {
    attack(inputs(seeds), (bytes) => {
      const { root, end, problem } = parse(bytes)
      // A mistake of the parser, which would be shown as an undecoded value otherwise.
      expect(problem?.cause).toBeUndefined()
      // A tree that is too deep is refused where trees are put together; see registry.ts.
      if (root !== null && !isDeeperThan(root, FORMAT_LIMITS.depth)) withinLimits(root)
      expect(end).toBeLessThanOrEqual(bytes.length)
    })
  },
  TIME,
)

const KEYS: readonly (readonly [format: string, key: string, seeds: readonly Buffer[]])[] = [
  [
    'connect-redis',
    'sess:1',
    [
      Buffer.from(
        '{"cookie":{"originalMaxAge":1000,"expires":"2026-04-02T12:34:56.000Z","path":"/"},"user":"ada","n":[1,{"a":null}]}',
      ),
    ],
  ],
  [
    'fastify-session',
    'sess:1',
    [
      Buffer.from(
        '{"cookie":{"expires":"2026-04-02T12:34:56.000Z","originalMaxAge":1000,"path":"/"},"user":{"id":1}}',
      ),
    ],
  ],
  [
    'auth-js',
    'user:session:t',
    [
      Buffer.from('{"sessionToken":"t","userId":"u","expires":"2026-04-02T12:34:56.000Z"}'),
      Buffer.from('user:session:t'),
    ],
  ],
  ['flask-session', 'session:Yx8kQ2v1nB4mT6pZ9cRdWf', values(python, /flask/)],
  ['django-cache', ':1:django.contrib.sessions.cacheab', values(python, /django-cache|pickle/)],
  ['django-redis-sessions', 'ab12'.repeat(8), values(python, /redis-sessions/)],
  ['phpredis', 'PHPREDIS_SESSION:1', phpValues],
  [
    'laravel',
    'aB3x'.repeat(10),
    values(Object.fromEntries(Object.entries(php).map(([name, value]) => [name, { value }])), /laravel/),
  ],
  ['redis-session-store', fixture(ruby, 'json').key, values(ruby, /./)],
  [
    'other',
    'x',
    [...values(python, /flask|pickle/), ...values(ruby, /./), ...phpValues, ...Object.values(java)],
  ],
]

/** An edit of some kind at some place; most do not fit the value, and are to be refused in words. */
const edit: fc.Arbitrary<SessionEdit> = fc.record({
  kind: fc.constantFrom('set', 'add', 'remove'),
  path: fc.array(fc.nat(4), { maxLength: 3 }),
  name: fc.option(fc.string({ unit: 'binary', maxLength: 8 })),
  value: fc.oneof(
    fc.record({ type: fc.constant('text'), value: fc.string({ unit: 'binary' }) }),
    fc.record({
      type: fc.constant('number'),
      text: fc.oneof(fc.integer().map(String), fc.double().map(String)),
    }),
    fc.constant({ type: 'null' }),
  ),
}) as fc.Arbitrary<SessionEdit>

function look(stored: StoredSession, edits: readonly SessionEdit[]): void {
  const decoded = decode(stored)
  withinLimits(decoded?.root ?? null)
  expect(decoded === null).toBe(summariseFully(stored) === null)
  // What goes to the screen is JSON, whatever was read.
  JSON.stringify(decoded)
  try {
    const written = encode(stored, edits)
    if (written.kind !== 'value' || edits.length > 0) return
    expect(written.value.equals(stored.value)).toBe(true)
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
  }
}

it.each(KEYS)(
  '%s: shows and edits damaged sessions, or says why not',
  (_format, key, seeds) => {
    attack(fc.tuple(inputs(seeds), fc.array(edit, { maxLength: 2 })), ([value, edits]) => {
      look(storedString(key, value), edits)
    })
  },
  TIME,
)

it(
  'spring-session: shows damaged fields, or says why not',
  () => {
    const hash = fixture(spring, 'indexed')
    attack(fc.tuple(fc.constantFrom(...Object.keys(hash)), inputs(Object.values(hash))), ([name, value]) => {
      look(storedHash('spring:session:sessions:1', { ...hash, [name]: value }), [])
    })
  },
  TIME,
)

it(
  'aspnet-core: shows damaged data, or says why not',
  () => {
    attack(fc.tuple(inputs([aspnet.sliding.data]), fc.string({ maxLength: 20 })), ([data, ticks]) => {
      look(storedHash('app:1', { absexp: ticks, sldexp: '-1', data }), [])
    })
  },
  TIME,
)

it(
  'guide: shows any fields',
  () => {
    attack(
      fc.tuple(fc.string(), fc.string(), fc.string(), fc.uint8Array()),
      ([created, seen, ttl, bytes]) => {
        const fields = {
          created_at: created,
          last_accessed_at: seen,
          session_ttl: ttl,
          name: Buffer.from(bytes),
        }
        look(storedHash('session:1', fields), [])
      },
    )
  },
  TIME,
)

it(
  'an edit that is made changes nothing but the value that it names',
  () => {
    const key = (handler: string) =>
      handler === 'flask' ? 'session:Yx8kQ2v1nB4mT6pZ9cRdWf' : 'PHPREDIS_SESSION:1'
    const seeds = [
      ['flask', fixture(python, 'flask-msgpack').value],
      ['flask', fixture(python, 'flask-json').value],
      ...['php', 'php_serialize', 'php_binary'].map((handler) => ['php', fixture(php, handler)] as const),
    ] as const
    const value = fc.string({ unit: 'binary', maxLength: 300 }).filter((text) => text.isWellFormed())
    attack(fc.tuple(fc.constantFrom(...seeds), fc.nat(8), value), ([[handler, bytes], position, text]) => {
      const stored = storedString(key(handler), bytes)
      const before = decode(stored)?.root
      const path = [position]
      const written = encode(stored, [{ kind: 'set', path, value: { type: 'text', value: text } }])
      const after = written.kind === 'value' ? decode(storedString(key(handler), written.value))?.root : null
      if (before?.type !== 'map' || after?.type !== 'map') throw new Error('it is no map any more')
      expect(after.entries.map(([name]) => name)).toEqual(before.entries.map(([name]) => name))
      expect(after.entries[position]?.[1]).toMatchObject({ type: 'text', value: text })
      const others = (root: TreeNode & { type: 'map' }) =>
        root.entries.filter((_entry, place) => place !== position)
      expect(others(after)).toEqual(others(before))
    })
  },
  TIME,
)
