/** What a remaining TTL means everywhere on the screen. */
export type TtlLevel = 'calm' | 'steady' | 'low' | 'critical' | 'expired' | 'unlimited'

export interface TtlFacts {
  /** Epoch milliseconds; null for a key without expiry. */
  readonly expiresAt: number | null
  /** Seconds; null where it is not known. */
  readonly configuredTtl: number | null
}

/** Remaining TTL as a share of the configured one, from 0 to 1; null where either is not known. */
export function ttlShare({ expiresAt, configuredTtl }: TtlFacts, now: number): number | null {
  if (expiresAt === null || configuredTtl === null || configuredTtl <= 0) return null
  return Math.min(1, Math.max(0, (expiresAt - now) / (configuredTtl * 1000)))
}

/** Calm: more than half left. Low: less than a quarter. Critical: less than a tenth. */
export function ttlLevel(facts: TtlFacts, now: number): TtlLevel {
  if (facts.expiresAt === null) return 'unlimited'
  if (facts.expiresAt <= now) return 'expired'
  const share = ttlShare(facts, now)
  if (share === null) return 'steady'
  if (share < 0.1) return 'critical'
  if (share < 0.25) return 'low'
  return share > 0.5 ? 'calm' : 'steady'
}

/** The word that goes with a level, so that colour never stands alone. */
export const TTL_WORDS: Readonly<Record<TtlLevel, string>> = {
  calm: 'more than half left',
  steady: 'time left',
  low: 'less than a quarter left',
  critical: 'less than a tenth left',
  expired: 'expired',
  unlimited: 'no expiry',
}
