import type { Bytes } from '#shared/bytes.ts'
import type { Sort } from '#shared/model.ts'
import type { RowPredicate } from './filter.ts'
import type { IndexRow } from './row.ts'

export type RowOrder = (a: IndexRow, b: IndexRow) => number

/**
 * A total order of rows: what has no value comes last in both directions, and rows that are equal are ordered by
 * id, so that each row has exactly one place.
 * @param columns the fields that the rows carry, in the order of their cells
 */
export function rowOrder(sort: Sort, columns: readonly string[]): RowOrder {
  const sign = sort.direction === 'ascending' ? 1 : -1
  const value = sortValue(sort, columns)
  return (a, b) => {
    const left = value(a)
    const right = value(b)
    if (left === null || right === null) {
      return left === right ? byKey(a, b) : left === null ? 1 : -1
    }
    return sign * compare(left, right) || byKey(a, b)
  }
}

const byKey: RowOrder = (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

function sortValue({ by }: Sort, columns: readonly string[]): (row: IndexRow) => string | number | null {
  if (by === 'id') return (row) => row.key
  if (typeof by === 'string') return (row) => row[by]
  const column = columns.indexOf(by.field)
  return (row) => cellValue(row.cells[column] ?? null)
}

/** Numbers sort as numbers, before all other text. */
function cellValue(cell: Bytes | null): string | number | null {
  if (cell === null) return null
  if (typeof cell !== 'string') return cell.base64
  const number = cell.trim() === '' ? Number.NaN : Number(cell)
  return Number.isFinite(number) ? number : cell.toLowerCase()
}

function compare(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

/** Above this many changes at once a merge costs less than single insertions. */
const MERGE_FROM = 32

/** The rows that match one filter in one order, kept up to date change by change and never sorted anew. */
export class SortedView {
  readonly #matches: RowPredicate
  readonly #order: RowOrder
  #rows: IndexRow[]

  constructor(matches: RowPredicate, order: RowOrder, rows: Iterable<IndexRow>) {
    this.#matches = matches
    this.#order = order
    this.#rows = [...rows].filter(matches).sort(order)
  }

  get length(): number {
    return this.#rows.length
  }

  slice(offset: number, limit: number): readonly IndexRow[] {
    return this.#rows.slice(offset, offset + limit)
  }

  /** Where a row stands, or -1 when it is not in this view. */
  position(row: IndexRow): number {
    const position = this.#lowerBound(row)
    return this.#rows[position] === row ? position : -1
  }

  /** Takes rows out and puts rows in. A changed row is in both lists: as it was, and as it is. */
  apply(removed: readonly IndexRow[], added: readonly IndexRow[]): void {
    const incoming = added.filter(this.#matches)
    if (removed.length + incoming.length < MERGE_FROM) {
      for (const row of removed) {
        const position = this.position(row)
        if (position >= 0) this.#rows.splice(position, 1)
      }
      for (const row of incoming) this.#rows.splice(this.#lowerBound(row), 0, row)
      return
    }
    const leaving = new Set(removed)
    const staying = leaving.size === 0 ? this.#rows : this.#rows.filter((row) => !leaving.has(row))
    this.#rows = merge(staying, incoming.sort(this.#order), this.#order)
  }

  /** The first position whose row does not come before this one. */
  #lowerBound(row: IndexRow): number {
    let low = 0
    let high = this.#rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#rows[middle]
      if (other !== undefined && this.#order(other, row) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

function merge(a: readonly IndexRow[], b: readonly IndexRow[], order: RowOrder): IndexRow[] {
  const merged: IndexRow[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const left = a[i]
    const right = b[j]
    if (right === undefined || (left !== undefined && order(left, right) <= 0)) {
      if (left !== undefined) merged.push(left)
      i += 1
    } else {
      merged.push(right)
      j += 1
    }
  }
  return merged
}
