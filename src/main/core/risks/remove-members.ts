import type { AppError } from '#shared/errors.ts'
import type { OrphansRemoved } from '#shared/risks.ts'
import { BulkChanges, type ChangeBatch } from '../bulk/bulk-changes.ts'
import { OUTCOME, STATE_AND_MARK } from '../bulk/bulk-scripts.ts'
import { toBinary } from '../bytes.ts'
import { ClusterClient } from '../connection/cluster-client.ts'
import { slotOf } from '../connection/key-slot.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { CLOCK } from '../index/read-script.ts'
import { BatchScript } from '../store/batch-script.ts'
import type { OrphansOfIndex } from './orphan-search.ts'

/**
 * KEYS: an index, then a session for each member. ARGV: the index's type, then the members. Removes those whose session
 * does not exist at this moment. Answers what of it can be taken back, as the scripts for many keys do, and how many
 * members were removed. Everything is judged before the first write.
 */
const REMOVE = `${CLOCK}${STATE_AND_MARK}
local index, kind = KEYS[1], ARGV[1]
local dump, at = state(index)
local doomed = {}
if call('TYPE', index).ok == kind then
  for i = 2, #KEYS do
    if call('EXISTS', KEYS[i]) == 0 then doomed[#doomed + 1] = ARGV[i] end
  end
end
local removed = 0
for from = 1, #doomed, 1000 do
  local to = math.min(from + 999, #doomed)
  if kind == 'set' then
    removed = removed + call('SREM', index, unpack(doomed, from, to))
  else
    removed = removed + call('ZREM', index, unpack(doomed, from, to))
  end
end
local out = {math.floor(now() - began), ${OUTCOME.gone}}
if removed > 0 then
  out[2], out[3], out[4], out[5] = ${OUTCOME.done}, dump, at, mark_of(state(index))
end
return {cmsgpack.pack(out), removed, at}`

/** Whether one step can look at an index and at the sessions that its members stand for. */
export const isInOneSlot = (client: RedisClient, { key, members }: OrphansOfIndex): boolean =>
  !(client instanceof ClusterClient) || members.every(({ session }) => slotOf(session) === slotOf(key))

/**
 * Removes orphaned members of some indexes, each index in one step on the server, and only those whose session is still
 * gone then.
 * @param onWrite told of each index that was written
 * @returns also what takes it back; null where nothing was written or the server cannot tell when keys end
 * @throws AppError; then what it says was removed before stays removed, and is not in the answer
 */
export async function removeMembers(
  client: RedisClient,
  indexes: readonly OrphansOfIndex[],
  onWrite: (key: Buffer) => void,
): Promise<OrphansRemoved & { readonly changes: BulkChanges | null; readonly failure: AppError | null }> {
  const script = new BatchScript(client, REMOVE, {
    readOnly: false,
    name: 'remove orphaned entries of an index',
  })
  const batches: ChangeBatch[] = []
  let removed = 0
  let asked = 0
  let tellsExpiry = true
  let failure: AppError | null = null
  for (const { key, type, members } of indexes) {
    try {
      const sessions = members.map(({ session }) => session)
      const reply = await script.run([key, ...sessions], [type, ...members.map(({ member }) => member)])
      const [packed, count, at] = reply as readonly [Buffer, number, number]
      asked += members.length
      removed += count
      tellsExpiry &&= at !== -3
      if (count === 0) continue
      batches.push({ ids: [toBinary(key)], reply: Buffer.from(packed) })
      onWrite(key)
    } catch (error) {
      failure = toAppError(script.nameRefused(error))
      break
    }
  }
  // What was done before can still be taken back, so that it is told first.
  if (failure !== null && removed === 0) throw failure
  const changes = tellsExpiry && batches.length > 0 ? new BulkChanges(client, '', batches) : null
  return { removed, left: asked - removed, undoable: changes !== null, changes, failure }
}
