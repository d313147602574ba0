/**
 * One call of these reads a batch of keys. They write nothing, so that they may run on a replica, and answer one
 * MessagePack array, flat: what a reply of many small values costs Node is more than what it costs Redis. For each key
 * three elements: the key; its values (an array, false for what is absent) or, for a key that is no hash, its type; its
 * PTTL, read last: a session that ends in between has gone then, and is not a hash that lacks its fields. Where the
 * size is asked for, MEMORY USAGE comes fourth, false where it may not be asked.
 *
 * The loop is written out and its functions are locals: a million calls of a function of ours, and as many looks into
 * the table of Redis's, would be a tenth of what a scan costs.
 */
const readKeys = (keys: string, first: number): string => `
local call, try, sub = redis.call, redis.pcall, string.sub
local cut, size = tonumber(ARGV[${first}]), ARGV[${first + 1}] == '1'
for _, key in ipairs(${keys}) do
  local values = try('HMGET', key, unpack(ARGV, ${first + 2}))
  if values.err then
    if sub(values.err, 1, 9) ~= 'WRONGTYPE' then return values end
    values = call('TYPE', key).ok
  else
    for i = 4, #values do
      local value = values[i]
      if value and #value > cut then values[i] = sub(value, 1, cut) end
    end
  end
  out[n + 1] = key
  out[n + 2] = values
  out[n + 3] = call('PTTL', key)
  n = n + 3
  if size then
    local bytes = try('MEMORY', 'USAGE', key)
    n = n + 1
    out[n] = type(bytes) == 'number' and bytes
  end
end
return cmsgpack.pack(out)`

/** ARGV: cursor, pattern, count, bytes to cut values at, whether the size is asked for, the fields. */
export const SCAN_SCRIPT = `
local scan = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local out, n = {scan[1]}, 1
${readKeys('scan[2]', 4)}`

/** KEYS: the keys. ARGV: bytes to cut values at, whether the size is asked for, the fields. */
export const READ_SCRIPT = `
local out, n = {}, 0
${readKeys('KEYS', 1)}`
