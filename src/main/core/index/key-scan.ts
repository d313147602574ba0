import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { ScanPhase } from '#shared/model.ts'
import type { KeyReader, ReadResult } from './key-reader.ts'
import { Pace } from './pace.ts'
import type { ReadSet, SessionIndex } from './session-index.ts'

export interface KeyScanOptions {
  readonly reader: KeyReader
  readonly index: SessionIndex
  /** Takes in what was read. */
  readonly take: (result: ReadResult, set: ReadSet) => void
  readonly ping: () => Promise<unknown>
  /** Told when the phase changes. */
  readonly onPhase: () => void
  /** Told of failures of work that nobody waits for. */
  readonly onError: (error: unknown) => void
}

/** One pass over all keys of the database. */
interface Pass {
  readonly number: number
  cursor: string
  /** Keys looked at so far, about: SCAN only promises COUNT as a hint. */
  scanned: number
  done: boolean
}

/**
 * Brings every key of the prefix into the index, at the pace that the server bears; then reads what rows lack of the
 * columns that were added meanwhile. Passes are numbered, and rows marked with the pass that met them: what a whole
 * pass has not met is read once more, and goes if it has gone.
 */
export class KeyScan {
  readonly pace = new Pace()
  readonly #options: KeyScanOptions
  #pass: Pass = { number: 0, cursor: '0', scanned: 0, done: false }
  #phase: ScanPhase = 'scanning'
  #readingPhase: ScanPhase = 'complete'
  /** Rises when the scan is started, stopped or resumed; work of before then ends. */
  #generation = 0

  constructor(options: KeyScanOptions) {
    this.#options = options
  }

  get phase(): ScanPhase {
    return this.#phase
  }

  get readingPhase(): ScanPhase {
    return this.#readingPhase
  }

  get scanned(): number {
    return this.#pass.scanned
  }

  /** The number of the pass that rows are marked with when they are met. */
  get passNumber(): number {
    return this.#pass.number
  }

  /** Starts a new pass; resolves when its first batch is in. @throws AppError */
  async restart(): Promise<void> {
    this.#startPass()
    await this.resume()
  }

  stop(): void {
    if (this.#phase !== 'scanning') return
    this.#phase = 'stopped'
    this.#goOn().catch(this.#options.onError)
  }

  /** Goes on where it was stopped; resolves when the next batch is in. @throws AppError */
  async resume(): Promise<void> {
    this.#phase = 'scanning'
    await this.#goOn()
  }

  /** Reads what rows lack of the columns, or stops that. */
  setReading(reading: boolean): void {
    const { stale } = this.#options.index
    this.#readingPhase = stale === 0 ? 'complete' : reading ? 'scanning' : 'stopped'
    this.#goOn().catch(this.#options.onError)
  }

  /** Ends all work, until it is resumed. */
  halt(): void {
    this.#generation += 1
  }

  /** Whether the pass that is or was under way has met all keys. */
  get passDone(): boolean {
    return this.#pass.done
  }

  /** Whether a step in the background may be taken: nobody scans, and nobody has stopped what scans. */
  get idle(): boolean {
    return this.#phase === 'complete'
  }

  /** One step of a pass at the back of everything: finds, in the course of time, what nobody told of. */
  async stepInBackground(count: number): Promise<void> {
    if (this.#pass.done) this.#startPass()
    const pass = this.#pass
    await this.#scanBatch(pass, count, () => false)
    const generation = this.#generation
    if (pass.done) await this.#readUnmet(pass, () => generation === this.#generation && pass === this.#pass)
  }

  #startPass(): void {
    this.#pass = { number: this.#pass.number + 1, cursor: '0', scanned: 0, done: false }
  }

  /** Works from now on by what is wanted now; resolves when the first batch is in. */
  async #goOn(): Promise<void> {
    this.#generation += 1
    const generation = this.#generation
    this.#options.onPhase()
    if (this.#phase !== 'scanning' && this.#readingPhase !== 'scanning') return
    let began = () => {}
    const first = new Promise<void>((resolve) => {
      began = resolve
    })
    const work = this.#work(generation, began).catch((error: unknown) => {
      // Given up meanwhile, it fails nobody.
      if (generation !== this.#generation) return
      if (this.#phase === 'scanning') this.#phase = 'stopped'
      if (this.#readingPhase === 'scanning') this.#readingPhase = 'stopped'
      this.#options.onPhase()
      throw error
    })
    await Promise.race([first, work])
    work.catch(this.#options.onError)
  }

  async #work(generation: number, began: () => void): Promise<void> {
    const current = () => generation === this.#generation
    this.pace.roundTrip = await this.#roundTrip()
    if (current() && this.#readingPhase === 'scanning') await this.#readLacking(current, began)
    if (current() && this.#phase === 'scanning') await this.#scanOn(generation, began)
    // A column may have come while the scan went on.
    if (current() && this.#readingPhase === 'scanning') await this.#readLacking(current, began)
    began()
  }

  /** Milliseconds; the shorter of two, since the first waits for whatever is under way. */
  async #roundTrip(): Promise<number> {
    const { ping } = this.#options
    let shortest = Number.POSITIVE_INFINITY
    for (let i = 0; i < 2; i += 1) {
      const began = performance.now()
      await ping()
      shortest = Math.min(shortest, performance.now() - began)
    }
    return shortest
  }

  async #scanOn(generation: number, began: () => void): Promise<void> {
    const pass = this.#pass
    const current = () => generation === this.#generation && pass === this.#pass
    let next = pass.done ? null : this.#scanBatch(pass, this.pace.count, current)
    while (next !== null) {
      const { ahead, pause } = await next
      began()
      if (pause > 0) await wait(pause)
      next = ahead ?? (current() && !pass.done ? this.#scanBatch(pass, this.pace.count, current) : null)
    }
    if (!current()) return
    await this.#readUnmet(pass, current)
    if (!current()) return
    this.#phase = 'complete'
    this.#options.onPhase()
  }

  /**
   * @param more whether the batch after this one is wanted too: it is asked for before this one is decoded, so that
   * the server does not wait for that
   */
  async #scanBatch(pass: Pass, count: number, more: () => boolean): Promise<Batch> {
    const { reader, index, take } = this.#options
    const set = index.readSet
    const { cursor } = pass
    let batch: Batch = { ahead: null, pause: 0 }
    await reader.scan(cursor, count, set.plan, (reply) => {
      // A batch that was asked for twice, since the scan was stopped and resumed meanwhile, counts once.
      if (pass.cursor === cursor) pass.scanned += count
      pass.cursor = reply.cursor
      pass.done = reply.cursor === '0'
      this.pace.measured(count, reply.took)
      const pause = this.pace.pause(reply.took)
      const ahead = !pass.done && pause === 0 && more()
      batch = { ahead: ahead ? this.#scanBatch(pass, this.pace.count, more) : null, pause }
      // Looked at once this one has been taken in.
      batch.ahead?.catch(() => {})
      // A scan that was stopped meanwhile keeps what this batch found, since it goes on after it.
      if (pass === this.#pass) take(reply.decode(), set)
    })
    return batch
  }

  async #readUnmet(pass: Pass, current: () => boolean): Promise<void> {
    const { index } = this.#options
    await this.#readSome((from, limit) => index.unmet(pass.number, from, limit), current)
  }

  async #readLacking(current: () => boolean, began: () => void): Promise<void> {
    const { index } = this.#options
    while (current() && index.stale > 0) {
      const before = index.stale
      await this.#readSome((from, limit) => index.lacking(from, limit), current, began)
      // What cannot be read as it should be is not tried for ever.
      if (index.stale >= before) break
    }
    if (!current()) return
    this.#readingPhase = 'complete'
    this.#options.onPhase()
  }

  /** Reads the rows that a search over the index names, batch by batch. */
  async #readSome(search: Search, current: () => boolean, began = () => {}): Promise<void> {
    const { reader, index, take } = this.#options
    let from = 0
    while (from >= 0 && current()) {
      const { ids, next } = search(from, this.pace.count)
      from = next
      const set = index.readSet
      const start = performance.now()
      await reader.read(ids, set.plan, (result) => take(result, set))
      const took = performance.now() - start
      if (ids.length > 0) this.pace.measured(ids.length, took)
      began()
      const pause = this.pace.pause(took)
      if (pause > 0) await wait(pause)
      else if (ids.length === 0) await nextTurn()
    }
  }
}

type Search = (from: number, limit: number) => { readonly ids: readonly string[]; readonly next: number }

interface Batch {
  /** The batch after this one, where it was asked for already. */
  readonly ahead: Promise<Batch> | null
  /** Milliseconds to leave the server alone. */
  readonly pause: number
}
