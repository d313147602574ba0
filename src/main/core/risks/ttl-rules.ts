import { isOverInside, setsTtl } from '#shared/ends.ts'
import type { FormatId } from '#shared/formats.ts'
import type { InsideEnd } from '#shared/model.ts'

/** What is known of how a session ends. Moments are epoch milliseconds; null where there is none. */
export interface EndFacts {
  readonly library: FormatId
  /** By Redis. */
  readonly expiresAt: number | null
  /** By what is written inside it, as the list has it: what it marks is what is found here. */
  readonly inside: InsideEnd | null
}

export type TtlRisk = 'no_ttl' | 'unknown_no_ttl' | 'ended_inside' | 'ttl_disagrees'

/** @param now epoch milliseconds */
export function judgeTtl({ library, expiresAt, inside }: EndFacts, now: number): TtlRisk | null {
  if (expiresAt === null && setsTtl(library)) return library === 'other' ? 'unknown_no_ttl' : 'no_ttl'
  if (inside === null) return null
  if (isOverInside(library, inside.at, now)) return 'ended_inside'
  return inside.disputed ? 'ttl_disagrees' : null
}
