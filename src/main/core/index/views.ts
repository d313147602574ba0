import { type Filter, parseFilter } from '#shared/filter.ts'
import type { FilterProblem, SortKey } from '#shared/model.ts'
import { type Column, type ColumnQuery, columnId, fieldColumn, neededColumns } from './columns.ts'
import { Order, type SlotPredicate } from './order.ts'
import { compileFilter, type FilterSource } from './row-filter.ts'
import type { RowTable } from './row-table.ts'
import { runSliced, type Sliced } from './sliced.ts'
import { idColumn, sortColumn } from './sort-column.ts'

export const VIEW_DEFAULTS = {
  /** Orders kept up to date at once; the least recently used goes first. */
  kept: 8,
  /** Rows that an order takes in while somebody waits for it; of more, it takes in what it can while they look. */
  quick: 10_000,
} as const

/** What filters ask of the index beside the table. */
export interface ColumnLookup {
  /** Where a column's cells are kept, or -1. */
  place(column: Column): number
  /** Whether a row has been read with all of these columns. */
  hasRead(columns: readonly Column[]): (slot: number) => boolean
}

export interface LookOptions {
  /** False where rows that came a moment ago may be missing, as while a scan pours them in. @default true */
  readonly eager?: boolean
  /** The position up to which rows are to be in order; 0 for who takes them as they are. @default the last one */
  readonly reach?: number
}

interface Kept {
  readonly order: Order
  readonly by: SortKey
  /** The columns that it reads, by `columnId`. */
  readonly reads: ReadonlySet<string>
}

/** The orders of a table that somebody looks at, and the filters on them. */
export class Views {
  readonly #table: RowTable
  readonly #columns: ColumnLookup
  readonly #clock: () => number
  readonly #kept = new Map<string, Kept>()
  #turn: Promise<unknown> = Promise.resolve()
  /** Pieces of work that are not done yet. */
  #underWay = 0

  constructor(table: RowTable, columns: ColumnLookup, clock: () => number) {
    this.#table = table
    this.#columns = columns
    this.#clock = clock
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
  async look<T>(
    query: ColumnQuery,
    look: (order: Order) => T,
    { eager = true, reach }: LookOptions = {},
  ): Promise<T | FilterProblem> {
    const parsed = parseFilter(query.filter)
    if (!parsed.ok) return parsed.problem
    const atHand = eager ? null : this.#atHand(query, reach)
    if (atHand !== null) return look(atHand)
    return this.#exclusive(() => this.#looked(query, parsed.filter, look, eager, reach))
  }

  /**
   * Asks a filter of every row anew: time has passed, or rows have been read that had no answer.
   * @returns whether other rows match now
   */
  rejudge(query: ColumnQuery): Promise<boolean> {
    return this.#exclusive(() => this.#rejudged(query))
  }

  /** Makes every order take in what it was told, so that none knows of a slot that is not alive. */
  async settle(then: () => void): Promise<void> {
    await this.#exclusive(() => this.#settled(then))
  }

  /**
   * An order as it is, where nobody would want to wait until it is up to date: it is whole between any two slices of the
   * work on it. Brings it up to date meanwhile.
   */
  #atHand(query: ColumnQuery, reach?: number): Order | null {
    const order = this.#use(nameOf(query))?.order
    if (order?.isArranged(reach) !== true) return null
    if (this.#underWay > 0) return order
    if (order.backlog <= VIEW_DEFAULTS.quick) return null
    // Should it fail, so does the next one who waits for it.
    if (order.rested) this.#exclusive(() => order.sync()).catch(() => {})
    return order
  }

  *#looked<T>(
    query: ColumnQuery,
    filter: Filter,
    look: (order: Order) => T,
    eager: boolean,
    reach?: number,
  ): Sliced<T> {
    const order = yield* this.#matching(query, filter, eager)
    yield* order.arrange(reach)
    return look(order)
  }

  *#matching(query: ColumnQuery, filter: Filter, eager: boolean): Sliced<Order> {
    const { by } = query.sort
    const all = yield* this.#all(by, eager)
    if (query.filter.trim() === '') return all
    const name = nameOf(query)
    const known = this.#use(name)
    if (known !== undefined) return yield* synced(known.order, eager)
    const order = this.#order(by, this.#predicate(query, filter))
    this.#keep(name, order, query)
    yield* order.buildFrom(all)
    return yield* synced(order)
  }

  *#rejudged(query: ColumnQuery): Sliced<boolean> {
    const known = this.#kept.get(nameOf(query))
    if (known === undefined || query.filter.trim() === '') return false
    return yield* known.order.refilter(yield* this.#all(known.by))
  }

  /** All rows in the order of a column. */
  *#all(by: SortKey, eager = true): Sliced<Order> {
    const query = { filter: '', columns: [], sort: { by } }
    const name = nameOf(query)
    const known = this.#use(name)
    if (known !== undefined) return yield* synced(known.order, eager)
    const order = this.#order(by, null)
    this.#keep(name, order, query)
    yield* order.build()
    return yield* synced(order)
  }

  *#settled(then: () => void): Sliced {
    for (const { order } of [...this.#kept.values()]) yield* order.sync()
    then()
  }

  #order(by: SortKey, matches: SlotPredicate | null): Order {
    const place = typeof by === 'object' ? this.#columns.place(fieldColumn(by.field)) : -1
    return new Order(this.#table, sortColumn(this.#table, by, place), idColumn(this.#table), matches)
  }

  /** Rows that have not been read for the filter do not match, also where it asks for what is not there. */
  #predicate(query: ColumnQuery, filter: Filter): SlotPredicate {
    const matches = compileFilter(filter, this.#source(query.columns))
    const hasRead = this.#columns.hasRead(neededColumns({ ...query, columns: [], sort: { by: 'id' } }))
    return (slot) => hasRead(slot) && matches(slot)
  }

  #source(columns: readonly string[]): FilterSource {
    const table = this.#table
    const clock = this.#clock
    return {
      get now() {
        return clock()
      },
      id: (slot) => table.id(slot),
      state: (slot) => (table.isSession(slot) ? 'session' : table.state(slot)),
      createdAt: (slot) => table.createdAt(slot),
      lastAccessedAt: (slot) => table.lastAccessedAt(slot),
      expiresAt: (slot) => table.expiresAt(slot),
      endsAt: (slot) => table.endsAt(slot),
      endsInside: (slot) => table.endsInside(slot),
      isDisputed: (slot) => table.isDisputed(slot),
      lifetime: (slot) => table.lifetime(slot),
      shown: columns.map((name) => this.#columns.place(fieldColumn(name))),
      place: (column) => this.#columns.place(column),
      cell: (slot, place) => table.cell(slot, place),
    }
  }

  #use(name: string): Kept | undefined {
    const kept = this.#kept.get(name)
    if (kept === undefined) return undefined
    this.#kept.delete(name)
    this.#kept.set(name, kept)
    return kept
  }

  #keep(name: string, order: Order, query: ColumnQuery): void {
    const reads = new Set(neededColumns(query).map(columnId))
    this.#kept.set(name, { order, by: query.sort.by, reads })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > VIEW_DEFAULTS.kept && oldest !== undefined) this.#kept.delete(oldest)
  }

  /** One piece of work after the other: an order must not move while another is taken from it. */
  #exclusive<T>(work: () => Sliced<T>): Promise<T> {
    this.#underWay += 1
    const done = this.#turn
      .then(() => runSliced(work()))
      .finally(() => {
        this.#underWay -= 1
      })
    this.#turn = done.catch(() => {})
    return done
  }
}

const nameOf = ({ filter, columns, sort }: ColumnQuery): string =>
  JSON.stringify([sort.by, filter.trim(), filter.trim() === '' ? [] : columns])

function* synced(order: Order, eager = true): Sliced<Order> {
  if (eager || order.rested) yield* order.sync()
  return order
}
