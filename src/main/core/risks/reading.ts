import { setImmediate } from 'node:timers/promises'
import type { AppError } from '#shared/errors.ts'
import type { ValueReading } from '#shared/risks.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { BACKGROUND, doFor } from '../journal/command-purpose.ts'
import { RISK_DEFAULTS } from './defaults.ts'
import {
  type OrphanSearchOptions,
  type OrphansOfIndex,
  searchIndexKeys,
  searchOrphans,
} from './orphan-search.ts'
import type { ValueReader } from './value-reader.ts'

export interface ReadingOptions {
  readonly values: ValueReader
  readonly search: Omit<OrphanSearchOptions, 'more'>
  /** Whether every key under the prefix has been met: before that, nothing that is not there is known to be gone. */
  readonly isComplete: () => boolean
  /** Rises when rows have come, changed or gone: an index may have lost a session then. */
  readonly changesSoFar: () => number
  readonly onChange: () => void
}

type Phase = ValueReading['phase']

/**
 * The pass over the values, which costs Redis something: it begins when somebody asks for it, reads what has not been read,
 * then waits for what changes, until it is stopped.
 */
export class Reading {
  readonly #options: ReadingOptions
  #phase: Phase = 'idle'
  #failure: AppError | null = null
  /** Rises with each start and stop: a loop of an earlier one ends. */
  #generation = 0
  #wake: (() => void) | null = null
  #woken = false
  #orphans: readonly OrphansOfIndex[] = []
  #indexes: ValueReading['indexes'] = null
  /** Indexes outside of the prefix; null before they were looked for. */
  #outside: readonly Buffer[] | null = null
  #searchedAt = 0
  #searchCost = 0
  #indexesAt = Number.NEGATIVE_INFINITY
  #indexesCost = 0
  #changesThen = -1

  constructor(options: ReadingOptions) {
    this.#options = options
  }

  get phase(): Phase {
    return this.#phase
  }

  get failure(): AppError | null {
    return this.#failure
  }

  /** Indexes with entries whose session is gone, as of the last reading. */
  get orphans(): readonly OrphansOfIndex[] {
    return this.#orphans
  }

  get indexes(): ValueReading['indexes'] {
    return this.#indexes
  }

  get isOn(): boolean {
    return this.#phase === 'reading' || this.#phase === 'waiting'
  }

  start(): void {
    if (this.isOn) return
    this.#generation += 1
    this.#failure = null
    this.#set('reading')
    this.#options.values.restart()
    const generation = this.#generation
    doFor(BACKGROUND.risks, () => this.#loop(() => generation === this.#generation)).catch(() => {})
  }

  stop(): void {
    if (!this.isOn) return
    this.#generation += 1
    this.#options.values.rest()
    this.#wakeUp()
    this.#set('stopped')
  }

  /** Something has changed: there may be rows to read. */
  changed(): void {
    this.#woken = true
    this.#wakeUp()
  }

  /** These entries are orphans no longer; the indexes are read again at once, where they are read at all. */
  forgetOrphans(indexes: readonly OrphansOfIndex[]): void {
    this.#orphans = this.#orphans.flatMap((index): OrphansOfIndex[] => {
      const gone = indexes.find(({ key }) => key.equals(index.key))?.members.length ?? 0
      const count = index.count - gone
      return count > 0 ? [{ ...index, members: index.members.slice(gone), count }] : []
    })
    this.#options.onChange()
    this.#changesThen = -1
    this.#indexesAt = Number.NEGATIVE_INFINITY
    this.changed()
  }

  #wakeUp(): void {
    this.#wake?.()
    this.#wake = null
  }

  async #loop(isCurrent: () => boolean): Promise<void> {
    const { values } = this.#options
    while (isCurrent()) {
      try {
        this.#woken = false
        values.restart()
        while (isCurrent() && (await values.step())) {
          if (isCurrent()) this.#set('reading')
          // Looking for rows to read must not keep others from their turn.
          await setImmediate()
        }
        values.rest()
        if (isCurrent()) await this.#readIndexes(isCurrent)
        if (!isCurrent()) return
        this.#set('waiting')
        if (!this.#woken) await this.#wait()
        // What changes again and again is read together, now and then.
        await pause(RISK_DEFAULTS.surveyEvery)
      } catch (error) {
        values.rest()
        if (!isCurrent()) return
        const failure = toAppError(error)
        if (
          failure.code !== 'connection_lost' &&
          failure.code !== 'not_ready' &&
          failure.code !== 'not_connected'
        ) {
          this.#failure = failure
          this.#generation += 1
          this.#set('failed')
          return
        }
        // The connection says by itself that it is lost; the reading goes on where it was.
        await pause(RISK_DEFAULTS.retryEvery)
      }
    }
  }

  /** Where a session may have gone since they were read, and only so often that it costs little. */
  async #readIndexes(isCurrent: () => boolean): Promise<void> {
    const { search, isComplete, changesSoFar } = this.#options
    const { indexesEvery, searchRest } = RISK_DEFAULTS
    const changes = changesSoFar()
    const now = performance.now()
    if (!isComplete() || changes === this.#changesThen || now < this.#nextIndexes) return
    const options = { ...search, more: isCurrent }
    if (this.#outside === null || now > this.#searchedAt + searchRest * this.#searchCost + indexesEvery) {
      const outside = await searchIndexKeys(options)
      if (outside === null) return
      this.#outside = outside
      this.#searchedAt = performance.now()
      this.#searchCost = this.#searchedAt - now
    }
    const began = performance.now()
    const found = await searchOrphans(options, this.#outside)
    if (found === null) return
    this.#indexesAt = performance.now()
    this.#indexesCost = this.#indexesAt - began
    this.#changesThen = changes
    this.#orphans = found.orphans
    this.#indexes = { read: found.read, at: search.clock() }
    this.#options.onChange()
  }

  /** Until something changes, or the indexes may be read again. */
  async #wait(): Promise<void> {
    const isDue = this.#options.changesSoFar() !== this.#changesThen && this.#options.isComplete()
    const wait = isDue ? Math.max(0, this.#nextIndexes - performance.now()) : null
    await new Promise<void>((resolve) => {
      const timer = wait === null ? undefined : setTimeout(resolve, wait)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  get #nextIndexes(): number {
    const { indexesEvery, indexesRest } = RISK_DEFAULTS
    return this.#indexesAt + Math.max(indexesEvery, indexesRest * this.#indexesCost)
  }

  #set(phase: Phase): void {
    if (phase === this.#phase) return
    this.#phase = phase
    this.#options.onChange()
  }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
