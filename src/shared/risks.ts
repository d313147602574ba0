import type { Bytes } from './bytes.ts'
import { END_TOLERANCE } from './ends.ts'
import type { ErrorCode } from './errors.ts'
import type { RowFormat, ScanPhase, SessionState } from './model.ts'

/** What a report may find, the gravest first within a severity. docs/risks.md has the reason for each. */
export const RISK_IDS = [
  'guessable_ids',
  'passwords',
  'private_keys',
  'cards',
  'no_ttl',
  'zombies',
  'tokens',
  'ended_inside',
  'ttl_disagrees',
  'fragments',
  'large_sessions',
  'large_fields',
  'many_sessions',
  'weak_ids',
  'orphaned_members',
  'orphaned_keys',
  'other_secrets',
  'unknown_no_ttl',
] as const
export type RiskId = (typeof RISK_IDS)[number]

export const SEVERITIES = ['high', 'medium', 'low'] as const
export type Severity = (typeof SEVERITIES)[number]

/** From where on something is a finding. */
export const RISK_THRESHOLDS = {
  /** Bytes of a session, and of one field: what an application loads and often writes back with each request. */
  sessionBytes: 100 * 1024,
  fieldBytes: 50 * 1024,
  /** Bytes from where on it is no longer of low severity. */
  graveSessionBytes: 1024 * 1024,
  /** Milliseconds that two ends may be apart. */
  ttlTolerance: END_TOLERANCE,
  /** Sessions of one user; times what users have in the middle; from where on that does not count, nor is the severity low. */
  userSessions: 20,
  timesUsualSessions: 4,
  manyUserSessions: 100,
  /** Bits of an id: OWASP's minimum, and what leaves UUIDs of version 4 with their 122 random bits alone. */
  guessableBits: 64,
  weakBits: 120,
} as const

/** What can be done about a finding; `logOut` is about one user, `removeMembers` about entries of indexes. */
export type RiskAction = 'setTtl' | 'delete' | 'logOut' | 'removeMembers'

/** Some of what a finding is about, by what they have in common: a field, a user, an index, a library. */
export interface RiskPart {
  readonly kind: 'field' | 'user' | 'index' | 'library'
  readonly name: Bytes
  readonly count: number
}

export interface RiskFinding {
  readonly id: RiskId
  readonly severity: Severity
  /** Sessions that it is about; of `orphaned_members` entries of indexes. */
  readonly count: number
  /** Of those, the ones that are named: the first `LIMITS.riskIds`. */
  readonly kept: number
  /** The largest parts first, a few of them. */
  readonly parts: readonly RiskPart[]
  /** Parts that are not named. */
  readonly moreParts: number
  /** How it was found or estimated, where that is not plain from what it is; a sentence. */
  readonly how: string | null
}

/** One of the largest. */
export interface LargeSession {
  readonly id: Bytes
  readonly user: Bytes | null
  readonly bytes: number
  /** Of a field; null for a session as a whole. */
  readonly field: string | null
}

/** How far the values of the sessions have been read. */
export interface ValueReading {
  /** `idle`: nobody has asked for it. `waiting`: all is read, and what changes is read as it comes. */
  readonly phase: 'idle' | 'reading' | 'waiting' | 'stopped' | 'failed'
  /** Keys whose values have been read as they are now, of those that have any to read. */
  readonly read: number
  readonly total: number
  /** Of those that were read: not decoded, or not as a whole; larger than what is decoded. */
  readonly undecoded: number
  readonly tooLarge: number
  /** Keys of other types, which hold no session that is known. */
  readonly otherTypes: number
  /** Indexes that were read, and keys of the database that were looked at to find them; null before that. */
  readonly indexes: { readonly read: number; readonly at: number } | null
  readonly failure: { readonly code: ErrorCode; readonly message: string } | null
}

export interface RiskReport {
  readonly prefix: string
  /** Rises when something in it has changed. */
  readonly revision: number
  /** When it was made, epoch milliseconds. */
  readonly at: number
  /** Keys under the prefix that were judged, and how far the scan is that finds them. */
  readonly rows: number
  readonly sessions: number
  readonly scanned: number
  readonly keys: number
  readonly phase: ScanPhase
  readonly values: ValueReading
  /** The gravest first. */
  readonly findings: readonly RiskFinding[]
  /** Of the sessions whose values were read, the largest, and the largest fields. */
  readonly largest: readonly LargeSession[]
  readonly largestFields: readonly LargeSession[]
  /** What the ids are worth, whether or not that is a finding: a sentence; null for too few. */
  readonly ids: string | null
}

/** A session, or another key, that a finding is about. */
export interface RiskRow {
  readonly id: Bytes
  /** False for a key that does not lie under the prefix: `id` is the whole key then. */
  readonly inPrefix: boolean
  readonly user: Bytes | null
  readonly state: SessionState
  readonly format: RowFormat | null
  /** Epoch milliseconds; null for none. */
  readonly expiresAt: number | null
  /** What is so about this one, in a few words; never a value. */
  readonly note: string | null
}

/** The report of a prefix is another than it was. */
export interface RisksChange {
  readonly prefix: string
  readonly revision: number
}

export interface RiskPage {
  readonly rows: readonly RiskRow[]
  /** Rows that can be asked for. */
  readonly total: number
}

/** What a removal of orphaned members would be about. */
export interface OrphanList {
  /** To be given back with the removal: it takes these members and no others. */
  readonly mark: number
  readonly indexes: readonly { readonly key: Bytes; readonly members: number }[]
  readonly members: number
  /** Members that wait for another turn: one takes so many. */
  readonly more: number
  /** Indexes whose sessions lie on other nodes of a cluster, so that no single step can look at both. */
  readonly elsewhere: number
  /** What is to be typed first, on a connection marked as production; null on any other. */
  readonly confirmation: string | null
}

export interface OrphansRemoved {
  readonly removed: number
  /** Left alone: their session is there again, or they had gone. */
  readonly left: number
  readonly undoable: boolean
}
