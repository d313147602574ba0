import type { TimelineAuthor } from '#shared/timeline.ts'
import { TIMELINE_DEFAULTS } from './defaults.ts'

/** What is known of a change of a key before the key is read. */
export interface Note {
  /** The mark of the last thing that was noted. */
  readonly last: number
  /** Null where no write of our own is known. */
  readonly by: TimelineAuthor | null
  /** That write left the expiry as it was. */
  readonly keepsExpiry: boolean
  /** What the server said in its notifications, in its own words. */
  readonly heard: readonly string[]
  readonly rotatedTo: string | null
  readonly rotatedFrom: string | null
  /** It has explained a change already. */
  readonly used: boolean
}

const NOTHING: Omit<Note, 'last'> = {
  by: null,
  keepsExpiry: false,
  heard: [],
  rotatedTo: null,
  rotatedFrom: null,
  used: false,
}

/** Notifications of an expiry that was set or removed. */
const TIMED: ReadonlySet<string> = new Set(['expire', 'persist', 'restore'])
/** Words of one key that are kept: a session that is written a thousand times in a moment tells no more by it. */
const MOST_WORDS = 8
/** Milliseconds by which the server's word for a write of our own may come later than its reply. */
const WORD_LATE = 1000

/**
 * Who wrote which keys, and what the server said of them: held until the key has been read, which then shows what was
 * done. Writes and readings share a connection, so that what is read after a write was answered shows it; a reading
 * that was asked for after something was noted, which its mark tells, shows surely all of it.
 */
export class Notes {
  readonly #clock: () => number
  readonly #notes = new Map<string, Note>()
  /** When we last wrote a key, as long as the server's word for it may still come. */
  readonly #own = new Map<string, number>()
  #mark = 0
  /** The key that was renamed by the last notification, if that was one. */
  #renamed: string | null = null

  /** @param clock epoch milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** A mark for this moment. */
  mark(): number {
    this.#mark += 1
    return this.#mark
  }

  /** The server says of a key what was done to it. */
  heard(key: string, word: string): void {
    // RENAME sends its two notifications one right after the other.
    const from = word === 'rename_to' ? this.#renamed : null
    this.#renamed = word === 'rename_from' ? key : null
    const { heard } = this.#fresh(key)
    this.#add(key, { heard: heard.length < MOST_WORDS ? [...heard, word] : heard })
    if (from !== null) this.rotated(from, key)
  }

  /** We have written this key. @param keepsExpiry whether it left the expiry as it was, where that is known */
  wrote(key: string, by: TimelineAuthor, keepsExpiry?: boolean): number {
    this.#add(key, keepsExpiry === undefined ? { by } : { by, keepsExpiry })
    const now = this.#clock()
    // The oldest first, as they stand in the map.
    for (const [old, at] of this.#own) {
      if (now - at <= WORD_LATE) break
      this.#own.delete(old)
    }
    this.#own.delete(key)
    this.#own.set(key, now)
    return this.#mark
  }

  /** Whether anything is noted. */
  get any(): boolean {
    return this.#notes.size > 0
  }

  /** Whether what the server says of a key may be about a write of our own. */
  isOwn(key: string): boolean {
    return this.#clock() - (this.#own.get(key) ?? Number.NEGATIVE_INFINITY) <= WORD_LATE
  }

  /** A session has another id from now on. */
  rotated(from: string, to: string): void {
    this.#add(from, { rotatedTo: to })
    this.#add(to, { rotatedFrom: from })
  }

  /** What may explain a change of a key. */
  peek(key: string): Note | null {
    const note = this.#notes.get(key)
    return note === undefined || note.used ? null : note
  }

  /** What explains a change that was seen; once, since no write shows in two changes. */
  explain(key: string): Note | null {
    const note = this.peek(key)
    if (note !== null) this.#notes.set(key, { ...note, used: true })
    return note
  }

  /** Whether a change of a key is expected, of its expiry too: smaller ones then count than a slow answer can feign. */
  expects(key: string): boolean {
    const note = this.#notes.get(key)
    return (
      note !== undefined && !note.used && (note.by !== null || note.heard.some((word) => TIMED.has(word)))
    )
  }

  /** A reading has shown all that was noted of a key before it: forgets that. @returns it, if it was there */
  settle(key: string, mark: number): Note | null {
    const note = this.#notes.get(key)
    if (note === undefined || note.last > mark) return null
    this.#notes.delete(key)
    return note
  }

  clear(): void {
    this.#notes.clear()
    this.#own.clear()
    this.#renamed = null
  }

  /** What was noted of a key, unless it has explained something already. */
  #fresh(key: string): Omit<Note, 'last'> {
    return this.peek(key) ?? NOTHING
  }

  #add(key: string, part: Partial<Note>): void {
    const before = this.#fresh(key)
    this.#notes.set(key, { ...before, ...part, last: this.mark() })
    if (this.#notes.size <= TIMELINE_DEFAULTS.notes) return
    const [oldest] = this.#notes.keys()
    if (oldest !== undefined) this.#notes.delete(oldest)
  }
}
