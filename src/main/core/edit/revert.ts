import { AppError } from '#shared/errors.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { KEY_STATE, type KeyChange, type RawKeyState, toKeyState } from '../store/key-state.ts'
import { Script } from '../store/script.ts'

/**
 * Puts keys back to what they were, all or none, in one step: are they still what the write left, and has the time of
 * none run out? KEYS: the keys. ARGV: for each the mark and expiry that are expected, '' and -2 for no key; then the
 * DUMP and expiry to go back to, in the same way. First '1' where keys that have changed are to be written over; even
 * then none is that has gone.
 */
const REVERT = `${KEY_STATE}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found = {}
for i, key in ipairs(KEYS) do
  local at = 4 * i - 2
  local state = key_state(key)
  if not state then return {'unknown'} end
  found[i] = state
  local same = state[2] == ARGV[at] and string.format('%.0f', state[3]) == ARGV[at + 1]
  if not same then
    if ARGV[at] ~= '' and state[1] == '' then return {'gone', i} end
    if ARGV[1] ~= '1' then return {'changed', i, state} end
  end
  local expiry = tonumber(ARGV[at + 3])
  if expiry > 0 and expiry <= now then return {'expired', i} end
end
for i, key in ipairs(KEYS) do
  local dump, expiry = ARGV[4 * i], math.max(0, ARGV[4 * i + 1])
  if dump ~= '' then
    redis.call('RESTORE', key, expiry, dump, 'REPLACE', 'ABSTTL')
  end
end
local marks = {}
for i, key in ipairs(KEYS) do
  if ARGV[4 * i] == '' then redis.call('UNLINK', key) end
  marks[i] = (key_state(key) or {'', ''})[2]
end
return {'done', found, marks}`

/** What stood in the way: which key, and what it is now. */
export interface Obstacle {
  readonly kind: 'changed' | 'gone' | 'expired'
  readonly change: KeyChange
  readonly now: ReturnType<typeof toKeyState> | null
}

/**
 * Takes a write back.
 * @param force also where the keys have changed since
 * @returns what takes that back again, or what stood in the way; then nothing was written
 * @throws AppError
 */
export async function revert(
  client: RedisClient,
  changes: readonly KeyChange[],
  force: boolean,
): Promise<readonly KeyChange[] | Obstacle> {
  const expiryWord = (exists: boolean, expiresAt: number | null) => String(exists ? (expiresAt ?? -1) : -2)
  const script = new Script(client, REVERT, changes.length, { name: 'undo or redo a write' })
  const reply = (await script
    .bytes(
      ...changes.map(({ key }) => key),
      force ? '1' : '0',
      ...changes.flatMap(({ before, after }) => [
        after.sha ?? '',
        expiryWord(after.sha !== null, after.expiresAt),
        before.dump ?? '',
        expiryWord(before.dump !== null, before.expiresAt),
      ]),
    )
    .catch((error: unknown) => {
      throw toAppError(script.nameRefused(error))
    })) as readonly [Buffer, ...unknown[]]
  const outcome = reply[0].toString()
  if (outcome === 'done') {
    const [, found, marks] = reply as unknown as readonly [Buffer, readonly RawKeyState[], readonly Buffer[]]
    return changes.map(({ key, before }, position) => {
      const sha = marks[position]?.toString() ?? ''
      const state = found[position]
      if (state === undefined) throw new TypeError('the script answers a state for each key')
      return { key, before: toKeyState(state), after: { sha: sha || null, expiresAt: before.expiresAt } }
    })
  }
  const change = changes[Number(reply[1] ?? 1) - 1]
  if (change === undefined || outcome === 'unknown') {
    throw new AppError('not_undoable', 'What this key is now cannot be told, so nothing was undone.')
  }
  const state = reply[2] as RawKeyState | undefined
  return { kind: outcome as Obstacle['kind'], change, now: state === undefined ? null : toKeyState(state) }
}
