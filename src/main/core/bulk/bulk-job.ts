import type { BulkAction, BulkOutcome, BulkStatus, FrozenList } from '#shared/bulk.ts'
import { AppError } from '#shared/errors.ts'
import { LIMITS, USER_FIELD } from '#shared/model.ts'
import { fromBinary, toBytes } from '../bytes.ts'
import { requireConfirmation } from '../confirmation.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import type { SessionWriter } from '../edit/session-writer.ts'
import { UNDO_DEFAULTS } from '../edit/undo-log.ts'
import { BatchScript } from '../store/batch-script.ts'
import { formatTimestamp } from '../store/timestamp.ts'
import { batchesOf, batchingOf, forEachBatch } from './batches.ts'
import { BulkChanges, type ChangeBatch, eachOutcome, joinBatches, keyWord } from './bulk-changes.ts'
import { DELETE, FREEZE, OUTCOME, SET_TTL } from './bulk-scripts.ts'
import { FrozenKeys } from './frozen-keys.ts'

export interface BulkJobOptions {
  readonly client: RedisClient
  readonly writer: SessionWriter
  readonly prefix: string
  /** The keys' ids, a byte a character, each once. */
  readonly ids: readonly string[]
  /** False where the scope may name more than these. */
  readonly complete: boolean
  /** How many of them are sessions of other libraries. @default none */
  readonly libraries?: FrozenList['libraries']
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

const NO_LIBRARIES = { sessions: 0, withRelated: 0 } as const

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
    this.#keys = new FrozenKeys(options.ids.length)
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
    const { client, ids, prefix, complete, libraries = NO_LIBRARIES, confirmation, clock } = this.#options
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
        this.#keys.add(some, await this.#call(script, some, [USER_FIELD]))
        done += some.length
        this.#tell({ state: 'freezing', done, total: ids.length })
      },
      () => !this.#stopped,
      batching.atOnce,
    )
    if (this.#stopped) throw new AppError('stopped', 'Stopped before the list was made. Nothing was written.')
    const { bytes, tellsExpiry, ...summary } = this.#keys.summary()
    const undoable = tellsExpiry && bytes < UNDO_DEFAULTS.bytes - 128 * summary.total
    const list: FrozenList = { prefix, at, ...summary, libraries, complete, undoable, confirmation }
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
    const keys = this.#keys
    const began = performance.now()
    const places: number[] = []
    for (let place = 0; place < keys.size; place += 1) {
      if (keys.isSession(place) || options.others) places.push(place)
      else keys.setOutcome(place, 'left_out')
    }
    const [lua, name] = action.kind === 'delete' ? [DELETE, 'delete many'] : [SET_TTL, 'set the TTL of many']
    const script = new BatchScript(this.#options.client, lua, { readOnly: false, name })
    const batching = batchingOf(this.#options.client)
    const changes: ChangeBatch[] = []
    const running = { state: 'running', list, action } as const
    this.#set({ ...running, counts: keys.counts() })
    let failure: AppError | null = null
    try {
      await forEachBatch(
        batchesOf(places, (place) => keys.bytes(place), batching.keys),
        async (batch) => {
          const change = await this.#write(script, action, options, batch)
          if (list.undoable) changes.push(change)
          if (this.#due()) this.#set({ ...running, counts: keys.counts() })
        },
        () => !this.#stopped,
        batching.atOnce,
      )
    } catch (error) {
      failure = toAppError(error)
    }
    this.#remember(action, changes)
    for (const place of places) if (!keys.isJudged(place)) keys.setOutcome(place, 'not_reached')
    return this.#set({
      ...running,
      state: 'finished',
      counts: keys.counts(),
      stopped: this.#stopped,
      failure: failure && { code: failure.code, message: failure.message },
      at: this.#options.clock(),
      durationMs: performance.now() - began,
    })
  }

  async #write(
    script: BatchScript,
    action: BulkAction,
    { unchangedOnly }: RunOptions,
    places: readonly number[],
  ): Promise<ChangeBatch> {
    const { clock, prefix, onWrite } = this.#options
    const keys = this.#keys
    const ids = places.map((place) => keys.id(place))
    const kinds = places.map((place) => (keys.isSession(place) ? 1 : 0)).join('')
    const args = [
      unchangedOnly ? 1 : 0,
      keys.marks(places),
      kinds,
      ...(action.kind === 'delete' ? [] : [action.ttl, formatTimestamp(clock())]),
    ]
    let reply: Buffer
    try {
      reply = await this.#call(script, ids, args)
    } catch (error) {
      const { code } = toAppError(error)
      // A call that was cut off may have been done.
      if (code === 'connection_lost') for (const place of places) keys.setOutcome(place, 'unknown')
      throw error
    }
    // Apart from what else came with it over the socket, since it is kept.
    const batch = { ids, reply: Buffer.from(reply) }
    eachOutcome(batch, (outcome, place) => {
      keys.setOutcome(places[place] as number, NAMES[outcome] ?? 'unknown')
      if (outcome === OUTCOME.done) onWrite(keyWord(prefix, ids[place] as string))
    })
    return batch
  }

  #remember(action: BulkAction, batches: readonly ChangeBatch[]): void {
    const { client, prefix, writer } = this.#options
    const isSingle = batchingOf(client).keys === 1
    const changes = new BulkChanges(client, prefix, isSingle ? joinBatches(batches) : batches)
    if (changes.first === null) return
    const count = changes.count === 1 ? '1 session' : `${changes.count.toLocaleString('en')} sessions`
    writer.recordMany(
      {
        prefix,
        id: toBytes(fromBinary(changes.first)),
        label: action.kind === 'delete' ? `Deleted ${count}` : `Set the TTL of ${count}`,
      },
      changes,
    )
  }

  async #call(
    script: BatchScript,
    ids: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<Buffer> {
    const keys = ids.map((id) => keyWord(this.#options.prefix, id))
    try {
      return (await script.run(keys, args)) as Buffer
    } catch (error) {
      throw toAppError(script.nameRefused(error))
    }
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

/** By `OUTCOME`. */
const NAMES: Readonly<Record<number, BulkOutcome>> = {
  [OUTCOME.done]: 'done',
  [OUTCOME.gone]: 'gone',
  [OUTCOME.changed]: 'changed',
  [OUTCOME.notSession]: 'not_a_session',
}
