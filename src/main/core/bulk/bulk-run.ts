import type { BulkAction, BulkOutcome, BulkRelated } from '#shared/bulk.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import type { DecoderClient } from '../formats/decoder-client.ts'
import { BatchScript } from '../store/batch-script.ts'
import { formatTimestamp } from '../store/timestamp.ts'
import { batchesOf, batchingOf, forEachBatch } from './batches.ts'
import {
  BulkChanges,
  type ChangeBatch,
  eachOutcome,
  type JudgedKeys,
  joinBatches,
  type KeyWord,
  keyWord,
} from './bulk-changes.ts'
import { DELETE, OUTCOME, SET_TTL } from './bulk-scripts.ts'
import type { FrozenKeys } from './frozen-keys.ts'
import { RELATED_DEFAULTS, RelatedDeletion } from './related-deletion.ts'

export interface BulkRunOptions {
  readonly client: RedisClient
  readonly prefix: string
  readonly keys: FrozenKeys
  /** Finds related keys; null where nobody does. */
  readonly decoder: Pick<DecoderClient, 'related'> | null
  readonly action: BulkAction
  /** Leave alone what has changed since the list was made. */
  readonly unchangedOnly: boolean
  /** Also take keys that are no sessions of the store. */
  readonly others: boolean
  /** Whether what takes it back is kept. */
  readonly undoable: boolean
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** A key was written. */
  readonly onWrite: (key: KeyWord) => void
  /** Some more keys have been judged. */
  readonly onProgress: () => void
}

/** Writes the keys of a frozen list, each judged once more, and notes what came of it. */
export class BulkRun {
  readonly #options: BulkRunOptions
  /** Keys by themselves, and sessions that take related keys along. */
  readonly #places: number[] = []
  readonly #bundled: number[] = []
  readonly #related: RelatedDeletion | null
  readonly #changes: { readonly plain: ChangeBatch[]; readonly bundled: ChangeBatch[] } = {
    plain: [],
    bundled: [],
  }

  constructor(options: BulkRunOptions) {
    this.#options = options
    const { keys, action, decoder, others } = options
    const takesRelated = action.kind === 'delete' && action.related === true
    for (let place = 0; place < keys.size; place += 1) {
      if (!keys.isSession(place) && !others) keys.setOutcome(place, 'left_out')
      else if (takesRelated && decoder !== null && keys.mayHaveRelated(place)) this.#bundled.push(place)
      else this.#places.push(place)
    }
    this.#related =
      decoder === null || this.#bundled.length === 0
        ? null
        : new RelatedDeletion({ ...options, decoder, isRow: this.#rows() })
  }

  /** What came of related keys so far; null where none are asked for, or no session may have any. */
  get related(): BulkRelated | null {
    return this.#related?.counts ?? null
  }

  /** What takes it back. */
  get changes(): BulkChanges {
    const { client, prefix } = this.#options
    const isSingle = batchingOf(client).keys === 1
    const { plain, bundled } = this.#changes
    const batches = [plain, bundled].flatMap((some) => (isSingle ? joinBatches(some) : some))
    return new BulkChanges(client, prefix, batches)
  }

  /**
   * @param goesOn asked before each call: whether it goes on
   * @throws AppError where it breaks off; what was not reached by then is noted as that all the same
   */
  async run(goesOn: () => boolean): Promise<void> {
    try {
      // Keys by themselves first: an index that is one of them is gone then, or stays and loses the members that go.
      await this.#runPlain(goesOn)
      if (this.#related !== null) await this.#runBundled(this.#related, goesOn)
    } finally {
      const { keys } = this.#options
      for (const place of [...this.#places, ...this.#bundled])
        if (!keys.isJudged(place)) keys.setOutcome(place, 'not_reached')
    }
  }

  async #runPlain(goesOn: () => boolean): Promise<void> {
    const { client, prefix, keys, action, clock } = this.#options
    const [lua, name] = action.kind === 'delete' ? [DELETE, 'delete many'] : [SET_TTL, 'set the TTL of many']
    const script = new BatchScript(client, lua, { readOnly: false, name })
    const send = async ({ ids, args }: JudgedKeys): Promise<ChangeBatch> => {
      const more = action.kind === 'delete' ? [] : [action.ttl, formatTimestamp(clock())]
      const words = ids.map((id) => keyWord(prefix, id))
      const reply = await script.run(words, [...args, ...more]).catch((error: unknown) => {
        throw toAppError(script.nameRefused(error))
      })
      // Apart from what else came with it over the socket, since it is kept.
      return { ids, reply: Buffer.from(reply as Buffer) }
    }
    const batching = batchingOf(client)
    await forEachBatch(
      batchesOf(this.#places, (place) => keys.bytes(place), batching.keys),
      (places) => this.#write(places, send, this.#changes.plain),
      goesOn,
      batching.atOnce,
    )
  }

  async #runBundled(related: RelatedDeletion, goesOn: () => boolean): Promise<void> {
    const { client, keys } = this.#options
    const batching = batchingOf(client)
    await forEachBatch(
      batchesOf(this.#bundled, (place) => keys.bytes(place), RELATED_DEFAULTS.sessions),
      async (places) => {
        const beside = await related.read(places.map((place) => keys.id(place)))
        await forEachBatch(
          batchesOf([...places.entries()], undefined, batching.keys),
          (some) => {
            const theirs = some.flatMap(([at]) => beside[at] ?? [])
            const send = (judged: JudgedKeys) => related.delete(judged, theirs)
            return this.#write(
              some.map(([, place]) => place),
              send,
              this.#changes.bundled,
            )
          },
          goesOn,
          batching.atOnce,
        )
      },
      goesOn,
    )
  }

  /**
   * @param send does it to these keys, and answers what takes it back
   * @param changes where that is kept
   */
  async #write(
    places: readonly number[],
    send: (judged: JudgedKeys) => Promise<ChangeBatch>,
    changes: ChangeBatch[],
  ): Promise<void> {
    const { prefix, keys, unchangedOnly, undoable, onWrite, onProgress } = this.#options
    const ids = places.map((place) => keys.id(place))
    const kinds = places.map((place) => (keys.isSession(place) ? 1 : 0)).join('')
    let batch: ChangeBatch
    try {
      batch = await send({ ids, args: [unchangedOnly ? 1 : 0, keys.marks(places), kinds] })
    } catch (error) {
      const { code } = toAppError(error)
      // A call that was cut off may have been done.
      if (code === 'connection_lost') for (const place of places) keys.setOutcome(place, 'unknown')
      throw error
    }
    if (undoable) changes.push(batch)
    eachOutcome(batch, (outcome, place) => {
      keys.setOutcome(places[place] as number, NAMES[outcome] ?? 'unknown')
      if (outcome !== OUTCOME.done) return
      onWrite(keyWord(prefix, ids[place] as string))
      for (const key of batch.along?.[place] ?? []) onWrite(key)
    })
    onProgress()
  }

  /** Whether an id is one of the keys that this is about. */
  #rows(): (id: string) => boolean {
    const { keys } = this.#options
    const ids = new Set([...this.#places, ...this.#bundled].map((place) => keys.id(place)))
    return (id) => ids.has(id)
  }
}

/** By `OUTCOME`. */
const NAMES: Readonly<Record<number, BulkOutcome>> = {
  [OUTCOME.done]: 'done',
  [OUTCOME.gone]: 'gone',
  [OUTCOME.changed]: 'changed',
  [OUTCOME.notSession]: 'not_a_session',
}
