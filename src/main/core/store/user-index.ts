import { luaString, SESSION_TTL } from './lua.ts'

/**
 * The optional index from a user to their sessions: a sorted set `user-sessions:{length of prefix}:{prefix}{user}`
 * of session ids, scored by when they expire (epoch ms by the server's clock). The length keeps prefix `s:` with
 * user `a:b` apart from prefix `s:a:` with user `b`.
 *
 * It is a hint, the session's hash is the truth: each read checks every member against its hash. So an entry may
 * be left behind by an expiry or by another store, and each write of ours puts a missing one back.
 *
 * Its keys are computed inside the scripts, which a cluster refuses for those that lie on another node; without the
 * option every script keeps to the session's own key.
 */
export interface UserIndex {
  readonly prefix: string
  readonly field: string
}

export const userIndexKey = (prefix: string, user: string): string =>
  `user-sessions:${Buffer.byteLength(prefix)}:${prefix}${user}`

/** Dead members that one `createSession` looks for: so a user who never lists them keeps a small index. */
const PRUNED_PER_CREATE = 8

/** Lua: `live(id, user)`, whether this id is a session of this user now. Reads only. */
const live = ({ prefix, field }: UserIndex): string => `${SESSION_TTL}
local function live(id, user)
  local s = redis.pcall('HMGET', ${luaString(prefix)} .. id, 'created_at', 'last_accessed_at', 'session_ttl', ${luaString(field)})
  if s.err and not string.find(s.err, '^WRONGTYPE') then error(s.err) end
  return not s.err and session_ttl(s[1], s[2], s[3]) and s[4] == user
end`

/**
 * Lua: `index(id, before, after, ms)` moves a session from one user to another, or renews its entry, with its
 * remaining milliseconds. It runs before the session itself is written: an entry without a session does no harm, a
 * session without an entry would be missed at logout. The index key lives a second longer than its longest member,
 * since the clock it is set by may be a moment behind the one that EXPIRE uses.
 */
export const indexLua = ({ prefix }: UserIndex): string => `
local INDEX = ${luaString(userIndexKey(prefix, ''))}
local ID = string.sub(KEYS[1], ${Buffer.byteLength(prefix) + 1})
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function index(id, before, after, ms)
  if before and before ~= '' and before ~= after then redis.call('ZREM', INDEX .. before, id) end
  if not after or after == '' then return end
  local key = INDEX .. after
  redis.call('ZADD', key, math.min(now() + ms, ${Number.MAX_SAFE_INTEGER - 1000}), id)
  local last = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')
  redis.call('PEXPIREAT', key, last[2] + 1000)
end`

/** Lua: drops a few members of the user's index that are past their time, and renews those that still live. */
export const pruneLua = (index: UserIndex): string => `${live(index)}
local function prune(user)
  local key = INDEX .. user
  local time = now()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', time, 'LIMIT', 0, ${PRUNED_PER_CREATE})) do
    if live(id, user) then
      local rest = redis.call('PTTL', ${luaString(index.prefix)} .. id)
      redis.call('ZADD', key, 'XX', math.min(time + math.max(rest, 0), ${Number.MAX_SAFE_INTEGER - 1000}), id)
    else
      redis.call('ZREM', key, id)
    end
  end
end`

/** KEYS: the user's index. ARGV: the user. Answers the ids that live, the longest-lived first. */
export const listUserLua = (index: UserIndex): string => `${live(index)}
local alive = {}
for _, id in ipairs(redis.call('ZREVRANGE', KEYS[1], 0, -1)) do
  if live(id, ARGV[1]) then
    alive[#alive + 1] = id
  else
    redis.pcall('ZREM', KEYS[1], id) -- a courtesy, which a replica refuses
  end
end
return alive`

/** KEYS: the user's index. ARGV: the user. Answers how many sessions were deleted. */
export const logOutUserLua = (index: UserIndex): string => `${live(index)}
local count = 0
for _, id in ipairs(redis.call('ZREVRANGE', KEYS[1], 0, -1)) do
  if live(id, ARGV[1]) then count = count + redis.call('UNLINK', ${luaString(index.prefix)} .. id) end
end
redis.call('UNLINK', KEYS[1])
return count`
