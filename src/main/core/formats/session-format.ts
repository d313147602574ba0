import type {
  DecodedSession,
  FormatId,
  InnerExpiry,
  Moment,
  RelatedKey,
  SessionEdit,
  SessionSummary,
  TreeNode,
  UndecodedPart,
} from '#shared/formats.ts'
import type { Budget } from './budget.ts'
import type { Parsed } from './parsed.ts'
import type { StoredSession } from './stored-session.ts'
import { findWho, type Look, PLAIN, TREE } from './who.ts'

/** How sure a detection is. In between lies what a key adds to what the bytes say. */
export const SURE = {
  /** Key and bytes say the same. */
  certain: 95,
  /** The bytes have what only this library writes. */
  likely: 80,
  /** The bytes could be another library's too. */
  possible: 50,
  /** The encoding is known, and who used it is not. */
  guess: 15,
  no: 0,
} as const

/** What a format makes of a key. */
export interface Content {
  readonly encoding: string
  readonly role?: SessionSummary['role']
  readonly root: TreeNode | null
  /** Beside those within the tree. */
  readonly undecoded?: readonly UndecodedPart[]
  readonly user?: string | null
  readonly createdAt?: Moment | null
  readonly lastSeenAt?: Moment | null
  readonly expiry?: InnerExpiry | null
  readonly related?: readonly RelatedKey[]
  readonly locked?: DecodedSession['locked']
  /** Why this one cannot be edited though its format can. */
  readonly readOnly?: string | null
}

export type Summary = Partial<
  Pick<SessionSummary, 'encoding' | 'role' | 'user' | 'createdAt' | 'lastSeenAt' | 'expiry' | 'lifetime'>
>

/** What is to be written: a string, or some fields of a hash, null for one that is removed. */
export type Written =
  | { readonly kind: 'value'; readonly value: Buffer }
  | { readonly kind: 'fields'; readonly fields: readonly (readonly [name: Buffer, value: Buffer | null])[] }

/** One library's layout. Everything here is pure: what a session says is read and never run. */
export interface SessionFormat {
  readonly id: FormatId
  readonly name: string
  /** Fields of a hash that a row of the list needs; no session of the format lacks the first. */
  readonly fields: readonly string[]
  /** What the library's next request does to the key's TTL. */
  readonly ttlNote: string
  /** Why it is never edited; null where it can be. */
  readonly readOnly: string | null
  /** The library keeps further keys beside a session. @default false */
  readonly keepsRelated?: true
  /** 0 to 100, from the beginning of a value alone. It runs for every key of a list. */
  detect(stored: StoredSession): number
  /** True where even a row's summary is to be made in the worker: what it takes may be built to harm. */
  isHostile(stored: StoredSession): boolean
  /** For a row of the list, from the beginning of a value alone. */
  summarise(stored: StoredSession, budget: Budget): Summary
  /** @throws Undecodable where nothing can be made of it */
  decode(stored: StoredSession, budget: Budget): Content
  /** One edit; what was not edited stays as it is, to the byte. @throws AppError where it cannot be made */
  edit?(stored: StoredSession, edit: SessionEdit, budget: Budget): Written
}

export const never = (): boolean => false

/** What lies within and without a parsed value. @param size bytes of the whole @param from where it began in it */
export function contentOf(parsed: Parsed, encoding: string, size: number, from = 0): Content {
  const left = size - from - parsed.end
  const reason =
    parsed.problem?.message ?? (left > 0 ? `There are ${left} bytes after the end of the value.` : null)
  return {
    encoding,
    root: parsed.root,
    undecoded: reason === null ? [] : [{ path: null, reason, size: Math.max(0, left) }],
    ...(reason === null ? {} : { readOnly: 'It was not decoded whole, so that an edit could damage it.' }),
  }
}

/** Who and when by the names that are used everywhere. */
export const usual = (root: TreeNode | null): Pick<Content, 'user' | 'createdAt' | 'lastSeenAt'> =>
  root === null ? {} : findWho(root, TREE)

export const usualSummary = (root: TreeNode | null): Summary => (root === null ? {} : summaryOf(root, TREE))
export const usualJsonSummary = (json: unknown): Summary => summaryOf(json, PLAIN)

function summaryOf<T>(root: T, look: Look<T>): Summary {
  const { user, createdAt, lastSeenAt } = findWho(root, look)
  return { user, createdAt: createdAt?.at ?? null, lastSeenAt: lastSeenAt?.at ?? null }
}
