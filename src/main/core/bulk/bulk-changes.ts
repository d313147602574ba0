import { fromBinary } from '../bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import type { Reversible, Reverted } from '../edit/reversible.ts'
import { MessageReader } from '../index/message-reader.ts'
import { BatchScript } from '../store/batch-script.ts'
import { batchesOf, batchingOf, forEachBatch } from './batches.ts'
import { CREATED, OUTCOME, REVERT_EACH } from './bulk-scripts.ts'

/** Keys of one call, and what the script answered of them: kept so, since an object for each of many would cost more. */
export interface ChangeBatch {
  /** A byte a character. */
  readonly ids: readonly string[]
  readonly reply: Buffer
}

/** Bytes that a batch takes beside what the server answered, for each of its keys, about. */
const OVERHEAD = 64
/** How many of the keys that exist by it are named. */
const NAMED = 10

/** What a batch says of each of its keys: one of `OUTCOME`, and whether the key was there before. */
export function eachOutcome(
  { ids, reply }: ChangeBatch,
  take: (outcome: number, place: number, existed: boolean) => void,
): void {
  const reader = new MessageReader(reply)
  reader.array()
  reader.integer()
  for (let place = 0; place < ids.length; place += 1) {
    const outcome = reader.integer()
    let existed = false
    if (outcome === OUTCOME.done) {
      existed = reader.text() >= 0
      reader.integer()
      reader.text()
    }
    take(outcome, place, existed)
  }
}

/** A key for a command: text where it is ASCII, which is sent at a fraction of what bytes cost. */
export const keyWord = (prefix: string, id: string): string | Buffer =>
  /^[\0-\x7f]*$/.test(id) ? prefix + id : Buffer.concat([Buffer.from(prefix), fromBinary(id)])

/** Batches of one key each, put together so that they are taken back many at a time. */
export function joinBatches(singles: readonly ChangeBatch[]): readonly ChangeBatch[] {
  return batchesOf(singles).map((some) => {
    let values = 1
    const bodies = some.map(({ reply }) => {
      const reader = new MessageReader(reply)
      values += reader.array() - 1
      reader.integer()
      return reply.subarray(reader.end)
    })
    return { ids: some.flatMap(({ ids }) => ids), reply: replyOf(values, bodies) }
  })
}

/** An array of 32-bit length, which begins with the microseconds that it took. */
function replyOf(values: number, bodies: readonly Buffer[]): Buffer {
  const head = Buffer.from([0xdd, 0, 0, 0, 0, 0])
  head.writeUInt32BE(values, 1)
  return Buffer.concat([head, ...bodies])
}

/** The other way round: a batch for each key. */
export function splitBatch({ ids, reply }: ChangeBatch): readonly ChangeBatch[] {
  const reader = new MessageReader(reply)
  reader.array()
  reader.integer()
  return ids.map((id) => {
    const start = reader.end
    const isDone = reader.integer() === OUTCOME.done
    if (isDone) {
      reader.text()
      reader.integer()
      reader.text()
    }
    return { ids: [id], reply: replyOf(isDone ? 5 : 2, [reply.subarray(start, reader.end)]) }
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
    const script = new BatchScript(this.#client, REVERT_EACH, {
      readOnly: false,
      name: 'undo or redo a write of many',
    })
    const inverse: ChangeBatch[] = []
    const keys: (string | Buffer)[] = []
    const existing: (string | Buffer)[] = []
    const counts = { done: 0, expired: 0, changed: 0, gone: 0 }
    let rest: Reverted['rest'] = null
    for (const [position, { ids, reply }] of this.#batches.entries()) {
      const words = ids.map((id) => keyWord(this.#prefix, id))
      let batch: ChangeBatch
      try {
        batch = await this.#runBatch(script, { ids, reply })
      } catch (error) {
        const left = new BulkChanges(this.#client, this.#prefix, this.#batches.slice(position))
        rest = { reversible: left, error: toAppError(script.nameRefused(error)) }
        break
      }
      inverse.push(batch)
      eachOutcome(batch, (outcome, place, existed) => {
        const key = words[place] as string | Buffer
        if (outcome === OUTCOME.done || outcome === OUTCOME.already) {
          counts.done += 1
          keys.push(key)
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
      parts.map(async ({ ids, reply }): Promise<ChangeBatch> => {
        const keys = ids.map((id) => keyWord(this.#prefix, id))
        return { ids, reply: Buffer.from((await script.run(keys, [reply])) as Buffer) }
      }),
    )
    return done.length === 1 ? (done[0] as ChangeBatch) : (joinBatches(done)[0] as ChangeBatch)
  }
}
