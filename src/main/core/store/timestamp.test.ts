import { expect, test } from 'vitest'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

const MOMENT = Date.UTC(2026, 3, 2, 12, 34, 56)

test('a timestamp is written in UTC, in whole seconds, as Python writes it', () => {
  expect(formatTimestamp(MOMENT)).toBe('2026-04-02T12:34:56+00:00')
  expect(formatTimestamp(MOMENT + 999)).toBe('2026-04-02T12:34:56+00:00')
})

test('what is written is read back', () => {
  expect(parseTimestamp(formatTimestamp(MOMENT))).toBe(MOMENT)
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
])('%s is no moment', (text) => {
  expect(parseTimestamp(text)).toBeNull()
})

test('the years before 100 are not taken for the last century', () => {
  expect(new Date(parseTimestamp('0050-01-01T00:00:00Z') ?? 0).getUTCFullYear()).toBe(50)
})
