import type { KeyReader, ReadResult, ScanReply } from './key-reader.ts'
import type { Pace } from './pace.ts'
import type { ReadSet } from './session-index.ts'

/** One pass over all keys of one server. */
export interface Pass {
  readonly number: number
  cursor: string
  /** Keys looked at so far, about: SCAN only promises COUNT as a hint. */
  scanned: number
  done: boolean
}

/**
 * Moves a pass on after a batch. Not where the pass has not come to where the batch began: a table that is resized
 * meanwhile moves the cursors, and a scan that is stopped and resumed asks for a batch twice.
 */
export function advance(pass: Pass, cursor: string, count: number, reply: ScanReply): void {
  if (pass.done || cursor !== pass.cursor) return
  pass.scanned += count
  pass.cursor = reply.cursor
  pass.done = reply.cursor === '0'
}

export interface BatchRunOptions {
  readonly reader: KeyReader
  readonly pace: Pace
  /** Where it goes on, and what it moves on. */
  readonly pass: Pass
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
  /** Beginnings of batches looked up at once, and the number of known ones at which more are. */
  lookedUp: 4,
  fewKnown: 2,
} as const

interface Step {
  readonly cursor: string
  readonly count: number
  /** Where the pass goes on after it, as it was looked up; null where it was not. */
  readonly next: string | null
}

/**
 * Reads batch after batch of a pass, each asked for before those before it are taken in. Where nobody else uses the
 * server, it always has the next one at hand: a batch begins where the one before it ends, which is only told with that
 * one, so the cursors are looked up ahead.
 */
export class BatchRun {
  readonly #options: BatchRunOptions
  #unanswered = 0
  #untaken = 0
  /** Batches that are known and not asked for yet. */
  #known: Step[] = []
  /** Where the batch after those begins; null while that is not known, or where there is none. */
  #tip: string | null = null
  #lookingUp = false
  /** Rises when what is known ahead turns out wrong. */
  #generation = 0
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
    const { pass, more, pace } = this.#options
    if (pass.done || !more()) {
      if (this.#untaken === 0) this.#resolve()
      return
    }
    const { atOnce, fewKnown, underWay } = BATCH_RUN_DEFAULTS
    if (this.#resting || this.#untaken >= underWay) return
    if (this.#mayLookAhead) {
      if (this.#tip !== null && this.#known.length <= fewKnown) this.#lookUp(this.#tip)
      while (this.#unanswered < atOnce && this.#untaken < underWay) {
        const step = this.#known.shift()
        if (step === undefined) break
        this.#ask(step)
      }
    } else this.#forget()
    const isIdle = this.#unanswered === 0 && !this.#lookingUp
    if (isIdle) this.#ask({ cursor: pass.cursor, count: pace.count, next: null })
  }

  /** In pipelines, a batch is many commands already. */
  get #mayLookAhead(): boolean {
    return this.#options.pace.mayQueue && this.#options.reader.scripted
  }

  #lookUp(from: string): void {
    const { pace, reader } = this.#options
    const { count } = pace
    const generation = this.#generation
    this.#tip = null
    this.#lookingUp = true
    reader.lookAhead(from, count, BATCH_RUN_DEFAULTS.lookedUp).then((cursors) => {
      if (generation !== this.#generation) return
      this.#lookingUp = false
      let cursor = from
      for (const next of cursors) {
        this.#known.push({ cursor, count, next })
        cursor = next
      }
      this.#tip = cursor === '0' ? null : cursor
      this.#goOn()
    }, this.#reject)
  }

  #ask(step: Step): void {
    const { reader, readSet, take } = this.#options
    const set = readSet()
    this.#unanswered += 1
    this.#untaken += 1
    reader
      .scan(step.cursor, step.count, set.plan, {
        answered: (reply) => this.#answered(step, reply),
        take: (result) => take(result, set),
      })
      .then(() => {
        this.#untaken -= 1
        this.#goOn()
      }, this.#reject)
  }

  #answered({ cursor, count, next }: Step, reply: ScanReply): void {
    const { pass, pace } = this.#options
    this.#unanswered -= 1
    if (reply.cursor !== '0') pace.measured(count, reply.time)
    advance(pass, cursor, count, reply)
    if (next !== null && next !== reply.cursor) this.#forget()
    if (next === null && !pass.done) this.#tip = pass.cursor
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

  /** Goes on from what the pass has come to, when what is under way has been answered. */
  #forget(): void {
    this.#generation += 1
    this.#known = []
    this.#tip = null
    this.#lookingUp = false
  }
}
