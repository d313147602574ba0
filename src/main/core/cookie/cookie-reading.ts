import { parseCookie } from 'cookie'
import type { CookieOutcome, CookieSignature } from '#shared/cookies.ts'
import type { TreeNode } from '#shared/formats.ts'
import type { PastedCookie } from './pasted.ts'

/** A cookie as the readers look at it. */
export interface CookieAtHand {
  readonly name: string | null
  /** The name without `__Secure-` or `__Host-`, which browsers judge and libraries put before theirs. '' for none. */
  readonly base: string
  /** Percent-decoded, as libraries take it. */
  readonly value: string
  readonly secrets: readonly string[]
  /** The names of all cookies that were pasted, this one's too. */
  readonly names: ReadonlySet<string>
}

/** An id that a cookie may carry, and how the library makes a key of it. */
export interface IdGuess {
  readonly id: string
  /** What the library puts before it, unless somebody has chosen another prefix. */
  readonly prefixes: readonly string[]
}

/** What one library would make of a cookie. */
export interface CookieReading {
  /** As the screen names it. */
  readonly library: string | null
  /** How sure it is that the cookie is this library's: {@link SURE}. */
  readonly score: number
  /** What comes of it where no session is found. */
  readonly outcome: Exclude<CookieOutcome, 'found' | 'ended'>
  readonly signature: CookieSignature
  /** Sentences for the screen, which never repeat anything of the cookie. */
  readonly note: string
  /** Where it is looked for; the likeliest first. Others are tried with all usual prefixes as well. */
  readonly ids: readonly IdGuess[]
  readonly content: TreeNode | null
}

/** A library by its cookies. @returns null for a cookie that cannot be its */
export type CookieReader = (cookie: CookieAtHand) => CookieReading | null

export const SURE = {
  /** Its name and its form. */
  certain: 100,
  /** A form that no other library has. */
  form: 80,
  /** A name that is its default, or a form that a few have. */
  likely: 60,
  possible: 40,
  /** Anything could be that. */
  guess: 10,
} as const

const NOTHING = {
  outcome: 'absent',
  signature: 'none',
  note: '',
  ids: [],
  content: null,
} as const satisfies Partial<CookieReading>

export const reading = (
  library: string | null,
  score: number,
  rest: Partial<Omit<CookieReading, 'library' | 'score'>>,
): CookieReading => ({ library, score, ...NOTHING, ...rest })

export function atHand(
  { name, value }: PastedCookie,
  secrets: readonly string[],
  names: ReadonlySet<string>,
): CookieAtHand {
  return {
    name,
    base: (name ?? '').replace(/^__(?:Secure|Host)-/, ''),
    value: decoded(value),
    secrets,
    names,
  }
}

/** As `cookie` decodes it for express, Fastify and others: quotes off, and what is no percent-encoding stays. */
const decoded = (value: string): string =>
  // A name of ours, so that the library has a pair; a semicolon would end it.
  value.includes(';') ? value : (parseCookie(`v=${value}`).v ?? value)

/** What a signature is worth: whether any of the secrets makes it. */
export function judge(secrets: readonly string[], isMadeBy: (secret: string) => boolean): CookieSignature {
  if (secrets.length === 0) return 'unchecked'
  return secrets.some(isMadeBy) ? 'good' : 'bad'
}
