/** Users that are counted one by one: of more, those are taken whose hashes are the smallest, as good as at random. */
const SAMPLE = 1024
/** Of fewer users nobody can say what is usual. */
const LEAST_USERS = 5

/** How many sessions a user has in the middle, from a sample of the users. */
export class UsualCount {
  /** Users with a hash below it are in the sample, and have been from their first session on. */
  #limit = 2 ** 32
  readonly #counts = new Map<number, number>()

  /** A session of a user. @param hash of the user, 32 bits without sign */
  note(hash: number): void {
    if (hash >= this.#limit) return
    this.#counts.set(hash, (this.#counts.get(hash) ?? 0) + 1)
    if (this.#counts.size > SAMPLE) this.#halve()
  }

  /** The median, the lower of two; null for too few users. */
  median(): number | null {
    const counts = [...this.#counts.values()].sort((a, b) => a - b)
    return counts.length < LEAST_USERS ? null : (counts[(counts.length - 1) >> 1] ?? null)
  }

  #halve(): void {
    const hashes = [...this.#counts.keys()].sort((a, b) => a - b)
    this.#limit = hashes[SAMPLE / 2] ?? this.#limit
    for (const hash of hashes.slice(SAMPLE / 2)) this.#counts.delete(hash)
  }
}
