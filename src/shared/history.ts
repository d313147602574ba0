import type { Bytes } from './bytes.ts'

/** A write of the inspector that can be taken back, or made again. */
export interface HistoryEntry {
  /** Rises with each. */
  readonly number: number
  readonly prefix: string
  /** The session; of many, the first. */
  readonly id: Bytes
  /** Sessions that it wrote. */
  readonly count: number
  /** In words, as the beginning of a sentence: `Changed theme · ada`. No id is in it. */
  readonly label: string
  /** The label says whose it was, or which; else the id is shown beside it. */
  readonly named: boolean
  /** When it was made and until when it is kept, epoch milliseconds. */
  readonly at: number
  readonly until: number
}

export interface HistoryStatus {
  /** The next one first. */
  readonly undo: readonly HistoryEntry[]
  readonly redo: readonly HistoryEntry[]
  /** The one that is being taken back or made again, where it is about many sessions. */
  readonly running: { readonly number: number; readonly done: number; readonly total: number } | null
  /** What all of them hold of the sessions as they were. */
  readonly bytes: number
  readonly limits: {
    /** Milliseconds. */
    readonly keepFor: number
    readonly entries: number
    readonly bytes: number
  }
}

export interface HistoryOutcome {
  readonly entry: HistoryEntry
  /** The sessions that exist by it, the first few of many; none where it took a session back that it had made. */
  readonly ids: readonly Bytes[]
  /** Sessions taken back, and those that were left as they are, since they have expired, changed or gone meanwhile. */
  readonly counts: {
    readonly done: number
    readonly expired: number
    readonly changed: number
    readonly gone: number
  }
}

/** A field that differs: null where it is absent. */
export interface FieldDifference {
  readonly name: Bytes
  /** As undo or redo would make it. */
  readonly mine: Bytes | null
  readonly now: Bytes | null
  /** When the field itself ends, where that differs too: epoch milliseconds, null for with its key. */
  readonly expiresAt: { readonly mine: number | null; readonly now: number | null } | null
}

/** Why an undo or redo was refused: the session has changed since. */
export interface UndoConflict {
  readonly which: 'undo' | 'redo'
  readonly entry: HistoryEntry
  /** A key that is no session is called one no more than it is. */
  readonly what: 'session' | 'key'
  readonly fields: readonly FieldDifference[]
  /** Of a string that differs. */
  readonly value: { readonly mine: Bytes | null; readonly now: Bytes | null } | null
  /** Epoch milliseconds; null for no expiry. */
  readonly expiresAt: { readonly mine: number | null; readonly now: number | null }
  /** False where it would delete the session. */
  readonly mineExists: boolean
}
