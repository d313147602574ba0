import { type SessionDetail, USER_FIELD } from '#shared/model.ts'
import type { TimelineAuthor, TimelineChange, TimelineStatus } from '#shared/timeline.ts'
import { fieldColumn } from '../index/columns.ts'
import type { ListObserver, RowSource } from '../index/list-observer.ts'
import { beginning, type Cause, causeOf, ending, FIELD_WORDS } from './cause.ts'
import { rowChanges, snapshotChanges, unkept } from './changes.ts'
import { TIMELINE_LIMITS } from './defaults.ts'
import { EntryRing, type KeptEntry } from './entry-ring.ts'
import { sizeOfKept } from './kept-value.ts'
import { type Note, Notes } from './notes.ts'
import { type Moment, SessionLog } from './session-log.ts'
import { type ReadSession, type Snapshot, shownUser, takeSnapshot, userOf } from './snapshot.ts'

export interface TimelineOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Told of each entry's session; null for an entry of all. */
  readonly onEntry: (key: string | null) => void
  readonly limits?: Pick<
    typeof TIMELINE_LIMITS,
    'entries' | 'sessions' | 'sessionEntries' | 'moments' | 'bytes'
  >
}

/** When it was seen, whose session it was, and the moment of it that is kept. */
type Scene = Pick<KeptEntry, 'at' | 'user' | 'moment'>

/**
 * What happens to the sessions of one prefix, as their list sees it: by kind for all of them, with values for those
 * that are watched. In memory alone, and bounded, however many sessions there are.
 */
export class Timeline implements ListObserver {
  readonly #options: TimelineOptions
  readonly #limits: NonNullable<TimelineOptions['limits']>
  readonly #ring: EntryRing
  /** By the id's bytes; the one that was watched last comes last. */
  readonly #logs = new Map<string, SessionLog>()
  /** How many watch a session. */
  readonly #watched = new Map<string, number>()
  readonly notes: Notes
  #number = 0
  #dropped = 0
  #since: number | null = null
  /** When the list was opened: what was made later is new, also while the first pass is under way. */
  #openedAt = Number.POSITIVE_INFINITY
  /** Every key that there was has been met, so that another one is new. */
  #passed = false
  /** Since when nothing was seen, and why; null while all is. */
  #blind: { readonly why: 'lost' | 'closed'; readonly from: number } | null = null
  /** The end of the last time in which nothing was seen, until all has been read again. */
  #blindSince: number | null = null

  constructor(options: TimelineOptions) {
    this.#options = options
    this.#limits = options.limits ?? TIMELINE_LIMITS
    this.#ring = new EntryRing(this.#limits.entries, this.#limits.bytes / 2)
    this.notes = new Notes(options.clock)
  }

  get status(): TimelineStatus {
    return {
      since: this.#since,
      newest: this.#number,
      kept: this.#ring.size,
      dropped: this.#dropped,
      bytes: this.#bytes,
      limits: TIMELINE_LIMITS,
    }
  }

  /** Newest first: of one session, or of all. */
  *entries(key: string | null): Generator<KeptEntry> {
    const log = key === null ? undefined : this.#logs.get(key)
    if (log !== undefined) yield* log.entries.toReversed()
    else for (const entry of this.#ring.newestFirst()) if (key === null || entry.key === key) yield entry
  }

  /** The sessions whose values are kept, by the ids' bytes. */
  get logs(): ReadonlyMap<string, SessionLog> {
    return this.#logs
  }

  moment(key: string, number: number): Moment | null {
    return this.#logs.get(key)?.moment(number) ?? null
  }

  /** Since when nobody has its list, so that it may be forgotten for another prefix's; null where somebody has. */
  get closedAt(): number | null {
    if (this.#since === null) return 0
    return this.#blind?.why === 'closed' ? this.#blind.from : null
  }

  opened(): void {
    const now = this.#options.clock()
    this.#since ??= now
    this.#openedAt = now
    this.#passed = false
    this.#see()
  }

  closed(): void {
    this.#goBlind('closed')
  }

  paused(): void {
    this.#goBlind('lost')
  }

  resumed(): void {
    if (this.#blind === null) return
    this.#passed = false
    this.#see()
  }

  passed(): void {
    this.#passed = true
    this.#blindSince = null
  }

  heard(id: string, word: string): void {
    this.notes.heard(id, word)
  }

  mark(): number {
    return this.notes.mark()
  }

  row(source: RowSource, before: number, slot: number): void {
    const { table } = source
    if (before < 0) {
      this.#appeared(source, slot)
      return
    }
    const key = table.id(slot)
    if (this.#watched.has(key)) return
    const changes = rowChanges(source, before, slot, this.notes.expects(key))
    if (changes.length === 0) return
    const note = this.notes.explain(key)
    const scene = this.#scene(rowUser(source, slot))
    for (const change of changes) this.#push(key, change, causeOf(change, note, this.#blindSince), scene)
  }

  gone(source: RowSource, slot: number): void {
    const key = source.table.id(slot)
    if (this.#watched.has(key)) return
    const note = this.notes.explain(key)
    const change = ending(source.table.expiresAt(slot), note, this.#options.clock())
    this.#push(key, change, causeOf(change, note, this.#blindSince), this.#scene(rowUser(source, slot)))
  }

  settled(source: RowSource, ids: readonly string[], mark: number): void {
    for (const key of ids) {
      // A watched session is settled when it was read whole.
      const note = this.#watched.has(key) ? null : this.notes.settle(key, mark)
      if (note === null || note.used || note.by !== null || this.notes.isOwn(key)) continue
      const slot = source.table.find(key)
      const kind = note.heard.map((word) => FIELD_WORDS.get(word)).find((found) => found !== undefined)
      if (slot < 0 || kind === undefined) continue
      // The row is as it was: a field was written that the list does not read, or the session was touched twice at once.
      const change: TimelineChange = note.heard.includes('expire')
        ? { kind: 'touched', expiry: null }
        : unkept(kind, null)
      this.#push(key, change, causeOf(change, note, null), this.#scene(rowUser(source, slot)))
    }
  }

  read(id: string, mark: number, detail: SessionDetail | null): void {
    this.#take(id, mark, detail, null)
  }

  /**
   * We have written a session.
   * @param before what it was until then, where that is known; what is new in it others have done
   */
  wrote(
    key: string,
    by: TimelineAuthor,
    before?: { readonly session: ReadSession | null; readonly keepsExpiry: boolean },
  ): void {
    if (before !== undefined && this.#watched.has(key))
      this.#take(key, this.notes.mark(), before.session, 'before')
    const mark = this.notes.wrote(key, by, before?.keepsExpiry)
    const log = this.#logs.get(key)
    // What was asked for before the write is from before or from after it: the next reading tells for sure.
    if (log !== undefined) log.mark = mark
  }

  watch(key: string): void {
    this.#watched.set(key, (this.#watched.get(key) ?? 0) + 1)
  }

  unwatch(key: string): void {
    const watchers = (this.#watched.get(key) ?? 0) - 1
    if (watchers > 0) this.#watched.set(key, watchers)
    else this.#watched.delete(key)
    this.#makeRoom()
  }

  /** @param as `before`: what a write of ours has found, which explains nothing of what we noted since */
  #take(key: string, mark: number, session: ReadSession | null, as: 'before' | null): void {
    const now = this.#options.clock()
    const log = this.#logFor(key)
    if (mark <= log.mark) return
    log.mark = mark
    const { last, readAt } = log
    log.readAt = now
    const before = last?.snapshot ?? null
    const read =
      as === 'before' && session !== null && before !== null ? withExpiry(session, before) : session
    const after = read === null ? null : takeSnapshot(read, before)
    if (!this.#watched.has(key)) {
      this.#begin(key, log, after, now)
      return
    }
    const expected = as === null && this.notes.expects(key)
    const note = as === 'before' ? null : this.notes.peek(key)
    const changes = this.#between(before, after, note, expected)
    if (changes.length > 0 && note !== null) this.notes.explain(key)
    if (as === null) this.notes.settle(key, mark)
    if (changes.length === 0) return
    const moment = this.#addMoment(log, now, after)
    const user = (after === null ? null : userOf(after)) ?? log.user
    for (const change of changes)
      this.#push(key, change, causeOf(change, note, readAt), { at: now, user, moment })
    this.#makeRoom()
  }

  /** Somebody begins to watch: what happened before is told without values. */
  #begin(key: string, log: SessionLog, snapshot: Snapshot | null, now: number): void {
    const before = log.last?.snapshot ?? null
    // Moved to the end: the one that nobody has watched for longest goes first.
    this.#logs.delete(key)
    this.#logs.set(key, log)
    if (log.last === null ? snapshot === null : this.#between(before, snapshot, null, false).length === 0)
      return
    const moment = this.#addMoment(log, now, snapshot)
    if (snapshot !== null) {
      const cause = { by: null, told: true, heard: null, since: null }
      log.add(this.#entry(key, { kind: 'watched' }, cause, { at: now, user: userOf(snapshot), moment }))
      this.#options.onEntry(key)
    }
    this.#makeRoom()
  }

  #between(
    before: Snapshot | null,
    after: Snapshot | null,
    note: Note | null,
    expected: boolean,
  ): readonly TimelineChange[] {
    if (before === null && after === null) return []
    if (before === null && after !== null) return [beginning(after, note)]
    if (before !== null && after !== null) return snapshotChanges(before, after, expected)
    return [ending(before?.expiresAt ?? null, note, this.#options.clock())]
  }

  #addMoment(log: SessionLog, at: number, snapshot: Snapshot | null): number {
    this.#number += 1
    log.addMoment({ number: this.#number, at, snapshot })
    return this.#number
  }

  #appeared(source: RowSource, slot: number): void {
    const { table } = source
    const createdAt = table.createdAt(slot)
    const isNew = this.#passed || (createdAt !== null && createdAt >= this.#openedAt)
    if (!isNew && !this.notes.any) return
    const key = table.id(slot)
    if (this.#watched.has(key)) return
    const note = this.notes.explain(key)
    // Timestamps are whole seconds: what we made in the second of the opening seems older than it.
    const isOurs = note?.by != null && createdAt !== null && createdAt > this.#openedAt - 1000
    if (!isNew && !isOurs && note?.rotatedFrom == null) return
    const [state, ttl, expiresAt] = [table.state(slot), table.configuredTtl(slot), table.expiresAt(slot)]
    const change = beginning({ state, configuredTtl: ttl, expiresAt }, note)
    this.#push(key, change, causeOf(change, note, this.#blindSince), this.#scene(rowUser(source, slot)))
  }

  #logFor(key: string): SessionLog {
    const known = this.#logs.get(key)
    if (known !== undefined) return known
    const log = new SessionLog(this.#limits)
    for (const entry of this.#ring.oldestFirst()) if (entry.key === key) log.add(entry)
    this.#logs.set(key, log)
    return log
  }

  #push(key: string | null, change: TimelineChange, cause: Cause, scene: Scene): void {
    const entry = this.#entry(key, change, cause, scene)
    this.#dropped += this.#ring.push(entry)
    if (key !== null) this.#logs.get(key)?.add(entry)
    else for (const log of this.#logs.values()) log.add(entry)
    this.#options.onEntry(key)
  }

  #entry(
    key: string | null,
    change: TimelineChange,
    { by, told, heard, since }: Cause,
    { at, user, moment }: Scene,
  ): KeptEntry {
    this.#number += 1
    const bytes = 'old' in change ? sizeOfKept(change.old) + sizeOfKept(change.new) : 0
    return { number: this.#number, at, key, user, by, told, heard, since, change, moment, bytes }
  }

  /** Of a row: now, and without a moment of its session. */
  #scene(user: string | null): Scene {
    return { at: this.#options.clock(), user, moment: null }
  }

  #goBlind(why: 'lost' | 'closed'): void {
    // What is closed while the connection is lost has not been seen since then.
    this.#blind = { why, from: this.#blind?.from ?? this.#options.clock() }
    this.notes.clear()
  }

  #see(): void {
    const blind = this.#blind
    this.#blind = null
    if (blind === null) return
    this.#blindSince = blind.from
    const cause = { by: null, told: true, heard: null, since: blind.from }
    this.#push(null, { kind: 'gap', why: blind.why, from: blind.from }, cause, this.#scene(null))
  }

  get #bytes(): number {
    let bytes = this.#ring.bytes
    for (const log of this.#logs.values()) bytes += log.bytes
    return bytes
  }

  /** Forgets first the sessions that nobody watches any more, then the oldest moments of those that are. */
  #makeRoom(): void {
    const { sessions, bytes } = this.#limits
    for (const key of this.#logs.keys()) {
      if (this.#logs.size <= sessions && this.#bytes <= bytes) return
      if (!this.#watched.has(key)) this.#logs.delete(key)
    }
    while (this.#bytes > bytes) {
      const largest = [...this.#logs.values()].sort((a, b) => b.bytes - a.bytes)
      if (largest.some((log) => log.shed())) continue
      if (!this.#ring.drop()) return
      this.#dropped += 1
    }
  }
}

function rowUser(source: RowSource, slot: number): string | null {
  const place = source.place(fieldColumn(USER_FIELD))
  return place < 0 ? null : shownUser(source.table.cell(slot, place))
}

/**
 * The state that a write has found, on our clock: it knows the expiry by the server's, so that counts as it was, unless
 * the session's own fields say that it was set anew.
 */
function withExpiry(session: ReadSession, before: Snapshot): ReadSession {
  const anew =
    session.lastAccessedAt !== before.lastAccessedAt || session.configuredTtl !== before.configuredTtl
  return { ...session, expiresAt: anew ? undefined : before.expiresAt }
}
