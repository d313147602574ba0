import { type Column, columnId, type ReadPlan, readPlan } from './columns.ts'
import type { ReadResult } from './key-reader.ts'
import type { ListObserver, NamedColumn } from './list-observer.ts'
import { type FreshRow, orNull, RowTable, sameExpiry } from './row-table.ts'
import { Views } from './views.ts'

export const INDEX_DEFAULTS = {
  /** Slots of rows that have gone or moved, beyond which they are made free: at least, and of all. */
  retiredAtLeast: 4096,
  retiredShare: 16,
} as const

/** What one reading of keys asks for, and where in the table it belongs. */
export interface ReadSet {
  readonly plan: ReadPlan
  readonly places: readonly number[]
  /** Rises with each change of the columns. */
  readonly stamp: number
}

/** A column that rows carry. */
interface KeptColumn extends NamedColumn {
  /** Rows read with this stamp or a later one have it. */
  readonly since: number
}

/** The rows of one prefix and their orders. `revision` rises with every change that a window could show. */
export class SessionIndex {
  readonly table = new RowTable()
  readonly views: Views
  readonly #columns = new Map<string, KeptColumn>()
  #readSet: ReadSet = { plan: readPlan([]), places: [], stamp: 1 }
  /** By stamp: the columns of rows that were read with it. */
  readonly #comparable = new Map<number, readonly NamedColumn[]>()
  readonly #observer: ListObserver | null
  #stale = 0
  #retired: number[] = []
  #freeing = false
  #revision = 0

  /** @param clock epoch milliseconds @param observer told of each row that comes, changes or goes */
  constructor(clock: () => number, observer: ListObserver | null = null) {
    this.#observer = observer
    this.views = new Views(this.table, this, clock)
  }

  get revision(): number {
    return this.#revision
  }

  get size(): number {
    return this.table.size
  }

  /** What is to be read of each key. */
  get readSet(): ReadSet {
    return this.#readSet
  }

  /** Rows that were read before the columns were what they are. */
  get stale(): number {
    return this.#stale
  }

  /** Where a column's cells are kept, or -1. */
  place(column: Column): number {
    return this.#columns.get(columnId(column))?.place ?? -1
  }

  comparable(slot: number): readonly NamedColumn[] {
    const stamp = this.table.stamp(slot)
    const known = this.#comparable.get(stamp)
    if (known !== undefined) return known
    const columns = [...this.#columns.values()].filter(({ since }) => since <= stamp)
    this.#comparable.set(stamp, columns)
    return columns
  }

  /** Whether a row has been read with all of these columns: says so for one slot after the other. */
  hasRead(columns: readonly Column[]): (slot: number) => boolean {
    const since = Math.max(
      0,
      ...columns.map((column) => this.#columns.get(columnId(column))?.since ?? Number.POSITIVE_INFINITY),
    )
    return (slot) => this.table.stamp(slot) >= since
  }

  /** Something that a window shows has changed although no row did. */
  touch(): void {
    this.#revision += 1
  }

  /**
   * Makes rows carry further columns from the next reading on.
   * @param wanted all that anybody asks for: columns that nobody does are given up where others come
   * @returns the columns that are new
   */
  addColumns(asked: readonly Column[], wanted: readonly Column[]): readonly Column[] {
    const fresh = asked.filter((column) => !this.#columns.has(columnId(column)))
    if (fresh.length === 0) return fresh
    const keep = new Set([...asked, ...wanted].map(columnId))
    for (const [id, { place }] of this.#columns) {
      if (keep.has(id)) continue
      this.#columns.delete(id)
      this.table.dropColumn(place)
      this.views.dropColumn(id)
    }
    const stamp = this.#readSet.stamp + 1
    for (const column of fresh) {
      const id = columnId(column)
      if (!this.#columns.has(id))
        this.#columns.set(id, { column, place: this.table.addColumn(), since: stamp })
    }
    this.#comparable.clear()
    const kept = [...this.#columns.values()]
    this.#readSet = {
      plan: readPlan(kept.map(({ column }) => column)),
      places: kept.map(({ place }) => place),
      stamp,
    }
    this.#stale = this.table.size
    return fresh
  }

  /**
   * Takes in what was read.
   * @param set what it was read with @param pass the pass over all keys that is under way
   * @returns the ids whose rows changed or went
   */
  apply({ rows, gone }: ReadResult, set: ReadSet, pass: number): readonly string[] {
    const { table } = this
    const changed: string[] = []
    const revision = this.#revision + 1
    for (const read of rows) {
      const before = table.find(read.id)
      const row = read.pending === true && before >= 0 ? this.#withKnown(read, before, set) : read
      if (before >= 0 && this.#isStale(before)) this.#stale -= 1
      let slot = before
      if (before < 0 || !table.holds(before, row, set.places)) {
        slot = table.put(row, set.places, revision, before)
        if (before >= 0) this.#retire(before)
        this.views.added(slot)
        changed.push(row.id)
        // What the worker says of a key that is as it was is nothing that happened to it.
        if (!this.#isResolved(before, slot)) this.#observer?.row(this, before, slot)
      }
      table.mark(slot, set.stamp, pass)
      if (this.#isStale(slot)) this.#stale += 1
    }
    for (const id of gone) {
      const slot = table.find(id)
      if (slot < 0) continue
      if (this.#isStale(slot)) this.#stale -= 1
      this.#observer?.gone(this, slot)
      table.remove(slot)
      this.#retire(slot)
      changed.push(id)
    }
    if (changed.length > 0) this.#revision = revision
    this.#free()
    return changed
  }

  /** Everything has gone. */
  clear(): readonly string[] {
    const gone: string[] = []
    for (const slot of this.#slots()) gone.push(this.table.id(slot))
    return this.apply({ rows: [], gone }, this.#readSet, 0)
  }

  /** Ids of rows that a pass has not met, from a slot on, at most `limit`. @returns also where to go on; -1 at the end */
  unmet(
    pass: number,
    from: number,
    limit: number,
  ): { readonly ids: readonly string[]; readonly next: number } {
    return this.#some((slot) => this.table.pass(slot) !== pass, from, limit)
  }

  /** Ids of rows that lack a column, from a slot on, at most `limit`. @returns also where to go on; -1 at the end */
  lacking(from: number, limit: number): { readonly ids: readonly string[]; readonly next: number } {
    return this.#some((slot) => this.#isStale(slot), from, limit)
  }

  /** Ids of rows whose who and when are still to be asked of the worker, from a slot on, as {@link lacking}. */
  pending(from: number, limit: number): { readonly ids: readonly string[]; readonly next: number } {
    return this.#some((slot) => this.table.pending(slot), from, limit)
  }

  lacks(slot: number): boolean {
    return this.#isStale(slot)
  }

  /** Ids of rows whose expiry is over at a moment, at most `limit`. */
  due(moment: number, limit: number): readonly string[] {
    const { expiries } = this.table
    const ids: string[] = []
    for (let slot = 0; slot < this.table.end && ids.length < limit; slot += 1) {
      // The comparison is false for what has none.
      if ((expiries[slot] as number) <= moment && this.table.alive(slot)) ids.push(this.table.id(slot))
    }
    return ids
  }

  /** Ids spread over all rows, about so many. */
  sample(count: number): readonly string[] {
    const step = Math.max(1, Math.floor(this.size / count))
    const ids: string[] = []
    let position = 0
    for (const slot of this.#slots()) {
      if (position++ % step === 0 && ids.length < count) ids.push(this.table.id(slot))
    }
    return ids
  }

  *#slots(): Generator<number> {
    for (let slot = 0; slot < this.table.end; slot += 1) if (this.table.alive(slot)) yield slot
  }

  #some(
    wanted: (slot: number) => boolean,
    from: number,
    limit: number,
  ): { readonly ids: readonly string[]; readonly next: number } {
    const ids: string[] = []
    const end = Math.min(this.table.end, from + LOOKED_AT)
    for (let slot = from; slot < end; slot += 1) {
      if (!this.table.alive(slot) || !wanted(slot)) continue
      ids.push(this.table.id(slot))
      if (ids.length === limit) return { ids, next: slot + 1 }
    }
    return { ids, next: end < this.table.end ? end : -1 }
  }

  /**
   * A row that the worker has not looked at, with what it said of the key before: until it has been asked again, that is
   * the best there is. Nothing is to be asked where the key did not change.
   */
  #withKnown(row: FreshRow, before: number, { places }: ReadSet): FreshRow {
    const { table } = this
    const known = table.format(before)
    if (known === null || known.id !== row.format?.id) return row
    const isSame = sameExpiry(table.expiresAt(before), orNull(row.expiresAt)) && !this.#isStale(before)
    return {
      ...row,
      format: known,
      pending: table.pending(before) || !isSame,
      createdAt: table.createdAt(before) ?? Number.NaN,
      lastAccessedAt: table.lastAccessedAt(before) ?? Number.NaN,
      configuredTtl: table.lifetimeInside(before) ?? Number.NaN,
      inside: table.inside(before),
      cells: places.map((place, position) => row.cells[position] ?? table.cell(before, place)),
    }
  }

  #isResolved(before: number, slot: number): boolean {
    const { table } = this
    return (
      before >= 0 &&
      table.pending(before) &&
      table.type(before) === table.type(slot) &&
      sameExpiry(table.expiresAt(before), table.expiresAt(slot))
    )
  }

  #isStale(slot: number): boolean {
    return this.table.stamp(slot) < this.#readSet.stamp
  }

  #retire(slot: number): void {
    this.#retired.push(slot)
    this.views.removed()
  }

  /** Makes slots of rows that have gone or moved free, once there are many: no order may know of them then. */
  #free(): void {
    const { retiredAtLeast, retiredShare } = INDEX_DEFAULTS
    if (this.#freeing || this.#retired.length < Math.max(retiredAtLeast, this.size / retiredShare)) return
    this.#freeing = true
    const retired = this.#retired
    this.#retired = []
    this.views
      .settle(() => {
        for (const slot of retired) this.table.free(slot)
      })
      .finally(() => {
        this.#freeing = false
      })
  }
}

/** Slots that one search for rows to read looks at, at most. */
const LOOKED_AT = 65_536
