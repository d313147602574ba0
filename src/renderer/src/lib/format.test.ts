import { describe, expect, it } from 'vitest'
import {
  formatAgo,
  formatBytes,
  formatCompact,
  formatCountdown,
  formatDuration,
  formatInstant,
  formatTime,
  plural,
} from './format.ts'

const SECOND = 1000
const DAY = 86_400 * SECOND

describe('a countdown', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [1, '1 s'],
    [42 * SECOND, '42 s'],
    [59_001, '1:00'],
    [60 * SECOND, '1:00'],
    [18 * 60 * SECOND + 3 * SECOND, '18:03'],
    [3600 * SECOND, '1:00:00'],
    [DAY - SECOND, '23:59:59'],
    [3 * DAY + 72 * 60 * SECOND, '3 d 01:12:00'],
    [800 * DAY, '2 y 70 d'],
    [Number.MAX_SAFE_INTEGER, '285,616 y 151 d'],
  ])('of %d ms reads %s', (milliseconds, text) => {
    expect(formatCountdown(milliseconds)).toBe(text)
  })
})

describe('a duration', () => {
  it.each([
    [0, '0 s'],
    [42, '42 s'],
    [60, '1 min'],
    [90, '1 min 30 s'],
    [1800, '30 min'],
    [5400, '1 h 30 min'],
    [86_400, '1 d'],
    [2 * 86_400 + 30, '2 d'],
  ])('of %d s reads %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })
})

describe('how long ago', () => {
  it.each([
    [-5000, 'now'],
    [999, 'now'],
    [4000, '4 s ago'],
    [60_000, '1 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [2 * DAY, '2 d ago'],
  ])('%d ms reads %s', (passed, text) => {
    expect(formatAgo(1_000_000_000_000, 1_000_000_000_000 + passed)).toBe(text)
  })
})

describe('a wall-clock time', () => {
  const now = new Date(2026, 10, 23, 12, 0, 0).getTime()

  it('is the time of day today, the day in this year, and the year before it', () => {
    expect(formatTime(new Date(2026, 10, 23, 2, 3, 4).getTime(), now)).toBe('02:03:04')
    expect(formatTime(new Date(2026, 0, 2).getTime(), now)).toBe('2 Jan')
    expect(formatTime(new Date(2024, 0, 2).getTime(), now)).toBe('2 Jan 2024')
  })

  it('survives an instant that no calendar holds', () => {
    expect(formatTime(9e18, now)).toBe('far future')
    expect(formatInstant(9e18)).toBe('further away than a calendar reaches')
  })
})

it('counts bytes in the unit that reads best', () => {
  expect([0, 1023, 1024, 1_048_576, 1.5 * 1024 ** 3].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KB',
    '1.0 MB',
    '1.5 GB',
  ])
})

it('has one session and two sessions', () => {
  expect([plural(1, 'session'), plural(12_408, 'session'), plural(2, 'entry', 'entries')]).toEqual([
    '1 session',
    '12,408 sessions',
    '2 entries',
  ])
})

it('a count without room for its figures is cut to three or so', () => {
  expect([0, 408, 1204, 12_408, 999_999, 1_240_000].map(formatCompact)).toEqual([
    '0',
    '408',
    '1.2k',
    '12.4k',
    '1M',
    '1.2M',
  ])
})
