import { LIMITS } from '#shared/model.ts'
import { fromBinary, toBinary } from '../bytes.ts'
import type { CookieReading } from './cookie-reading.ts'

/** Where sessions mostly are, whatever wrote them. '' for ids that stand alone. */
export const USUAL_PREFIXES = [
  'session:',
  'sess:',
  'sessions:',
  'PHPREDIS_SESSION:',
  'spring:session:sessions:',
  ':1:django.contrib.sessions.cache',
  'user:session:',
  'rack:session:',
  '',
] as const

/** A key that may be the session of a cookie. */
export interface SearchKey {
  /** A byte a character. */
  readonly key: string
  readonly prefix: string
  /** A byte a character. */
  readonly id: string
}

/**
 * The keys of a cookie's ids under some prefixes, the likeliest first: those of the reading's own library, then others.
 * @param before prefixes that come before all others
 */
export const keysOf = (
  { ids }: Pick<CookieReading, 'ids'>,
  before: readonly string[],
  after: readonly string[],
): readonly SearchKey[] =>
  ids.flatMap(({ id, prefixes }) => {
    const bytes = toBinary(Buffer.from(id))
    return [...new Set([...before, ...prefixes, ...after])].map((prefix) => ({
      key: toBinary(Buffer.from(prefix)) + bytes,
      prefix,
      id: bytes,
    }))
  })

/** Shorter ones are the end of some key by chance. */
const SHORTEST_END = 16

/** Tells whether a key ends with one of many ids, at the cost of a look for each length that there is. */
export class KeyEnds {
  readonly #byLength = new Map<number, Set<string>>()

  constructor(ids: Iterable<string>) {
    for (const id of ids) {
      if (id.length < SHORTEST_END) continue
      const known = this.#byLength.get(id.length)
      if (known === undefined) this.#byLength.set(id.length, new Set([id]))
      else known.add(id)
    }
  }

  /** @returns the id; the longest of several */
  idIn(key: string): string | null {
    let found: string | null = null
    for (const [length, ids] of this.#byLength) {
      const end = key.slice(-length)
      if (length > (found?.length ?? 0) && ids.has(end)) found = end
    }
    return found
  }
}

/**
 * How the list comes to a key: under the prefix that it shows, if that will do, else under the one that it was found by.
 * @returns the prefix; '' where it is none that the list takes
 */
export function prefixFor(key: string, listed: string, foundBy: string): string {
  const shown = toBinary(Buffer.from(listed))
  if (key.length > shown.length && key.startsWith(shown)) return listed
  return Buffer.byteLength(foundBy) <= LIMITS.prefixBytes ? foundBy : ''
}

/** What stands before an id in a key; '' where it is no text. */
export function prefixBefore(key: string, id: string): string {
  const bytes = fromBinary(key.slice(0, key.length - id.length))
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : ''
}
