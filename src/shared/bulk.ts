import type { Bytes } from './bytes.ts'
import type { ErrorCode } from './errors.ts'
import type { RowFormat, SessionState } from './model.ts'

/** What is done to the sessions of a frozen list. */
export type BulkAction =
  /** `related`: together with what their libraries keep beside them. @default false */
  | { readonly kind: 'delete'; readonly related?: boolean | undefined }
  /** Sets the configured TTL in seconds and begins it anew, as for one session. */
  | { readonly kind: 'setTtl'; readonly ttl: number }

/**
 * What came of one key. `left_out`: it was not asked for. `unknown`: the connection was lost before the server answered.
 * `not_reached`: the action was stopped or broke off before.
 */
export const BULK_OUTCOMES = [
  'done',
  'gone',
  'changed',
  'not_a_session',
  'left_out',
  'unknown',
  'not_reached',
] as const
export type BulkOutcome = (typeof BULK_OUTCOMES)[number]
export type BulkCounts = Readonly<Record<BulkOutcome, number>>

/** One key of a frozen list, as it was when the list was made. */
export interface BulkRow {
  readonly id: Bytes
  readonly user: Bytes | null
  readonly state: SessionState
  /** Of a session of another library, which then also says who, when and until when; null for any other key. */
  readonly format: Pick<RowFormat, 'name' | 'encoding'> | null
  /** Epoch milliseconds. */
  readonly lastAccessedAt: number | null
  /** When it ends, by Redis or by its library, whichever is first. */
  readonly expiresAt: number | null
  /** Null before the action. */
  readonly outcome: BulkOutcome | null
}

/** The exact keys that a bulk action will touch, all together. */
export interface FrozenList {
  readonly prefix: string
  /** When it was made, epoch milliseconds. */
  readonly at: number
  readonly total: number
  /** Of the total, less the sessions of other libraries. */
  readonly states: Readonly<Record<SessionState, number>>
  /**
   * Sessions of other libraries, as the list has them, and those among them beside which their libraries keep further
   * keys, which a deletion takes along where that is asked for.
   */
  readonly libraries: { readonly sessions: number; readonly withRelated: number }
  /** Keys that were named but had gone by then. */
  readonly gone: number
  /** False where the filter may match more, since the list was not read to its end. */
  readonly complete: boolean
  readonly users: {
    readonly count: number
    /** Keys without one. */
    readonly anonymous: number
    /** Those with the most keys, the first few. */
    readonly top: readonly { readonly user: Bytes; readonly keys: number }[]
  }
  /** Whoever was active last. */
  readonly latest: { readonly user: Bytes | null; readonly at: number } | null
  /** False where it is too much to be kept for an undo, or the server cannot tell the expiry to go back to. */
  readonly undoable: boolean
  /** What is to be typed before the action, on a connection marked as production; null on any other. */
  readonly confirmation: string | null
}

/** What came of the keys that libraries keep beside the sessions that were deleted. A set counts once for each member. */
export interface BulkRelated {
  /** Those that went in one step with their session. */
  readonly taken: number
  /** Those that stay since they lie in another slot of the cluster, where one step cannot reach both. */
  readonly otherSlot: number
  /** Pointers that stay since they lead to another session, which stays as well. */
  readonly elsewhere: number
  /** Sessions that could not be decoded: what there is beside them cannot be told, and stays. */
  readonly untold: number
}

export type BulkStatus =
  | { readonly state: 'idle' }
  | { readonly state: 'freezing'; readonly done: number; readonly total: number }
  | { readonly state: 'frozen'; readonly list: FrozenList }
  | {
      readonly state: 'running'
      readonly list: FrozenList
      readonly action: BulkAction
      readonly counts: BulkCounts
      /** Null where they are not asked for. */
      readonly related: BulkRelated | null
    }
  | {
      readonly state: 'finished'
      readonly list: FrozenList
      readonly action: BulkAction
      readonly counts: BulkCounts
      readonly related: BulkRelated | null
      readonly stopped: boolean
      /** Why it broke off; null where it did not. */
      readonly failure: { readonly code: ErrorCode; readonly message: string } | null
      /** When it ended, epoch milliseconds, and how long it took. */
      readonly at: number
      readonly durationMs: number
    }
