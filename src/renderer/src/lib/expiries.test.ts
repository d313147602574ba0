import { describe, expect, it } from 'vitest'
import {
  axisMarks,
  barHeights,
  barSpan,
  barsOf,
  barWords,
  chartWords,
  type Expiries,
  spanSeconds,
  spanWords,
} from './expiries.ts'

/** Ten minutes in bars of one each. */
const expiries = (all: readonly number[], more: Partial<Expiries> = {}): Expiries => ({
  bucketMs: 60_000,
  all: [...all, ...new Array<number>(10 - all.length).fill(0)],
  matched: [...all, ...new Array<number>(10 - all.length).fill(0)],
  later: 0,
  ...more,
})

describe('the words of a bar', () => {
  it('say how many sessions expire when', () => {
    expect(barWords(expiries([0, 0, 0, 0, 212]), barSpan(4, 4))).toBe('212 sessions expire in 4 to 5 min')
    expect(barWords(expiries([1]), barSpan(0, 0))).toBe('1 session expires in less than 1 min')
  })

  it('say how many of them match where a filter leaves some out', () => {
    const matched = [0, 3, ...new Array<number>(8).fill(0)]
    expect(barWords(expiries([0, 2000], { matched }), barSpan(1, 1))).toBe(
      '2,000 sessions expire in 1 to 2 min; 3 match',
    )
  })

  it('count a drag together, whichever way it went', () => {
    expect(barWords(expiries([0, 1, 2, 3]), barSpan(3, 1))).toBe('6 sessions expire in 1 to 4 min')
  })

  it('name the unit twice where it is not the same', () => {
    expect(spanWords({ from: 45, to: 60 })).toBe('45 s to 1 min')
    expect(spanWords({ from: 90, to: 120 })).toBe('1 min 30 s to 2 min')
  })
})

describe('the words of the chart', () => {
  it('say how many there are, where most are and what lies beyond', () => {
    expect(chartWords(expiries([1, 5, 2], { later: 1204 }))).toBe(
      '8 sessions expire in less than 10 min. The most at once: 5 sessions expire in 1 to 2 min. 1,204 sessions later.',
    )
  })

  it('say that nothing expires', () => {
    expect(chartWords(expiries([]))).toBe('No session expires.')
  })
})

it('bars stand for whole seconds, at least one', () => {
  expect(spanSeconds(expiries([]), barSpan(4, 4))).toEqual({ from: 240, to: 300 })
  expect(spanSeconds(expiries([], { bucketMs: 200 }), barSpan(1, 1))).toEqual({ from: 0, to: 1 })
})

it('a span that was typed covers the bars that it touches', () => {
  expect(barsOf(expiries([]), { from: 240, to: 300 })).toEqual({ first: 4, last: 4 })
  expect(barsOf(expiries([]), { from: null, to: 90 })).toEqual({ first: 0, last: 1 })
  expect(barsOf(expiries([]), { from: 540, to: null })).toEqual({ first: 9, last: 9 })
  expect(barsOf(expiries([]), { from: 3600, to: null })).toBeNull()
})

it('one session among thousands is seen', () => {
  const { all, matched } = barHeights(expiries([10_000, 1, 0]))
  expect(all[0]).toBe(1)
  expect(all[1]).toBeGreaterThan(0.05)
  expect(all[2]).toBe(0)
  expect(matched).toEqual(all)
})

describe('the marks of the axis', () => {
  it('are round and not too many', () => {
    expect(axisMarks(1800, 5)).toEqual([0, 600, 1200, 1800])
    expect(axisMarks(60, 5)).toEqual([0, 15, 30, 45, 60])
    expect(axisMarks(86_400, 4)).toEqual([0, 43_200, 86_400])
  })

  it('are now and the end at the least', () => {
    expect(axisMarks(1800, 1)).toEqual([0, 1800])
  })
})
