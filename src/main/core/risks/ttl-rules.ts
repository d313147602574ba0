import type { FormatId } from '#shared/formats.ts'
import { RISK_THRESHOLDS } from '#shared/risks.ts'

/** What is known of how a session ends. Moments are epoch milliseconds; null where there is none. */
export interface EndFacts {
  readonly library: FormatId
  /** By Redis. */
  readonly expiresAt: number | null
  /** By what is written inside it. */
  readonly inside: number | null
}

export type TtlRisk = 'no_ttl' | 'unknown_no_ttl' | 'ended_inside' | 'ttl_disagrees'

interface TtlRule {
  /** The library sets one with each save. */
  readonly expected: boolean
  /** It refuses a session that is over by what is inside, whatever Redis says. */
  readonly enforced: boolean
  /** Milliseconds that Redis may end it before, and after, what is inside, by what the library itself does. */
  readonly early: number
  readonly late: number
}

const NEVER_COMPARED = Number.POSITIVE_INFINITY
const USUAL: TtlRule = { expected: true, enforced: false, early: NEVER_COMPARED, late: NEVER_COMPARED }
const BOTH: TtlRule = { ...USUAL, early: 0, late: 0 }

/** Where nothing is said, nothing inside is to be compared. */
const RULES: { readonly [Id in FormatId]?: TtlRule } = {
  guide: BOTH,
  // A touch moves Redis's TTL and leaves the JSON, with cookie.expires, as it was.
  'connect-redis': { ...USUAL, early: 0 },
  'fastify-session': { ...BOTH, enforced: true },
  // It sets no TTL by design.
  'auth-js': { ...BOTH, expected: false, enforced: true },
  // The indexed repository keeps the hash five minutes longer, so that what listens to its end can still read it.
  'spring-session': { ...BOTH, enforced: true, late: 300_000 },
  // Sliding within an absolute end.
  'aspnet-core': { ...USUAL, late: 0 },
}

/** @param now epoch milliseconds */
export function judgeTtl({ library, expiresAt, inside }: EndFacts, now: number): TtlRisk | null {
  const rule = RULES[library] ?? USUAL
  const { ttlTolerance } = RISK_THRESHOLDS
  if (expiresAt === null && rule.expected) return library === 'other' ? 'unknown_no_ttl' : 'no_ttl'
  if (inside === null) return null
  const slack = rule.late === NEVER_COMPARED ? 0 : rule.late
  if (rule.enforced && inside + slack + ttlTolerance < now) return 'ended_inside'
  if (expiresAt === null) return null
  const difference = expiresAt - inside
  return difference < -rule.early - ttlTolerance || difference > rule.late + ttlTolerance
    ? 'ttl_disagrees'
    : null
}
