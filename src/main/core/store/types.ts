import type { StoreOperation } from '#shared/model.ts'

/** What a caller may pass as a field's value; it is stored as its string, as the guide's store does. */
export type FieldValue = string | number | bigint | boolean
export type SessionData = Readonly<Record<string, FieldValue>>
/** A session's fields, as strings, the reserved ones included. */
export type SessionFields = Record<string, string>

/** One call of the store as it ended, for those who watch: the demo server's log and the live list. */
export interface StoreEvent extends StoreOperation {
  readonly id: string
  /** `key`, and for a rotation the one that it became. */
  readonly keys: readonly string[]
  /** False when there was no such session and nothing was written. */
  readonly found: boolean
}
export type StoreListener = (event: StoreEvent) => void
