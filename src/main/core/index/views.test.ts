import { expect, it } from 'vitest'
import { fieldColumn } from './columns.ts'
import { RowTable } from './row-table.ts'
import { row } from './testing/rows.ts'
import { VIEW_DEFAULTS, Views } from './views.ts'

const QUERY = { filter: '', columns: ['username'], sort: { by: 'id' as const } }
const FILTERED = { ...QUERY, filter: 'user:user-1' }

function makeViews() {
  const table = new RowTable()
  const place = table.addColumn()
  const username = fieldColumn('username')
  const columns = {
    place: (column: unknown) => (JSON.stringify(column) === JSON.stringify(username) ? place : -1),
    hasRead: () => () => true,
  }
  const views = new Views(table, columns, Date.now)
  let count = 0
  const add = (more: number) => {
    for (const end = count + more; count < end; count += 1)
      views.added(table.put(row(String(count), { cells: [`user-${count}`] }), [place], 1))
  }
  const seen = async (query: typeof QUERY, eager: boolean) => {
    const length = await views.look(query, (order) => order.length, { eager, reach: 100 })
    if (typeof length !== 'number') throw new Error(length.message)
    return length
  }
  return { add, seen }
}

it('shows an order as it is while many rows pour in, and all of them to who asks for all', async () => {
  const { add, seen } = makeViews()
  add(10)
  expect(await seen(QUERY, false)).toBe(10)
  const more = 3 * VIEW_DEFAULTS.quick
  add(more)
  // The first look begins to take them in; neither waits for that.
  expect(await seen(QUERY, false)).toBe(10)
  expect(await seen(QUERY, false)).toBe(10)
  expect(await seen(QUERY, true)).toBe(10 + more)
  expect(await seen(QUERY, false)).toBe(10 + more)
})

it('takes in a few rows at once', async () => {
  const { add, seen } = makeViews()
  add(10)
  await seen(QUERY, true)
  add(20)
  expect(await seen(QUERY, false)).toBe(30)
})

it('waits for an order that there is not yet', async () => {
  const { add, seen } = makeViews()
  add(3 * VIEW_DEFAULTS.quick)
  expect(await seen(FILTERED, false)).toBeGreaterThan(10_000)
})

it('lets nobody who looks at another order wait for one that is made', async () => {
  const { add, seen } = makeViews()
  add(3 * VIEW_DEFAULTS.quick)
  expect(await seen(QUERY, true)).toBe(3 * VIEW_DEFAULTS.quick)
  const ended: string[] = []
  const filtered = seen(FILTERED, false).then(() => ended.push('filtered'))
  await seen(QUERY, false).then(() => ended.push('whole'))
  await filtered
  expect(ended).toEqual(['whole', 'filtered'])
})
