import type { Sort } from '#shared/model.ts'
import { parseFilter } from './filter.ts'
import { type IndexRow, sameExpiry, sameRow } from './row.ts'
import type { ReadResult } from './row-reader.ts'
import { rowOrder, SortedView } from './sorted-view.ts'

/** Orders kept up to date at once; the least recently used goes first. */
const KEPT_VIEWS = 6

const BY_EXPIRY: Sort = { by: 'expiresAt', direction: 'ascending' }

/** The rows of one prefix and their orders. `revision` rises with every change that a window could show. */
export class SessionIndex {
  readonly #rows = new Map<string, IndexRow>()
  readonly #views = new Map<string, SortedView>()
  readonly #byExpiry = new SortedView(() => true, rowOrder(BY_EXPIRY, []), [])
  readonly #columns: string[] = []
  #revision = 0

  get revision(): number {
    return this.#revision
  }

  get size(): number {
    return this.#rows.size
  }

  /** The fields that rows carry beside the reserved ones. */
  get columns(): readonly string[] {
    return this.#columns
  }

  get(key: string): IndexRow | undefined {
    return this.#rows.get(key)
  }

  keys(): IterableIterator<string> {
    return this.#rows.keys()
  }

  /** Makes rows carry further fields from the next reading on. @returns whether any is new. */
  addColumns(names: readonly string[]): boolean {
    const fresh = names.filter((name) => !this.#columns.includes(name))
    this.#columns.push(...fresh)
    // A filter reads all columns, so the views of before know too few.
    if (fresh.length > 0) this.#views.clear()
    return fresh.length > 0
  }

  /** Takes in what was read. @returns the keys whose rows changed or went. */
  apply({ rows, gone }: ReadResult): readonly string[] {
    const removed: IndexRow[] = []
    const added: IndexRow[] = []
    for (const fresh of rows) {
      const before = this.#rows.get(fresh.key)
      if (before !== undefined) {
        if (sameRow(before, fresh)) continue
        removed.push(before)
      }
      const expiresAt =
        before && sameExpiry(before.expiresAt, fresh.expiresAt) ? before.expiresAt : fresh.expiresAt
      const row = { ...fresh, expiresAt, revision: this.#revision + 1 }
      this.#rows.set(fresh.key, row)
      added.push(row)
    }
    for (const key of gone) {
      const before = this.#rows.get(key)
      if (before === undefined) continue
      removed.push(before)
      this.#rows.delete(key)
    }
    if (removed.length + added.length === 0) return []
    this.#revision += 1
    this.#byExpiry.apply(removed, added)
    for (const view of this.#views.values()) view.apply(removed, added)
    return [...new Set([...removed, ...added].map((row) => row.key))]
  }

  /** The rows that match a filter, in an order. */
  view(filter: string, sort: Sort): SortedView {
    const name = JSON.stringify([filter.trim(), sort])
    const known = this.#views.get(name)
    const view =
      known ??
      new SortedView(parseFilter(filter, this.#columns), rowOrder(sort, this.#columns), this.#rows.values())
    this.#views.delete(name)
    this.#views.set(name, view)
    const [oldest] = this.#views.keys()
    if (this.#views.size > KEPT_VIEWS && oldest !== undefined) this.#views.delete(oldest)
    return view
  }

  /** Keys whose expiry is over at a moment, soonest first, at most `limit`. */
  due(moment: number, limit: number): readonly string[] {
    return this.#byExpiry
      .slice(0, limit)
      .filter((row) => row.expiresAt !== null && row.expiresAt <= moment)
      .map((row) => row.key)
  }
}
