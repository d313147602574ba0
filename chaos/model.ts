import type { DumpedKey } from './dump.ts'

/**
 * Milliseconds for which a write whose outcome is unknown may still be done: it may lie in the buffers of a server that
 * is frozen, and be carried out beside what comes after it.
 */
const STILL_UNDER_WAY = 15_000
/** Acknowledgements that are remembered of one session. */
const REMEMBERED = 100

interface Acknowledged {
  /** Epoch milliseconds. */
  readonly at: number
  readonly views: number
}

/** What an answer, or Redis, says of a session. */
export interface Judgement {
  /** What cannot be; null where it may be so. */
  readonly problem: string | null
  /**
   * When the writes were acknowledged that are not in it, epoch milliseconds: as if they had never been. Whether Redis
   * itself lost them is judged by who knows the fault.
   */
  readonly lost: readonly number[]
}

/** What a session must be, by what the visitor was told of it: a request that failed may have been done or not. */
export class SessionModel {
  readonly #unknown: number[] = []
  readonly #acknowledged: Acknowledged[] = []
  #low: number
  #high: number
  readonly #ttls: Set<number>
  readonly #ttlsBefore: { readonly ttl: number; readonly at: number }[] = []
  #ttlUnknownAt = Number.NEGATIVE_INFINITY
  /** When a request was sent that would have ended it, and failed; null for none. */
  #perhapsEndedAt: number | null = null

  constructor(
    readonly id: string,
    readonly username: string,
    readonly token: string,
    { views, ttl }: { readonly views: number; readonly ttl: number },
  ) {
    this.#low = views
    this.#high = views
    this.#ttls = new Set([ttl])
    this.#acknowledged.push({ at: Date.now(), views })
  }

  get mayBeGone(): boolean {
    return this.#perhapsEndedAt !== null
  }

  /** When what the visitor was told of it was acknowledged: all of it is gone with the session. */
  get all(): readonly number[] {
    return this.#acknowledged.map(({ at }) => at)
  }

  /** The session was shown. */
  shown(views: number, ttl: number): Judgement {
    if (views > this.#high) return wrong(`page views ${views}, where at most ${this.#high} were asked for`)
    const lostTtls = this.#lostTtls(ttl)
    if (lostTtls === null) return this.#wrongTtl(ttl)
    const lost = [...this.#forget(views), ...lostTtls]
    this.#know(views)
    if (lostTtls.length > 0 || Date.now() - this.#ttlUnknownAt > STILL_UNDER_WAY) this.#only(ttl)
    if (this.#perhapsEndedAt !== null && Date.now() - this.#perhapsEndedAt > STILL_UNDER_WAY) {
      this.#perhapsEndedAt = null
    }
    return { problem: null, lost }
  }

  /** An increment was acknowledged. */
  incremented(views: number): Judgement {
    if (views > this.#high + 1) {
      return wrong(`page views became ${views}, where at most ${this.#high + 1} were possible`)
    }
    const lost = this.#forget(views - 1)
    this.#know(views)
    this.#acknowledged.push({ at: Date.now(), views })
    if (this.#acknowledged.length > REMEMBERED) this.#acknowledged.shift()
    return { problem: null, lost }
  }

  incrementFailed(): void {
    this.#high += 1
    this.#unknown.push(Date.now())
  }

  ttlSet(ttl: number): void {
    const at = Date.now()
    for (const before of this.#ttls) if (before !== ttl) this.#ttlsBefore.push({ ttl: before, at })
    this.#ttlsBefore.splice(0, this.#ttlsBefore.length - REMEMBERED)
    if (Date.now() - this.#ttlUnknownAt > STILL_UNDER_WAY) this.#only(ttl)
    else this.#ttls.add(ttl)
  }

  ttlFailed(ttl: number): void {
    this.#ttls.add(ttl)
    this.#ttlUnknownAt = Date.now()
  }

  endFailed(): void {
    this.#perhapsEndedAt = Date.now()
  }

  /**
   * Redis is known to have exactly this, whatever was acknowledged.
   * @returns how many acknowledged increments it has lost
   */
  rebase({ fields }: DumpedKey): number {
    const views = Number(fields.page_views)
    const lost = Math.max(0, this.#low - views)
    this.#forget(views)
    this.#low = views
    this.#high = views
    this.#unknown.length = 0
    this.#ttlsBefore.length = 0
    this.#only(Number(fields.session_ttl))
    this.#ttlUnknownAt = Number.NEGATIVE_INFINITY
    this.#perhapsEndedAt = null
    return lost
  }

  /** The session as it is in Redis, once everything is quiet. */
  judge({ fields }: DumpedKey): Judgement {
    if (fields.username !== this.username)
      return wrong(`belongs to ${fields.username}, not to ${this.username}`)
    if (fields.csrf_token !== this.token) return wrong('has another CSRF token')
    return this.shown(Number(fields.page_views), Number(fields.session_ttl))
  }

  /** Forgets acknowledged increments above a number of views. @returns when they were acknowledged */
  #forget(views: number): readonly number[] {
    const lost = this.#acknowledged.filter((each) => each.views > views)
    this.#acknowledged.length -= lost.length
    return lost.map(({ at }) => at)
  }

  /** Forgets the TTLs that came after this one. @returns when they were acknowledged; null where it never was, or could be none. */
  #lostTtls(ttl: number): readonly number[] | null {
    if (this.#ttls.has(ttl)) return []
    const last = this.#ttlsBefore.findLastIndex((before) => before.ttl === ttl)
    return last === -1 ? null : this.#ttlsBefore.splice(last).map(({ at }) => at)
  }

  #wrongTtl(ttl: number): Judgement {
    return wrong(`a TTL of ${ttl} s, where ${[...this.#ttls].join(' or ')} s was possible`)
  }

  #know(views: number): void {
    const now = Date.now()
    while (this.#unknown.length > 0 && now - (this.#unknown[0] ?? now) > STILL_UNDER_WAY)
      this.#unknown.shift()
    this.#low = views
    this.#high = views + this.#unknown.length
  }

  #only(ttl: number): void {
    this.#ttls.clear()
    this.#ttls.add(ttl)
  }
}

const wrong = (problem: string): Judgement => ({ problem, lost: [] })
