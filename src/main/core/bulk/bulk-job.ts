import type { BulkAction, BulkOutcome, BulkRelated, BulkStatus, FrozenList } from '#shared/bulk.ts'
import { AppError } from '#shared/errors.ts'
import { LIMITS, USER_FIELD } from '#shared/model.ts'
import { fromBinary, toBytes } from '../bytes.ts'
import { requireConfirmation } from '../confirmation.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import type { SessionWriter } from '../edit/session-writer.ts'
import { UNDO_DEFAULTS } from '../edit/undo-log.ts'
import type { DecoderClient } from '../formats/decoder-client.ts'
import type { LibrarySession } from '../index/session-list.ts'
import { BatchScript } from '../store/batch-script.ts'
import { batchesOf, batchingOf, forEachBatch } from './batches.ts'
import { type BulkChanges, keyWord } from './bulk-changes.ts'
import { BulkRun } from './bulk-run.ts'
import { FREEZE } from './bulk-scripts.ts'
import { FrozenKeys } from './frozen-keys.ts'
import { RELATED_DEFAULTS } from './related-deletion.ts'

export interface LibrarySessions {
  /** What the list has of one of them; null for any other key. @param id a byte a character */
  readonly find: (id: string) => LibrarySession | null
  /** Finds the related keys. */
  readonly decoder: Pick<DecoderClient, 'related'>
}

export interface BulkJobOptions {
  readonly client: RedisClient
  readonly writer: SessionWriter
  readonly prefix: string
  /** The keys' ids, a byte a character, each once. */
  readonly ids: readonly string[]
  /** False where the scope may name more than these. */
  readonly complete: boolean
  /** The sessions of other libraries among them. @default none */
  readonly libraries?: LibrarySessions
  /** What is to be typed before the action; null for nothing. */
  readonly confirmation: string | null
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** A key was written. */
  readonly onWrite: (key: string | Buffer) => void
  readonly onChange: (status: BulkStatus) => void
}

export interface RunOptions {
  /** Leave alone what has changed since the list was made. */
  readonly unchangedOnly: boolean
  /** Also take keys that are no sessions of the store: delete them, or set their expiry alone. */
  readonly others: boolean
  /** What the person typed. */
  readonly confirmation: string | null
}

/** Milliseconds between two words on how far it is. */
const TELL_EVERY = 100

/**
 * One bulk action: the keys are frozen first, and looked at by a person; then each is looked at once more and written, or
 * left alone, in one step on the server. No other key is touched, whatever happens meanwhile.
 */
export class BulkJob {
  readonly #options: BulkJobOptions
  readonly #keys: FrozenKeys
  #status: BulkStatus = { state: 'idle' }
  #stopped = false
  #toldAt = 0

  constructor(options: BulkJobOptions) {
    if (options.ids.length > LIMITS.bulkKeys) {
      throw new AppError(
        'invalid_argument',
        `A bulk action takes at most ${LIMITS.bulkKeys.toLocaleString('en')} keys, and these are ${options.ids.length.toLocaleString('en')}. Narrow the filter.`,
      )
    }
    this.#options = options
    this.#keys = new FrozenKeys(options.ids.length, options.libraries?.find)
  }

  get status(): BulkStatus {
    return this.#status
  }

  /** The keys of the list, whoever was active last first. */
  rows(offset: number, limit: number, outcome: BulkOutcome | null) {
    return this.#keys.rows(offset, limit, outcome)
  }

  /** Ends what is under way after the call that it is at. */
  stop(): void {
    this.#stopped = true
  }

  /** Reads what the keys are at this moment. @throws AppError; then there is no list */
  async freeze(): Promise<BulkStatus> {
    const { client, ids, prefix, complete, confirmation, clock } = this.#options
    const script = new BatchScript(client, FREEZE, {
      readOnly: true,
      name: 'make a frozen list',
      argv: 'plain',
    })
    const at = clock()
    const batching = batchingOf(client)
    let done = 0
    this.#set({ state: 'freezing', done, total: ids.length })
    await forEachBatch(
      batchesOf(ids, undefined, batching.keys),
      async (some) => {
        const keys = some.map((id) => keyWord(prefix, id))
        const reply = await script.run(keys, [USER_FIELD]).catch((error: unknown) => {
          throw toAppError(script.nameRefused(error))
        })
        this.#keys.add(some, reply as Buffer)
        done += some.length
        this.#tell({ state: 'freezing', done, total: ids.length })
      },
      () => !this.#stopped,
      batching.atOnce,
    )
    if (this.#stopped) throw new AppError('stopped', 'Stopped before the list was made. Nothing was written.')
    const { bytes, tellsExpiry, ...summary } = this.#keys.summary()
    const overhead = 128 * summary.total + RELATED_DEFAULTS.undoBytes * summary.libraries.withRelated
    const undoable = tellsExpiry && bytes < UNDO_DEFAULTS.bytes - overhead
    const list: FrozenList = { prefix, at, ...summary, complete, undoable, confirmation }
    return this.#set({ state: 'frozen', list })
  }

  /**
   * Does it. Resolves when it has ended, also where it was stopped or broke off: the status says what came of it.
   * @throws AppError where it may not begin; then nothing was written
   */
  async run(action: BulkAction, options: RunOptions): Promise<BulkStatus> {
    if (this.#status.state !== 'frozen')
      throw new AppError('invalid_argument', 'Make a new list first: this one is used, or not made yet.')
    const { list } = this.#status
    requireConfirmation(list.confirmation, options.confirmation)
    const { client, prefix, libraries, clock, onWrite } = this.#options
    const keys = this.#keys
    const began = performance.now()
    const run: BulkRun = new BulkRun({
      ...{ client, prefix, keys, action, clock, onWrite, undoable: list.undoable },
      ...{ unchangedOnly: options.unchangedOnly, others: options.others },
      decoder: libraries?.decoder ?? null,
      onProgress: () => {
        if (this.#due()) this.#set({ state: 'running', ...now() })
      },
    })
    const now = () => ({ list, action, counts: keys.counts(), related: run.related })
    this.#set({ state: 'running', ...now() })
    let failure: AppError | null = null
    try {
      await run.run(() => !this.#stopped)
    } catch (error) {
      failure = toAppError(error)
    }
    this.#remember(action, run.changes, run.related)
    return this.#set({
      state: 'finished',
      ...now(),
      stopped: this.#stopped,
      failure: failure && { code: failure.code, message: failure.message },
      at: clock(),
      durationMs: performance.now() - began,
    })
  }

  #remember(action: BulkAction, changes: BulkChanges, related: BulkRelated | null): void {
    if (changes.first === null) return
    const inWords = (count: number, noun: string) =>
      `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
    const count = inWords(changes.count, 'session')
    const taken =
      related === null || related.taken === 0 ? '' : ` and ${inWords(related.taken, 'related key')}`
    this.#options.writer.recordMany(
      {
        prefix: this.#options.prefix,
        id: toBytes(fromBinary(changes.first)),
        label: action.kind === 'delete' ? `Deleted ${count}${taken}` : `Set the TTL of ${count}`,
      },
      changes,
    )
  }

  #due(): boolean {
    const now = performance.now()
    if (now < this.#toldAt + TELL_EVERY) return false
    this.#toldAt = now
    return true
  }

  #tell(status: BulkStatus): void {
    if (this.#due()) this.#set(status)
  }

  #set(status: BulkStatus): BulkStatus {
    this.#status = status
    this.#options.onChange(status)
    return status
  }
}
