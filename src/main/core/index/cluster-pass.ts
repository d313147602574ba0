import type { Holding } from '../connection/cluster-client.ts'

/**
 * Whether keys may have come to a master, while it was scanned, from one that was scanned at the same time: such a key
 * may have left before the one cursor came to it, and arrived after the other had passed. Then the master is scanned
 * once more, when the others have been.
 * @param before what it served when its scan began
 * @param after what it serves at the end of all
 * @param first whether this is the pass over all of them: keys that came into a slot which has not changed hands yet
 * came from a master that has been scanned whole by the time of the second
 */
export function mayHaveGained(before: Holding | undefined, after: Holding, first: boolean): boolean {
  if (before === undefined) return true
  // Slots that came and went again leave a higher epoch.
  if (before.epoch !== after.epoch) return true
  for (const slot of after.slots) if (!before.slots.has(slot)) return true
  return first && before.importing.size + after.importing.size > 0
}
