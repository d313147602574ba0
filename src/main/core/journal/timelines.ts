import type { Bytes } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import type {
  TimelineAuthor,
  TimelineDiff,
  TimelineEntry,
  TimelineNews,
  TimelinePage,
  TimelineStatus,
} from '#shared/timeline.ts'
import type { Redaction } from '#shared/transfer.ts'
import { fromBinary, fromBytes, toBinary, toBytes } from '../bytes.ts'
import { hashFields, readHash } from '../index/session-detail.ts'
import type { KeyChange } from '../store/key-state.ts'
import { TIMELINE_LIMITS } from './defaults.ts'
import { diffMoments } from './moment-diff.ts'
import type { ReadSession } from './snapshot.ts'
import { Timeline } from './timeline.ts'
import { exportTimeline } from './timeline-export.ts'
import { News } from './timeline-news.ts'
import { findEntries, type TimelineQuery, toEntry } from './timeline-query.ts'

export interface TimelinesOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number
}

interface Kept {
  readonly timeline: Timeline
  readonly news: News
}

/** The timelines of one connection, one for each prefix that somebody looks at or has looked at. In memory only. */
export class Timelines {
  readonly #options: TimelinesOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: TimelinesOptions) {
    this.#options = options
  }

  /** The timeline of a prefix, for its list to tell what it sees. */
  of(prefix: string): Timeline {
    const known = this.#kept.get(prefix)
    if (known !== undefined) return known.timeline
    this.#makeRoom()
    const news = new News((ids) => this.#tell(prefix, ids))
    const timeline = new Timeline({ clock: this.#options.clock, onEntry: (key) => news.add(key) })
    this.#kept.set(prefix, { timeline, news })
    return timeline
  }

  /** The prefixes whose timelines are kept. */
  get prefixes(): readonly string[] {
    return [...this.#kept.keys()]
  }

  /** How the session of a key has ended last, and under which prefix that was seen; null where nobody saw it. */
  endOf(key: Buffer): { readonly prefix: string; readonly entry: TimelineEntry } | null {
    let end: { readonly prefix: string; readonly entry: TimelineEntry } | null = null
    this.#each(key, (timeline, id, skip) => {
      const query = { id: toBytes(fromBinary(id)), limit: 1, kinds: ENDS }
      const [entry] = findEntries(timeline, query).entries
      if (entry !== undefined && entry.at > (end?.entry.at ?? 0))
        end = { prefix: key.toString('utf8', 0, skip), entry: toEntry(entry) }
    })
    return end
  }

  read({ prefix, ...query }: TimelineQuery & { readonly prefix: string }): TimelinePage {
    const timeline = this.#kept.get(prefix)?.timeline
    if (timeline === undefined) return { ...NOTHING, entries: [], matched: 0 }
    const { entries, matched } = findEntries(timeline, query)
    return { ...timeline.status, entries: entries.map(toEntry), matched }
  }

  /** @throws AppError `invalid_argument` for a moment that is not kept any more */
  diff(prefix: string, id: Bytes, from: number, to: number): TimelineDiff {
    const timeline = this.#kept.get(prefix)?.timeline
    const key = toBinary(fromBytes(id))
    const [old, now] = [timeline?.moment(key, from), timeline?.moment(key, to)]
    if (old != null && now != null) return diffMoments(old, now)
    throw new AppError(
      'invalid_argument',
      `One of these moments is not kept any more: of each session the last ${TIMELINE_LIMITS.moments} are. Choose later ones.`,
    )
  }

  /** JSON text; see docs/timeline.md for its shape. @param id null for all sessions of the prefix */
  export(prefix: string, id: Bytes | null, redact: Redaction): string {
    const timeline = this.#kept.get(prefix)?.timeline ?? null
    const key = id === null ? null : toBinary(fromBytes(id))
    return exportTimeline({ timeline, prefix, key, now: this.#options.clock(), redact })
  }

  /** A listener is told of a prefix' news at most ten times a second. @returns what ends that */
  subscribe(prefix: string, listener: (news: TimelineNews) => void): () => void {
    this.of(prefix)
    return this.#kept.get(prefix)?.news.subscribe(listener) ?? (() => {})
  }

  /** We have written these keys. */
  wrote(changes: readonly KeyChange[], by: TimelineAuthor): void {
    const gone = changes.filter(({ before, after }) => before.dump !== null && after.sha === null)
    const made = changes.filter(({ before, after }) => before.dump === null && after.sha !== null)
    for (const { key, before, after } of changes) {
      const keepsExpiry = before.expiresAt === after.expiresAt && before.dump !== null
      const session =
        before.dump === null ? null : before.fields === null ? undefined : toSession(before.fields)
      this.#each(key, (timeline, id) =>
        timeline.wrote(id, by, session === undefined ? undefined : { session, keepsExpiry }),
      )
    }
    const [[from], [to]] = [gone, made]
    if (changes.length !== 2 || from === undefined || to === undefined) return
    // One key that went and one that came in one step: the session has another id.
    this.rotated(from.key, to.key)
  }

  /** A session has another key. */
  rotated(from: string | Buffer, to: string | Buffer): void {
    this.#each(Buffer.from(from), (timeline, old, skip) =>
      timeline.notes.rotated(old, toBinary(Buffer.from(to).subarray(skip))),
    )
  }

  /** The same, where it is not known what the key was before. */
  wroteKey(key: string | Buffer, by: TimelineAuthor): void {
    this.#each(Buffer.from(key), (timeline, id) => timeline.wrote(id, by))
  }

  stop(): void {
    for (const { news } of this.#kept.values()) news.stop()
    this.#kept.clear()
  }

  #each(key: Buffer, act: (timeline: Timeline, id: string, skip: number) => void): void {
    for (const [prefix, { timeline }] of this.#kept) {
      const start = Buffer.from(prefix)
      if (key.subarray(0, start.length).equals(start))
        act(timeline, toBinary(key.subarray(start.length)), start.length)
    }
  }

  #tell(prefix: string, keys: readonly string[] | null): TimelineNews {
    const newest = this.#kept.get(prefix)?.timeline.status.newest ?? 0
    return { prefix, newest, ids: keys?.map((key) => toBytes(fromBinary(key))) ?? null }
  }

  /** Forgets the prefix that nobody has looked at for longest. */
  #makeRoom(): void {
    if (this.#kept.size < TIMELINE_LIMITS.prefixes) return
    const [oldest] = [...this.#kept]
      .filter(([, { timeline }]) => timeline.closedAt !== null)
      .sort(([, a], [, b]) => (a.timeline.closedAt ?? 0) - (b.timeline.closedAt ?? 0))
    if (oldest === undefined) return
    oldest[1].news.stop()
    this.#kept.delete(oldest[0])
  }
}

const ENDS = ['expired', 'deleted', 'rotated'] as const

const NOTHING: TimelineStatus = {
  since: null,
  newest: 0,
  kept: 0,
  dropped: 0,
  bytes: 0,
  limits: TIMELINE_LIMITS,
}

/** A hash as a write has found it. */
const toSession = (flat: readonly Buffer[]): ReadSession => ({
  type: 'hash',
  ...readHash(hashFields(flat)),
  expiresAt: undefined,
})
