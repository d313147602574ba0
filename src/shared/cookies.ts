import { z } from 'zod'
import type { Bytes } from './bytes.ts'
import type { TreeNode } from './formats.ts'
import { LIMITS } from './model.ts'

export const COOKIE_LIMITS = {
  /** Characters that can be pasted. */
  pasted: 64 * 1024,
  /** Cookies of what was pasted that are looked at; browsers keep at most 180 of one site. */
  cookies: 200,
  /** Secrets, and characters of each. */
  secrets: 20,
  secretCharacters: 4096,
  /** Keys of one search that are looked up. */
  keys: 20_000,
  /** Sessions that are told of for one cookie. */
  sessions: 10,
} as const

export const cookieQuerySchema = z.strictObject({
  /** A cookie's value, `Cookie:` or `Set-Cookie:` headers, or a curl command. */
  text: z.string().max(COOKIE_LIMITS.pasted),
  /** The prefix that is listed: its sessions are the first to be looked for. Not `prefix`: any other will do as well. */
  listed: z.string().max(LIMITS.prefixBytes),
  /** What the application signs or encrypts its cookies with. Used for this call alone, kept nowhere. */
  secrets: z
    .array(z.string().max(COOKIE_LIMITS.secretCharacters))
    .max(COOKIE_LIMITS.secrets, `At most ${COOKIE_LIMITS.secrets} secrets are tried at once.`),
})
export type CookieQuery = z.infer<typeof cookieQuerySchema>

/** `unchecked`: there is one, and no secret was given to check it with. */
export type CookieSignature = 'none' | 'unchecked' | 'good' | 'bad'

/** A session in Redis that a cookie leads to. */
export interface CookieSession {
  readonly prefix: string
  readonly id: Bytes
  /** Redis TYPE. */
  readonly type: string
  /** The library that wrote it and who is logged in, as far as they are known. */
  readonly format: string | null
  readonly user: string | null
  /** Epoch milliseconds; null where it does not expire. */
  readonly expiresAt: number | null
}

/** How a session that there was has ended, as this inspector has seen it. */
export interface CookieEnding {
  readonly how: 'expired' | 'deleted' | 'rotated'
  /** Epoch milliseconds. */
  readonly at: number
  readonly prefix: string
  /** The id that it has since; null where it is not known or it has none. */
  readonly to: Bytes | null
  /** This client has deleted it and can take that back. */
  readonly undoable: boolean
}

/**
 * `found`: it leads to sessions. `ended`: to one that there was. `absent`: to none. `stateless`: the session is in the
 * cookie. `protected`: encrypted so that nobody but the application can read it. `secret`: it takes a secret to read it,
 * or none of those given was it. `malformed`: the library would not take it. `other`: it is no session's.
 */
export type CookieOutcome =
  | 'found'
  | 'ended'
  | 'absent'
  | 'stateless'
  | 'protected'
  | 'secret'
  | 'malformed'
  | 'other'

/** One cookie of what was pasted, and what has come of it. */
export interface CookieFinding {
  /** Null for a value without a name. */
  readonly name: string | null
  /** Whose cookie it is; null where that is not known. */
  readonly library: string | null
  readonly outcome: CookieOutcome
  readonly signature: CookieSignature
  /** What is to be known about it, in sentences; '' for nothing. */
  readonly note: string
  /** The id that it carries; null where it carries none or it cannot be read. */
  readonly id: Bytes | null
  /** Those under the listed prefix first. */
  readonly sessions: readonly CookieSession[]
  readonly ending: CookieEnding | null
  /** What can be read of a session that is in the cookie. */
  readonly content: TreeNode | null
}

export interface CookieReport {
  readonly source: 'curl' | 'set-cookie' | 'cookie' | 'value'
  /** Those that lead to a session first, those that are no session's last. */
  readonly cookies: readonly CookieFinding[]
  /** Cookies beyond the limit, which were not looked at. */
  readonly more: number
  /** Keys that were looked up, and those of them that this Redis user may not look at. */
  readonly keys: number
  readonly refused: number
  /** Every key of the database was met while looking; false for the usual prefixes and as many keys as a second allows. */
  readonly complete: boolean
}
