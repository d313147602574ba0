import { LIMITS, RESERVED_FIELDS } from '#shared/model.ts'

/** What a batch of keys is asked for. */
export interface ReadPlan {
  /** The reserved fields, then those that rows carry beside them. */
  readonly fields: readonly string[]
  /** Bytes beyond which a value is cut on the server. */
  readonly cut: number
}

/** Bytes of a cell's text, at most; one more tells that there is more. */
const CELL_BYTES = 4 * LIMITS.cellCharacters + 1

export const readPlan = (columns: readonly string[]): ReadPlan => ({
  fields: [...RESERVED_FIELDS, ...columns],
  cut: CELL_BYTES,
})
