import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { useRedis } from '../../../test/redis.ts'
import { toBinary } from '../bytes.ts'
import { FilePass } from './file-pass.ts'
import { createImport, exportKeys, piecesOf, snapshot } from './testing/move.ts'

const redis = useRedis()
const PREFIX = 'session:'
const FAR = 4_000_000_000_000
/** Files that are only read, and files whose dry run meets Redis. */
const READ = Number(process.env.MALFORMED_READ ?? 10_000)
const CHECKED = Number(process.env.MALFORMED_CHECKED ?? 1500)

const session = {
  id: 'a',
  key: 'session:a',
  type: 'hash',
  expires_at_ms: FAR,
  fields: { username: 'ada', __proto__: null },
}
const good = (id: string) =>
  JSON.stringify({ ...session, id, key: PREFIX + id, fields: { username: 'ada', ['__proto__']: 'x' } })
const HEADER = '{"format":"redis-session-inspector","version":1,"form":"readable","prefix":"session:"}'

/** What no member of a line may be. */
const wrong = fc.constantFrom<unknown>(
  true,
  [],
  [[]],
  { a: { b: 1 } },
  { base64: [5] },
  Number.MAX_VALUE,
  -1.5,
)

/** Lines that are wrong, each for a reason of its own. */
const bad = fc.oneof(
  fc
    .string({ unit: 'binary' })
    .filter((text) => !/^\s*[[{"\d-]|^\s*$|\n|^\s*(null|true|false)\s*$/.test(text)),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.integer({ min: 1, max: 60 }).map((length) => good('cut').slice(0, length)),
  fc
    .tuple(fc.constantFrom('id', 'fields', 'expires_at_ms', 'type', 'key'), wrong)
    .map(([name, value]) => JSON.stringify({ ...JSON.parse(good('wrong')), [name]: value })),
  fc.constantFrom(
    '{"id":"a"}',
    '{"id":"a","fields":{}}',
    '{"id":"a","fields":{},"expires_at_ms":null}',
    '{"id":"a","fields":{"a":"1"},"expires_at_ms":1,"ttl":1}',
    '{"id":"a","fields":{"a":"1"},"expire_at_ms":4000000000000}',
    '{"id":"a","fields":{"a":"1"},"ttl":1.5}',
    '{"id":"a","fields":{"a":"1"},"ttl":-1}',
    '{"id":"a","fields":{"a":"1"},"ttl":1e300}',
    '{"id":"a","fields":{"a":{"b":1}},"ttl":1}',
    '{"id":"a","fields":{"a":"\\ud800"},"ttl":1}',
    '{"id":"a","fields":{"a":"1"},"binary_fields":[{"name":"a","value":"2"}],"ttl":1}',
    '{"id":"a","fields":{"a":"1"},"field_expires_at_ms":{"b":1},"ttl":1}',
    '{"id":"a","key":"other:a","fields":{"a":"1"},"ttl":1}',
    '{"id":"a","key":"session:b","fields":{"a":"1"},"ttl":1}',
    '{"id":{"base64":"?"},"fields":{"a":"1"},"ttl":1}',
    '{"id":"a","type":"stream","expires_at_ms":null}',
    '{"id":"a","type":"list","items":[],"expires_at_ms":null}',
    '{"id":"a","type":"zset","items":[{"member":"a","score":"nan"}],"expires_at_ms":null}',
    '{"id":"a","dump":"%","expires_at_ms":null}',
    '{"id":"a","dump":5,"expires_at_ms":null}',
    `{"id":"a","fields":${'{"a":'.repeat(5000)}1`,
    `{"id":"${'x'.repeat(20_000)}","fields":{"a":"1"},"ttl":1}`,
  ),
)

const line = fc.oneof({ weight: 2, arbitrary: fc.constant('good' as const) }, { weight: 3, arbitrary: bad })

/** What a pass over the text says of each line. */
function readAll(text: string, size: number) {
  const pass = new FilePass('exported', 'given:')
  const found = piecesOf(Buffer.from(text), size).flatMap(([piece, last]) => [...pass.add(piece, last, 1)])
  return { pass, found }
}

it('names every bad line by its number and a reason, and reads the good ones', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.integer({ min: 1, max: 5000 }), (lines, size) => {
      const texts = lines.map((each, index) => (each === 'good' ? good(`good-${index}`) : each))
      const { found } = readAll([HEADER, ...texts].join('\n'), size)
      const expected = lines.flatMap((each, index) => (each === 'good' ? [] : [index + 2]))
      const invalid = found.filter(({ found: { kind } }) => kind === 'invalid')
      expect(invalid.map((each) => each.line)).toEqual(expected)
      for (const { found: each } of invalid) {
        expect('reason' in each && each.reason).toMatch(/^.+[.!?]$/s)
      }
      expect(found.length - invalid.length).toBe(lines.length - expected.length)
    }),
    { numRuns: READ },
  )
}, 120_000)

it('keeps a field that is called __proto__ a field, and changes no prototype', () => {
  const { found } = readAll(`${HEADER}\n${good('a')}\n{"__proto__":{"polluted":1},"id":"b"}`, 1000)
  const [first] = found
  if (first?.found.kind !== 'session' || first.found.record.holds.type !== 'hash') throw new TypeError()
  expect(first.found.record.holds.fields.map(({ name }) => name.toString())).toEqual([
    'username',
    '__proto__',
  ])
  expect(found[1]?.found.kind).toBe('invalid')
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})

it('refuses a file of another version, and one whose header is damaged, as a whole', () => {
  const refusal = (header: string) => () => readAll(`${header}\n${good('a')}`, 100)
  expect(refusal(HEADER.replace('"version":1', '"version":2'))).toThrow('has version 2 of the format')
  expect(refusal(HEADER.replace('readable', 'other'))).toThrow('The first line of this export is damaged')
  expect(refusal(HEADER.replace('session:', 'x'.repeat(600)))).toThrow('Its prefix is too long.')
})

it('says that a file was cut, or does not hold what it says', () => {
  const notes = (text: string) => readAll(text, 100).pass.notes
  expect(notes(`${HEADER}\n${good('a')}\n`)).toEqual([expect.stringContaining('has no last line')])
  expect(notes(`${HEADER}\n${good('a')}\n{"end":true,"sessions":1}\n`)).toEqual([])
  expect(notes(`${HEADER}\n{"end":true,"sessions":1}\n`)).toEqual([
    'The file says that it holds 1 sessions, and has 0.',
  ])
  expect(notes(good('a'))).toEqual([])
})

it('survives exports with any bytes changed, and the dry run writes nothing whatever it reads', async () => {
  const { client } = redis
  for (const id of ['a', 'b', 'c']) {
    await client.hset(PREFIX + id, { username: 'ada', n: id })
    await client.pexpireat(PREFIX + id, FAR)
  }
  await client.rpush(`${PREFIX}list`, 'a', 'b')
  const files = [
    Buffer.from((await exportKeys(client, PREFIX, 'readable')).text),
    Buffer.from((await exportKeys(client, PREFIX, 'lossless')).text),
  ]
  await client.hset(`${PREFIX}b`, 'n', 'other')
  await client.unlink(`${PREFIX}c`)
  const before = await snapshot(client)
  const changes = async () => /rdb_changes_since_last_save:\d+/.exec(await client.info('persistence'))?.[0]
  const changesBefore = await changes()
  const mutation = fc.record({
    kind: fc.constantFrom('set', 'cut', 'drop', 'repeat', 'insert'),
    at: fc.nat(5000),
    length: fc.nat(40),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(mutation, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('keep' as const, 'replace' as const),
      async (file, mutations, existing) => {
        const changed = mutations.reduce((bytes, { kind, at, length, bytes: fresh }) => {
          const place = at % Math.max(1, bytes.length)
          const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place)]
          if (kind === 'cut') return head
          if (kind === 'drop') return Buffer.concat([head, tail.subarray(length)])
          if (kind === 'repeat') return Buffer.concat([head, tail.subarray(0, length), tail])
          return Buffer.concat([head, fresh, kind === 'set' ? tail.subarray(fresh.length) : tail])
        }, file)
        const { task, written } = await createImport({ client, options: { existing } })
        try {
          for (const [piece, last] of piecesOf(changed, 700)) await task.check(piece, last)
          const { counts, samples } = task.state
          const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
          expect(total).toBeLessThanOrEqual(task.state.lines)
          for (const { outcome, reason } of samples) {
            if (outcome === 'invalid' || outcome === 'refused') expect(reason).toMatch(/^.+[.!?]$/s)
          }
        } catch (error) {
          // A damaged header is refused as a whole, in words.
          expect(error).toBeInstanceOf(AppError)
        } finally {
          await task.stop()
        }
        expect(written).toEqual([])
      },
    ),
    { numRuns: CHECKED },
  )
  expect(await changes()).toBe(changesBefore)
  expect(await snapshot(client)).toEqual(before)
}, 180_000)

it('runs of a damaged file touch no key but those that the dry run named', async () => {
  const { client } = redis
  await client.set('outside', 'x')
  const text = [HEADER, good('a'), 'garbage', good('b'), '{"id":"c"}', good('a')].join('\n')
  const { task, written } = await createImport({ client })
  await task.check(Buffer.from(text), true)
  expect(task.state.counts).toMatchObject({ created: 2, invalid: 3 })
  await task.run(Buffer.from(text), true)
  await task.stop()
  expect(written.map(toBinary)).toEqual([`${PREFIX}a`, `${PREFIX}b`])
  expect((await client.keys('*')).sort()).toEqual(['outside', `${PREFIX}a`, `${PREFIX}b`])
  expect(await client.hget(`${PREFIX}a`, '__proto__')).toBe('x')
})
