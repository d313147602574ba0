import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeIds } from './id-quality.ts'

const NOW = Date.parse('2026-04-02T12:00:00Z')
const make = (
  count: number,
  id: (n: number) => string,
  createdAt: (n: number) => number | null = () => null,
) => Array.from({ length: count }, (_, n) => ({ id: id(n), createdAt: createdAt(n) }))
const judge = (sample: ReturnType<typeof make>, population = sample.length) => judgeIds(sample, population)

describe('what ids are worth', () => {
  it.each([
    ['the store’s own', () => randomBytes(32).toString('base64url')],
    ['express-session’s', () => randomBytes(24).toString('base64url')],
    ['PHP’s', () => randomBytes(16).toString('hex')],
    ['UUIDs of version 4', () => randomUUID()],
    [
      'ASP.NET’s',
      () =>
        randomBytes(16)
          .toString('hex')
          .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    ],
  ])('finds nothing wrong with %s, few or many', (_name, id) => {
    for (const count of [1, 7, 100, 2000]) {
      const { risk, how } = judge(make(count, id, (n) => NOW + 1000 * n))
      expect([count, risk, how]).toEqual([count, null, how])
    }
  })

  it('finds ids that are too short by their length and characters, from the first on', () => {
    expect(judge(make(1, () => 'k3j5h7'))).toMatchObject({
      risk: 'guessable_ids',
      bits: expect.closeTo(31, 0),
    })
    expect(judge(make(50, () => randomBytes(6).toString('hex')))).toMatchObject({ risk: 'guessable_ids' })
    expect(judge(make(50, () => randomBytes(12).toString('hex')))).toMatchObject({ risk: 'weak_ids' })
  })

  it('finds numbers that count up, also behind a word, and says so', () => {
    const counted = judge(
      make(500, (n) => `user-session-number-${100_000 + n}`),
      5000,
    )
    expect(counted.risk).toBe('guessable_ids')
    expect(counted.how).toContain('count up')
    expect(judge(make(500, (n) => String(1e15 + 7 * n))).how).toContain('small range')
  })

  it('finds the time in ids', () => {
    const clock = judge(
      make(500, (n) => String(NOW + 977 * n)),
      500,
    )
    expect(clock.risk).toBe('guessable_ids')
    expect(judge(make(50, (n) => String(1000 * (NOW + 86_400_000 * n) + 7 * n))).how).toContain(
      'microseconds',
    )
    const uuid1 = (n: number) => `${(0xa0000000 + n).toString(16)}-1234-11ee-8123-0242ac120002`
    expect(judge(make(30, uuid1))).toMatchObject({
      risk: 'guessable_ids',
      how: expect.stringContaining('version 1'),
    })
    const uuid7 = (n: number) => {
      const time = (NOW + n).toString(16).padStart(12, '0')
      const chance = randomBytes(10).toString('hex')
      return `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(0, 3)}-a${chance.slice(3, 6)}-${chance.slice(6, 18)}`
    }
    expect(judge(make(300, uuid7))).toMatchObject({
      risk: 'weak_ids',
      how: expect.stringContaining('version 7'),
    })
  })

  it('finds ids that sort by when they were made, as ULIDs do', () => {
    const ulid = (n: number) =>
      (NOW + 1000 * n).toString(36).padStart(10, '0') + randomBytes(16).toString('hex')
    const { risk, how } = judge(make(300, ulid, (n) => NOW + 1000 * n))
    expect(risk).toBe('weak_ids')
    expect(how).toContain('sort by when')
  })

  it('finds a long stem that all share', () => {
    const { risk, how } = judge(make(300, () => `production-web-server-01-${randomBytes(4).toString('hex')}`))
    expect(risk).toBe('guessable_ids')
    expect(how).toContain('25 of their 33 characters are the same in all')
  })

  it('never counts more bits than length and characters allow, nor fewer than none', () => {
    const id = fc.string({ unit: fc.constantFrom(...'0123456789abcdefXYZ_-'), minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(fc.array(id, { minLength: 1, maxLength: 150 }), fc.nat(1e6), (ids, more) => {
        const length = ids[0]?.length ?? 0
        const sample = ids.map((text) => ({ id: text.padEnd(length, '0').slice(0, length), createdAt: null }))
        const { bits } = judgeIds(sample, sample.length + more)
        expect(bits).toBeGreaterThanOrEqual(0)
        expect(bits).toBeLessThanOrEqual(6 * length)
      }),
    )
  })
})
