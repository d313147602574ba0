import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { Scope, WindowQuery } from '#shared/contract.ts'
import { AppError } from '#shared/errors.ts'
import { filterNeeds, parseFilter } from '#shared/filter.ts'
import {
  type FieldReading,
  type FilterProblem,
  LIMITS,
  type ListProgress,
  type ListSummary,
  type ListWindow,
  type RowFormat,
  type SessionDetail,
  type SessionRow,
  USER_FIELD,
} from '#shared/model.ts'
import { fromBytes, toBinary } from '../bytes.ts'
import { ClusterClient } from '../connection/cluster-client.ts'
import { countKeys, type RedisClient } from '../connection/redis-client.ts'
import { BACKGROUND, doFor, type Purpose } from '../journal/command-purpose.ts'
import { ClusterReader } from './cluster-reader.ts'
import { columnId, columnName, fieldColumn, neededColumns } from './columns.ts'
import { KeyReader, type ReadResult, type RowDecoder } from './key-reader.ts'
import { KeyScan } from './key-scan.ts'
import { isChannelRefused, type KeyspaceFeed } from './keyspace-feed.ts'
import type { ListObserver, RowSource } from './list-observer.ts'
import type { ListReader } from './list-reader.ts'
import type { Order } from './order.ts'
import { watchOthers } from './other-clients.ts'
import { type ReadSet, SessionIndex } from './session-index.ts'
import { SessionWatches } from './session-watches.ts'
import { runSliced } from './sliced.ts'
import { countParts, summarize } from './summary.ts'

/** What the list knows of a session of another library. */
export interface LibrarySession {
  readonly format: RowFormat
  readonly user: Bytes | null
  /** Epoch milliseconds. */
  readonly lastAccessedAt: number | null
  /** By Redis or by its library, whichever is first. */
  readonly endsAt: number | null
}

export const LIST_DEFAULTS = {
  /** Milliseconds for which changed keys are gathered before they are read, and the most that one call reads. */
  gatherFor: 40,
  readAtOnce: 300,
  /** Milliseconds between two readings of the visible rows while the server sends no notifications. */
  pollEvery: 1000,
  /** Milliseconds between two looks for rows whose time is over, and the most of them read at once. */
  expiryEvery: 200,
  expiryBatch: 1000,
  /** Milliseconds between two steps in the background, and the keys that one looks at: the cost is always the same. */
  backgroundEvery: 125,
  backgroundCount: 100,
  /** The least milliseconds between two passes there, so that a handful of keys is not read four times a second. */
  backgroundPassEvery: 1000,
  /**
   * Milliseconds between two questions to the decoder for the rows that somebody looks at while a scan pours others in:
   * what is read meanwhile waits for its answer.
   */
  decodeEvery: 1000,
  /** Milliseconds between two `list.changed` at the least; where a window costs much, so many times that. */
  tickEvery: 100,
  tickRest: 5,
  /**
   * Milliseconds between two judgements of a filter whose answers change with time, at the least; where one costs
   * much, so many times that, and less while rows are read for the filter.
   */
  judgeEvery: 1000,
  judgeRest: 20,
  judgeRestReading: 3,
  /** Up to this many rows, one that is missing in the database is looked for at once. */
  smallList: 20_000,
} as const

/** Keys whose fields are looked at to say which columns there could be. */
const FIELD_SAMPLE = 200

export interface SessionListOptions {
  readonly client: RedisClient
  readonly prefix: string
  readonly clock: () => number
  readonly onChange: (progress: ListProgress) => void
  /** Told of failures of background work, which nobody waits for. */
  readonly onError: (error: unknown) => void
  /** Told of what happens to the sessions. @default nobody */
  readonly observer?: ListObserver | null
  /** Decodes other libraries' sessions. @default what only its worker may decode stays unknown */
  readonly decoder?: RowDecoder | undefined
  /** The server sends notifications, but this user may not listen to those of this list. */
  readonly onNotPushed?: (error: unknown) => void
}

/** What somebody looks at: the rows that are polled, and the columns that are read. */
interface Viewport {
  readonly query: WindowQuery
  readonly ids: readonly string[]
}

/**
 * The live list of one prefix: fills its index by a scan, keeps it true by notifications, polling and hints, and
 * answers windows of it.
 */
export class SessionList {
  readonly prefix: string
  readonly watches: SessionWatches
  readonly #options: SessionListOptions
  readonly #index: SessionIndex
  readonly #reader: ListReader
  readonly #scan: KeyScan
  /** Keys of the database; null where this user may not count them. */
  #keys: number | null = 0
  /** How often in a row the database held fewer keys than the list. */
  #short = 0
  #passBeganAt = 0
  #stopped = false
  #paused = false
  /** Where changes are pushed from; null where the server sends none. */
  #feed: KeyspaceFeed | null = null
  #unsubscribe: (() => void) | null = null
  readonly #timers: NodeJS.Timeout[] = []
  readonly #dirty = new Set<string>()
  #dirtyTimer: NodeJS.Timeout | undefined
  #tickTimer: NodeJS.Timeout | undefined
  #tickedAt = Number.NEGATIVE_INFINITY
  #told = ''
  /** Milliseconds that the last window took. */
  #windowCost = 0
  readonly #viewports = new Map<object, Viewport>()
  readonly #rereadListeners = new Set<(ids: readonly string[]) => void>()
  /** Where the search for rows that the worker is to decode goes on. */
  #pendingFrom = 0
  /** When the worker was asked for rows that somebody looks at. */
  #decodedAt = Number.NEGATIVE_INFINITY
  /** The columns that not every row has been read with, by `columnId`. */
  readonly #incomplete = new Set<string>()
  /** By filter: when it was last judged anew, what that took in milliseconds, and whether rows were read for it then. */
  readonly #judged = new Map<
    string,
    { readonly at: number; readonly cost: number; readonly reading: boolean }
  >()

  constructor(options: SessionListOptions) {
    this.#options = options
    this.prefix = options.prefix
    this.#index = new SessionIndex(options.clock, options.observer)
    const { client } = options
    this.#reader =
      client instanceof ClusterClient ? new ClusterReader({ ...options, client }) : new KeyReader(options)
    this.#scan = new KeyScan({
      reader: this.#reader,
      index: this.#index,
      take: (result, set) => this.#take(result, set),
      ping: (shard) => shard.client.ping(),
      others: (shard, onLook) => watchOthers(shard.client, onLook),
      onPhase: () => {
        if (this.#scan.phase === 'complete') options.observer?.passed()
        this.#tick()
      },
      onError: options.onError,
    })
    this.watches = new SessionWatches(options)
  }

  get progress(): ListProgress {
    const { phase, scanned, gentle } = this.#scan
    // What has been met is what is known then.
    const keys = this.#keys ?? Math.max(scanned, this.#index.size)
    return {
      prefix: this.prefix,
      revision: this.#index.revision,
      total: this.#index.size,
      scanned: phase === 'complete' ? keys : Math.min(scanned, keys),
      keys,
      phase,
      gentle,
      scripted: this.#reader.scripted,
    }
  }

  /**
   * Subscribes to changes and starts the scan; resolves when the first batch is in.
   * @param feed where changes are pushed from; null where the server sends none
   * @throws AppError
   */
  async start(feed: KeyspaceFeed | null): Promise<void> {
    this.#options.observer?.opened()
    await this.#subscribe(feed)
    if (this.#stopped) return
    this.#every(LIST_DEFAULTS.expiryEvery, BACKGROUND.due, () => this.#readDue())
    this.#every(LIST_DEFAULTS.pollEvery, BACKGROUND.poll, () => this.#poll())
    this.#every(LIST_DEFAULTS.judgeEvery, BACKGROUND.reading, () => this.#judgeFilters())
    this.#every(LIST_DEFAULTS.backgroundEvery, BACKGROUND.reading, () => this.#decodePending())
    this.#every(LIST_DEFAULTS.backgroundEvery, BACKGROUND.pass, () => this.#stepInBackground())
    await this.rescan()
  }

  stop(): void {
    if (!this.#stopped) this.#options.observer?.closed()
    this.#stopped = true
    this.#scan.halt()
    for (const timer of this.#timers) clearInterval(timer)
    clearTimeout(this.#dirtyTimer)
    clearTimeout(this.#tickTimer)
    this.#unsubscribe?.()
  }

  /** While the connection is lost: keeps everything, asks for nothing. */
  pause(): void {
    this.#paused = true
    this.#options.observer?.paused()
    this.#scan.halt()
  }

  /** The connection is back, perhaps to another server: what happened in between is found by a new pass. */
  async resume(feed: KeyspaceFeed | null): Promise<void> {
    this.#paused = false
    this.#options.observer?.resumed()
    this.#reader.reset()
    this.watches.refresh()
    await this.#subscribe(feed)
    await this.rescan()
  }

  /**
   * A window of the list.
   * @param asker whose viewport this is; its rows are the ones that are polled
   * @throws AppError, also when the list was stopped meanwhile: what it holds says nothing then
   */
  async window(query: WindowQuery, asker: object): Promise<ListWindow> {
    this.#viewports.set(asker, { query, ids: this.#viewports.get(asker)?.ids ?? [] })
    this.#wantColumns(query)
    const began = performance.now()
    let found = await this.#look(query)
    if ('slots' in found && found.lacking.length > 0 && !this.#paused && !this.#stopped) {
      await this.#read(found.lacking)
      // Or the order would still hold these rows as they were.
      found = await this.#look(query, true)
    }
    // Those that somebody looks at first; the answer does not wait for them.
    if ('slots' in found && found.undecoded.length > 0 && this.#mayDecode()) this.hint(found.undecoded)
    this.#windowCost = performance.now() - began
    if (this.#stopped) {
      throw new AppError('not_connected', 'This list was given up for another one. Ask for it again.')
    }
    const common = { ...this.progress, offset: query.offset, reading: this.#reading(query) }
    if (!('slots' in found)) {
      return { ...common, matched: 0, rows: [], position: null, filterProblem: found }
    }
    const { matched, rows, position, ids } = found
    this.#viewports.set(asker, { query, ids })
    return { ...common, matched, rows, position: position < 0 ? null : position, filterProblem: null }
  }

  /** Counts and expiry times of all rows, and of those that match a filter. @param asker whose columns words are looked for in */
  async summary(filter: string, buckets: number, asker: object): Promise<ListSummary> {
    const matched = await this.#matched(filter, asker)
    const { revision } = this.#index
    return {
      revision,
      ...(await runSliced(summarize(this.#index.table, matched, buckets, this.#options.clock()))),
    }
  }

  /** The slots that match a filter, in parts; null where there is none, which asks for no order. */
  async #matched(filter: string, asker: object): Promise<readonly Uint32Array[] | null> {
    if (filter.trim() === '') return null
    const parts = await this.#lookAtMatching(filter, asker, (order) => order.parts())
    return 'message' in parts ? [] : parts
  }

  /** Looks at what matches a filter, in the order that is kept for the asker anyway; its end may be in none. */
  #lookAtMatching<T>(filter: string, asker: object, look: (order: Order) => T): Promise<T | FilterProblem> {
    const { columns = [], sort = { by: 'id' as const } } = this.#viewports.get(asker)?.query ?? {}
    return this.#index.views.look({ filter, columns, sort }, look, { reach: 0 })
  }

  /**
   * The sessions that a scope names, as they are known at this moment.
   * @param asker whose columns the words of a filter are looked for in
   * @returns their ids, a byte a character, each once; `complete` is false where a filter may match more: not every key
   * has been looked at yet, or not every row has been read for it
   * @throws AppError `invalid_argument` for a filter that cannot be read
   */
  async resolve(
    scope: Scope,
    asker: object,
  ): Promise<{ readonly ids: readonly string[]; readonly complete: boolean }> {
    if ('ids' in scope)
      return { ids: [...new Set(scope.ids.map((id) => toBinary(fromBytes(id))))], complete: true }
    if ('user' in scope) return this.#ofUser(scope.user)
    const query = this.#viewports.get(asker)?.query
    const { table } = this.#index
    const except = new Set((scope.except ?? []).map((id) => toBinary(fromBytes(id))))
    const ids = await this.#lookAtMatching(scope.filter, asker, (order) =>
      order
        .parts()
        .flatMap((part) => Array.from(part, (slot) => table.id(slot)))
        .filter((id) => !except.has(id)),
    )
    if ('message' in ids) throw new AppError('invalid_argument', `The filter cannot be read. ${ids.message}`)
    const read = query === undefined || this.#reading({ ...query, filter: scope.filter }) === null
    return { ids, complete: read && this.#scan.phase === 'complete' }
  }

  /**
   * A session of another library as the list has it; null for any other key.
   * @param id a byte a character
   */
  librarySession(id: string): LibrarySession | null {
    const { table } = this.#index
    const slot = table.find(id)
    const format = slot < 0 ? null : table.format(slot)
    if (format === null || !table.isSession(slot)) return null
    return {
      format,
      user: table.cell(slot, this.#index.place(fieldColumn(USER_FIELD))),
      lastAccessedAt: table.lastAccessedAt(slot),
      endsAt: table.endsAt(slot),
    }
  }

  /**
   * How many sessions of the list lie in each part of it.
   * @param partOf which part an id belongs to, a byte a character
   */
  async countBy(partOf: (id: string) => string): Promise<ReadonlyMap<string, number>> {
    return runSliced(countParts(this.#index.table, partOf))
  }

  /** The ids from one row to another, both included, as they stand now; empty where one of them is not in the list. */
  async range(
    query: Omit<WindowQuery, 'offset' | 'limit'>,
    from: Bytes,
    to: Bytes,
  ): Promise<readonly Bytes[]> {
    const { table } = this.#index
    const { direction } = query.sort
    const ids = await this.#index.views.look(query, (order) => {
      const [a, b] = [from, to].map((id) => {
        const slot = table.find(toBinary(fromBytes(id)))
        return slot < 0 ? -1 : order.position(slot, direction)
      }) as [number, number]
      const first = Math.min(a, b)
      const count = Math.abs(a - b) + 1
      if (first < 0) return []
      if (count > LIMITS.scopeIds) {
        throw new AppError(
          'invalid_argument',
          `These are ${count.toLocaleString('en')} rows; one by one, at most ${LIMITS.scopeIds.toLocaleString('en')} are selected. Filter for them and select all that match.`,
        )
      }
      return order.slice(first, count, direction).map((slot) => table.idBytes(slot))
    })
    return 'message' in ids ? [] : ids
  }

  forget(asker: object): void {
    this.#viewports.delete(asker)
  }

  /** The rows as they are, for who looks at all of them; a computation over them runs by {@link runSliced}. */
  get rows(): RowSource {
    return this.#index
  }

  /** Makes the rows carry the fields of these names, until the asker is forgotten. */
  carry(columns: readonly string[], asker: object): void {
    const query: WindowQuery = {
      prefix: this.prefix,
      columns: [...columns],
      filter: '',
      sort: { by: 'id', direction: 'ascending' },
      offset: 0,
      limit: 1,
    }
    this.#viewports.set(asker, { query, ids: [] })
    this.#wantColumns(query)
  }

  /** A listener is told of keys that were read since somebody said that they may have changed. @returns what ends that */
  onReread(listener: (ids: readonly string[]) => void): () => void {
    this.#rereadListeners.add(listener)
    return () => this.#rereadListeners.delete(listener)
  }

  /** Reads a session whole and at each change again; see {@link SessionWatches}. @throws AppError */
  async watch(
    id: Bytes,
    listener: (detail: SessionDetail | null) => void,
  ): Promise<{ readonly detail: SessionDetail | null; readonly stop: () => void }> {
    const key = toBinary(fromBytes(id))
    // What has happened up to here the row tells to the observer, and what happens from here on the whole session.
    const row = this.#read([key]).catch(this.#options.onError)
    const { detail, stop } = await this.watches.add(id, listener)
    await row
    this.#options.observer?.watch(key)
    let ended = false
    return {
      detail,
      stop: () => {
        if (ended) return
        ended = true
        stop()
        this.#unwatch(id).catch(this.#options.onError)
      },
    }
  }

  /** The same the other way round, so that nothing is missed and nothing told twice. */
  async #unwatch(id: Bytes): Promise<void> {
    const { observer } = this.#options
    const key = toBinary(fromBytes(id))
    try {
      if (!this.#paused && !this.#stopped) await Promise.all([this.watches.look(id), this.#read([key])])
    } finally {
      observer?.unwatch(key)
    }
  }

  /** The fields that sessions here have beside the reserved ones, by a sample; most frequent first. */
  async fieldNames(): Promise<readonly string[]> {
    return this.#reader.fieldNames(this.#index.sample(FIELD_SAMPLE))
  }

  /** Somebody says that these keys may have changed. */
  hint(ids: Iterable<string>): void {
    for (const id of ids) this.#dirty.add(id)
    this.#dirtyTimer ??= setTimeout(() => {
      this.#dirtyTimer = undefined
      doFor(BACKGROUND.changed, () => this.#readDirty()).catch(this.#options.onError)
    }, LIST_DEFAULTS.gatherFor)
  }

  /** Starts a new pass at full speed; resolves when its first batch is in. */
  async rescan(): Promise<void> {
    if (this.#paused || this.#stopped) return
    await this.#countKeys()
    await this.#scan.restart()
  }

  stopScan(): void {
    this.#scan.stop()
  }

  /** Goes on where the scan was stopped; resolves when the next batch is in. */
  async resumeScan(): Promise<void> {
    if (!this.#paused && !this.#stopped) await this.#scan.resume()
  }

  setGentle(gentle: boolean): void {
    this.#scan.gentle = gentle
    this.#tick()
  }

  /** Reads the fields that rows lack, or stops that. */
  setReading(reading: boolean): void {
    if (!this.#paused && !this.#stopped) this.#scan.setReading(reading)
  }

  async #ofUser(user: Bytes): Promise<{ readonly ids: readonly string[]; readonly complete: boolean }> {
    if (fromBytes(user).length > LIMITS.cellCharacters) {
      throw new AppError(
        'invalid_argument',
        `Users are found by names of at most ${LIMITS.cellCharacters} bytes. Filter for this one instead.`,
      )
    }
    const wanted = bytesId(user)
    const column = this.#index.place(fieldColumn(USER_FIELD))
    const { table } = this.#index
    const ids: string[] = []
    for (let slot = 0; slot < table.end; slot += 1) {
      const value = table.alive(slot) ? table.cell(slot, column) : null
      if (value !== null && bytesId(value) === wanted) ids.push(table.id(slot))
    }
    return { ids, complete: this.#scan.phase === 'complete' && column >= 0 }
  }

  #wantColumns(query: WindowQuery): void {
    const others = [...this.#viewports.values()].flatMap((viewport) => neededColumns(viewport.query))
    const fresh = this.#index.addColumns(neededColumns(query), others)
    if (fresh.length === 0) return
    for (const column of fresh) this.#incomplete.add(columnId(column))
    if (this.#index.size === 0) this.#incomplete.clear()
    else this.setReading(true)
  }

  /** What is being read for a query, if anything is. */
  #reading(query: WindowQuery): FieldReading | null {
    const { stale, size } = this.#index
    if (stale === 0) this.#incomplete.clear()
    const columns = neededColumns(query).filter((column) => this.#incomplete.has(columnId(column)))
    if (columns.length === 0) return null
    return {
      fields: [...new Set(columns.map(columnName))],
      done: size - stale,
      total: size,
      phase: this.#scan.readingPhase,
    }
  }

  /** @param eager false where rows that came a moment ago may be missing */
  #look(query: WindowQuery, eager = this.#scan.phase !== 'scanning') {
    const { direction } = query.sort
    const table = this.#index.table
    const located = query.locate === undefined ? null : toBinary(fromBytes(query.locate))
    return this.#index.views.look(
      query,
      (order: Order) => {
        const slots = order.slice(query.offset, query.limit, direction)
        const slot = located === null ? -1 : table.find(located)
        return {
          slots,
          matched: order.length,
          ids: slots.map((each) => table.id(each)),
          rows: slots.map((each) => this.#row(each, query.columns)),
          position: slot < 0 ? -1 : order.position(slot, direction),
          undecoded: slots.filter((each) => table.pending(each)).map((each) => table.id(each)),
          lacking: slots.filter((each) => this.#index.lacks(each)).map((each) => table.id(each)),
        }
      },
      { eager, ...(located === null ? { reach: query.offset + query.limit } : {}) },
    )
  }

  #row(slot: number, columns: readonly string[]): SessionRow {
    const { table } = this.#index
    const inside = table.inside(slot)
    return {
      id: table.idBytes(slot),
      state: table.state(slot),
      type: table.type(slot),
      problem: table.problem(slot),
      format: table.format(slot),
      createdAt: table.createdAt(slot),
      lastAccessedAt: table.lastAccessedAt(slot),
      configuredTtl: table.lifetime(slot),
      expiresAt: table.expiresAt(slot),
      ...(inside === null ? {} : { inside }),
      cells: columns.map((name) => table.cell(slot, this.#index.place(fieldColumn(name)))),
      revision: table.revision(slot),
    }
  }

  #changed(ids: readonly string[]): void {
    if (ids.length > 0) this.watches.refresh(ids)
    this.#tick()
  }

  async #subscribe(feed: KeyspaceFeed | null): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribe = null
    this.#feed = feed
    try {
      this.#unsubscribe =
        (await feed?.subscribe(this.prefix, (id, word) => {
          this.#options.observer?.heard(id, word)
          this.hint([id])
        })) ?? null
    } catch (error) {
      // Told of nothing, the list polls.
      this.#feed = null
      if (isChannelRefused(error)) this.#options.onNotPushed?.(error)
      else this.#options.onError(error)
    }
    if (this.#stopped) this.#unsubscribe?.()
  }

  /** Whether the server tells of every change by itself. */
  get #pushed(): boolean {
    return this.#feed?.healthy === true
  }

  async #readDirty(): Promise<void> {
    if (this.#paused || this.#stopped) return
    const ids = [...this.#dirty]
    this.#dirty.clear()
    const mark = this.#options.observer?.mark() ?? 0
    await this.#read(ids)
    this.#options.observer?.settled(this.#index, ids, mark)
    // A field that the list does not show may have changed all the same.
    this.watches.refresh(ids)
    for (const tell of this.#rereadListeners) tell(ids)
  }

  async #readDue(): Promise<void> {
    await this.#read(this.#index.due(this.#options.clock(), LIST_DEFAULTS.expiryBatch))
  }

  /**
   * Filters whose answers change although no row does: with time, and with rows that turn out not to have the field
   * that was read for the filter.
   */
  async #judgeFilters(): Promise<void> {
    const now = performance.now()
    for (const { query } of this.#viewports.values()) {
      const parsed = parseFilter(query.filter)
      if (!parsed.ok) continue
      const reading = this.#reading(query) !== null
      const judged = this.#judged.get(query.filter)
      const needed = filterNeeds(parsed.filter).timed || reading || judged?.reading === true
      const { judgeRest, judgeRestReading } = LIST_DEFAULTS
      const rest = (judged?.cost ?? 0) * (reading || judged?.reading ? judgeRestReading : judgeRest)
      if (!needed || now < (judged?.at ?? 0) + rest) continue
      const changed = await this.#index.views.rejudge(query)
      const at = performance.now()
      this.#judged.set(query.filter, { at, cost: at - now, reading })
      if (!changed) continue
      this.#index.touch()
      this.#tick()
    }
    const shown = new Set([...this.#viewports.values()].map(({ query }) => query.filter))
    for (const filter of this.#judged.keys()) if (!shown.has(filter)) this.#judged.delete(filter)
  }

  async #countKeys(): Promise<void> {
    const count = doFor(BACKGROUND.count, () => countKeys(this.#options.client))
    this.#keys = await count.catch((error: unknown) =>
      error instanceof Error && error.message.startsWith('NOPERM') ? null : this.#keys,
    )
  }

  async #poll(): Promise<void> {
    await this.#countKeys()
    // A cluster that was complete a moment ago may refuse for another: a node that has come back does, for two seconds.
    if (this.#scan.broken && this.#reader.holdings !== undefined) await this.rescan()
    await this.#missAny()
    // The list tells of the database's keys too, which come and go without any row that changes.
    this.#tick()
    if (this.#pushed) return
    await this.#read([...new Set([...this.#viewports.values()].flatMap(({ ids }) => ids))])
    this.watches.refresh()
  }

  /**
   * FLUSHDB sends no notification for the keys that it drops, and where none are sent nobody tells of any key: that
   * the database holds fewer keys than the list has rows tells. In a long list the pass in the background finds the few
   * that a reading of all would cost too much for.
   */
  async #missAny(): Promise<void> {
    const { size } = this.#index
    if (this.#keys === null) return
    this.#short = this.#scan.phase === 'complete' && this.#keys < size ? this.#short + 1 : 0
    if (this.#keys === 0 && size > 0) this.#changed(this.#index.clear())
    else if (this.#short >= 2 && (size <= LIST_DEFAULTS.smallList || this.#keys < size / 2))
      await this.rescan()
  }

  /** Reads keys and takes in what they are now; in parts, so that what has just changed need not wait for all. */
  async #read(ids: readonly string[]): Promise<void> {
    const most = LIST_DEFAULTS.readAtOnce
    for (let start = 0; start < ids.length && !this.#stopped && !this.#paused; start += most) {
      const set = this.#index.readSet
      await this.#reader.read(ids.slice(start, start + most), set.plan, (result) => this.#take(result, set))
    }
  }

  #take(result: ReadResult, set: ReadSet): void {
    this.#changed(this.#index.apply(result, set, this.#scan.passNumber))
    // Keys that have moved were read on another way than others, which may have been overtaken: once more.
    if (result.moved !== undefined && result.moved.length > 0) this.hint(result.moved)
  }

  #mayDecode(): boolean {
    const now = performance.now()
    if (this.#scan.phase === 'scanning' && now < this.#decodedAt + LIST_DEFAULTS.decodeEvery) return false
    this.#decodedAt = now
    return true
  }

  /** Asks the worker for who and when of rows that only it may decode, some at a time. */
  async #decodePending(): Promise<void> {
    if (this.#index.table.pendingCount === 0 || this.#scan.phase === 'scanning') return
    const { ids, next } = this.#index.pending(this.#pendingFrom, LIST_DEFAULTS.backgroundCount)
    this.#pendingFrom = Math.max(0, next)
    await this.#read(ids)
  }

  async #stepInBackground(): Promise<void> {
    if (!this.#scan.idle) return
    const now = this.#options.clock()
    const { backgroundCount, backgroundPassEvery } = LIST_DEFAULTS
    if (this.#scan.passDone) {
      if (now - this.#passBeganAt < backgroundPassEvery) return
      this.#passBeganAt = now
    }
    await this.#scan.stepInBackground(backgroundCount)
  }

  /** Repeats some work, never twice at once, and not while the connection is lost. */
  #every(milliseconds: number, purpose: Purpose, work: () => Promise<void>): void {
    let busy = false
    const timer = setInterval(() => {
      if (busy || this.#paused || this.#stopped) return
      busy = true
      doFor(purpose, work)
        .catch(this.#options.onError)
        .finally(() => {
          busy = false
        })
    }, milliseconds)
    this.#timers.push(timer)
  }

  /** Tells of a change: at once after a quiet time, else at the end of the interval. */
  #tick(): void {
    if (this.#stopped) return
    const { tickEvery, tickRest } = LIST_DEFAULTS
    const wait = this.#tickedAt + Math.max(tickEvery, tickRest * this.#windowCost) - performance.now()
    this.#tickTimer ??= setTimeout(
      () => {
        this.#tickTimer = undefined
        const { progress } = this
        const told = JSON.stringify(progress)
        // Reading rows that turn out to be as they were is no change.
        if (told === this.#told) return
        this.#told = told
        this.#tickedAt = performance.now()
        this.#options.onChange(progress)
      },
      Math.max(0, wait),
    )
  }
}
