import type { Bytes } from '#shared/bytes.ts'
import type { IndexRow } from './row.ts'

export type RowPredicate = (row: IndexRow) => boolean

/**
 * Reads what was typed into the filter: words separated by spaces, all of which must occur, in any case of letters,
 * in the id or a shown field; `field:word` looks in that field alone; quotes hold a phrase together.
 * @param columns the fields that the rows carry, in the order of their cells
 */
export function parseFilter(text: string, columns: readonly string[]): RowPredicate {
  const terms = [...text.matchAll(/(?:([^\s:"]+):)?(?:"([^"]*)"?|(\S+))/g)].map(
    ([whole, field, phrase, word]) => ({
      column: field === undefined ? -1 : columns.indexOf(field),
      field,
      needle: (phrase ?? word ?? '').toLowerCase(),
      // A colon may also belong to what is searched: a time, a URL, an id with a namespace in it.
      anywhere: (field === undefined ? (phrase ?? word ?? '') : whole).toLowerCase(),
    }),
  )
  return (row) =>
    terms.every(({ column, field, needle, anywhere }) => {
      if (field === 'id') return includes(row.id, needle)
      if (column >= 0) return includes(row.cells[column] ?? null, needle)
      return includes(row.id, anywhere) || row.cells.some((cell) => includes(cell, anywhere))
    })
}

const includes = (bytes: Bytes | null, needle: string): boolean =>
  typeof bytes === 'string' && bytes.toLowerCase().includes(needle)
