/**
 * One call of these reads a batch of keys. They write nothing, so that they may run on a replica, and answer one
 * MessagePack array, flat: what a reply of many small values costs Node is more than what it costs Redis. For each key
 * three elements: its id; its values (an array, false for what is absent) or, for a key that is no hash, its type; its
 * PTTL, read last: a session that ends in between has gone then, and is not a hash that lacks its fields.
 */
const READ_KEY = `
local function read(out, n, key, skip, first, cut)
  local values = redis.pcall('HMGET', key, unpack(ARGV, first))
  if values.err then
    if string.sub(values.err, 1, 9) ~= 'WRONGTYPE' then return values end
    values = redis.call('TYPE', key).ok
  else
    for i = 4, #values do
      local value = values[i]
      if value and #value > cut then values[i] = string.sub(value, 1, cut) end
    end
  end
  out[n + 1] = skip > 1 and string.sub(key, skip) or key
  out[n + 2] = values
  out[n + 3] = redis.call('PTTL', key)
end`

/** ARGV: cursor, pattern, count, bytes of the prefix, bytes to cut values at, the fields. */
export const SCAN_SCRIPT = `${READ_KEY}
local scan = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local out, n, skip, cut = {scan[1]}, 1, ARGV[4] + 1, tonumber(ARGV[5])
for _, key in ipairs(scan[2]) do
  local failure = read(out, n, key, skip, 6, cut)
  if failure then return failure end
  n = n + 3
end
return cmsgpack.pack(out)`

/** KEYS: the keys. ARGV: bytes of the prefix, bytes to cut values at, the fields. */
export const READ_SCRIPT = `${READ_KEY}
local out, n, skip, cut = {}, 0, ARGV[1] + 1, tonumber(ARGV[2])
for _, key in ipairs(KEYS) do
  local failure = read(out, n, key, skip, 3, cut)
  if failure then return failure end
  n = n + 3
end
return cmsgpack.pack(out)`
