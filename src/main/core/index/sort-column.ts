import type { Bytes } from '#shared/bytes.ts'
import type { SortKey } from '#shared/model.ts'
import type { RowTable } from './row-table.ts'

/**
 * What rows are sorted by, in two forms that agree: as a comparison, for few rows, and as a sequence of numbers
 * (words), for many: rows that differ first at a word are in the order of that word.
 */
export interface SortColumn {
  /** Whether a row has a value to sort by; those without come last in both directions. */
  has(slot: number): boolean
  word(slot: number, depth: number): number
  /** Whether rows whose word at this depth is the same, and so were the words before, have the same value. */
  ends(word: number, depth: number): boolean
  compare(a: number, b: number): number
  /** What the value is made of: rows with the same text have the same value. Only where few texts may be many rows'. */
  cell?(slot: number): string
}

/** @param column where the cells of a field are kept; only for a field */
export function sortColumn(table: RowTable, by: SortKey, column: number): SortColumn {
  if (by === 'id') return idColumn(table)
  if (typeof by === 'object') return cellColumn(table, column)
  // What the column counts down to, which of another library's session need not be Redis's end.
  const value = (slot: number) => (by === 'expiresAt' ? table.endsAt(slot) : table[by](slot))
  return {
    has: (slot) => value(slot) !== null,
    word: (slot) => value(slot) ?? 0,
    ends: () => true,
    compare: (a, b) => (value(a) ?? 0) - (value(b) ?? 0),
  }
}

/** By the bytes of the id: six of them to a word, whose digits are 0 beyond the end. */
export function idColumn(table: RowTable): SortColumn {
  return {
    has: () => true,
    word: (slot, depth) => textWord(table.id(slot), 6 * depth, 6, 257),
    ends: (word) => word === 0,
    compare: (a, b) => compareText(table.id(a), table.id(b)),
  }
}

/** Numbers sort as numbers, before all other text, of which case does not count. */
function cellColumn(table: RowTable, column: number): SortColumn {
  const value = (slot: number) => cellValue(table.cell(slot, column) ?? '')
  return {
    has: (slot) => table.cell(slot, column) !== null,
    word(slot, depth) {
      const own = value(slot)
      // The bits of -0 differ from those of 0, and sort apart from them.
      if (depth === 0) return typeof own === 'number' ? own + 0 : Number.POSITIVE_INFINITY
      return typeof own === 'number' ? 0 : textWord(own, 3 * (depth - 1), 3, 65_537)
    },
    ends: (word, depth) => (depth === 0 ? word !== Number.POSITIVE_INFINITY : word === 0),
    compare(a, b) {
      const [left, right] = [value(a), value(b)]
      if (typeof left === 'number') return typeof right === 'number' ? left - right : -1
      return typeof right === 'number' ? 1 : compareText(left, right)
    },
    cell(slot) {
      const cell = table.cell(slot, column) ?? ''
      return typeof cell === 'string' ? cell : `\0${cell.base64}`
    },
  }
}

function cellValue(cell: Bytes): string | number {
  if (typeof cell !== 'string') return cell.base64
  // Most text shows by its first character that it is no number, which is cheaper than trying.
  const first = cell.charCodeAt(0)
  if (first > 57) return cell.toLowerCase()
  const number = cell.trim() === '' ? Number.NaN : Number(cell)
  return Number.isFinite(number) ? number : cell.toLowerCase()
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Characters of a text from `start` on as the digits of one number, which a double holds exactly. */
function textWord(text: string, start: number, digits: number, base: number): number {
  let word = 0
  for (let i = start; i < start + digits; i += 1) {
    word = word * base + (i < text.length ? text.charCodeAt(i) + 1 : 0)
  }
  return word
}
