import type { KeyLimit } from './abilities.ts'
import type { Bytes } from './bytes.ts'
import type { ClusterNode } from './cluster.ts'
import type { FormatId, SessionSummary } from './formats.ts'

/** The fields that the store alone writes, in the order in which it writes them. */
export const RESERVED_FIELDS = ['created_at', 'last_accessed_at', 'session_ttl'] as const
export const DEFAULT_PREFIX = 'session:'
/** The field that names who is logged in. */
export const USER_FIELD = 'username'

/** Limits of what the inspector writes. Sessions are small; a longer value is shown but not written. */
export const LIMITS = {
  /** Connections that are open at once. */
  tabs: 20,
  /** UTF-8 bytes of a field name. */
  fieldNameBytes: 1024,
  /** Bytes of one field's value. */
  valueBytes: 4 * 1024 * 1024,
  /** Bytes of a prefix. */
  prefixBytes: 512,
  /** Rows that one window may ask for. */
  windowRows: 500,
  /** Sessions that one scope may name one by one. */
  scopeIds: 100_000,
  /** Sessions that a scope may leave out one by one. */
  scopeExceptions: 1000,
  /** Rows of a frozen list that one call may ask for. */
  bulkRows: 5000,
  /** Keys of one bulk action. */
  bulkKeys: 1_000_000,
  /** Characters of a filter. */
  filterCharacters: 1000,
  /** Bars that one chart of expiry times may ask for. */
  summaryBuckets: 500,
  /** Entries of a timeline that one answer may have, and characters that they may be looked for by. */
  timelineEntries: 500,
  timelineTextCharacters: 200,
  /** Sessions of one finding of a report that are named, and that one answer may have. */
  riskIds: 100_000,
  riskRows: 500,
  /** Sample sessions made at once. */
  sampleSessions: 100_000,
  /** Bytes of a value that travel with the session's detail; the whole is read with `session.readField`. */
  previewBytes: 64 * 1024,
  /** Characters of a field that travel with a row of the list. */
  cellCharacters: 200,
} as const

// ---- connection

export interface ServerInfo {
  readonly product: 'Redis' | 'Valkey'
  readonly version: string
  readonly mode: 'standalone' | 'sentinel' | 'cluster'
  readonly role: 'master' | 'replica'
  /** False for a replica: it takes no writes, so that its connection is read-only whatever one wants. */
  readonly writable: boolean
  /** Of a cluster that was connected to as one: its nodes, the replicas after their masters. */
  readonly nodes?: readonly ClusterNode[]
}

/** A connection as the screen may see it: never with its password. */
export interface PublicTarget {
  /** `host:port`, the socket's path, or what the Sentinels call the master; for the bar. */
  readonly label: string
  readonly deployment: 'standalone' | 'sentinel' | 'cluster'
  /** The server; else the first Sentinel, or the first known node of the cluster. */
  readonly host: string
  readonly port: number
  /** A Unix socket, instead of host and port. */
  readonly path: string | null
  /** The server that answers, or did last: `host:port` or its socket; null before that, and for a whole cluster. */
  readonly address: string | null
  readonly username: string | null
  readonly db: number
  readonly tls: boolean
  /** Its certificate is accepted whoever vouches for it: nobody knows who reads along. */
  readonly untrusted: boolean
  /** The name to ask for in TLS, and the files that it takes to connect, where they were given. */
  readonly servername: string | null
  readonly tlsFiles: readonly ('ca' | 'cert' | 'key')[]
  /** `host:port` of the SSH server that it is reached through, and who logs in there; null for none. */
  readonly tunnel: string | null
  readonly tunnelUser: string | null
  /** True for the Redis that the app started itself. */
  readonly isPrivate: boolean
  /** The saved connection that it is; null for one that is not saved. */
  readonly saved: string | null
}

/** Whose sessions a connection holds; on `production` bulk actions ask once more. */
export const ENVIRONMENTS = ['local', 'staging', 'production'] as const
export type Environment = (typeof ENVIRONMENTS)[number]

/** How changes reach the list: pushed by the server, or read by the inspector each second. */
export type LiveMode = 'notifications' | 'polling'

/** A change of the server's `notify-keyspace-events` that the inspector makes only when it is asked to. */
export interface NotificationChange {
  /** `enable`: they are off and could be switched on. `restore`: this inspector switched them on. */
  readonly kind: 'enable' | 'restore'
  /** What the setting is now. */
  readonly current: string
  /** The exact command that would be sent: `CONFIG SET notify-keyspace-events AKE`. */
  readonly command: string
  /** How many nodes of a cluster it is sent to; left out for a single server. */
  readonly nodes?: number
}

/** A server that is there and answers nothing of use: it loads its data, or runs a script that takes long. */
export interface NotReady {
  readonly kind: 'loading' | 'busy'
  /** How much of its data it has loaded, 0 to 1; null where that is not known. */
  readonly loaded: number | null
  /** As it reckons itself; null where it does not. */
  readonly secondsLeft: number | null
}

export type ConnectionStatus =
  | { readonly state: 'disconnected' }
  | {
      readonly state: 'connecting'
      readonly target: PublicTarget
      /** What is waited for, until somebody disconnects; null while it is being reached. */
      readonly notReady: NotReady | null
    }
  | {
      readonly state: 'connected'
      readonly target: PublicTarget
      readonly server: ServerInfo
      /** Nothing is written on it: the core refuses every command that could. */
      readonly readOnly: boolean
      /** What the person says it is. */
      readonly environment: Environment | null
      readonly live: LiveMode
      /** Commands that this user may not run, in capitals, of those that an ability takes (abilities.ts). */
      readonly missing: readonly string[]
      /** Prefixes that were looked at and whose keys this user may not use, or not write. */
      readonly keyLimits: readonly KeyLimit[]
      /** The channels by which the server would tell of changes, where this user may not listen to them: a glob. */
      readonly channelLimit: string | null
      /** Set while the server answers nothing. */
      readonly notReady: NotReady | null
      /** How notifications could be had here, or what puts them back as they were; null where neither is known. */
      readonly notifications: NotificationChange | null
    }
  | {
      readonly state: 'lost'
      readonly target: PublicTarget
      readonly reason: string
      /** Epoch milliseconds. */
      readonly since: number
      /** When the next attempt is made, epoch milliseconds; null while one is under way, or none is made by itself. */
      readonly retryAt: number | null
      readonly attempt: number
      /** The server refused the password: nothing is tried again until somebody says so, since that may lock the user out. */
      readonly needsPassword: boolean
      /** It is back, and not ready yet. */
      readonly notReady: NotReady | null
    }

// ---- the list

/**
 * `session`: a hash with every reserved field. `incomplete`: a hash that lacks one or holds nonsense in it: a
 * fragment or a zombie. `foreign`: a key of another type. The last two can be edited as what they are: a hash, a string.
 */
export type SessionState = 'session' | 'incomplete' | 'foreign'

/** Which library wrote a key, as far as a list tells. */
export interface RowFormat {
  readonly id: FormatId
  /** The library's, and the encoding: `Flask-Session`, `MessagePack`. */
  readonly name: string
  readonly encoding: string
  readonly role: SessionSummary['role']
}

/** When a session ends by what is inside it. */
export interface InsideEnd {
  /** Epoch milliseconds. */
  readonly at: number
  /** The library refuses it then, before Redis ends the key. */
  readonly first: boolean
  /** Redis's TTL says something else, and not by the library's own working. */
  readonly disputed: boolean
}

export interface SessionRow {
  /** The key without the prefix. */
  readonly id: Bytes
  readonly state: SessionState
  /** Redis TYPE. */
  readonly type: string
  /** Why it is not a session, in words; null for one that is, ours or another library's. */
  readonly problem: string | null
  /** Of another library's format; null for our own sessions and for what nobody knows. */
  readonly format: RowFormat | null
  /** Epoch milliseconds. */
  readonly createdAt: number | null
  readonly lastAccessedAt: number | null
  /** Seconds; of another library's session what an access gives it, by itself or by the longest of its kind here. */
  readonly configuredTtl: number | null
  /** When Redis ends the key, epoch milliseconds; null for a key without expiry. */
  readonly expiresAt: number | null
  /** Left out where a session says nothing of its end. */
  readonly inside?: InsideEnd
  /** Values of the list's columns, in their order, at most `LIMITS.cellCharacters` each; null where absent. */
  readonly cells: readonly (Bytes | null)[]
  /** Rises with each change of this row. */
  readonly revision: number
}

export type SortKey = 'id' | 'createdAt' | 'lastAccessedAt' | 'expiresAt' | { readonly field: string }

export interface Sort {
  readonly by: SortKey
  readonly direction: 'ascending' | 'descending'
}

export type ScanPhase = 'scanning' | 'complete' | 'stopped'

/** Fields that a filter asks for and the list does not show: read of each row, once. */
export interface FieldReading {
  /** As the filter names them; `size` stands for the memory that a key takes. */
  readonly fields: readonly string[]
  /** Rows read, of all. */
  readonly done: number
  readonly total: number
  readonly phase: ScanPhase
}

/** How far the list is. `total` counts rows known, `scanned` keys looked at of the database's `keys`. */
export interface ListProgress {
  readonly prefix: string
  readonly revision: number
  readonly total: number
  readonly scanned: number
  readonly keys: number
  readonly phase: ScanPhase
  /** The scan takes long breaks, so that a busy server notices it even less. */
  readonly gentle: boolean
  /** False where the server runs no scripts for this user, so that keys are read in pipelines. */
  readonly scripted: boolean
}

/** Where a filter cannot be read, in UTF-16 units of its text, and what to do about it. */
export interface FilterProblem {
  readonly at: number
  readonly length: number
  readonly message: string
}

export interface ListWindow extends ListProgress {
  /** Rows that match the filter. */
  readonly matched: number
  readonly offset: number
  readonly rows: readonly SessionRow[]
  /** Where the asked-for row stands in this order, or null. */
  readonly position: number | null
  /** What is wrong with the filter, which then matches nothing; null for one that can be read. */
  readonly filterProblem: FilterProblem | null
  /** Reading for this filter; null for one that needs none. Rows that are not read yet do not match. */
  readonly reading: FieldReading | null
}

/**
 * Sessions by what is left of their configured TTL, which sliding expiry makes a measure of idleness too: `active`
 * have at least half of it left, `idle` less, `expiring` less than a tenth. Those of other libraries count by the lifetime
 * that they tell, else by the longest time left that the list has seen of that library. `expired` are those that their
 * library refuses already while Redis still has the key. Keys that are no sessions are `other`, and whatever neither Redis
 * nor a library ends is `withoutTtl` and nothing else.
 */
export interface StateCounts {
  readonly active: number
  readonly idle: number
  readonly expiring: number
  readonly expired: number
  readonly withoutTtl: number
  readonly other: number
}

/** What the rows of a list are, all together. */
export interface ListSummary {
  readonly revision: number
  /** The moment that it holds for, epoch milliseconds. */
  readonly at: number
  /** Of the rows that match the filter. */
  readonly states: StateCounts
  /** When they expire. Bucket `i` counts what expires from `at + i * bucketMs` on; what is overdue is in the first. */
  readonly expiries: {
    readonly bucketMs: number
    readonly all: readonly number[]
    /** Of those, the rows that match the filter. */
    readonly matched: readonly number[]
    /** Rows that expire after the last bucket, of all. */
    readonly later: number
  }
}

/** A namespace that exists in the database. */
export interface PrefixSuggestion {
  readonly prefix: string
  /** Keys under it; an estimate where the survey is not complete. */
  readonly keys: number
}

/** The namespaces of a database, as far as it was looked at. */
export interface PrefixSurvey {
  /** The one with the most keys first. */
  readonly prefixes: readonly PrefixSuggestion[]
  /** Keys looked at, of the database's keys. */
  readonly looked: number
  readonly keys: number
  /** Every key was looked at, so that the counts are exact. */
  readonly complete: boolean
}

// ---- one session

/** A value as it travels with the detail. */
export interface ShownValue {
  /** At most `LIMITS.previewBytes` of the value. */
  readonly value: Bytes
  /** Bytes of the whole value. */
  readonly size: number
  /** True where `value` is cut. */
  readonly cut: boolean
}

export interface SessionField extends ShownValue {
  readonly name: Bytes
  readonly reserved: boolean
  /** When the field itself ends (HEXPIRE), epoch milliseconds; null for one that lives as long as its key. */
  readonly expiresAt: number | null
}

export interface SessionDetail {
  readonly id: Bytes
  readonly key: Bytes
  readonly state: SessionState
  readonly type: string
  readonly problem: string | null
  readonly createdAt: number | null
  readonly lastAccessedAt: number | null
  readonly configuredTtl: number | null
  readonly expiresAt: number | null
  /** Bytes that the key takes in Redis (MEMORY USAGE), or null where that is not allowed. */
  readonly memory: number | null
  /** Reserved fields last, the others by name; empty for keys that are no hash. */
  readonly fields: readonly SessionField[]
  /** Fields can have a TTL of their own here: Redis 7.4, Valkey 9, and this user may look. */
  readonly hasFieldTtls: boolean
  /** What a string holds; null for other types, and where it may not be read. */
  readonly value: ShownValue | null
  /** By which a key that is no session is known again before it is deleted; null where it cannot be told. */
  readonly fingerprint: string | null
}

/** What became of the watched session. `detail` is null once it has gone. */
export interface SessionChange {
  readonly id: Bytes
  readonly detail: SessionDetail | null
}

// ---- the demo server

export type DemoStatus =
  | { readonly state: 'stopped' }
  | {
      readonly state: 'running'
      readonly url: string
      readonly port: number
      readonly prefix: string
      readonly ttl: number
    }

/** One request to the demo server, and what it did in Redis. */
export interface DemoRequest {
  /** Rises by one with each request of a run. */
  readonly sequence: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly method: string
  readonly path: string
  readonly status: number
  readonly durationMs: number
  readonly sessionId: string | null
  /** What it did to the session, in words: "created the session of ada". */
  readonly effect: string
  readonly operations: readonly StoreOperation[]
}

/** One call of the session store: what was sent, and the Redis commands that its script ran. */
export interface StoreOperation {
  readonly operation: string
  readonly key: string
  /** The commands that ran on the server, as one would type them into redis-cli; secrets cut. */
  readonly commands: readonly string[]
  readonly durationMs: number
}

// ---- the app

export interface AppInfo {
  readonly version: string
  readonly host: 'electron' | 'web'
  /** Node's `process.platform` where the core runs. */
  readonly platform: string
  /** A Redis URL from `--redis` or REDIS_URL, its password left out; null when none was given. */
  readonly prefill: string | null
  /** True when the prefill carries a password that the core keeps. */
  readonly prefillHasPassword: boolean
}
