import { RESERVED_FIELDS } from '#shared/model.ts'
import { parseTimestamp } from '../store/timestamp.ts'

/** The raw values of the reserved fields, in the order of `RESERVED_FIELDS`; null where absent. */
export type ReservedValues = readonly (Buffer | null | undefined)[]

export interface Judgement {
  /** Why a hash is not a session: a set of {@link FLAWS}; 0 for one that is. */
  readonly flaws: number
  readonly createdAt: number | null
  readonly lastAccessedAt: number | null
  readonly configuredTtl: number | null
}

/** What a hash may lack for being a session, as bits: one for each reserved field, one for a TTL that is none. */
export const FLAWS = { created: 1, accessed: 2, ttl: 4, badTtl: 8 } as const

/** Says whether a hash is a session, by the store's own rule: every reserved field there, the TTL a usable one. */
export function judgeHash(values: ReservedValues): Judgement {
  const [created, accessed, ttl] = values
  const configuredTtl = ttl ? readTtl(ttl.toString('latin1')) : null
  return {
    flaws:
      (created ? 0 : FLAWS.created) |
      (accessed ? 0 : FLAWS.accessed) |
      (ttl ? 0 : FLAWS.ttl) |
      (ttl && configuredTtl === null ? FLAWS.badTtl : 0),
    createdAt: created ? parseTimestamp(created.toString('latin1')) : null,
    lastAccessedAt: accessed ? parseTimestamp(accessed.toString('latin1')) : null,
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
