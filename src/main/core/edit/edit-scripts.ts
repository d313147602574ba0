import { FINGERPRINT, KEY_KIND } from '../store/key-kind.ts'
import { KEY_STATE } from '../store/key-state.ts'

/*
 * The guarded edits, one Lua script each. What they share:
 * - KEYS[1] is the key and ARGV[1] what it was shown as (see KEY_KIND). Anything else there now is answered, not touched.
 * - Everything is judged before the first write, permissions too: Redis rolls nothing back.
 * - They answer {'done'}, {'gone'}, {'other', kind} or {'conflict', what is there now}, and write only when done.
 * - No access is recorded: looking at a session with a tool is not a visit.
 */

/** Lua: is it still what was shown? */
const GUARD = `${KEY_KIND}
local kind = key_kind()
if kind == 'none' then return {'gone'} end
if kind ~= ARGV[1] then return {'other', kind} end
`

/**
 * Lua: does the field ARGV[2] still hold what was shown (ARGV[3] '1' and ARGV[4] the value, or '0' for none)? `ends` is
 * when the field itself ends, epoch milliseconds, -1 where it does not. One whose time is over in this very millisecond
 * counts as gone: to set that time again would delete it.
 */
const FIELD_GUARD = `${GUARD}
local current = redis.call('HGET', KEYS[1], ARGV[2])
local ends = -1
if current then
  local at = redis.pcall('HPEXPIRETIME', KEYS[1], 'FIELDS', 1, ARGV[2])
  if not at.err then ends = at[1]
  elseif not string.find(at.err, 'nknown') then return at end
  if ends > 0 then
    local time = redis.call('TIME')
    if ends <= time[1] * 1000 + math.floor(time[2] / 1000) then current = false end
  end
end
if ARGV[3] == '1' then
  if current ~= ARGV[4] then return {'conflict', current} end
elseif current then
  return {'conflict', current}
end
ends = string.format('%.0f', ends)
`

/** Lua: fails here, with nothing written, if this user may not give a field its time back. */
const mayKeepTime = (field: string) => `
if ends ~= '-1' and not redis.acl_check_cmd('HPEXPIREAT', KEYS[1], ends, 'FIELDS', '1', ${field}) then
  redis.call('HPEXPIREAT', KEYS[1], ends, 'FIELDS', '1', ${field})
end`

/** Lua: HSET, which leaves the key's expiry alone and clears the field's own, so that it is set again. */
const writeField = (field: string, value: string) => `
redis.call('HSET', KEYS[1], ${field}, ${value})
if ends ~= '-1' then redis.call('HPEXPIREAT', KEYS[1], ends, 'FIELDS', '1', ${field}) end`

/** ARGV: …, the value. */
export const SET_FIELD = `${FIELD_GUARD}${mayKeepTime('ARGV[2]')}${writeField('ARGV[2]', 'ARGV[5]')}
return {'done'}`

export const REMOVE_FIELD = `${FIELD_GUARD}
redis.call('HDEL', KEYS[1], ARGV[2])
return {'done'}`

/**
 * ARGV: …, the new name. HDEL last, since a hash that loses its only field is gone, and its expiry with it. Servers
 * before 7.0 cannot be asked whether this user may; there the new name, which is not there, is tried.
 */
export const RENAME_FIELD = `${FIELD_GUARD}
local taken = redis.call('HGET', KEYS[1], ARGV[5])
if taken then return {'taken', taken} end
if not redis.acl_check_cmd or not redis.acl_check_cmd('HDEL', KEYS[1], ARGV[2]) then
  redis.call('HDEL', KEYS[1], ARGV[5])
end
${mayKeepTime('ARGV[5]')}${writeField('ARGV[5]', 'current')}
redis.call('HDEL', KEYS[1], ARGV[2])
return {'done'}`

/** ARGV: kind, the value that was shown, the new one. */
export const SET_VALUE = `${GUARD}
local current = redis.call('GET', KEYS[1])
if current ~= ARGV[2] then return {'conflict', current} end
redis.call('SET', KEYS[1], ARGV[3], 'KEEPTTL')
return {'done'}`

/** Lua: whether two times left, in milliseconds, are the same but for the way to here and back; -1 for no end. */
const SAME_TIME = `
local function same_time(left, shown)
  shown = tonumber(shown)
  if left < 0 or shown < 0 then return left < 0 and shown < 0 end
  return math.abs(left - shown) <= tonumber(ARGV[3])
end`

/**
 * ARGV: kind, what was shown, the tolerance in milliseconds, and the new TTL in seconds or '' for none. Shown is the
 * time left of any key but a session, whose time begins anew with each access: there it is `session_ttl`.
 */
export const SET_EXPIRY = `${GUARD}${SAME_TIME}
if kind == 'session' then
  local ttl = redis.call('HGET', KEYS[1], 'session_ttl')
  if ttl ~= ARGV[2] then return {'conflict', ttl} end
else
  local left = redis.call('PTTL', KEYS[1])
  if not same_time(left, ARGV[2]) then return {'conflict', string.format('%.0f', left)} end
end
if ARGV[4] == '' then
  redis.call('PERSIST', KEYS[1])
else
  redis.call('EXPIRE', KEYS[1], ARGV[4])
end
return {'done'}`

/** ARGV: kind, the time left that was shown, the tolerance, the field, and its new TTL in milliseconds or ''. */
export const SET_FIELD_TTL = `${GUARD}${SAME_TIME}
local left = redis.pcall('HPTTL', KEYS[1], 'FIELDS', 1, ARGV[4])
if left.err then
  if string.find(left.err, 'nknown') then return {'unsupported'} end
  return left
end
left = left[1]
if left == -2 then return {'conflict', false} end
if not same_time(left, ARGV[2]) then return {'conflict', string.format('%.0f', left)} end
if ARGV[5] == '' then
  redis.call('HPERSIST', KEYS[1], 'FIELDS', 1, ARGV[4])
else
  redis.call('HPEXPIRE', KEYS[1], ARGV[5], 'FIELDS', 1, ARGV[4])
end
return {'done'}`

/** ARGV: kind, and the fingerprint of what was shown or ''. */
export const DELETE_KEY = `${KEY_STATE}${FINGERPRINT}${GUARD}
if ARGV[2] ~= '' and fingerprint(kind) ~= ARGV[2] then return {'conflict', false} end
redis.call('UNLINK', KEYS[1])
return {'done'}`

/**
 * The same with what belongs to the key: KEYS from the second on, and for each of them in ARGV what goes: the `whole` key,
 * a `member` of a set, or a `pointer` while it holds the word that comes next.
 */
export const DELETE_WITH_RELATED = `${KEY_STATE}${FINGERPRINT}${GUARD}
if ARGV[2] ~= '' and fingerprint(kind) ~= ARGV[2] then return {'conflict', false} end
if redis.acl_check_cmd and not redis.acl_check_cmd('UNLINK', KEYS[1]) then redis.call('UNLINK', KEYS[1]) end
for i = 2, #KEYS do
  if ARGV[2 * i - 1] == 'member' and redis.call('TYPE', KEYS[i]).ok == 'set' then
    redis.call('SREM', KEYS[i], ARGV[2 * i])
  end
end
for i = 2, #KEYS do
  local part = ARGV[2 * i - 1]
  local goes = part == 'whole'
  if part == 'pointer' and redis.call('TYPE', KEYS[i]).ok == 'string' then
    goes = redis.call('GET', KEYS[i]) == ARGV[2 * i]
  end
  if goes then redis.call('UNLINK', KEYS[i]) end
end
redis.call('UNLINK', KEYS[1])
return {'done'}`

/** What each does, for the command log. */
export const EDIT_NAMES: ReadonlyMap<string, string> = new Map([
  [SET_FIELD, 'set a field'],
  [REMOVE_FIELD, 'remove a field'],
  [RENAME_FIELD, 'rename a field'],
  [SET_VALUE, 'set a string'],
  [SET_EXPIRY, 'set when a key expires'],
  [SET_FIELD_TTL, 'set when a field ends'],
  [DELETE_KEY, 'delete a key'],
  [DELETE_WITH_RELATED, 'delete a key and what belongs to it'],
])
