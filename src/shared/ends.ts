import type { DecodedSession, FormatId } from './formats.ts'

/** How a library ends its sessions by its own working. */
interface EndRule {
  /** It sets a TTL with each save, so that a session without one is not as the library left it. */
  readonly setsTtl: boolean
  /** It refuses a session that is over by what is inside, however long Redis keeps the key. */
  readonly enforced: boolean
  /** Milliseconds that Redis may end it before, and after, what is inside. */
  readonly earlier: number
  readonly later: number
}

const ANY_TIME = Number.POSITIVE_INFINITY
const USUAL: EndRule = { setsTtl: true, enforced: false, earlier: 0, later: 0 }

/**
 * The one place that says how the two ends of a session go together, Redis's TTL and what is inside: the list, its filter,
 * the detail and the report on risks all go by it.
 */
const END_RULES: Readonly<Record<FormatId, EndRule>> = {
  guide: USUAL,
  // A touch moves Redis's TTL and leaves the JSON, with cookie.expires, as it was.
  // Its store hands the session out as long as it is there.
  'connect-redis': { ...USUAL, later: ANY_TIME },
  'fastify-session': { ...USUAL, enforced: true },
  // It sets no TTL by design: whoever sets one may let the key live on, but not end it before its time.
  'auth-js': { ...USUAL, setsTtl: false, enforced: true, later: ANY_TIME },
  // The indexed repository keeps the hash five minutes longer, so that what listens to its end can still read it.
  'spring-session': { ...USUAL, enforced: true, later: 300_000 },
  'flask-session': USUAL,
  'django-cache': USUAL,
  'django-redis-sessions': USUAL,
  phpredis: USUAL,
  laravel: USUAL,
  'redis-session-store': USUAL,
  'aspnet-core': USUAL,
  other: USUAL,
}

/** Milliseconds that two ends may be apart and still agree: clocks differ, and some formats keep whole seconds alone. */
export const END_TOLERANCE = 30_000

/** Milliseconds within which nobody can say which of two ends is the first: libraries reckon theirs in their own process. */
const SAME_END = 5000

/** What ends a session: Redis's TTL, what is inside it, or nothing; and whether the two differ by more than is usual. */
export interface TrueEnd {
  readonly by: 'redis' | 'inside' | 'nothing'
  readonly at: number | null
  readonly disagree: boolean
}

/**
 * @param expiresAt when Redis ends the key, epoch milliseconds; null for never
 * @param session what is inside it; null where nobody knows. Only a session has two ends, and no key beside one
 */
export function trueEnd(
  expiresAt: number | null,
  session: Pick<DecodedSession, 'format' | 'role' | 'expiry'> | null,
): TrueEnd {
  const inside = session?.expiry?.at ?? null
  if (session?.role !== 'session' || inside === null) return endByRedis(expiresAt, false)
  const disagree = endsDisagree(session.format, expiresAt, inside, session.expiry?.slides)
  const insideFirst =
    END_RULES[session.format].enforced && (expiresAt === null || expiresAt - inside > SAME_END)
  return insideFirst ? { by: 'inside', at: inside, disagree } : endByRedis(expiresAt, disagree)
}

const endByRedis = (at: number | null, disagree: boolean): TrueEnd => ({
  by: at === null ? 'nothing' : 'redis',
  at,
  disagree,
})

/**
 * Whether Redis ends a session at another time than it says inside, and not by its library's own working.
 * @param expiresAt by Redis, epoch milliseconds; null for never @param inside by what is inside
 * @param slides as in `InnerExpiry`
 */
export function endsDisagree(
  library: FormatId,
  expiresAt: number | null,
  inside: number,
  slides = false,
): boolean {
  const { setsTtl, earlier, later } = END_RULES[library]
  if (expiresAt === null) return setsTtl
  return (
    inside - expiresAt > (slides ? ANY_TIME : earlier) + END_TOLERANCE ||
    expiresAt - inside > later + END_TOLERANCE
  )
}

/** When a session of our own ends by what is inside it, epoch milliseconds. @param ttl seconds */
export const guideEnd = (lastAccessedAt: number | null, ttl: number | null): number | null =>
  lastAccessedAt === null || ttl === null ? null : lastAccessedAt + 1000 * ttl

export const setsTtl = (library: FormatId): boolean => END_RULES[library].setsTtl

/** Whether its library refuses a session by now, and Redis keeps it for longer than the library means it to. */
export function isOverInside(library: FormatId, inside: number, now: number): boolean {
  const { enforced, later } = END_RULES[library]
  return enforced && inside + (later === ANY_TIME ? 0 : later) + END_TOLERANCE < now
}
