import type { KeptEntry } from './entry-ring.ts'
import { ownBytes, type Snapshot, userOf } from './snapshot.ts'

/** The session at one moment; a snapshot of null where it had ended. */
export interface Moment {
  readonly number: number
  readonly at: number
  readonly snapshot: Snapshot | null
}

export interface SessionLogLimits {
  readonly sessionEntries: number
  readonly moments: number
}

/** What is kept of one session that is or was watched: its entries, and its whole state after each change. */
export class SessionLog {
  readonly #limits: SessionLogLimits
  readonly #entries: KeptEntry[] = []
  readonly #moments: Moment[] = []
  #momentBytes = 0
  #entryBytes = 0
  /** The mark of the reading that it knows last: one that was asked for before that comes too late. */
  mark = 0
  /** When it was read last, epoch milliseconds. */
  readAt: number | null = null

  constructor(limits: SessionLogLimits) {
    this.#limits = limits
  }

  /** Oldest first. */
  get entries(): readonly KeptEntry[] {
    return this.#entries
  }

  get moments(): readonly Moment[] {
    return this.#moments
  }

  get last(): Moment | null {
    return this.#moments.at(-1) ?? null
  }

  get bytes(): number {
    return this.#momentBytes + this.#entryBytes
  }

  /** Whose session it is, as far as it was ever known. */
  get user(): string | null {
    for (let i = this.#moments.length - 1; i >= 0; i -= 1) {
      const snapshot = this.#moments[i]?.snapshot
      if (snapshot != null) return userOf(snapshot)
    }
    return null
  }

  add(entry: KeptEntry): void {
    this.#entries.push(entry)
    this.#entryBytes += entry.bytes
    if (this.#entries.length > this.#limits.sessionEntries) this.#dropEntry()
  }

  addMoment(moment: Moment): void {
    this.#momentBytes += bytesOf(moment, this.last)
    this.#moments.push(moment)
    if (this.#moments.length > this.#limits.moments) this.#dropMoment()
  }

  /** Forgets the oldest moment or, where there is but the last one, the oldest entry. @returns whether there was any */
  shed(): boolean {
    return this.#dropMoment() || this.#dropEntry()
  }

  moment(number: number): Moment | null {
    return this.#moments.find((moment) => moment.number === number) ?? null
  }

  #dropEntry(): boolean {
    const oldest = this.#entries.shift()
    this.#entryBytes -= oldest?.bytes ?? 0
    return oldest !== undefined
  }

  #dropMoment(): boolean {
    const [oldest, next] = this.#moments
    if (oldest === undefined || next === undefined) return false
    // What the two share belongs to the next one from now on.
    this.#momentBytes -= bytesOf(oldest, null) + bytesOf(next, oldest) - bytesOf(next, null)
    this.#moments.shift()
    return true
  }
}

const bytesOf = ({ snapshot }: Moment, before: Moment | null): number =>
  snapshot === null ? 0 : ownBytes(snapshot, before?.snapshot ?? null)
