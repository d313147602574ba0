import { fromBinary } from '../bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import type { Reversible, Reverted } from '../edit/reversible.ts'
import { MessageReader } from '../index/message-reader.ts'
import { BatchScript } from '../store/batch-script.ts'
import { batchesOf, batchingOf, forEachBatch } from './batches.ts'
import { CREATED, OUTCOME, REVERT_EACH } from './bulk-scripts.ts'
import { PART_VALUES, REVERT_RELATED } from './related-scripts.ts'

/** Keys of one call, and what the script answered of them: kept so, since an object for each of many would cost more. */
export interface ChangeBatch {
  /** A byte a character. */
  readonly ids: readonly string[]
  readonly reply: Buffer
  /**
   * Of sessions that take related keys along, those that were changed with each, in the order of the reply, which is then
   * one of related-scripts.ts; left out for keys by themselves.
   */
  readonly along?: readonly (readonly KeyWord[])[]
}

/** A key as a command takes it. */
export type KeyWord = string | Buffer

/** Keys of one call that are to be written, and what the scripts judge each by: see `JUDGE`. */
export interface JudgedKeys {
  /** A byte a character. */
  readonly ids: readonly string[]
  readonly args: readonly (string | number | Buffer)[]
}

/** Bytes that a batch takes beside what the server answered, for each of its keys, about. */
const OVERHEAD = 64
/** How many of the keys that exist by it are named. */
const NAMED = 10

/**
 * What a batch says of each of its keys: one of `OUTCOME`, whether the key was there before, and which of the parts that
 * were sent with it were changed, by their places.
 */
export function eachOutcome(
  { ids, reply, along }: ChangeBatch,
  take: (outcome: number, place: number, existed: boolean, parts: readonly number[]) => void,
): void {
  const reader = new MessageReader(reply)
  reader.array()
  reader.integer()
  for (let place = 0; place < ids.length; place += 1) {
    const { outcome, existed, parts } = readEntry(reader, along !== undefined)
    take(outcome, place, existed, parts)
  }
}

const NO_PARTS: readonly number[] = []

/** Reads on to what is said of the next key. */
function readEntry(reader: MessageReader, hasParts: boolean) {
  const outcome = reader.integer()
  if (outcome !== OUTCOME.done) return { outcome, existed: false, parts: NO_PARTS, values: 1 }
  const existed = reader.text() >= 0
  reader.integer()
  reader.text()
  if (!hasParts) return { outcome, existed, parts: NO_PARTS, values: 4 }
  const parts = Array.from({ length: reader.integer() }, () => {
    const index = reader.integer()
    for (const _ of ['part', 'word', 'dump']) reader.text()
    reader.integer()
    reader.text()
    return index - 1
  })
  return { outcome, existed, parts, values: 5 + PART_VALUES * parts.length }
}

/** A batch of sessions with their parts, of which those alone are kept that were changed. @param sent the keys of all */
export function batchWithParts(
  ids: readonly string[],
  reply: Buffer,
  sent: readonly (readonly KeyWord[])[],
): ChangeBatch {
  const along: (readonly KeyWord[])[] = []
  eachOutcome({ ids, reply, along: sent }, (_outcome, place, _existed, parts) => {
    along.push(parts.map((part) => sent[place]?.[part] as KeyWord))
  })
  return { ids, reply, along }
}

/** The keys of a batch as a script takes them. */
const keysOf = (prefix: string, { ids, along }: ChangeBatch): readonly KeyWord[] =>
  along === undefined
    ? ids.map((id) => keyWord(prefix, id))
    : ids.flatMap((id, place) => [keyWord(prefix, id), ...(along[place] ?? [])])

/** A key for a command: text where it is ASCII, which is sent at a fraction of what bytes cost. */
export const keyWord = (prefix: string, id: string): KeyWord =>
  /^[\0-\x7f]*$/.test(id) ? prefix + id : Buffer.concat([Buffer.from(prefix), fromBinary(id)])

/** Batches of one key each, all with parts or all without, put together so that they are taken back many at a time. */
export function joinBatches(singles: readonly ChangeBatch[]): readonly ChangeBatch[] {
  return batchesOf(singles).map((some) => {
    let values = 1
    const bodies = some.map(({ reply }) => {
      const reader = new MessageReader(reply)
      values += reader.array() - 1
      reader.integer()
      return reply.subarray(reader.end)
    })
    const ids = some.flatMap((batch) => batch.ids)
    const reply = replyOf(values, bodies)
    return some[0]?.along === undefined
      ? { ids, reply }
      : { ids, reply, along: some.flatMap(({ along = [] }) => along) }
  })
}

/** An array of 32-bit length, which begins with the microseconds that it took. */
function replyOf(values: number, bodies: readonly Buffer[]): Buffer {
  const head = Buffer.from([0xdd, 0, 0, 0, 0, 0])
  head.writeUInt32BE(values, 1)
  return Buffer.concat([head, ...bodies])
}

/** The other way round: a batch for each key. */
export function splitBatch({ ids, reply, along }: ChangeBatch): readonly ChangeBatch[] {
  const reader = new MessageReader(reply)
  reader.array()
  reader.integer()
  return ids.map((id, place) => {
    const start = reader.end
    const { values } = readEntry(reader, along !== undefined)
    const single = { ids: [id], reply: replyOf(1 + values, [reply.subarray(start, reader.end)]) }
    return along === undefined ? single : { ...single, along: [along[place] ?? []] }
  })
}

/** What takes back that these keys were made a moment ago. @throws AppError */
export async function createdKeys(
  client: RedisClient,
  prefix: string,
  ids: readonly string[],
): Promise<BulkChanges> {
  const script = new BatchScript(client, CREATED, {
    readOnly: true,
    name: 'note what was made',
    argv: 'plain',
  })
  const batching = batchingOf(client)
  const parts = batchesOf(ids, undefined, batching.keys)
  const batches: ChangeBatch[] = []
  await forEachBatch(
    [...parts.entries()],
    async ([place, some]) => {
      const keys = some.map((id) => keyWord(prefix, id))
      const reply = await script.run(keys, []).catch((error: unknown) => {
        throw toAppError(script.nameRefused(error))
      })
      batches[place] = { ids: some, reply: Buffer.from(reply as Buffer) }
    },
    () => true,
    batching.atOnce,
  )
  return new BulkChanges(client, prefix, batching.keys === 1 ? joinBatches(batches) : batches)
}

/** A write of many keys, each taken back by itself. */
export class BulkChanges implements Reversible {
  readonly count: number
  readonly bytes: number
  /** The id of the first that changed; null where none did. */
  readonly first: string | null
  readonly #client: RedisClient
  readonly #prefix: string
  readonly #batches: readonly ChangeBatch[]

  /** @param batches those that changed nothing may be among them */
  constructor(client: RedisClient, prefix: string, batches: readonly ChangeBatch[]) {
    this.#client = client
    this.#prefix = prefix
    this.#batches = batches
    let count = 0
    let bytes = 0
    let first: string | null = null
    for (const batch of batches) {
      bytes += batch.reply.length + OVERHEAD * batch.ids.length
      for (const keys of batch.along ?? []) for (const key of keys) bytes += key.length + OVERHEAD
      eachOutcome(batch, (outcome, place) => {
        if (outcome !== OUTCOME.done) return
        count += 1
        first ??= batch.ids[place] ?? null
      })
    }
    this.count = count
    this.bytes = bytes
    this.first = first
  }

  /** Whoever has changed since is left as it is, also by force: many cannot be looked at one by one. */
  async revert(_force: boolean, onProgress: (done: number) => void): Promise<Reverted> {
    const revert = { readOnly: false, name: 'undo or redo a write of many' }
    const plain = new BatchScript(this.#client, REVERT_EACH, revert)
    const withParts = new BatchScript(this.#client, REVERT_RELATED, revert)
    const inverse: ChangeBatch[] = []
    const keys: KeyWord[] = []
    const existing: KeyWord[] = []
    const counts = { done: 0, expired: 0, changed: 0, gone: 0 }
    let rest: Reverted['rest'] = null
    for (const [position, before] of this.#batches.entries()) {
      const words = before.ids.map((id) => keyWord(this.#prefix, id))
      const script = before.along === undefined ? plain : withParts
      let batch: ChangeBatch
      try {
        batch = await this.#runBatch(script, before)
      } catch (error) {
        const left = new BulkChanges(this.#client, this.#prefix, this.#batches.slice(position))
        rest = { reversible: left, error: toAppError(script.nameRefused(error)) }
        break
      }
      inverse.push(batch)
      eachOutcome(batch, (outcome, place, existed) => {
        const key = words[place] as KeyWord
        if (outcome === OUTCOME.done || outcome === OUTCOME.already) {
          counts.done += 1
          keys.push(key, ...(before.along?.[place] ?? []))
          // What was not there before is now.
          if (!existed && existing.length < NAMED) existing.push(key)
        } else if (outcome === OUTCOME.expired) counts.expired += 1
        else if (outcome === OUTCOME.changed) counts.changed += 1
        else if (outcome === OUTCOME.gone) counts.gone += 1
      })
      onProgress(counts.done + counts.expired + counts.changed + counts.gone)
    }
    const changes = new BulkChanges(this.#client, this.#prefix, inverse)
    return { inverse: changes.count === 0 ? null : changes, rest, keys, changes: [], existing, counts }
  }

  async #runBatch(script: BatchScript, batch: ChangeBatch): Promise<ChangeBatch> {
    const parts = batchingOf(this.#client).keys === 1 ? splitBatch(batch) : [batch]
    const done = await Promise.all(
      parts.map(async (part): Promise<ChangeBatch> => {
        const { ids, along } = part
        const reply = Buffer.from((await script.run(keysOf(this.#prefix, part), [part.reply])) as Buffer)
        return along === undefined ? { ids, reply } : batchWithParts(ids, reply, along)
      }),
    )
    return done.length === 1 ? (done[0] as ChangeBatch) : (joinBatches(done)[0] as ChangeBatch)
  }
}
