import { describe, expect, it } from 'vitest'
import type { SessionRow } from '#shared/model.ts'
import { goneRows, keepOrder, type ListView, reuseRows, updatesBetween } from './hold.ts'

const row = (id: string, part: Partial<SessionRow> = {}): SessionRow => ({
  id,
  state: 'session',
  type: 'hash',
  problem: null,
  format: null,
  createdAt: 0,
  lastAccessedAt: 0,
  configuredTtl: 60,
  expiresAt: 60_000,
  cells: [id],
  revision: 1,
  ...part,
})
const view = (ids: string, part: Partial<ListView> = {}): ListView => ({
  offset: 0,
  rows: [...ids].map((id) => row(id)),
  matched: ids.length,
  position: null,
  ...part,
})
const order = ({ rows }: ListView) => rows.map(({ id }) => id).join('')

describe('updates that wait', () => {
  it.each([
    ['abc', 'abc', 0, 'nothing has changed'],
    ['abc', 'abcdef', 0, 'rows only follow after the shown ones'],
    ['abc', 'xabc', 1, 'one came above'],
    ['abc', 'xyabc', 2, 'two came above'],
    ['abcd', 'acd', 1, 'one has gone'],
    ['abcd', 'dabc', 1, 'one moved to the top'],
    ['abcd', 'dcba', 3, 'the order is turned'],
    ['abc', '', 3, 'all have gone'],
  ])('from %s to %s are %d: %s', (shown, next, count) => {
    expect(updatesBetween(view(shown), view(next))).toBe(count)
  })

  it('are one where a row above pushes the last one out of the window', () => {
    const shown = view('abc', { offset: 10, matched: 50 })
    expect(updatesBetween(shown, view('xab', { offset: 10, matched: 51 }))).toBe(1)
  })
})

it('keeps the shown order and takes the new values', () => {
  const next = view('xba', { rows: [row('x'), row('b', { revision: 2 }), row('a')] })
  const kept = keepOrder(view('ab'), next)
  expect(order(kept)).toBe('ab')
  expect(kept.rows[1]?.revision).toBe(2)
})

describe('rows that have gone', () => {
  it('are those that the whole list lacks', () => {
    expect([...goneRows(view('abc'), view('ac'), 0)]).toEqual(['tb'])
  })

  it('are, in a part of the list, only those whose time is over: the others may have moved', () => {
    const shown = view('ab', { rows: [row('a', { expiresAt: 5 }), row('b')], matched: 100 })
    expect([...goneRows(shown, view('xy', { matched: 100 }), 10)]).toEqual(['ta'])
  })
})

describe('rows that have not changed', () => {
  it('stay the same objects, so that nothing renders', () => {
    const shown = view('ab').rows
    const next = [row('a'), row('b', { revision: 2 })]
    const reused = reuseRows(shown, next)
    expect(reused[0]).toBe(shown[0])
    expect(reused[1]).toBe(next[1])
  })

  it('are new objects where other columns are shown', () => {
    const next = [row('a', { cells: ['a', '1'] })]
    expect(reuseRows(view('a').rows, next)[0]).toBe(next[0])
  })
})
