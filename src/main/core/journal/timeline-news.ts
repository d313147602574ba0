import type { TimelineNews } from '#shared/timeline.ts'
import { TIMELINE_DEFAULTS } from './defaults.ts'
import type { Timelines } from './timelines.ts'

type Listener = (news: TimelineNews) => void

/** Gathers what happens, and tells of it at most ten times a second: a burst of thousands is told as one. */
export class News {
  readonly #toNews: (keys: readonly string[] | null) => TimelineNews
  readonly #listeners = new Set<Listener>()
  /** Whose news it is; null for those of many, or of all. */
  #keys: Set<string> | null = new Set()
  #timer: NodeJS.Timeout | undefined
  #toldAt = Number.NEGATIVE_INFINITY

  /** @param toNews what is told, of these keys */
  constructor(toNews: (keys: readonly string[] | null) => TimelineNews) {
    this.#toNews = toNews
  }

  subscribe(listener: Listener): () => void {
    const entry: Listener = (news) => listener(news)
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }

  add(key: string | null): void {
    if (this.#listeners.size === 0) return
    if (key === null || (this.#keys?.add(key).size ?? 0) > TIMELINE_DEFAULTS.tickIds) this.#keys = null
    const wait = this.#toldAt + TIMELINE_DEFAULTS.tickEvery - performance.now()
    this.#timer ??= setTimeout(() => this.#tell(), Math.max(0, wait))
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#listeners.clear()
  }

  #tell(): void {
    this.#timer = undefined
    this.#toldAt = performance.now()
    const news = this.#toNews(this.#keys === null ? null : [...this.#keys])
    this.#keys = new Set()
    for (const listener of this.#listeners) listener(news)
  }
}

/** Prefixes whose news one client follows: that of its list, and that of the session it has open. */
const FOLLOWED = 2

/** Tells one client of the timelines that it has read last, on whichever connection there is. */
export class TimelineNewsFeed {
  readonly #timelines: () => Timelines
  readonly #listener: Listener
  /** What ends each, by prefix; the one that was read last comes last. */
  readonly #followed = new Map<string, () => void>()

  constructor(timelines: () => Timelines, listener: Listener) {
    this.#timelines = timelines
    this.#listener = listener
  }

  follow(prefix: string): void {
    // Anew each time: the timeline may be another one since, of another connection.
    this.#forget(prefix)
    this.#followed.set(prefix, this.#timelines().subscribe(prefix, this.#listener))
    const [oldest] = this.#followed.keys()
    if (this.#followed.size > FOLLOWED && oldest !== undefined) this.#forget(oldest)
  }

  stop(): void {
    for (const prefix of [...this.#followed.keys()]) this.#forget(prefix)
  }

  #forget(prefix: string): void {
    this.#followed.get(prefix)?.()
    this.#followed.delete(prefix)
  }
}
