import type { Redis } from 'ioredis'
import { toAppError } from '../connection/redis-errors.ts'
import type { ReadPlan } from './columns.ts'
import type { RawKey } from './fresh-row.ts'

/** Keys of one pipeline: enough that the round trip costs little, few enough that other clients do not wait. */
const PIPELINE_KEYS = 500

/** @throws AppError */
export async function scanInPipelines(
  client: Redis,
  cursor: string,
  pattern: string,
  count: number,
): Promise<{ readonly cursor: string; readonly keys: readonly Buffer[] }> {
  try {
    const [next, keys] = await client.scanBuffer(cursor, 'MATCH', pattern, 'COUNT', count)
    return { cursor: next.toString(), keys }
  } catch (error) {
    throw toAppError(error)
  }
}

/**
 * Reads keys with a command or two for each: what the scripts do, where there are none.
 * @param ids the ids of the keys, in their order
 * @throws AppError
 */
export async function readInPipelines(
  client: Redis,
  ids: readonly string[],
  keys: readonly Buffer[],
  plan: ReadPlan,
): Promise<readonly RawKey[]> {
  const read: RawKey[] = []
  for (let start = 0; start < ids.length; start += PIPELINE_KEYS) {
    const end = start + PIPELINE_KEYS
    read.push(...(await readBatch(client, ids.slice(start, end), keys.slice(start, end), plan)))
  }
  return read
}

async function readBatch(
  client: Redis,
  ids: readonly string[],
  keys: readonly Buffer[],
  plan: ReadPlan,
): Promise<readonly RawKey[]> {
  const pipeline = client.pipeline()
  for (const key of keys) {
    pipeline.hmgetBuffer(key, ...plan.fields)
    // Last: a session that ends in between has gone then, and is not a hash that lacks its fields.
    pipeline.pttl(key)
  }
  const replies = await exec(pipeline)
  const read = ids.map((id, position): RawKey => {
    const [hashError, values] = replies[2 * position] ?? [new Error('no reply'), null]
    const [ttlError, ttl] = replies[2 * position + 1] ?? [new Error('no reply'), null]
    if (ttlError !== null) throw toAppError(ttlError)
    if (hashError !== null && !hashError.message.startsWith('WRONGTYPE')) throw toAppError(hashError)
    return {
      id,
      values: hashError === null ? (values as readonly (Buffer | null)[]) : null,
      type: 'hash',
      ttl: typeof ttl === 'number' ? ttl : -2,
    }
  })
  const foreign = [...read.entries()].filter(([, { values }]) => values === null)
  if (foreign.length === 0) return read
  const types = client.pipeline()
  for (const [position] of foreign) types.type(keys[position] ?? '')
  const answers = await exec(types)
  const named = [...read]
  foreign.forEach(([position, key], index) => {
    const [error, type] = answers[index] ?? [null, 'unknown']
    named[position] = { ...key, type: error === null ? String(type) : 'unknown' }
  })
  return named
}

async function exec(pipeline: ReturnType<Redis['pipeline']>): Promise<readonly [Error | null, unknown][]> {
  try {
    return (await pipeline.exec()) ?? []
  } catch (error) {
    throw toAppError(error)
  }
}
