import type { TimelineAuthor, TimelineChange } from '#shared/timeline.ts'

/** An entry as it is kept: with the id's bytes, one character each, which the list's row has already. */
export interface KeptEntry {
  readonly number: number
  readonly at: number
  /** Null for a gap. */
  readonly key: string | null
  readonly user: string | null
  readonly by: TimelineAuthor | null
  readonly told: boolean
  readonly heard: string | null
  readonly since: number | null
  readonly change: TimelineChange
  readonly moment: number | null
  /** Bytes of its values. */
  readonly bytes: number
}

/** The last so many entries, with at most so many bytes of values; the oldest make room for newer ones. */
export class EntryRing {
  readonly #capacity: number
  readonly #mostBytes: number
  #entries: KeptEntry[] = []
  /** Where the oldest is. */
  #start = 0
  #bytes = 0

  constructor(capacity: number, mostBytes: number) {
    this.#capacity = capacity
    this.#mostBytes = mostBytes
  }

  get size(): number {
    return this.#entries.length - this.#start
  }

  get bytes(): number {
    return this.#bytes
  }

  /** @returns how many made room */
  push(entry: KeptEntry): number {
    this.#entries.push(entry)
    this.#bytes += entry.bytes
    let out = 0
    while (this.size > this.#capacity || (this.#bytes > this.#mostBytes && this.size > 1)) {
      this.drop()
      out += 1
    }
    // Moved together from time to time: at each entry, that would cost as much as all of them.
    if (this.#start > this.#capacity) {
      this.#entries = this.#entries.slice(this.#start)
      this.#start = 0
    }
    return out
  }

  /** Forgets the oldest. @returns whether there was any */
  drop(): boolean {
    const oldest = this.#entries[this.#start]
    if (oldest === undefined) return false
    this.#bytes -= oldest.bytes
    this.#start += 1
    return true
  }

  *oldestFirst(): Generator<KeptEntry> {
    for (let i = this.#start; i < this.#entries.length; i += 1) yield this.#entries[i] as KeptEntry
  }

  *newestFirst(): Generator<KeptEntry> {
    for (let i = this.#entries.length - 1; i >= this.#start; i -= 1) yield this.#entries[i] as KeptEntry
  }
}
