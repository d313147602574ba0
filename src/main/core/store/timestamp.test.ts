import { expect, test } from 'vitest'
import { formatTimestamp, parseTimestamp, parseTimestampBytes } from './timestamp.ts'

const MOMENT = Date.UTC(2026, 3, 2, 12, 34, 56)

test('a timestamp is written in UTC, in whole seconds, as Python writes it', () => {
  expect(formatTimestamp(MOMENT)).toBe('2026-04-02T12:34:56+00:00')
  expect(formatTimestamp(MOMENT + 999)).toBe('2026-04-02T12:34:56+00:00')
})

/** Bytes with others around them, as they lie in a reply. */
function inReply(text: string): number {
  const bytes = Buffer.from(`9${text}9`, 'latin1')
  return parseTimestampBytes(bytes, 1, bytes.length - 1)
}

test('what is written is read back, also from bytes, on every day of a leap year and its neighbours', () => {
  for (let day = 0; day < 3 * 366; day += 1) {
    const moment = Date.UTC(2027, 0, 1 + day, day % 24, day % 60, (7 * day) % 60)
    expect(parseTimestamp(formatTimestamp(moment))).toBe(moment)
    expect(inReply(formatTimestamp(moment))).toBe(moment)
    const finer = moment + ((13 * day) % 1000)
    expect(inReply(new Date(finer).toISOString())).toBe(finer)
  }
})

test.each([
  ['2026-04-02T12:34:56Z', 0],
  ['2026-04-02t12:34:56z', 0],
  ['2026-04-02 12:34:56', 0],
  ['2026-04-02T12:34:56.5+00:00', 500],
  ['2026-04-02T12:34:56.123456+00:00', 123],
  ['2026-04-02T12:34:56,7Z', 700],
  ['2026-04-02T14:34:56+02:00', 0],
  ['2026-04-02T07:04:56-0530', 0],
])('%s of another writer is read', (text, more) => {
  expect(parseTimestamp(text)).toBe(MOMENT + more)
  expect(inReply(text)).toBe(MOMENT + more)
})

test.each([
  '',
  'yesterday',
  '1775133296',
  '2026-04-02',
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-04-02T24:00:00Z',
  '2026-04-02T12:60:00Z',
  '2026-04-02T12:34:56+99:00',
  '2026-04-02T12:34:56Z and more',
  '2026-04-02T12:34:60+00:00',
  '2026-02-30T12:34:56+00:00',
  '2026-04-02T12:3x:56+00:00',
  '20a6-04-02T12:34:56+00:00',
  '2026-04-02T12:34:56.1x3Z',
  '2026-04-02T12:34:56.12xZ',
  '2026-04-02T12:34:56+x0:00',
])('%s is no moment', (text) => {
  expect(parseTimestamp(text)).toBeNull()
  expect(inReply(text)).toBeNaN()
})

test('the years before 100 are not taken for the last century', () => {
  expect(new Date(parseTimestamp('0050-01-01T00:00:00Z') ?? 0).getUTCFullYear()).toBe(50)
})
