import type { Redis } from 'ioredis'
import { ScanPass } from './scanner.ts'

export const BACKGROUND_DEFAULTS = {
  /** Keys that one step looks at, and the milliseconds between steps: a small cost, whatever the number of keys. */
  count: 200,
  every: 250,
  /** The least milliseconds between two beginnings, so that a handful of keys is not read four times a second. */
  passEvery: 1000,
} as const

/** Goes over the keys again and again in small steps: finds what nobody told of. */
export class BackgroundPass {
  readonly #client: Redis
  readonly #prefix: string
  readonly #clock: () => number
  #pass: ScanPass
  #seen = new Set<string>()
  #startedAt = 0

  constructor(client: Redis, prefix: string, clock: () => number) {
    this.#client = client
    this.#prefix = prefix
    this.#clock = clock
    this.#pass = new ScanPass(client, prefix)
  }

  /**
   * Takes one step. @param known the ids that the list holds
   * @returns ids to read: those that were found and, at the end of a pass, those that it did not meet
   */
  async step(known: Iterable<string>): Promise<readonly string[]> {
    if (this.#pass.done) {
      if (this.#clock() - this.#startedAt < BACKGROUND_DEFAULTS.passEvery) return []
      this.#pass = new ScanPass(this.#client, this.#prefix)
      this.#seen = new Set()
    }
    if (this.#seen.size === 0) this.#startedAt = this.#clock()
    const { ids, done } = await this.#pass.next(BACKGROUND_DEFAULTS.count)
    for (const id of ids) this.#seen.add(id)
    const unseen = done ? [...known].filter((id) => !this.#seen.has(id)) : []
    return [...ids, ...unseen]
  }
}
