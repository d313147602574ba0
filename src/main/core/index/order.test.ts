import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SortKey } from '#shared/model.ts'
import { Order, type SlotPredicate } from './order.ts'
import { RowTable } from './row-table.ts'
import { runSliced } from './sliced.ts'
import { idColumn, sortColumn } from './sort-column.ts'
import { none, row } from './testing/rows.ts'

/** A table with one column of cells. */
function makeTable(): { readonly table: RowTable; readonly column: number } {
  const table = new RowTable()
  return { table, column: table.addColumn() }
}

const makeOrder = (table: RowTable, by: SortKey, column: number, matches: SlotPredicate | null = null) =>
  new Order(table, sortColumn(table, by, column), idColumn(table), matches)

async function ids(
  table: RowTable,
  order: Order,
  direction: 'ascending' | 'descending' = 'ascending',
): Promise<string[]> {
  await runSliced(order.arrange())
  return order.slice(0, order.length, direction).map((slot) => table.id(slot))
}

const byViews = { field: 'views' }

describe('an order', () => {
  it('sorts numbers in a field as numbers, text after them, and what has no value last', async () => {
    const { table, column } = makeTable()
    for (const [id, cell] of Object.entries({ a: '10', b: '9', c: 'x', d: null, e: '-0', f: '0' })) {
      table.put(row(id, { cells: [cell] }), [column], 1)
    }
    const order = makeOrder(table, byViews, column)
    await runSliced(order.build())
    expect(await ids(table, order)).toEqual(['e', 'f', 'b', 'a', 'c', 'd'])
    expect(await ids(table, order, 'descending')).toEqual(['c', 'a', 'b', 'f', 'e', 'd'])
  })

  it('says where a row stands in either direction, and that what does not match stands nowhere', async () => {
    const { table, column } = makeTable()
    const slots = ['c', 'a', 'b'].map((id) => table.put(row(id), [column], 1))
    const order = makeOrder(table, 'id', -1, (slot) => table.id(slot) !== 'b')
    await runSliced(order.build())
    expect(slots.map((slot) => order.position(slot, 'ascending'))).toEqual([1, 0, -1])
    expect(slots.map((slot) => order.position(slot, 'descending'))).toEqual([0, 1, -1])
  })

  it.each([['id'], ['createdAt'], [byViews]] as const)(
    'sorts many rows by %j as a comparison of any two would',
    async (by) => {
      const { table, column } = makeTable()
      // More than a comparison sort is used for, with long beginnings in common and many equal values.
      for (let i = 0; i < 9000; i += 1) {
        const spread = (i * 7919) % 9000
        const cell = i % 5 === 0 ? null : i % 2 === 0 ? String((spread % 40) - 20) : `User-${spread % 50}`
        const fresh = row(`tenant:${spread}`, { createdAt: i % 7 === 0 ? none : spread % 90, cells: [cell] })
        table.put(fresh, [column], 1)
      }
      const order = makeOrder(table, by, column)
      await runSliced(order.build())
      const sort = sortColumn(table, by, column)
      const id = idColumn(table)
      await runSliced(order.arrange())
      const slots = order.slice(0, order.length, 'ascending')
      expect(new Set(slots).size).toBe(9000)
      const comesAfter = (a: number, b: number) =>
        sort.has(a) && sort.has(b)
          ? (sort.compare(a, b) || id.compare(a, b)) > 0
          : sort.has(a) === sort.has(b)
            ? id.compare(a, b) > 0
            : sort.has(b)
      const wrong = slots.filter((slot, i) => i > 0 && comesAfter(slots[i - 1] ?? slot, slot))
      expect(wrong).toEqual([])
    },
  )

  it('sorts very many different texts as a comparison of any two would', async () => {
    const { table, column } = makeTable()
    for (let i = 0; i < 60_000; i += 1) {
      table.put(row(String(i), { cells: [`${i % 3 ? 'Name' : 'name'}-${(i * 7919) % 60_000}`] }), [column], 1)
    }
    const order = makeOrder(table, byViews, column)
    await runSliced(order.build())
    const { compare } = sortColumn(table, byViews, column)
    const slots = order.slice(0, order.length, 'ascending')
    expect(new Set(slots).size).toBe(60_000)
    expect(slots.filter((slot, i) => i > 0 && compare(slots[i - 1] ?? slot, slot) > 0)).toEqual([])
  })

  it('leaves rows without a value as they came until somebody looks there', async () => {
    const { table, column } = makeTable()
    const order = makeOrder(table, 'createdAt', column)
    await runSliced(order.build())
    for (const id of ['c', 'b', 'a']) order.added(table.put(row(id), [column], 1))
    for (const id of ['z', 'y'])
      order.added(table.put(row(id, { createdAt: id === 'z' ? 1 : 2 }), [column], 1))
    await runSliced(order.sync())
    await runSliced(order.arrange(2))
    expect(order.slice(0, 9, 'ascending').map((slot) => table.id(slot))).toEqual(['z', 'y', 'c', 'b', 'a'])
    await runSliced(order.arrange(3))
    expect(order.slice(0, 9, 'ascending').map((slot) => table.id(slot))).toEqual(['z', 'y', 'a', 'b', 'c'])
    expect(order.position(table.find('b'), 'ascending')).toBe(3)
  })

  it('is after any changes what sorting anew would give', async () => {
    const change = fc.record({
      id: fc.integer({ min: 0, max: 60 }),
      expiresAt: fc.option(fc.integer({ min: 0, max: 9 })),
      gone: fc.boolean(),
      sync: fc.boolean(),
      reach: fc.option(fc.integer({ min: 0, max: 60 })),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 120 }), fc.boolean(), async (changes, filtered) => {
        const { table, column } = makeTable()
        const matches = filtered ? (slot: number) => (table.expiresAt(slot) ?? 0) % 2 === 0 : null
        const order = makeOrder(table, 'expiresAt', -1, matches)
        await runSliced(order.build())
        for (const { id, expiresAt, gone, sync, reach } of changes) {
          const before = table.find(String(id))
          if (before >= 0) order.removed()
          if (!gone) {
            // Further apart than what counts as wavering.
            const at = expiresAt === null ? none : 1000 * expiresAt + (expiresAt % 2)
            order.added(table.put(row(String(id), { expiresAt: at }), [column], 1))
          } else if (before >= 0) table.remove(before)
          if (!sync) continue
          await runSliced(order.sync())
          if (reach === null) continue
          await runSliced(order.arrange(reach))
          const shown = order.slice(0, reach, 'ascending').map((slot) => table.id(slot))
          const anew = makeOrder(table, 'expiresAt', -1, matches)
          await runSliced(anew.build())
          expect(shown).toEqual((await ids(table, anew)).slice(0, reach))
        }
        await runSliced(order.sync())
        const anew = makeOrder(table, 'expiresAt', -1, matches)
        await runSliced(anew.build())
        expect(await ids(table, order)).toEqual(await ids(table, anew))
      }),
    )
  })
})
