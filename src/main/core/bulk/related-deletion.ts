import type { BulkRelated } from '#shared/bulk.ts'
import { AppError } from '#shared/errors.ts'
import { fromBinary, toBinary, toBytes } from '../bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { inOneStep, isThere, type RelatedPart, readParts } from '../edit/related-keys.ts'
import type { DecoderClient } from '../formats/decoder-client.ts'
import { readStored } from '../formats/read-stored.ts'
import { BatchScript } from '../store/batch-script.ts'
import { BATCH_DEFAULTS } from './batches.ts'
import {
  batchWithParts,
  type ChangeBatch,
  eachOutcome,
  type JudgedKeys,
  type KeyWord,
  keyWord,
} from './bulk-changes.ts'
import { OUTCOME } from './bulk-scripts.ts'
import { DELETE_RELATED } from './related-scripts.ts'

export const RELATED_DEFAULTS = {
  /** Sessions that are read together: with three keys beside each, as Spring has at most, they make one call. */
  sessions: BATCH_DEFAULTS.keys / 4,
  /** Bytes that the undo keeps of what goes with one session, about. */
  undoBytes: 1024,
} as const

export interface RelatedDeletionOptions {
  readonly client: RedisClient
  readonly decoder: Pick<DecoderClient, 'related'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly prefix: string
  /** Whether a key under the prefix goes or stays as a row of its own. @param id a byte a character */
  readonly isRow: (id: string) => boolean
}

/** What is beside one session. */
export interface Beside {
  /** What goes in the same step. */
  readonly parts: readonly RelatedPart[]
  /** Keys that are there and stay. */
  readonly otherSlot: number
  /** False for a session that cannot be decoded. */
  readonly isTold: boolean
}

/**
 * Deletes sessions of libraries that keep further keys beside each: what is a session's own goes in the same step, as a
 * single deletion has it (edit/related-keys.ts).
 */
export class RelatedDeletion {
  readonly #options: RelatedDeletionOptions
  readonly #script: BatchScript
  readonly #counts = { taken: 0, otherSlot: 0, untold: 0 }
  /** Pointers that led to another session, which may go as well, before or after. */
  readonly #elsewhere = new Set<string>()
  readonly #pointersTaken = new Set<string>()

  constructor(options: RelatedDeletionOptions) {
    this.#options = options
    this.#script = new BatchScript(options.client, DELETE_RELATED, {
      readOnly: false,
      name: 'delete many and what belongs to them',
    })
  }

  get counts(): BulkRelated {
    let elsewhere = 0
    for (const key of this.#elsewhere) if (!this.#pointersTaken.has(key)) elsewhere += 1
    return { ...this.#counts, elsewhere }
  }

  /**
   * What is beside these sessions at this moment. Nothing is written.
   * @param ids a byte a character
   * @throws AppError
   */
  async read(ids: readonly string[]): Promise<readonly Beside[]> {
    const { client, decoder, clock, prefix } = this.#options
    const stored = await Promise.all(
      ids.map((id) => readStored(client, prefix, toBytes(fromBinary(id)), clock)),
    )
    const found = await readParts(decoder, stored)
    return Promise.all(
      ids.map(async (id, at) => {
        const key = Buffer.from(keyWord(prefix, id))
        const parts = (found[at] ?? []).filter((part) => !this.#isRow(part))
        const apart = parts.filter((part) => !inOneStep(client, key, part.key))
        const there = await Promise.all(apart.map((part) => isThere(client, part))).catch(
          (error: unknown) => {
            throw toAppError(error)
          },
        )
        return {
          parts: parts.filter((part) => !apart.includes(part)),
          otherSlot: there.filter(Boolean).length,
          isTold: found[at] !== null,
        }
      }),
    )
  }

  /**
   * Deletes them, each with its own, in one step each.
   * @param beside of the same sessions; of one slot where there are slots
   * @throws AppError
   */
  async delete({ ids, args }: JudgedKeys, beside: readonly Beside[]): Promise<ChangeBatch> {
    const sent = beside.map(({ parts }) => parts.map(({ key }) => wordOf(key)))
    const keys = ids.flatMap((id, at) => [keyWord(this.#options.prefix, id), ...(sent[at] ?? [])])
    const words = beside.flatMap(({ parts }) => [
      parts.length,
      ...parts.flatMap(({ part }) => [part.kind, part.kind === 'whole' ? '' : part.word]),
    ])
    const answer = await this.#script.run(keys, [...args, ...words]).catch((error: unknown) => {
      throw withWayOut(toAppError(this.#script.nameRefused(error)))
    })
    const [reply, elsewhere] = answer as readonly [Buffer, readonly number[]]
    for (const at of elsewhere) this.#elsewhere.add(nameOf(keys[at - 1] ?? ''))
    // Apart from what else came with it over the socket, since it is kept.
    const batch = batchWithParts(ids, Buffer.from(reply), sent)
    eachOutcome(batch, (outcome, place, _existed, taken) => {
      const session = beside[place]
      if (outcome === OUTCOME.done && session !== undefined) this.#count(session, taken)
    })
    return batch
  }

  #count({ parts, otherSlot, isTold }: Beside, taken: readonly number[]): void {
    this.#counts.taken += taken.length
    this.#counts.otherSlot += otherSlot
    if (!isTold) this.#counts.untold += 1
    for (const at of taken) {
      const one = parts[at]
      if (one?.part.kind === 'pointer') this.#pointersTaken.add(nameOf(one.key))
    }
  }

  /** A set loses its member all the same, where it stays as a row. */
  #isRow({ key, part }: RelatedPart): boolean {
    const { prefix, isRow } = this.#options
    const start = Buffer.from(prefix)
    return (
      part.kind !== 'member' &&
      key.subarray(0, start.length).equals(start) &&
      isRow(toBinary(key.subarray(start.length)))
    )
  }
}

/** Who may not write what is beside sessions may still delete those. */
const withWayOut = (error: AppError): AppError =>
  error.code === 'no_permission'
    ? new AppError(
        error.code,
        `${error.message} Or delete the sessions without their related keys.`,
        error.details,
      )
    : error

const nameOf = (key: KeyWord): string => (typeof key === 'string' ? key : toBinary(key))

/** As `keyWord`: text where it is ASCII. */
const wordOf = (key: Buffer): KeyWord => {
  const text = toBinary(key)
  return /^[\0-\x7f]*$/.test(text) ? text : key
}
