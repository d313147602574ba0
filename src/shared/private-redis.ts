/** A server that was found on this machine. */
export interface RedisBinary {
  readonly path: string
  readonly product: 'Redis' | 'Valkey'
  /** As the binary says: `7.0.15`. */
  readonly version: string
}

/** Data of a private Redis that was kept, as its file tells without being loaded. */
export interface KeptData {
  /** Keys of its first database; null where the file does not tell. */
  readonly keys: number | null
  readonly bytes: number
  /** Epoch milliseconds. */
  readonly savedAt: number
  /** `Redis 7.0.15`; null where the file does not tell. */
  readonly savedBy: string | null
  readonly file: string
}

/** The Redis of the app's own. */
export interface PrivateRedisStatus {
  readonly state: 'stopped' | 'starting' | 'running' | 'stopping'
  /** The servers that it could be, the one on the PATH first. */
  readonly servers: readonly RedisBinary[]
  readonly running: {
    readonly server: RedisBinary
    readonly port: number
    /** Whether its data is saved when it stops or the app ends, however that ends. */
    readonly keeps: boolean
    /** Why it keeps nothing although it was to; null where all is as it was asked for. */
    readonly note: string | null
  } | null
  readonly kept: KeptData | null
  /** Another inspector has the kept data open. */
  readonly keptElsewhere: boolean
  /** Whether this host has a place to keep data at. */
  readonly canKeep: boolean
  /** How it ended, where nobody stopped it. */
  readonly problem: string | null
}
