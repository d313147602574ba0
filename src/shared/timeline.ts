import type { Bytes } from './bytes.ts'
import type { SessionState } from './model.ts'

/** `watched`: values are kept from here on. `gap`: what happened up to here was not seen. */
export const TIMELINE_KINDS = [
  'created',
  'fieldAdded',
  'fieldChanged',
  'fieldRemoved',
  'touched',
  'ttlChanged',
  'typeChanged',
  'rotated',
  'expired',
  'deleted',
  'watched',
  'gap',
] as const
export type TimelineKind = (typeof TIMELINE_KINDS)[number]

/** Who did it: this inspector, from whichever of its windows; its demo server; anybody else. */
export const TIMELINE_AUTHORS = ['inspector', 'demo', 'outside'] as const
export type TimelineAuthor = (typeof TIMELINE_AUTHORS)[number]

/** A field's value as far as it is kept: `value` begins `skipped` bytes into the whole, which has `size` bytes. */
export interface KeptValue {
  readonly value: Bytes
  readonly skipped: number
  readonly size: number
  /** False where `value` is a part of the whole. */
  readonly whole: boolean
}

export interface Turn<T> {
  readonly old: T
  readonly new: T
}

/** Epoch milliseconds; null for a key that does not expire. */
export type Expiry = number | null

export interface FieldEvent {
  readonly kind: 'fieldAdded' | 'fieldChanged' | 'fieldRemoved'
  /** Null where it is not known which, and for `more`. */
  readonly field: Bytes | null
  /** Both null where the session was not watched: values are kept of watched sessions alone. */
  readonly old: KeptValue | null
  readonly new: KeptValue | null
  /** So many further fields changed at once, which are not listed one by one. */
  readonly more: number
}

export type TimelineChange =
  | {
      readonly kind: 'created'
      readonly state: SessionState
      /** Seconds. */
      readonly ttl: number | null
      readonly expiresAt: Expiry
    }
  | FieldEvent
  /** `expiry` is null where it was not read in between. */
  | { readonly kind: 'touched'; readonly expiry: Turn<Expiry> | null }
  /** `ttl`: the configured one in seconds; null where only the key's expiry was set or removed. */
  | {
      readonly kind: 'ttlChanged'
      readonly ttl: Turn<number> | null
      readonly expiry: Turn<Expiry> | null
    }
  /** Redis TYPE. */
  | { readonly kind: 'typeChanged'; readonly type: Turn<string> }
  /** The same session under another id: the old id is told where it went, the new one where it came from. */
  | { readonly kind: 'rotated'; readonly from: Bytes | null; readonly to: Bytes | null }
  /** `expiresAt`: when its time was over, as far as it was known before. */
  | { readonly kind: 'expired' | 'deleted'; readonly expiresAt: Expiry }
  | { readonly kind: 'watched' }
  /** `lost`: the connection was. `closed`: nobody looked at the prefix. `from`: epoch milliseconds. */
  | { readonly kind: 'gap'; readonly why: 'lost' | 'closed'; readonly from: number }

/** One thing that happened to one session. */
export interface TimelineEntry {
  /** Rises with each entry of its prefix. */
  readonly number: number
  /** When it was seen, epoch milliseconds. */
  readonly at: number
  /** Null for a gap, which is one of all sessions. */
  readonly id: Bytes | null
  /** Who was logged in, where that is known. */
  readonly user: string | null
  /** Null for what nobody did: `expired`, `watched` and `gap`. */
  readonly by: TimelineAuthor | null
  /** The server, or the inspector's own write, told of it at once; else a reading found it. */
  readonly told: boolean
  /** The server's own word for it in its notification, such as `expired`, `evicted`, `rename_from`; null for none. */
  readonly heard: string | null
  /** Where a reading found it: the reading before that, epoch milliseconds; null where it is not known. */
  readonly since: number | null
  readonly change: TimelineChange
  /** The session as it was after it, for `timeline.diff`; null where it was not kept. */
  readonly moment: number | null
}

/** What is kept of one prefix, in memory alone; the oldest goes first. */
export interface TimelineLimits {
  readonly entries: number
  /** Sessions whose values are kept, and the entries and the moments of each. */
  readonly sessions: number
  readonly sessionEntries: number
  readonly moments: number
  /** Bytes of all values. */
  readonly bytes: number
  /** Prefixes that have a timeline, and sessions that can be pinned, on one connection. */
  readonly prefixes: number
  readonly pins: number
}

export interface TimelineStatus {
  /** Since when the prefix is looked at, epoch milliseconds; null where nobody has yet. */
  readonly since: number | null
  /** The number of the newest entry; 0 before the first. */
  readonly newest: number
  readonly kept: number
  /** Entries that made room for later ones. */
  readonly dropped: number
  readonly bytes: number
  readonly limits: TimelineLimits
}

export interface TimelinePage extends TimelineStatus {
  /** Newest first. */
  readonly entries: readonly TimelineEntry[]
  /** All that match between `after` and `before`, these included. */
  readonly matched: number
}

/** One of the two moments of a diff. */
export interface TimelineMoment {
  readonly number: number
  /** Epoch milliseconds. */
  readonly at: number
  /** False where the session had ended. */
  readonly exists: boolean
  readonly type: string | null
  /** Seconds. */
  readonly configuredTtl: number | null
  readonly expiresAt: Expiry
}

export interface MomentField {
  readonly name: Bytes
  readonly reserved: boolean
  readonly change: 'added' | 'removed' | 'changed'
  readonly old: KeptValue | null
  readonly new: KeptValue | null
}

export interface TimelineDiff {
  readonly from: TimelineMoment
  readonly to: TimelineMoment
  /** By name; those that are the same are only counted. */
  readonly fields: readonly MomentField[]
  readonly same: number
}

/** What `timeline.changed` tells: that there is more, and of which sessions; null for many. */
export interface TimelineNews {
  readonly prefix: string
  readonly newest: number
  readonly ids: readonly Bytes[] | null
}

export interface PinnedSession {
  readonly prefix: string
  readonly id: Bytes
}
