import { type Bytes, bytesId } from '#shared/bytes.ts'

/** Counters that users share by a hash, a power of two: memory that does not grow with the number of users. */
const BUCKETS = 1 << 18

/**
 * Finds the users who have very many sessions without keeping a counter for each user. In the first round all are
 * counted in shared counters, in the second one those alone whose counter is high enough.
 */
export class BusyUsers {
  readonly #least: number
  readonly #buckets = new Uint32Array(BUCKETS)
  readonly #users = new Map<string, { readonly user: Bytes; sessions: number }>()

  /** @param least sessions from where on a user counts */
  constructor(least: number) {
    this.#least = least
  }

  /** The first round. */
  note(user: Bytes): void {
    const bucket = bucketOf(user)
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1
  }

  /** The second round, of the same users. */
  count(user: Bytes): void {
    if ((this.#buckets[bucketOf(user)] as number) < this.#least) return
    const name = bytesId(user)
    const known = this.#users.get(name)
    if (known === undefined) this.#users.set(name, { user, sessions: 1 })
    else known.sessions += 1
  }

  /** Whoever has the most first. */
  found(): readonly { readonly user: Bytes; readonly sessions: number }[] {
    return [...this.#users.values()]
      .filter(({ sessions }) => sessions >= this.#least)
      .sort((a, b) => b.sessions - a.sessions)
  }

  /** For the third: whether this one was found. */
  has(user: Bytes): boolean {
    return (this.#users.get(bytesId(user))?.sessions ?? 0) >= this.#least
  }
}

/** FNV-1a. */
function bucketOf(user: Bytes): number {
  const text = typeof user === 'string' ? user : user.base64
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash ^ (hash >>> 18)) & (BUCKETS - 1)
}
