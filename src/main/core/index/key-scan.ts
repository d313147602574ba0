import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { ScanPhase } from '#shared/model.ts'
import type { Holding } from '../connection/cluster-client.ts'
import { BACKGROUND, doFor } from '../journal/command-purpose.ts'
import { BatchRun } from './batch-run.ts'
import { mayHaveGained } from './cluster-pass.ts'
import type { KeyReader, ReadResult } from './key-reader.ts'
import type { ListReader } from './list-reader.ts'
import { type CallTime, Pace } from './pace.ts'
import { ScanPass } from './scan-pass.ts'
import type { ReadSet, SessionIndex } from './session-index.ts'

export interface KeyScanOptions {
  readonly reader: ListReader
  readonly index: SessionIndex
  /** Takes in what was read. */
  readonly take: (result: ReadResult, set: ReadSet) => void
  readonly ping: (shard: KeyReader) => Promise<unknown>
  /** Tells from time to time whether nobody else uses the server, until it is stopped. @returns what stops it */
  readonly others: (shard: KeyReader, onLook: (alone: boolean) => void) => () => void
  /** Told when the phase changes. */
  readonly onPhase: () => void
  /** Told of failures of work that nobody waits for. */
  readonly onError: (error: unknown) => void
}

/** The pass over one server. */
interface Part {
  readonly pass: ScanPass
  readonly shard: KeyReader
  readonly pace: Pace
  /** Of a node of a cluster: what it served when this began. */
  readonly holding: Holding | undefined
}

/** A pass over all servers: over each for itself, all at once. */
interface WholePass {
  readonly number: number
  parts: readonly Part[]
  /** How often servers were scanned again since keys may have come to them meanwhile. */
  rounds: number
  /** Every key has been met. */
  done: boolean
}

/**
 * Brings every key of the prefix into the index, at the pace that the server bears; then reads what rows lack of the
 * columns that were added meanwhile. Passes are numbered, and rows marked with the pass that met them: what a whole
 * pass has not met is read once more, and goes if it has gone.
 */
export class KeyScan {
  /** The pace of each server. */
  readonly #paces = new WeakMap<KeyReader, Pace>()
  readonly #options: KeyScanOptions
  #gentle = false
  #broken = false
  #pass: WholePass = { number: 0, parts: [], rounds: 0, done: false }
  /** Which server has the next step in the background. */
  #turn = 0
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
    return this.#pass.parts.reduce((sum, { pass }) => sum + pass.scanned, 0)
  }

  /** Whether it was stopped by a failure. */
  get broken(): boolean {
    return this.#broken
  }

  get gentle(): boolean {
    return this.#gentle
  }

  set gentle(gentle: boolean) {
    this.#gentle = gentle
    for (const shard of this.#options.reader.shards) this.#paceOf(shard).gentle = gentle
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
    this.#broken = false
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
    const generation = this.#generation
    const current = () => generation === this.#generation && pass === this.#pass
    await this.#begin(pass)
    const open = pass.parts.filter((part) => !part.pass.done && this.#isShard(part))
    this.#turn += 1
    const part = open[this.#turn % open.length]
    const [range] = part?.pass.ranges ?? []
    if (part !== undefined && range !== undefined) {
      const { cursor } = range
      const set = this.#options.index.readSet
      await part.shard.scan(cursor, count, set.plan, {
        answered: (reply) => part.pass.advance(range, cursor, count, reply),
        take: (result) => this.#take(pass, result, set),
      })
    }
    const isLast = open.length === 0 || (open.length === 1 && part?.pass.done === true)
    if (isLast && current() && (await this.#isWhole(pass)) && current()) {
      pass.done = true
      await this.#readUnmet(pass, current)
    }
  }

  #startPass(): void {
    this.#pass = { number: this.#pass.number + 1, parts: [], rounds: 0, done: false }
  }

  /** Where it has not begun: one part for each server. */
  async #begin(pass: WholePass): Promise<void> {
    if (pass.parts.length > 0) return
    const { reader } = this.#options
    const holdings = await reader.holdings?.()
    pass.parts = reader.shards.map((shard) => this.#partOf(shard, holdings?.get(shard)))
  }

  #partOf(shard: KeyReader, holding: Holding | undefined): Part {
    return { pass: new ScanPass(), shard, pace: this.#paceOf(shard), holding }
  }

  #paceOf(shard: KeyReader): Pace {
    const known = this.#paces.get(shard)
    if (known !== undefined) return known
    const pace = new Pace()
    pace.gentle = this.#gentle
    this.#paces.set(shard, pace)
    return pace
  }

  /** Whether it still is one of the servers that hold the keys. */
  #isShard({ shard }: Part): boolean {
    return this.#options.reader.shards.includes(shard)
  }

  /**
   * Whether every key has been met, now that every server has been scanned. Where keys may have gone from one that was
   * not yet scanned to one that was already, the latter is begun anew.
   */
  async #isWhole(pass: WholePass): Promise<boolean> {
    const holdings = await this.#options.reader.holdings?.()
    if (holdings === undefined) return true
    const parts: Part[] = []
    for (const [shard, holding] of holdings) {
      const part = pass.parts.find((each) => each.shard === shard)
      const isWhole = part?.pass.done === true && !mayHaveGained(part.holding, holding, pass.rounds === 0)
      parts.push(isWhole ? part : this.#partOf(shard, holding))
    }
    pass.parts = parts
    pass.rounds += 1
    return parts.every((part) => part.pass.done)
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
      if (this.#phase === 'scanning') {
        this.#phase = 'stopped'
        this.#broken = true
      }
      if (this.#readingPhase === 'scanning') this.#readingPhase = 'stopped'
      this.#options.onPhase()
      throw error
    })
    await Promise.race([first, work])
    work.catch(this.#options.onError)
  }

  async #work(generation: number, began: () => void): Promise<void> {
    const current = () => generation === this.#generation
    await Promise.all(
      this.#options.reader.shards.map(async (shard) => {
        this.#paceOf(shard).roundTrip = await this.#roundTrip(shard)
      }),
    )
    const readLacking = () => doFor(BACKGROUND.reading, () => this.#readLacking(current, began))
    if (current() && this.#readingPhase === 'scanning') await readLacking()
    if (current() && this.#phase === 'scanning') await this.#scanOn(generation, began)
    // A column may have come while the scan went on.
    if (current() && this.#readingPhase === 'scanning') await readLacking()
    began()
  }

  /** Milliseconds; the shorter of two, since the first waits for whatever is under way. */
  async #roundTrip(shard: KeyReader): Promise<number> {
    const { ping } = this.#options
    let shortest = Number.POSITIVE_INFINITY
    for (let i = 0; i < 2; i += 1) {
      const began = performance.now()
      // A refusal comes as fast as an answer.
      await ping(shard).catch(() => {})
      shortest = Math.min(shortest, performance.now() - began)
    }
    return shortest
  }

  async #scanOn(generation: number, began: () => void): Promise<void> {
    const pass = this.#pass
    const current = () => generation === this.#generation && pass === this.#pass
    await this.#begin(pass)
    do {
      await this.#scanParts(pass, current, began)
      if (!current()) return
    } while (!(await this.#isWhole(pass)) && current())
    if (!current()) return
    pass.done = true
    await this.#readUnmet(pass, current)
    if (!current()) return
    this.#phase = 'complete'
    this.#options.onPhase()
  }

  /** Scans all servers that are not done, at once. @throws AppError when all have ended, where one has failed */
  async #scanParts(pass: WholePass, current: () => boolean, began: () => void): Promise<void> {
    let failed = false
    const ended = await Promise.allSettled(
      pass.parts
        .filter((part) => !part.pass.done)
        .map(async (part) => {
          try {
            await this.#scanPart(pass, part, () => !failed && current(), began)
          } catch (error) {
            failed = true
            throw error
          }
        }),
    )
    const failure = ended.find(({ status }) => status === 'rejected')
    if (failure?.status === 'rejected') throw failure.reason
  }

  async #scanPart(pass: WholePass, part: Part, more: () => boolean, began: () => void): Promise<void> {
    const { index, others } = this.#options
    const { shard, pace } = part
    const stopLooking = doFor(BACKGROUND.others, () =>
      others(shard, (alone) => {
        pace.alone = alone
      }),
    )
    const run = new BatchRun({
      reader: shard,
      pace,
      pass: part.pass,
      readSet: () => index.readSet,
      more: () => more() && this.#isShard(part),
      take: (result, set) => {
        this.#take(pass, result, set)
        began()
      },
    })
    await run.run().finally(stopLooking)
  }

  /** A scan that was stopped meanwhile keeps what a batch found, since it goes on after it. */
  #take(pass: WholePass, result: ReadResult, set: ReadSet): void {
    if (pass === this.#pass) this.#options.take(result, set)
  }

  async #readUnmet(pass: WholePass, current: () => boolean): Promise<void> {
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
      const [first] = reader.shards
      const pace = first === undefined ? new Pace() : this.#paceOf(first)
      const { ids, next } = search(from, pace.count)
      from = next
      const set = index.readSet
      let time: CallTime = { took: 0, served: null }
      await reader.read(ids, set.plan, (reply) => {
        time = reply.time
        take(reply, set)
      })
      if (ids.length > 0) pace.measured(ids.length, time)
      began()
      const pause = pace.pause(time)
      if (pause > 0) await wait(pause)
      else if (ids.length === 0) await nextTurn()
    }
  }
}

type Search = (from: number, limit: number) => { readonly ids: readonly string[]; readonly next: number }
