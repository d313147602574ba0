import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { ScanPhase } from '#shared/model.ts'
import { BACKGROUND, doFor } from '../journal/command-purpose.ts'
import { advance, BatchRun, type Pass } from './batch-run.ts'
import type { KeyReader, ReadResult, ScanReply } from './key-reader.ts'
import { type CallTime, Pace } from './pace.ts'
import type { ReadSet, SessionIndex } from './session-index.ts'

export interface KeyScanOptions {
  readonly reader: KeyReader
  readonly index: SessionIndex
  /** Takes in what was read. */
  readonly take: (result: ReadResult, set: ReadSet) => void
  readonly ping: () => Promise<unknown>
  /** Tells from time to time whether nobody else uses the server, until it is stopped. @returns what stops it */
  readonly others: (onLook: (alone: boolean) => void) => () => void
  /** Told when the phase changes. */
  readonly onPhase: () => void
  /** Told of failures of work that nobody waits for. */
  readonly onError: (error: unknown) => void
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
    const { cursor } = pass
    const set = this.#options.index.readSet
    await this.#options.reader.scan(cursor, count, set.plan, (reply) => {
      advance(pass, cursor, count, reply)
      this.#take(pass, reply, set)
    })
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
    const work = doFor(BACKGROUND.scan, () => this.#work(generation, began)).catch((error: unknown) => {
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
    const readLacking = () => doFor(BACKGROUND.reading, () => this.#readLacking(current, began))
    if (current() && this.#readingPhase === 'scanning') await readLacking()
    if (current() && this.#phase === 'scanning') await this.#scanOn(generation, began)
    // A column may have come while the scan went on.
    if (current() && this.#readingPhase === 'scanning') await readLacking()
    began()
  }

  /** Milliseconds; the shorter of two, since the first waits for whatever is under way. */
  async #roundTrip(): Promise<number> {
    const { ping } = this.#options
    let shortest = Number.POSITIVE_INFINITY
    for (let i = 0; i < 2; i += 1) {
      const began = performance.now()
      // A refusal comes as fast as an answer.
      await ping().catch(() => {})
      shortest = Math.min(shortest, performance.now() - began)
    }
    return shortest
  }

  async #scanOn(generation: number, began: () => void): Promise<void> {
    const pass = this.#pass
    const current = () => generation === this.#generation && pass === this.#pass
    const { reader, index, others } = this.#options
    const stopLooking = doFor(BACKGROUND.others, () =>
      others((alone) => {
        this.pace.alone = alone
      }),
    )
    const run = new BatchRun({
      reader,
      pace: this.pace,
      pass,
      readSet: () => index.readSet,
      more: current,
      take: (reply, set) => {
        this.#take(pass, reply, set)
        began()
      },
    })
    await run.run().finally(stopLooking)
    if (!current()) return
    await this.#readUnmet(pass, current)
    if (!current()) return
    this.#phase = 'complete'
    this.#options.onPhase()
  }

  /** A scan that was stopped meanwhile keeps what a batch found, since it goes on after it. */
  #take(pass: Pass, reply: ScanReply, set: ReadSet): void {
    if (pass === this.#pass) this.#options.take(reply.decode(), set)
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
      let time: CallTime = { took: 0, served: null }
      await reader.read(ids, set.plan, (reply) => {
        time = reply.time
        take(reply, set)
      })
      if (ids.length > 0) this.pace.measured(ids.length, time)
      began()
      const pause = this.pace.pause(time)
      if (pause > 0) await wait(pause)
      else if (ids.length === 0) await nextTurn()
    }
  }
}

type Search = (from: number, limit: number) => { readonly ids: readonly string[]; readonly next: number }
