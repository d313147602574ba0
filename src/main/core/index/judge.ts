import { RESERVED_FIELDS, type RowFormat } from '#shared/model.ts'
import type { RawValues } from './raw-values.ts'

/** What a hash may lack for being a session, as bits: one for each reserved field, one for a TTL that is none. */
export const FLAWS = { created: 1, accessed: 2, ttl: 4, badTtl: 8 } as const

/**
 * Says whether a hash is a session, by the store's own rule: every reserved field there, the TTL a usable one.
 * @param values begin with those of the reserved fields, in their order
 * @returns why it is none: a set of {@link FLAWS}; 0 for one that is
 */
export const findFlaws = (values: RawValues): number =>
  (values.has(0) ? 0 : FLAWS.created) |
  (values.has(1) ? 0 : FLAWS.accessed) |
  (values.has(2) ? 0 : FLAWS.ttl) |
  (values.has(2) && Number.isNaN(values.wholeNumber(2)) ? FLAWS.badTtl : 0)

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

/** What a key is that a library keeps beside its sessions. */
export const markerProblem = ({ name, role }: Pick<RowFormat, 'name' | 'role'>): string =>
  `Not a session: ${MARKERS[role]} of ${name}.`

const MARKERS: Readonly<Record<RowFormat['role'], string>> = {
  session: 'a session',
  pointer: 'a pointer to one',
  marker: 'a marker',
  index: 'an index',
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
