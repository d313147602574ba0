import { RESERVED_FIELDS } from '#shared/model.ts'
import { parseTimestamp } from '../store/timestamp.ts'

export interface Judgement {
  /** Why a hash is not a session: a set of {@link FLAWS}; 0 for one that is. */
  readonly flaws: number
  readonly createdAt: number | null
  readonly lastAccessedAt: number | null
  readonly configuredTtl: number | null
}

/** What a hash may lack for being a session, as bits: one for each reserved field, one for a TTL that is none. */
export const FLAWS = { created: 1, accessed: 2, ttl: 4, badTtl: 8 } as const

/**
 * Says whether a hash is a session, by the store's own rule: every reserved field there, the TTL a usable one.
 * Takes the values of the reserved fields; null for one that is absent.
 */
export function judgeHash(created: string | null, accessed: string | null, ttl: string | null): Judgement {
  const configuredTtl = ttl === null ? null : readTtl(ttl)
  return {
    flaws:
      (created === null ? FLAWS.created : 0) |
      (accessed === null ? FLAWS.accessed : 0) |
      (ttl === null ? FLAWS.ttl : 0) |
      (ttl !== null && configuredTtl === null ? FLAWS.badTtl : 0),
    createdAt: created === null ? null : parseTimestamp(created),
    lastAccessedAt: accessed === null ? null : parseTimestamp(accessed),
    configuredTtl,
  }
}

/** Why a hash is not a session, in words; null for one that is. @param flaws a set of {@link FLAWS} */
export function hashProblem(flaws: number): string | null {
  if (flaws === 0) return null
  const lacking = RESERVED_FIELDS.filter((_, position) => flaws & (1 << position))
  return lacking.length > 0
    ? `Not a session: it lacks ${listed(lacking)}.`
    : 'Not a session: its session_ttl is not a whole number of seconds.'
}

/** Why a key of another type is not a session. @param type Redis TYPE */
export const foreignProblem = (type: string): string => `Not a session: the key holds a ${type}, not a hash.`

function readTtl(text: string): number | null {
  const value = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : null
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
