import { AppError } from '#shared/errors.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { KEY_STATE, type KeyChange, type RawKeyState, toKeyState, toMoment } from '../store/key-state.ts'
import { Script } from '../store/script.ts'

/**
 * Puts keys back to what they were, all or none, in one step: are they still what the write left, and has the time of
 * none run out? KEYS: the keys. ARGV: for each the mark and expiry that are expected, '' and -2 for no key; then the
 * DUMP and expiry to go back to, in the same way; then '' or, of a key that is others' too, what of it is taken back
 * (`member` or `pointer`, with `+` before what comes back and `-` before what goes), and the word. First '1' where keys
 * that have changed are to be written over; even then none is that has gone.
 *
 * A key that is others' too is judged by none of that, since they go on writing it: where it is as the write left it, it
 * is as before to the byte; else the member alone comes or goes, and a pointer that leads elsewhere by now is left.
 */
const REVERT = `${KEY_STATE}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found, same = {}, {}
for i, key in ipairs(KEYS) do
  local at = 6 * i - 4
  local state = key_state(key)
  if not state then return {'unknown'} end
  found[i] = state
  same[i] = state[2] == ARGV[at] and string.format('%.0f', state[3]) == ARGV[at + 1]
  if ARGV[at + 4] == '' then
    if not same[i] then
      if ARGV[at] ~= '' and state[1] == '' then return {'gone', i} end
      if ARGV[1] ~= '1' then return {'changed', i, state} end
    end
    local expiry = tonumber(ARGV[at + 3])
    if expiry > 0 and expiry <= now then return {'expired', i} end
  end
end
local function restore(key, at)
  redis.call('RESTORE', key, math.max(0, ARGV[at + 3]), ARGV[at + 2], 'REPLACE', 'ABSTTL')
end
local function take_back_part(i, key, at)
  local part, word = ARGV[at + 4], ARGV[at + 5]
  local type, expiry = redis.call('TYPE', key).ok, tonumber(ARGV[at + 3])
  local over = expiry > 0 and expiry <= now
  if part == '-member' then
    if type == 'set' then redis.call('SREM', key, word) end
  elseif part == '-pointer' then
    if type == 'string' and redis.call('GET', key) == word then redis.call('UNLINK', key) end
  elseif ARGV[at + 2] == '' or over and type == 'none' then
    return
  elseif same[i] and not over then
    restore(key, at)
  elseif part == '+member' and (type == 'set' or type == 'none') then
    redis.call('SADD', key, word)
    if type == 'none' and expiry > 0 then redis.call('PEXPIREAT', key, ARGV[at + 3]) end
  end
end
for i, key in ipairs(KEYS) do
  local at = 6 * i - 4
  if ARGV[at + 4] ~= '' then take_back_part(i, key, at) end
end
for i, key in ipairs(KEYS) do
  local at = 6 * i - 4
  if ARGV[at + 4] == '' and ARGV[at + 2] ~= '' then restore(key, at) end
end
local marks = {}
for i, key in ipairs(KEYS) do
  local at = 6 * i - 4
  if ARGV[at + 4] == '' and ARGV[at + 2] == '' then redis.call('UNLINK', key) end
  local state = key_state(key) or {'', '', -2}
  marks[i] = {state[2], string.format('%.0f', state[3])}
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
      ...changes.flatMap(({ before, after, part }) => [
        after.sha ?? '',
        expiryWord(after.sha !== null, after.expiresAt),
        before.dump ?? '',
        expiryWord(before.dump !== null, before.expiresAt),
        part === undefined ? '' : `${part.returns ? '+' : '-'}${part.kind}`,
        part?.word ?? '',
      ]),
    )
    .catch((error: unknown) => {
      throw toAppError(script.nameRefused(error))
    })) as readonly [Buffer, ...unknown[]]
  const outcome = reply[0].toString()
  if (outcome === 'done') {
    const [, found, marks] = reply as unknown as readonly [
      Buffer,
      readonly RawKeyState[],
      readonly (readonly [sha: Buffer, at: Buffer])[],
    ]
    return changes.map(({ key, before, part }, position) => {
      const [sha, at] = marks[position]?.map(String) ?? []
      const state = found[position]
      if (state === undefined) throw new TypeError('the script answers a state for each key')
      const expiresAt = part === undefined ? before.expiresAt : toMoment(Number(at))
      const change = { key, before: toKeyState(state), after: { sha: sha || null, expiresAt } }
      return part === undefined ? change : { ...change, part: { ...part, returns: !part.returns } }
    })
  }
  const change = changes[Number(reply[1] ?? 1) - 1]
  if (change === undefined || outcome === 'unknown') {
    throw new AppError('not_undoable', 'What this key is now cannot be told, so nothing was undone.')
  }
  const state = reply[2] as RawKeyState | undefined
  return { kind: outcome as Obstacle['kind'], change, now: state === undefined ? null : toKeyState(state) }
}
