import { type Bytes, bytesId } from '#shared/bytes.ts'
import { UsualCount } from './usual-count.ts'

/** Counters that users share by a hash, a power of two: memory that does not grow with the number of users. */
const BUCKETS = 1 << 18

/** From how many sessions on a user counts. */
export interface BusyRule {
  /** So many in any case. */
  readonly least: number
  /** And so many times what users have in the middle. @default 0 */
  readonly timesUsual?: number
  /** But always from here on, however many that is for all. @default no bound */
  readonly always?: number
}

/**
 * Finds the users who have very many sessions without keeping a counter for each user. In the first round all are
 * counted in shared counters, in the second one those alone whose counter is high enough.
 */
export class BusyUsers {
  readonly #rule: BusyRule
  readonly #usual = new UsualCount()
  #threshold: number | null = null
  readonly #buckets = new Uint32Array(BUCKETS)
  readonly #users = new Map<string, { readonly user: Bytes; sessions: number }>()

  constructor(rule: BusyRule) {
    this.#rule = rule
  }

  /** Sessions from where on a user counts. It is known after the first round. */
  get threshold(): number {
    const { least, timesUsual = 0, always = Number.POSITIVE_INFINITY } = this.#rule
    this.#threshold ??= Math.max(least, Math.min(always, timesUsual * (this.#usual.median() ?? 0)))
    return this.#threshold
  }

  /** The first round. */
  note(user: Bytes): void {
    const hash = hashOf(user)
    const bucket = hash & (BUCKETS - 1)
    this.#usual.note(hash)
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1
  }

  /** The second round, of the same users. */
  count(user: Bytes): void {
    if ((this.#buckets[hashOf(user) & (BUCKETS - 1)] as number) < this.threshold) return
    const name = bytesId(user)
    const known = this.#users.get(name)
    if (known === undefined) this.#users.set(name, { user, sessions: 1 })
    else known.sessions += 1
  }

  /** Whoever has the most first. */
  found(): readonly { readonly user: Bytes; readonly sessions: number }[] {
    return [...this.#users.values()]
      .filter(({ sessions }) => sessions >= this.threshold)
      .sort((a, b) => b.sessions - a.sessions)
  }

  /** For the third: whether this one was found. */
  has(user: Bytes): boolean {
    return (this.#users.get(bytesId(user))?.sessions ?? 0) >= this.threshold
  }
}

/** FNV-1a. */
function hashOf(user: Bytes): number {
  const text = typeof user === 'string' ? user : user.base64
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash ^ (hash >>> 18)) >>> 0
}
