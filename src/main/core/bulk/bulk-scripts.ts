import { CLOCK } from '../index/read-script.ts'
import { SESSION_TTL } from '../store/lua.ts'

/*
 * Scripts for many keys at once. Each key is judged by itself, and written or left as it is. They answer one MessagePack
 * array, flat: first the microseconds that the server took, then what is said of each key in turn.
 *
 * A key is known again by its mark: the CRC-64 that its DUMP ends with, and its expiry as a double. It costs nothing to
 * find, where a SHA-1 would be a fifth of the server's time. A hash table is dumped in another order while Redis moves it
 * to a larger one, a bucket with each look for a field, so that move is finished first. One of more fields than
 * MOST_SETTLED may count as changed for that alone: it is left alone, which harms nobody.
 * Sources of the layout: https://redis.io/docs/latest/commands/dump/, rdb.h of Redis and Valkey.
 */

/** What came of one key. `left`: it was not to be written. */
export const OUTCOME = {
  done: 0,
  gone: 1,
  changed: 2,
  notSession: 3,
  expired: 4,
  already: 5,
  left: 6,
} as const

export const MARK_BYTES = 16

/** Fields of a hash table that are as many looks for one as it takes to finish its move. */
const MOST_SETTLED = 512

/**
 * Lua: `state(key)`, its DUMP and PEXPIRETIME; false and -2 where there is no key, -3 for an expiry on a server that
 * cannot tell it (before Redis 7.0). `end_of(key)`, the latter alone. And `mark_of(dump, at)`, false for no key.
 */
export const STATE_AND_MARK = `
local call = redis.call
-- By the type that a DUMP begins with: where the number of fields stands. The last one is of fields with expiries.
local length_at = {[4] = 2, [22] = 2, [24] = 10}
local nothing = {}
local function settled(key, dump)
  local from = length_at[string.byte(dump)]
  if not from then return dump end
  local length, low = string.byte(dump, from, from + 1)
  if length >= 64 then length = 256 * (length - 64) + low end
  if length > ${MOST_SETTLED} then return dump end
  for i = #nothing + 1, length do nothing[i] = '' end
  redis.pcall('HMGET', key, unpack(nothing, 1, length))
  return call('DUMP', key)
end
local function end_of(key)
  local at = redis.pcall('PEXPIRETIME', key)
  return type(at) == 'number' and at or -3
end
local function state(key)
  local dump = call('DUMP', key)
  if not dump then return false, -2 end
  return settled(key, dump), end_of(key)
end
local function mark_of(dump, at)
  return dump and string.sub(dump, -8) .. struct.pack('>d', at)
end`

export const STATE = `${CLOCK}${STATE_AND_MARK}
local out, n = {0}, 1
local function finish()
  out[1] = math.floor(now() - began)
  return cmsgpack.pack(out)
end`

/** Lua: `is_session(key)`. */
export const IS_SESSION = `${SESSION_TTL}
local function is_session(key)
  local h = redis.pcall('HMGET', key, 'created_at', 'last_accessed_at', 'session_ttl')
  return not h.err and session_ttl(h[1], h[2], h[3]) ~= nil
end`

/**
 * ARGV: the field that names the user. Answers for each key: false where there is none; else its type or, for a hash, an
 * array of the reserved fields and the user; then PEXPIRETIME, the length of its DUMP and its mark.
 */
export const FREEZE = `${STATE}
for _, key in ipairs(KEYS) do
  local values = redis.pcall('HMGET', key, 'created_at', 'last_accessed_at', 'session_ttl', ARGV[1])
  if values.err then
    if string.sub(values.err, 1, 9) ~= 'WRONGTYPE' then
      return {err = values.err .. " (run the 'HMGET' command)"}
    end
    values = call('TYPE', key).ok
  end
  local dump, at = state(key)
  n = n + 1
  if not dump then
    out[n] = false
  else
    out[n], out[n + 1], out[n + 2], out[n + 3] = values, at, #dump, mark_of(dump, at)
    n = n + 3
  end
end
return finish()`

/**
 * Lua: `judge(i, key, dump, at)`, whether the i-th key may be written. ARGV[1] is '1' where those that have changed are
 * left alone; ARGV[2] are the marks of all keys, one after the other, and ARGV[3] their kinds: '1' for what was a
 * session and must be one still, '0' for what was none.
 */
export const JUDGE = `
local careful, marks, kinds = ARGV[1] == '1', ARGV[2], ARGV[3]
local function judge(i, key, dump, at)
  if not dump then return ${OUTCOME.gone} end
  if careful then
    local same = mark_of(dump, at) == string.sub(marks, ${MARK_BYTES} * (i - 1) + 1, ${MARK_BYTES} * i)
    return same and ${OUTCOME.done} or ${OUTCOME.changed}
  end
  local was_session = string.sub(kinds, i, i) == '1'
  if is_session(key) == was_session then return ${OUTCOME.done} end
  return was_session and ${OUTCOME.notSession} or ${OUTCOME.changed}
end`

/** Lua: notes a change of a key: its DUMP and expiry before, and its mark now; false and -2 for no key. */
export const CHANGE = `
local function change(dump, at, mark)
  out[n + 1], out[n + 2], out[n + 3] = dump, at, mark
  n = n + 3
end`

/** ARGV: see {@link JUDGE}. Answers for each key its outcome and, where it is done, the change. */
export const DELETE = `${STATE}${IS_SESSION}${JUDGE}${CHANGE}
local doomed = {}
for i, key in ipairs(KEYS) do
  local dump, at = state(key)
  local outcome = judge(i, key, dump, at)
  n = n + 1
  out[n] = outcome
  if outcome == ${OUTCOME.done} then
    doomed[#doomed + 1] = key
    change(dump, at, false)
  end
end
if #doomed > 0 then call('UNLINK', unpack(doomed)) end
return finish()`

/**
 * ARGV: as {@link DELETE}, then the TTL and the time of the access. As the store sets a TTL; a key that is no session of
 * its own gets its expiry alone. A user who may not HSET or
 * EXPIRE is refused before the first write, where the server can be asked.
 */
export const SET_TTL = `${STATE}${IS_SESSION}${JUDGE}${CHANGE}
local ttl, accessed = ARGV[4], ARGV[5]
if redis.acl_check_cmd then
  if not redis.acl_check_cmd('EXPIRE', KEYS[1], ttl) then call('EXPIRE', KEYS[1], ttl) end
  if not redis.acl_check_cmd('HSET', KEYS[1], 'session_ttl', ttl) then
    call('HSET', KEYS[1], 'session_ttl', ttl)
  end
end
for i, key in ipairs(KEYS) do
  local dump, at = state(key)
  local outcome = judge(i, key, dump, at)
  n = n + 1
  out[n] = outcome
  if outcome == ${OUTCOME.done} then
    if string.sub(ARGV[3], i, i) == '1' then
      call('HSET', key, 'session_ttl', ttl, 'last_accessed_at', accessed)
    end
    call('EXPIRE', key, ttl)
    change(dump, at, mark_of(state(key)))
  end
end
return finish()`

/** Answers as {@link DELETE} of keys that have just been made: before, there was none of them. */
export const CREATED = `${STATE}${CHANGE}
for _, key in ipairs(KEYS) do
  local dump, at = state(key)
  n = n + 1
  if dump and at ~= -3 then
    out[n] = ${OUTCOME.done}
    change(false, -2, mark_of(dump, at))
  else
    out[n] = ${OUTCOME.gone}
  end
end
return finish()`

/**
 * Lua: `verdict(found, at, dump, expiry, mark)`, whether a key that was changed may be put back: what it is now, what it
 * was before the change, and its mark after it.
 */
export const VERDICT = `
local time = call('TIME')
local moment = time[1] * 1000 + math.floor(time[2] / 1000)
local function verdict(found, at, dump, expiry, mark)
  if mark_of(found, at) ~= mark then
    if found == dump and at == expiry then return ${OUTCOME.already} end
    return found and ${OUTCOME.changed} or ${OUTCOME.gone}
  end
  return expiry > 0 and expiry <= moment and ${OUTCOME.expired} or ${OUTCOME.done}
end`

/** Lua: `put(key, dump, expiry)`, makes a key what it was, and answers its mark then. */
export const PUT = `
local function put(key, dump, expiry)
  if not dump then
    call('UNLINK', key)
    return false
  end
  call('RESTORE', key, math.max(0, expiry), dump, 'REPLACE', 'ABSTTL')
  return mark_of(state(key))
end`

/**
 * Takes back what one of these scripts answered, each key by itself: only where it is still what the change left, and its
 * time has not run out. ARGV: that answer, for the same keys. Answers as {@link DELETE}.
 */
export const REVERT_EACH = `${STATE}${CHANGE}${VERDICT}${PUT}
local said = cmsgpack.unpack(ARGV[1])
local place = 2
for i, key in ipairs(KEYS) do
  local outcome = ${OUTCOME.left}
  if said[place] == ${OUTCOME.done} then
    local dump, expiry, mark = said[place + 1], said[place + 2], said[place + 3]
    place = place + 4
    local found, at = state(key)
    outcome = verdict(found, at, dump, expiry, mark)
    n = n + 1
    out[n] = outcome
    if outcome == ${OUTCOME.done} then change(found, at, put(key, dump, expiry)) end
  else
    place = place + 1
    n = n + 1
    out[n] = outcome
  end
end
return finish()`
