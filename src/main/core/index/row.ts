import type { Bytes } from '#shared/bytes.ts'
import type { SessionRow } from '#shared/model.ts'

/** A session as the index holds it, its cells those of the index's columns. Never changed in place: the views find a row by what it was sorted by. */
export interface IndexRow extends SessionRow {
  /** The id's bytes, one character each. */
  readonly key: string
}

/**
 * PTTL is relative and read over a network, so the moment computed from it wavers by the time a reply takes. A
 * difference of fewer milliseconds than this is no change.
 */
const EXPIRY_TOLERANCE = 250

export const sameExpiry = (a: number | null, b: number | null): boolean =>
  a === b || (a !== null && b !== null && Math.abs(a - b) <= EXPIRY_TOLERANCE)

export function sameRow(a: Omit<IndexRow, 'revision'>, b: Omit<IndexRow, 'revision'>): boolean {
  return (
    a.state === b.state &&
    a.type === b.type &&
    a.problem === b.problem &&
    a.createdAt === b.createdAt &&
    a.lastAccessedAt === b.lastAccessedAt &&
    a.configuredTtl === b.configuredTtl &&
    sameExpiry(a.expiresAt, b.expiresAt) &&
    a.cells.length === b.cells.length &&
    a.cells.every((cell, column) => sameBytes(cell, b.cells[column] ?? null))
  )
}

const sameBytes = (a: Bytes | null, b: Bytes | null): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a?.base64 === b?.base64)

/** A row as it crosses to the screen, with the cells of the columns that were asked for. */
export function toSessionRow(row: IndexRow, columns: readonly number[]): SessionRow {
  const { key: _, ...shown } = row
  return { ...shown, cells: columns.map((column) => row.cells[column] ?? null) }
}
