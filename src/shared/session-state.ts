import type { StateCounts } from './model.ts'

/** Shares of the configured TTL that must be left for a session to count as active, and as idle. */
const ACTIVE_FROM = 0.5
const IDLE_FROM = 0.1

/**
 * Which of the counts a row belongs to.
 * @param isSession ours or another library's
 * @param endsAt what ends it first, Redis or its library: epoch milliseconds @param lifetime seconds
 * @param endsInside its library ends it, so that Redis may still have the key after that
 * @param now epoch milliseconds
 */
export function sessionStanding(
  isSession: boolean,
  endsAt: number | null,
  lifetime: number | null,
  endsInside: boolean,
  now: number,
): keyof StateCounts {
  if (endsAt === null) return 'withoutTtl'
  if (endsInside && endsAt <= now) return 'expired'
  if (!isSession || lifetime === null) return 'other'
  const left = (endsAt - now) / (1000 * lifetime)
  return left >= ACTIVE_FROM ? 'active' : left >= IDLE_FROM ? 'idle' : 'expiring'
}
