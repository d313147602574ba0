import type { Redis } from 'ioredis'
import type { WindowQuery } from '#shared/contract.ts'
import { AppError } from '#shared/errors.ts'
import type { ListProgress, ListWindow, ScanPhase } from '#shared/model.ts'
import { fromBytes, toBinary } from '../bytes.ts'
import { BACKGROUND_DEFAULTS, BackgroundPass } from './background-pass.ts'
import type { KeyspaceFeed } from './keyspace-feed.ts'
import { toSessionRow } from './row.ts'
import { RowReader } from './row-reader.ts'
import { ScanPass } from './scanner.ts'
import { SessionIndex } from './session-index.ts'
import { SessionWatches } from './session-watches.ts'

export const LIST_DEFAULTS = {
  /** Keys that one SCAN of a foreground pass looks at. */
  scanCount: 1000,
  /** Milliseconds for which changed keys are gathered before they are read. */
  gatherFor: 40,
  /** Milliseconds between two readings of the visible rows while the server sends no notifications. */
  pollEvery: 1000,
  /** Milliseconds between two looks for rows whose time is over, and the most of them read at once. */
  expiryEvery: 200,
  expiryBatch: 1000,
  /** Milliseconds between two `list.changed` at the least. */
  tickEvery: 100,
} as const

/** Keys whose fields are looked at to say which columns there could be. */
const FIELD_SAMPLE = 200

export interface SessionListOptions {
  readonly client: Redis
  readonly prefix: string
  readonly clock: () => number
  readonly onChange: (progress: ListProgress) => void
  /** Told of failures of background work, which nobody waits for. */
  readonly onError: (error: unknown) => void
}

/**
 * The live list of one prefix: fills its index by a scan, keeps it true by notifications, polling and hints, and
 * answers windows of it.
 */
export class SessionList {
  readonly prefix: string
  readonly watches: SessionWatches
  readonly #options: SessionListOptions
  readonly #index = new SessionIndex()
  readonly #reader: RowReader
  readonly #background: BackgroundPass
  #pass: ScanPass
  /** Keys that the foreground pass has seen; what it has not seen when it ends has gone. */
  #seen = new Set<string>()
  #phase: ScanPhase = 'scanning'
  #scanned = 0
  #keys = 0
  /** Rises when the scan is started, stopped or resumed; a loop of before then ends. */
  #scanGeneration = 0
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
  /** The keys of the windows last answered, by who asked: what is polled. */
  readonly #visible = new Map<object, readonly string[]>()

  constructor(options: SessionListOptions) {
    this.#options = options
    this.prefix = options.prefix
    this.#reader = new RowReader(options)
    this.#background = new BackgroundPass(options.client, options.prefix, options.clock)
    this.#pass = new ScanPass(options.client, options.prefix)
    this.watches = new SessionWatches(options)
  }

  get progress(): ListProgress {
    const total = this.#index.size
    return {
      prefix: this.prefix,
      revision: this.#index.revision,
      total,
      scanned: this.#phase === 'complete' ? this.#keys : Math.min(this.#scanned, this.#keys),
      keys: this.#keys,
      phase: this.#phase,
    }
  }

  /**
   * Subscribes to changes and starts the scan; resolves when the first batch is in.
   * @param feed where changes are pushed from; null where the server sends none
   * @throws AppError
   */
  async start(feed: KeyspaceFeed | null): Promise<void> {
    await this.#subscribe(feed)
    if (this.#stopped) return
    this.#every(LIST_DEFAULTS.expiryEvery, () => this.#readDue())
    this.#every(LIST_DEFAULTS.pollEvery, () => this.#poll())
    this.#every(BACKGROUND_DEFAULTS.every, () => this.#stepInBackground())
    await this.rescan()
  }

  stop(): void {
    this.#stopped = true
    this.#scanGeneration += 1
    for (const timer of this.#timers) clearInterval(timer)
    clearTimeout(this.#dirtyTimer)
    clearTimeout(this.#tickTimer)
    this.#unsubscribe?.()
  }

  /** While the connection is lost: keeps everything, asks for nothing. */
  pause(): void {
    this.#paused = true
    this.#scanGeneration += 1
  }

  /** The connection is back, perhaps to another server: what happened in between is found by a new pass. */
  async resume(feed: KeyspaceFeed | null): Promise<void> {
    this.#paused = false
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
    const sortField = typeof query.sort.by === 'object' ? [query.sort.by.field] : []
    if (this.#index.addColumns([...query.columns, ...sortField]) && this.#index.size > 0) {
      if (this.#paused) this.#tick()
      else await this.rescan()
    }
    if (this.#stopped) {
      throw new AppError('not_connected', 'This list was given up for another one. Ask for it again.')
    }
    const view = this.#index.view(query.filter, query.sort)
    const rows = view.slice(query.offset, query.limit)
    this.#visible.set(
      asker,
      rows.map((row) => row.key),
    )
    const columns = query.columns.map((name) => this.#index.columns.indexOf(name))
    const located =
      query.locate === undefined ? undefined : this.#index.get(toBinary(fromBytes(query.locate)))
    const position = located === undefined ? -1 : view.position(located)
    return {
      ...this.progress,
      matched: view.length,
      offset: query.offset,
      rows: rows.map((row) => toSessionRow(row, columns)),
      position: position < 0 ? null : position,
    }
  }

  forget(asker: object): void {
    this.#visible.delete(asker)
  }

  /** The fields that sessions here have beside the reserved ones, by a sample; most frequent first. */
  async fieldNames(): Promise<readonly string[]> {
    const step = Math.max(1, Math.floor(this.#index.size / FIELD_SAMPLE))
    const sample = [...this.#index.keys()]
      .filter((_, position) => position % step === 0)
      .slice(0, FIELD_SAMPLE)
    return this.#reader.fieldNames(sample)
  }

  /** Somebody says that these keys may have changed. */
  hint(ids: Iterable<string>): void {
    for (const id of ids) this.#dirty.add(id)
    this.#dirtyTimer ??= setTimeout(() => {
      this.#dirtyTimer = undefined
      this.#readDirty().catch(this.#options.onError)
    }, LIST_DEFAULTS.gatherFor)
  }

  /** Starts a new pass at full speed; resolves when its first batch is in. */
  async rescan(): Promise<void> {
    this.#pass = new ScanPass(this.#options.client, this.prefix)
    this.#seen = new Set()
    this.#scanned = 0
    await this.resumeScan()
  }

  stopScan(): void {
    if (this.#phase !== 'scanning') return
    this.#scanGeneration += 1
    this.#phase = 'stopped'
    this.#tick()
  }

  /** Goes on where the scan was stopped; resolves when the next batch is in. */
  async resumeScan(): Promise<void> {
    if (this.#paused || this.#stopped) return
    this.#scanGeneration += 1
    this.#phase = 'scanning'
    const generation = this.#scanGeneration
    try {
      await this.#scanBatch()
    } catch (error) {
      this.#scanFailed(generation)
      throw error
    }
    this.#scanOn(generation).catch((error: unknown) => {
      this.#scanFailed(generation)
      this.#options.onError(error)
    })
  }

  async #scanOn(generation: number): Promise<void> {
    while (generation === this.#scanGeneration && !this.#pass.done) await this.#scanBatch()
    if (generation !== this.#scanGeneration) return
    await this.#dropUnseen()
    if (generation !== this.#scanGeneration) return
    this.#phase = 'complete'
    this.#tick()
  }

  async #scanBatch(): Promise<void> {
    const pass = this.#pass
    const [batch, keys] = await Promise.all([
      pass.next(LIST_DEFAULTS.scanCount),
      this.#options.client.dbsize().catch(() => this.#keys),
    ])
    const fresh = batch.ids.filter((id) => !this.#seen.has(id))
    const result = await this.#reader.read(fresh, this.#index.columns).catch((error: unknown) => {
      // What was found and not read is found again from the beginning; what has been read is left out then.
      if (pass === this.#pass) this.#pass = new ScanPass(this.#options.client, this.prefix)
      throw error
    })
    // A scan that was stopped meanwhile keeps what this batch found, since it goes on after it.
    if (pass !== this.#pass || this.#stopped) return
    for (const id of fresh) this.#seen.add(id)
    this.#keys = keys
    this.#scanned = batch.scanned
    this.#take(result)
  }

  #scanFailed(generation: number): void {
    if (generation !== this.#scanGeneration || this.#paused) return
    this.#phase = 'stopped'
    this.#tick()
  }

  /** Rows that a whole pass did not meet are looked at once more, and go if they have gone. */
  async #dropUnseen(): Promise<void> {
    const unseen = [...this.#index.keys()].filter((key) => !this.#seen.has(key))
    await this.#read(unseen)
    this.#seen = new Set()
  }

  #take(result: Parameters<SessionIndex['apply']>[0]): void {
    const changed = this.#index.apply(result)
    if (changed.length > 0) this.watches.refresh(changed)
    this.#tick()
  }

  async #subscribe(feed: KeyspaceFeed | null): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribe = null
    this.#feed = feed
    try {
      this.#unsubscribe = (await feed?.subscribe(this.prefix, (id) => this.hint([id]))) ?? null
    } catch (error) {
      // Told of nothing, the list polls.
      this.#feed = null
      this.#options.onError(error)
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
    await this.#read(ids)
    // A field that the list does not show may have changed all the same.
    this.watches.refresh(ids)
  }

  async #readDue(): Promise<void> {
    await this.#read(this.#index.due(this.#options.clock(), LIST_DEFAULTS.expiryBatch))
  }

  async #poll(): Promise<void> {
    // FLUSHDB sends no notification for the keys that it drops; their number tells.
    this.#keys = await this.#options.client.dbsize().catch(() => this.#keys)
    // The list tells of the database's keys too, which come and go without any row that changes.
    this.#tick()
    if (this.#phase === 'complete' && this.#keys < this.#index.size) await this.#read([...this.#index.keys()])
    if (this.#pushed) return
    await this.#read([...new Set([...this.#visible.values()].flat())])
    this.watches.refresh()
  }

  /** Reads keys and takes in what they are now; in parts, so that what has just changed need not wait for all. */
  async #read(ids: readonly string[]): Promise<void> {
    const most = LIST_DEFAULTS.scanCount
    for (let start = 0; start < ids.length && !this.#stopped; start += most) {
      this.#take(await this.#reader.read(ids.slice(start, start + most), this.#index.columns))
    }
  }

  async #stepInBackground(): Promise<void> {
    if (this.#pushed || this.#phase !== 'complete') return
    await this.#read(await this.#background.step(this.#index.keys()))
  }

  /** Repeats some work, never twice at once, and not while the connection is lost. */
  #every(milliseconds: number, work: () => Promise<void>): void {
    let busy = false
    const timer = setInterval(() => {
      if (busy || this.#paused || this.#stopped) return
      busy = true
      work()
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
    const wait = this.#tickedAt + LIST_DEFAULTS.tickEvery - performance.now()
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
