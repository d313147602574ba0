export const PACE_DEFAULTS = {
  /**
   * Milliseconds of the server's time that one call may take, which is what another client may have to wait for it;
   * and how many times as long the server is left alone after it.
   */
  alone: { target: 1.6, rest: 0 },
  shared: { target: 0.5, rest: 3 },
  gentle: { target: 0.5, rest: 8 },
  /** Keys that the first call looks at, and the bounds of the others. */
  firstCount: 100,
  leastCount: 20,
  mostCount: 1000,
  /** The least where the way there and back is so long that it hides what the server takes. */
  leastCountAfar: 200,
} as const

/** Milliseconds of a round trip above which its wavering is more than a call takes. */
const AFAR = 2
/** Calls that count. */
const RECENT = 4

/** What a call took, in milliseconds. */
export interface CallTime {
  /** From sending to the reply: the server's time, the way there and back, and the wait for calls before it. */
  readonly took: number
  /** The server's own; null where it cannot tell. */
  readonly served: number | null
}

/** Finds how many keys one call may look at, from how long the calls before took. */
export class Pace {
  gentle = false
  /** Nobody else uses the server now. */
  alone = false
  readonly #recent: number[] = []
  #roundTrip = 0
  #served = false

  /** Milliseconds that a command which does nothing takes. */
  set roundTrip(milliseconds: number) {
    this.#roundTrip = milliseconds
  }

  /** Keys for the next call. */
  get count(): number {
    const { firstCount, leastCount, leastCountAfar, mostCount } = PACE_DEFAULTS
    if (this.#recent.length === 0) return firstCount
    // By the server's own time, the slowest of them; else the fastest, as all that delays a reply only ever adds to it.
    const perKey = this.#served ? Math.max(...this.#recent) : Math.min(...this.#recent)
    const least = !this.#served && this.#roundTrip > AFAR ? leastCountAfar : leastCount
    const count = this.#manner.target / Math.max(perKey, 1e-6)
    return Math.round(Math.min(mostCount, Math.max(least, count)))
  }

  /** Whether the server may have the next call at hand before it has answered the one before. */
  get mayQueue(): boolean {
    return this.alone && !this.gentle
  }

  get #manner(): { readonly target: number; readonly rest: number } {
    const { alone, shared, gentle } = PACE_DEFAULTS
    return this.gentle ? gentle : this.alone ? alone : shared
  }

  /** Milliseconds to wait before the next call. */
  pause({ took, served }: CallTime): number {
    return this.#manner.rest * (served ?? took)
  }

  /** A call looked at so many keys; not for one that came to an end before. */
  measured(count: number, { took, served }: CallTime): void {
    this.#served = served !== null
    this.#recent.push((served ?? Math.max(0, took - this.#roundTrip)) / count)
    if (this.#recent.length > RECENT) this.#recent.shift()
  }
}
