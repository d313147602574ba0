import { fromBinary } from '../bytes.ts'
import { ClusterClient } from '../connection/cluster-client.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'

/** Keys of one round trip: enough that it costs little, few enough that other clients do not wait. */
const BATCH = 500

export interface LookedUp {
  /** Those that exist, and when they expire: epoch milliseconds, null for never. A byte a character. */
  readonly found: ReadonlyMap<string, number | null>
  /** How many this user may not look at, or nobody serves at the moment. */
  readonly refused: number
}

/**
 * Which of these keys exist: a PTTL for each, one round trip for a batch, on a cluster one for each node of it. Keys that
 * this user may not use are left out, since others may be found.
 * @param keys a byte a character
 * @param clock epoch milliseconds
 * @throws AppError
 */
export async function lookUp(
  client: RedisClient,
  keys: readonly string[],
  clock: () => number,
): Promise<LookedUp> {
  const found = new Map<string, number | null>()
  let refused = 0
  for (let start = 0; start < keys.length; start += BATCH) {
    const batch = keys.slice(start, start + BATCH)
    const answers = await ask(client, batch).catch((error: unknown) => {
      throw toAppError(error)
    })
    batch.forEach((key, place) => {
      const left = answers[place] ?? null
      if (left === null) refused += 1
      else if (left !== -2) found.set(key, left < 0 ? null : clock() + left)
    })
  }
  return { found, refused }
}

/** @returns what PTTL says of each, null where this user may not ask or nobody can be asked */
async function ask(client: RedisClient, keys: readonly string[]): Promise<readonly (number | null)[]> {
  if (!(client instanceof ClusterClient)) return askServer(client, keys)
  const answers = new Map<string, number | null>()
  const byNode = new Map<RedisClient, string[]>()
  for (const key of keys) {
    const node = client.shardOf(fromBinary(key))?.client
    if (node === undefined) continue
    const part = byNode.get(node)
    if (part === undefined) byNode.set(node, [key])
    else part.push(key)
  }
  await Promise.all(
    [...byNode].map(async ([node, some]) => {
      const replies = await askServer(node, some, (key) => client.pttl(fromBinary(key)))
      some.forEach((key, place) => {
        answers.set(key, replies[place] ?? null)
      })
    }),
  )
  return keys.map((key) => answers.get(key) ?? null)
}

/** @param elsewhere asks whoever has a key that has left the server */
async function askServer(
  client: RedisClient,
  keys: readonly string[],
  elsewhere?: (key: string) => Promise<number>,
): Promise<readonly (number | null)[]> {
  const pipeline = client.pipeline()
  for (const key of keys) pipeline.pttl(fromBinary(key))
  const replies = (await pipeline.exec()) ?? []
  return Promise.all(
    keys.map((key, place) => {
      const [error, left] = replies[place] ?? [null, null]
      if (error === null) return typeof left === 'number' ? left : null
      if (elsewhere !== undefined && /^(MOVED|ASK|TRYAGAIN)\b/.test(error.message)) return elsewhere(key)
      if (isKeyRefused(error)) return null
      throw error
    }),
  )
}

/** The key and not the command is what this user may not use. */
const isKeyRefused = ({ message }: Error): boolean =>
  message.startsWith('NOPERM') && /\bkeys?\b/i.test(message)
