import type { DumpedKey } from './dump.ts'

/**
 * Milliseconds for which a write whose outcome is unknown may still be done: it may lie in the buffers of a server that
 * is frozen, and be carried out beside what comes after it.
 */
const STILL_UNDER_WAY = 15_000
/** Acknowledgements that are remembered of one session. */
const REMEMBERED = 100

export interface Acknowledged {
  /** Epoch milliseconds. */
  readonly at: number
  readonly views: number
}

/** What a session must be, by what the visitor was told of it: a request that failed may have been done or not. */
export class SessionModel {
  readonly #unknown: number[] = []
  readonly #acknowledged: Acknowledged[] = []
  #low: number
  #high: number
  readonly #ttls: Set<number>
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

  /** Acknowledged increments that are above a number of views. */
  above(views: number): readonly Acknowledged[] {
    return this.#acknowledged.filter((each) => each.views > views)
  }

  get least(): number {
    return this.#low
  }

  /** The session was shown. @returns what is wrong with that; null where it may be so */
  shown(views: number, ttl: number): string | null {
    if (views < this.#low || views > this.#high) {
      return `page views ${views}, where ${this.#low} to ${this.#high} were possible`
    }
    if (!this.#ttls.has(ttl)) return `a TTL of ${ttl} s, where ${[...this.#ttls].join(' or ')} s was possible`
    this.#know(views)
    if (Date.now() - this.#ttlUnknownAt > STILL_UNDER_WAY) this.#only(ttl)
    if (this.#perhapsEndedAt !== null && Date.now() - this.#perhapsEndedAt > STILL_UNDER_WAY) {
      this.#perhapsEndedAt = null
    }
    return null
  }

  /** An increment was acknowledged. */
  incremented(views: number): string | null {
    if (views <= this.#low || views > this.#high + 1) {
      return `page views became ${views}, where ${this.#low + 1} to ${this.#high + 1} were possible`
    }
    this.#know(views)
    this.#acknowledged.push({ at: Date.now(), views })
    if (this.#acknowledged.length > REMEMBERED) this.#acknowledged.shift()
    return null
  }

  incrementFailed(): void {
    this.#high += 1
    this.#unknown.push(Date.now())
  }

  ttlSet(ttl: number): void {
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
    this.#low = views
    this.#high = views
    this.#unknown.length = 0
    this.#only(Number(fields.session_ttl))
    this.#ttlUnknownAt = Number.NEGATIVE_INFINITY
    this.#perhapsEndedAt = null
    return lost
  }

  /** What is wrong with the session in Redis; null where it may be so. Fewer views than acknowledged are not judged here. */
  judge({ fields }: DumpedKey): string | null {
    const views = Number(fields.page_views)
    const ttl = Number(fields.session_ttl)
    if (fields.username !== this.username) return `belongs to ${fields.username}, not to ${this.username}`
    if (fields.csrf_token !== this.token) return 'has another CSRF token'
    if (!(views <= this.#high)) return `page views ${views}, where at most ${this.#high} were asked for`
    return this.#ttls.has(ttl)
      ? null
      : `a TTL of ${ttl} s, where ${[...this.#ttls].join(' or ')} s was possible`
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
