import type { FreshRow } from '../row-table.ts'

/** A moment that a row does not tell. */
export const none = Number.NaN

/** A hash with one cell, without a value, of which nothing more is known than is given. */
export const row = (id: string, values: Partial<FreshRow> = {}): FreshRow => ({
  id,
  type: 'hash',
  flaws: 0,
  createdAt: none,
  lastAccessedAt: none,
  configuredTtl: none,
  expiresAt: none,
  cells: [null],
  ...values,
})
