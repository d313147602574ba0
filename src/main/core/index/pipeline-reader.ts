import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { PEEK_BYTES } from '../formats/limits.ts'
import { SUMMARY_FIELDS } from '../formats/registry.ts'
import type { ReadPlan } from './columns.ts'
import type { RawKey } from './fresh-row.ts'
import { RawValues } from './raw-values.ts'
import { ELSEWHERE, EXTRA_BYTES } from './read-script.ts'

/** Keys of one pipeline: enough that the round trip costs little, few enough that other clients do not wait. */
const PIPELINE_KEYS = 500

/** @throws AppError */
export async function scanInPipelines(
  client: RedisClient,
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
  client: RedisClient,
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
  client: RedisClient,
  ids: readonly string[],
  keys: readonly Buffer[],
  plan: ReadPlan,
): Promise<readonly RawKey[]> {
  const pipeline = client.pipeline()
  for (const key of keys) {
    pipeline.hmgetBuffer(key, ...plan.fields)
    if (plan.size) pipeline.memory('USAGE', key)
    // Last: a session that ends in between has gone then, and is not a hash that lacks its fields.
    pipeline.pttl(key)
  }
  const replies = await exec(pipeline)
  const perKey = plan.size ? 3 : 2
  const none: Reply = [new Error('no reply'), null]
  const read = ids.map((id, position): RawKey => {
    const [hash = none, ...others] = replies.slice(perKey * position, perKey * (position + 1))
    const [hashError, values] = hash
    const [ttlError, ttl] = others.at(-1) ?? none
    if (isElsewhere(ttlError) || isElsewhere(hashError)) {
      return { id, values: null, type: ELSEWHERE, ttl: -2, size: -1 }
    }
    if (ttlError !== null) throw toAppError(ttlError)
    if (hashError !== null && !hashError.message.startsWith('WRONGTYPE')) throw toAppError(hashError)
    const size = plan.size ? others[0]?.[1] : null
    return {
      id,
      values: hashError === null ? RawValues.of(values as readonly (Buffer | null)[]) : null,
      type: 'hash',
      ttl: typeof ttl === 'number' ? ttl : -2,
      size: typeof size === 'number' ? size : -1,
    }
  })
  const others = await withExtras(client, keys, plan, read)
  const foreign = [...read.entries()].filter(([, key]) => key.values === null && key.type !== ELSEWHERE)
  if (foreign.length === 0) return others
  const types = client.pipeline()
  for (const [position] of foreign) types.type(keys[position] ?? '')
  const answers = await exec(types)
  const named = [...others]
  foreign.forEach(([position, key], index) => {
    const [error, type] = answers[index] ?? [null, 'unknown']
    named[position] = { ...key, type: error === null ? String(type) : 'unknown' }
  })
  return withPeeks(client, keys, named)
}

/** Of hashes that our own store has not made, the fields that tell of others. */
async function withExtras(
  client: RedisClient,
  keys: readonly Buffer[],
  plan: ReadPlan,
  read: readonly RawKey[],
): Promise<readonly RawKey[]> {
  const unknown = [...read.entries()].filter(([, { values }]) => values !== null && !values.has(0))
  if (unknown.length === 0) return read
  const pipeline = client.pipeline()
  for (const [position] of unknown) pipeline.hmgetBuffer(keys[position] ?? '', ...SUMMARY_FIELDS)
  const answers = await exec(pipeline)
  const known = [...read]
  unknown.forEach(([position, key], index) => {
    const [error, reply] = answers[index] ?? [new Error('no reply'), null]
    if (error !== null || key.values === null) return
    const fields = plan.fields.map((_, at) => (key.values?.has(at) ? key.values.bytes(at) : null))
    const extras = (reply as readonly (Buffer | null)[]).map((value) =>
      value !== null && value.length <= EXTRA_BYTES ? value : null,
    )
    known[position] = { ...key, values: RawValues.of([...fields, ...extras]), hasExtras: true }
  })
  return known
}

/** Of strings, their beginnings, where this user may read them. */
async function withPeeks(
  client: RedisClient,
  keys: readonly Buffer[],
  read: readonly RawKey[],
): Promise<readonly RawKey[]> {
  const strings = [...read.entries()].filter(([, { values, type }]) => values === null && type === 'string')
  if (strings.length === 0) return read
  const pipeline = client.pipeline()
  for (const [position] of strings) {
    pipeline.getrangeBuffer(keys[position] ?? '', 0, PEEK_BYTES - 1)
    pipeline.strlen(keys[position] ?? '')
  }
  const answers = await exec(pipeline)
  const known = [...read]
  strings.forEach(([position, key], index) => {
    const [start, size] = [answers[2 * index]?.[1], answers[2 * index + 1]?.[1]]
    if (Buffer.isBuffer(start) && typeof size === 'number')
      known[position] = { ...key, peek: { start, size } }
  })
  return known
}

/** A node of a cluster that has the key no more, or not whole yet. */
const isElsewhere = (error: Error | null): boolean =>
  error !== null && /^(MOVED|ASK|TRYAGAIN)\b/.test(error.message)

type Reply = readonly [error: Error | null, reply: unknown]

async function exec(pipeline: ReturnType<RedisClient['pipeline']>): Promise<readonly Reply[]> {
  try {
    return (await pipeline.exec()) ?? []
  } catch (error) {
    throw toAppError(error)
  }
}
