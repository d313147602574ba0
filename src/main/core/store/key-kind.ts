import { SESSION_TTL } from './lua.ts'

/**
 * Lua: `key_kind()`, what KEYS[1] holds: `none`, `session`, `incomplete` for a hash that is no session, else Redis'
 * TYPE.
 */
export const KEY_KIND = `${SESSION_TTL}
local function key_kind()
  local kind = redis.call('TYPE', KEYS[1]).ok
  if kind ~= 'hash' then return kind end
  local found = redis.call('HMGET', KEYS[1], 'created_at', 'last_accessed_at', 'session_ttl')
  return session_ttl(found[1], found[2], found[3]) and 'session' or 'incomplete'
end`

/** Bytes of a string and fields of a hash beyond which their number alone stands for the whole. */
const MOST = { bytes: 1024 * 1024, fields: 1000 } as const

/**
 * Lua: `fingerprint(kind)`, by which a key that is no session is known again before it is deleted; '' for what is not
 * read, whose type must do. Goes after KEY_STATE.
 */
export const FINGERPRINT = `
local function fingerprint(kind)
  if kind == 'string' then
    local length = redis.pcall('STRLEN', KEYS[1])
    if type(length) ~= 'number' or length > ${MOST.bytes} then return 'length ' .. tostring(length) end
    local value = redis.pcall('GET', KEYS[1])
    return type(value) == 'string' and redis.sha1hex(value) or ''
  end
  if kind ~= 'incomplete' then return '' end
  local count = redis.pcall('HLEN', KEYS[1])
  if type(count) ~= 'number' or count > ${MOST.fields} then return 'fields ' .. tostring(count) end
  local h = redis.pcall('HGETALL', KEYS[1])
  return h.err and '' or (key_mark(KEYS[1], '', h))
end`
