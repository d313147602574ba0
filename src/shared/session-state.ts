import type { SessionState, StateCounts } from './model.ts'

/** Shares of the configured TTL that must be left for a session to count as active, and as idle. */
const ACTIVE_FROM = 0.5
const IDLE_FROM = 0.1

/**
 * Which of the counts a row belongs to.
 * @param expiresAt epoch milliseconds @param configuredTtl seconds @param now epoch milliseconds
 */
export function sessionStanding(
  state: SessionState,
  expiresAt: number | null,
  configuredTtl: number | null,
  now: number,
): keyof StateCounts {
  if (expiresAt === null) return 'withoutTtl'
  if (state !== 'session' || configuredTtl === null) return 'other'
  const left = (expiresAt - now) / (1000 * configuredTtl)
  return left >= ACTIVE_FROM ? 'active' : left >= IDLE_FROM ? 'idle' : 'expiring'
}
