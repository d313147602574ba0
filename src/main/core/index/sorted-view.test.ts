import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Sort } from '#shared/model.ts'
import type { IndexRow } from './row.ts'
import { rowOrder, SortedView } from './sorted-view.ts'

const row = (key: string, values: Partial<IndexRow> = {}): IndexRow => ({
  key,
  id: key,
  state: 'session',
  type: 'hash',
  problem: null,
  createdAt: null,
  lastAccessedAt: null,
  configuredTtl: null,
  expiresAt: null,
  cells: [],
  revision: 0,
  ...values,
})

const keys = (view: SortedView) => view.slice(0, view.length).map(({ key }) => key)
const everything = () => true
const byViews: Sort = { by: { field: 'views' }, direction: 'ascending' }

describe('a sorted view', () => {
  it('sorts numbers in a field as numbers, text after them, and what has no value last', () => {
    const rows = [
      row('a', { cells: ['10'] }),
      row('b', { cells: ['9'] }),
      row('c', { cells: ['x'] }),
      row('d', { cells: [null] }),
    ]
    const up = new SortedView(everything, rowOrder(byViews, ['views']), rows)
    expect(keys(up)).toEqual(['b', 'a', 'c', 'd'])
    const down = new SortedView(
      everything,
      rowOrder({ ...byViews, direction: 'descending' }, ['views']),
      rows,
    )
    expect(keys(down)).toEqual(['c', 'a', 'b', 'd'])
  })

  it('says where a row stands, and that a row which does not match stands nowhere', () => {
    const rows = ['c', 'a', 'b'].map((key) => row(key))
    const view = new SortedView(
      ({ key }) => key !== 'b',
      rowOrder({ by: 'id', direction: 'ascending' }, []),
      rows,
    )
    expect(rows.map((each) => view.position(each))).toEqual([1, 0, -1])
  })

  it('is after any changes what sorting anew would give', () => {
    const change = fc.record({
      key: fc.integer({ min: 0, max: 60 }),
      expiresAt: fc.option(fc.integer({ min: 0, max: 9 })),
      gone: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(fc.array(change, { maxLength: 80 }), { maxLength: 8 }),
        fc.boolean(),
        (batches, ascending) => {
          const order = rowOrder({ by: 'expiresAt', direction: ascending ? 'ascending' : 'descending' }, [])
          const even = ({ expiresAt }: IndexRow) => expiresAt === null || expiresAt % 2 === 0
          const view = new SortedView(even, order, [])
          const model = new Map<string, IndexRow>()
          for (const batch of batches) {
            const removed: IndexRow[] = []
            const added: IndexRow[] = []
            const inThisBatch = new Map(batch.map((each) => [each.key, each]))
            for (const { key, expiresAt, gone } of inThisBatch.values()) {
              const before = model.get(String(key))
              if (before) removed.push(before)
              model.delete(String(key))
              if (gone) continue
              const after = row(String(key), { expiresAt })
              model.set(after.key, after)
              added.push(after)
            }
            view.apply(removed, added)
          }
          expect(keys(view)).toEqual(
            [...model.values()]
              .filter(even)
              .sort(order)
              .map(({ key }) => key),
          )
        },
      ),
    )
  })
})
