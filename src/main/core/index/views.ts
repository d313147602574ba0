import { type Filter, parseFilter } from '#shared/filter.ts'
import type { FilterProblem, SortKey } from '#shared/model.ts'
import { Order, type SlotPredicate } from './order.ts'
import { compileFilter, type FilterSource } from './row-filter.ts'
import type { RowTable } from './row-table.ts'
import { runSliced, type Sliced } from './sliced.ts'
import { idColumn, sortColumn } from './sort-column.ts'

export const VIEW_DEFAULTS = {
  /** Orders kept up to date at once; the least recently used goes first. */
  kept: 8,
} as const

export interface ViewQuery {
  readonly filter: string
  /** The fields shown as columns, where words of the filter are looked for. */
  readonly columns: readonly string[]
  readonly sort: { readonly by: SortKey }
}

interface Kept {
  readonly order: Order
  /** The columns that it reads. */
  readonly reads: ReadonlySet<string>
}

/** The columns that are shown, filtered and sorted by. */
export function neededColumns({ columns, sort }: Pick<ViewQuery, 'columns' | 'sort'>): readonly string[] {
  return typeof sort.by === 'object' ? [...columns, sort.by.field] : columns
}

/** The orders of a table that somebody looks at, and the filters on them. */
export class Views {
  readonly #table: RowTable
  readonly #place: (column: string) => number
  readonly #kept = new Map<string, Kept>()
  #turn: Promise<unknown> = Promise.resolve()

  /** @param place where a column's cells are kept in the table, or -1 */
  constructor(table: RowTable, place: (column: string) => number) {
    this.#table = table
    this.#place = place
  }

  added(slot: number): void {
    for (const { order } of this.#kept.values()) order.added(slot)
  }

  removed(): void {
    for (const { order } of this.#kept.values()) order.removed()
  }

  /** A column is given up: so are the orders that read it. */
  dropColumn(column: string): void {
    for (const [name, { reads }] of this.#kept) if (reads.has(column)) this.#kept.delete(name)
  }

  /**
   * Brings the rows that match a filter into an order.
   * @param look reads what is asked for, at once: later the order moves on
   * @returns what it read, or what is wrong with the filter
   */
  async look<T>(query: ViewQuery, look: (order: Order) => T): Promise<T | FilterProblem> {
    const parsed = parseFilter(query.filter)
    if (!parsed.ok) return parsed.problem
    return this.#exclusive(() => this.#looked(query, parsed.filter, look))
  }

  /** Makes every order take in what it was told, so that none knows of a slot that is not alive. */
  async settle(then: () => void): Promise<void> {
    await this.#exclusive(() => this.#settled(then))
  }

  *#looked<T>(query: ViewQuery, filter: Filter, look: (order: Order) => T): Sliced<T> {
    const { by } = query.sort
    const all = yield* this.#all(by)
    if (query.filter.trim() === '') return look(all)
    const name = nameOf(by, query)
    const known = this.#use(name)
    if (known !== undefined) return yield* synced(known.order, look)
    const order = this.#order(by, compileFilter(filter, this.#source(query.columns)))
    this.#keep(name, { order, reads: new Set(neededColumns(query)) })
    yield* order.buildFrom(all)
    return yield* synced(order, look)
  }

  /** All rows in the order of a column. */
  *#all(by: SortKey): Sliced<Order> {
    const query = { filter: '', columns: [], sort: { by } }
    const name = nameOf(by, query)
    const known = this.#use(name)
    if (known !== undefined) return yield* synced(known.order, (order) => order)
    const order = this.#order(by, null)
    this.#keep(name, { order, reads: new Set(neededColumns(query)) })
    yield* order.build()
    return yield* synced(order, (built) => built)
  }

  *#settled(then: () => void): Sliced {
    for (const { order } of [...this.#kept.values()]) yield* order.sync()
    then()
  }

  #order(by: SortKey, matches: SlotPredicate | null): Order {
    const place = typeof by === 'object' ? this.#place(by.field) : -1
    return new Order(this.#table, sortColumn(this.#table, by, place), idColumn(this.#table), matches)
  }

  #source(columns: readonly string[]): FilterSource {
    const table = this.#table
    return {
      id: (slot) => table.id(slot),
      shown: columns.map(this.#place),
      column: (name) => (columns.includes(name) ? this.#place(name) : -1),
      cell: (slot, column) => table.cell(slot, column),
    }
  }

  #use(name: string): Kept | undefined {
    const kept = this.#kept.get(name)
    if (kept === undefined) return undefined
    this.#kept.delete(name)
    this.#kept.set(name, kept)
    return kept
  }

  #keep(name: string, kept: Kept): void {
    this.#kept.set(name, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > VIEW_DEFAULTS.kept && oldest !== undefined) this.#kept.delete(oldest)
  }

  /** One piece of work after the other: an order must not move while another is taken from it. */
  #exclusive<T>(work: () => Sliced<T>): Promise<T> {
    const done = this.#turn.then(() => runSliced(work()))
    this.#turn = done.catch(() => {})
    return done
  }
}

const nameOf = (by: SortKey, { filter, columns }: Pick<ViewQuery, 'filter' | 'columns'>): string =>
  JSON.stringify([by, filter.trim(), filter.trim() === '' ? [] : columns])

function* synced<T>(order: Order, look: (order: Order) => T): Sliced<T> {
  yield* order.sync()
  return look(order)
}
