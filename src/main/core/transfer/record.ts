/** What a key holds, in a form that JSON can say. Expiries are epoch milliseconds, null for none. */
export type Content =
  | { readonly type: 'hash'; readonly fields: readonly HashField[] }
  | { readonly type: 'string'; readonly value: Buffer }
  | { readonly type: 'list' | 'set'; readonly items: readonly Buffer[] }
  | { readonly type: 'zset'; readonly items: readonly ScoredItem[] }

export interface HashField {
  readonly name: Buffer
  readonly value: Buffer
  readonly expiresAt: number | null
}

export interface ScoredItem {
  readonly member: Buffer
  readonly score: number
}

/** What DUMP says of a key, and the mark of its content where it is known: see content-mark.ts. */
export interface Dumped {
  readonly type: 'dump'
  readonly dump: Buffer
  readonly mark: string | null
}

/** One session of a file. */
export interface SessionRecord {
  /** The key without the prefix. */
  readonly id: Buffer
  /** When it ends: epoch milliseconds, seconds from the moment of the import on, or null for never. */
  readonly expiry: { readonly at: number } | { readonly seconds: number } | null
  readonly holds: Content | Dumped
}
