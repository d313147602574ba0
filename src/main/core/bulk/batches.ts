export const BATCH_DEFAULTS = {
  /** Keys of one call, and bytes of what they hold: another client waits at most for what the server takes for these. */
  keys: 100,
  bytes: 512 * 1024,
  /** Calls under way at once: the server has the next one at hand while this process takes the last one in. */
  atOnce: 2,
} as const

/** Parts of a list, so that none has too many nor too much. @param bytesOf what one holds; by default it counts as nothing */
export function batchesOf<T>(
  items: readonly T[],
  bytesOf: (item: T) => number = () => 0,
): readonly (readonly T[])[] {
  const batches: T[][] = []
  let batch: T[] = []
  let bytes = 0
  for (const item of items) {
    const size = bytesOf(item)
    if (batch.length === BATCH_DEFAULTS.keys || (batch.length > 0 && bytes + size > BATCH_DEFAULTS.bytes)) {
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
  const ended = await Promise.allSettled(Array.from({ length: BATCH_DEFAULTS.atOnce }, worker))
  const failure = ended.find(({ status }) => status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
}
