export const PACE_DEFAULTS = {
  /** Milliseconds of the server's time that one call may take: what another client may have to wait for it. */
  target: 1.7,
  /** The same for a gentle scan, and how many times as long as a call it leaves the server alone after it. */
  gentleTarget: 0.5,
  gentleBreak: 4,
  /** Keys that the first call looks at, and the bounds of the others. */
  firstCount: 100,
  leastCount: 20,
  mostCount: 1000,
  /** The least where the way there and back is so long that it hides what the server takes. */
  leastCountAfar: 200,
} as const

/** Milliseconds of a round trip above which its wavering is more than a call takes. */
const AFAR = 2
/** Calls of which the fastest counts: what delays a reply beyond the server's own time only ever adds. */
const RECENT = 4

/** Finds how many keys one call may look at, from how long the calls before took. */
export class Pace {
  gentle = false
  readonly #recent: number[] = []
  #roundTrip = 0

  /** Milliseconds that a command which does nothing takes. */
  set roundTrip(milliseconds: number) {
    this.#roundTrip = milliseconds
  }

  /** Keys for the next call. */
  get count(): number {
    const { target, gentleTarget, firstCount, leastCount, leastCountAfar, mostCount } = PACE_DEFAULTS
    if (this.#recent.length === 0) return firstCount
    const perKey = Math.min(...this.#recent)
    const least = this.#roundTrip > AFAR ? leastCountAfar : leastCount
    const count = (this.gentle ? gentleTarget : target) / Math.max(perKey, 1e-6)
    return Math.round(Math.min(mostCount, Math.max(least, count)))
  }

  /** Milliseconds to wait before the next call. @param took milliseconds of the last one */
  pause(took: number): number {
    return this.gentle ? PACE_DEFAULTS.gentleBreak * took : 0
  }

  /** A call that looked at so many keys took so many milliseconds, the way there and back included. */
  measured(count: number, took: number): void {
    this.#recent.push(Math.max(0, took - this.#roundTrip) / count)
    if (this.#recent.length > RECENT) this.#recent.shift()
  }
}
