import { ClusterClient } from '../connection/cluster-client.ts'
import type { RedisClient } from '../connection/redis-client.ts'

export const BATCH_DEFAULTS = {
  /** Keys of one call, and bytes of what they hold: another client waits at most for what the server takes for these. */
  keys: 100,
  bytes: 512 * 1024,
  /** Calls under way at once: the server has the next one at hand while this process takes the last one in. */
  atOnce: 2,
} as const

/** How many keys one call takes, and how many calls may be under way. */
export interface Batching {
  readonly keys: number
  readonly atOnce: number
}

/** A script of a cluster takes keys of one slot alone: there each key has a call of its own, many of them at once. */
const CLUSTER_BATCHING: Batching = { keys: 1, atOnce: 64 }

export const batchingOf = (client: RedisClient): Batching =>
  client instanceof ClusterClient ? CLUSTER_BATCHING : BATCH_DEFAULTS

/**
 * Parts of a list, so that none has too many nor too much.
 * @param bytesOf what one holds; by default it counts as nothing
 * @param most of one part
 */
export function batchesOf<T>(
  items: readonly T[],
  bytesOf: (item: T) => number = () => 0,
  most: number = BATCH_DEFAULTS.keys,
): readonly (readonly T[])[] {
  const batches: T[][] = []
  let batch: T[] = []
  let bytes = 0
  for (const item of items) {
    const size = bytesOf(item)
    if (batch.length === most || (batch.length > 0 && bytes + size > BATCH_DEFAULTS.bytes)) {
      batches.push(batch)
      batch = []
      bytes = 0
    }
    batch.push(item)
    bytes += size
  }
  if (batch.length > 0) batches.push(batch)
  return batches
}

/**
 * Does some work for each batch, a few at once, in order.
 * @param more asked before each: whether it goes on
 * @throws what the work throws, when all that was under way has ended; none is begun after that
 */
export async function forEachBatch<T>(
  batches: readonly T[],
  work: (batch: T) => Promise<void>,
  more: () => boolean,
  atOnce: number = BATCH_DEFAULTS.atOnce,
): Promise<void> {
  let next = 0
  let failed = false
  const worker = async () => {
    while (next < batches.length && !failed && more()) {
      const batch = batches[next++] as T
      try {
        await work(batch)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  const failure = ended.find(({ status }) => status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
}
