import type { KeyReader, ReadResult, ScanReply } from './key-reader.ts'
import type { Pace } from './pace.ts'
import type { ScanPass } from './scan-pass.ts'
import type { ScanRange } from './scan-range.ts'
import type { ReadSet } from './session-index.ts'

export interface BatchRunOptions {
  readonly reader: KeyReader
  readonly pace: Pace
  /** Where it goes on, and what it moves on. */
  readonly pass: ScanPass
  readonly readSet: () => ReadSet
  /** Takes a batch in, when later ones have been asked for. @param set what it was read with */
  readonly take: (result: ReadResult, set: ReadSet) => void
  /** Whether more is wanted. */
  readonly more: () => boolean
}

export const BATCH_RUN_DEFAULTS = {
  /** The batch that the server works on, and the one that it goes on with while this process is at something else. */
  atOnce: 2,
  /** Batches that are asked for and not taken in yet, at most: a server may answer faster than rows can be made. */
  underWay: 6,
} as const

/**
 * Reads batch after batch of a pass, each asked for before those before it are taken in. A batch begins where the one
 * before it ends, which is only told with that one: so that a server that nobody else uses always has the next one at
 * hand, parts of the pass are scanned side by side.
 */
export class BatchRun {
  readonly #options: BatchRunOptions
  /** Parts whose next batch has been asked for. */
  readonly #asked = new Set<ScanRange>()
  #untaken = 0
  #resting = false
  #resolve = () => {}
  #reject = (_error: unknown) => {}

  constructor(options: BatchRunOptions) {
    this.#options = options
  }

  /** Resolves when the pass is done or no more is wanted, and all that was asked for is taken in. @throws AppError */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#goOn()
    })
  }

  #goOn(): void {
    const { pass, more } = this.#options
    if (pass.done || !more()) {
      if (this.#untaken === 0) this.#resolve()
      return
    }
    const atOnce = this.#atOnce
    if (pass.ranges.length < atOnce) pass.cut()
    for (const range of pass.ranges) {
      if (this.#resting || this.#asked.size >= atOnce || this.#untaken >= BATCH_RUN_DEFAULTS.underWay) return
      if (!this.#asked.has(range)) this.#ask(range)
    }
  }

  /** In pipelines, a batch is many commands already. */
  get #atOnce(): number {
    const { pace, reader } = this.#options
    return pace.mayQueue && reader.scripted && reader.cutsScans ? BATCH_RUN_DEFAULTS.atOnce : 1
  }

  #ask(range: ScanRange): void {
    const { reader, pace, readSet, take } = this.#options
    const { cursor } = range
    const { count } = pace
    const set = readSet()
    this.#asked.add(range)
    this.#untaken += 1
    reader
      .scan(cursor, count, set.plan, {
        answered: (reply) => this.#answered(range, cursor, count, reply),
        take: (result) => take(result, set),
      })
      .then(() => {
        this.#untaken -= 1
        this.#goOn()
      }, this.#reject)
  }

  #answered(range: ScanRange, cursor: string, count: number, reply: ScanReply): void {
    const { pass, pace } = this.#options
    this.#asked.delete(range)
    if (reply.cursor !== '0') pace.measured(count, reply.time)
    pass.advance(range, cursor, count, reply)
    const pause = pace.pause(reply.time)
    if (pause === 0) {
      this.#goOn()
      return
    }
    this.#resting = true
    setTimeout(() => {
      this.#resting = false
      this.#goOn()
    }, pause)
  }
}
