import { PEEK_BYTES } from '../formats/limits.ts'
import { SUMMARY_FIELDS, SUMMARY_GROUPS } from '../formats/registry.ts'

/** Instead of its type: the key lies on another node of the cluster, or is on its way there. */
export const ELSEWHERE = '>'

/** Bytes of a field that tells of another library's session, at most. */
export const EXTRA_BYTES = 16 * 1024

/**
 * Bytes beyond which what the JDK has serialised is cut while keys are scanned: that it is there tells that the worker is to
 * be asked, who gets it when the key is read by its name.
 */
const JAVA_BYTES = 512

/**
 * Lua: what is no hash by its type; of a string its beginning, and its length, where they may be read. Most strings end
 * before the beginning does, and need not be asked for their length.
 */
const NO_HASH = `    if sub(values.err, 1, 9) ~= 'WRONGTYPE' then return values end
    if not typed then typed, kind = true, call('TYPE', key) end
    values = kind.ok
    if values == 'string' then
      local start = try('GETRANGE', key, 0, ${PEEK_BYTES - 1})
      local length = type(start) == 'string' and #start
      if length == ${PEEK_BYTES} then length = try('STRLEN', key) end
      if type(length) == 'number' then values = {{start, length}} end
    end`

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ')

/**
 * Lua: of a hash that our own store has not made, what tells of others, after the fields that were asked for: whose it is
 * by a field of each, then all of that one's.
 */
const extras = (scans: boolean): string => `    if not values[1] then
      local tells = try('HMGET', key, ${quoted(SUMMARY_GROUPS.map(([first = '']) => first))})
      local group = ${SUMMARY_GROUPS.map((_, at) => `tells[${at + 1}] and ${at + 1}`).join(' or ')}
      if group then
        local others, from = try('HMGET', key, unpack(groups[group])), #values
        for i = 1, ${SUMMARY_FIELDS.length} do values[from + i] = false end
        from = from + skips[group]
        for i = 1, #others do
          local value = others[i]
          if value and #value <= ${EXTRA_BYTES} then
${
  scans
    ? `            if #value > ${JAVA_BYTES} and sub(value, 1, 2) == '\\172\\237' then value = sub(value, 1, 8) end
`
    : ''
}            values[from + i] = value
          end
        end
      end
    end`

const GROUPS = `local groups = {${SUMMARY_GROUPS.map((names) => `{${quoted(names)}}`).join(', ')}}
local skips = {${SUMMARY_GROUPS.map((_, at) => SUMMARY_GROUPS.slice(0, at).flat().length).join(', ')}}`

const NO_HASH_IN_CLUSTER = `    if string.find(values.err, 'non local key', 1, true) then
      values = '${ELSEWHERE}'
    else
${NO_HASH}
    end`

interface Variant {
  /** Lua: the fields; null for all that is left of ARGV. */
  readonly fields: string | null
  /** Whether keys may lie on other nodes: scripts may touch keys that they do not declare on their own node alone. */
  readonly cluster: boolean
  /** Whether keys come as they are met, and not by their names. */
  readonly scans: boolean
}
const PLAIN: Variant = { fields: null, cluster: false, scans: false }

/**
 * One call of these reads a batch of keys. They write nothing, so that they may run on a replica, and answer one
 * MessagePack array, flat: what a reply of many small values costs Node is more than what it costs Redis. First the
 * microseconds that the server took, as far as it can tell; then for each key three elements: the key; its values (an
 * array, false for what is absent; of a hash without the field that our own store writes first, then the fields that tell
 * of other libraries) or, for a key that is no hash, its type, of a string its beginning and its length in an array of one; its PTTL, read last: a session that ends in
 * between has gone then, and is not a hash that lacks its fields. Where the size is asked for, MEMORY USAGE comes fourth,
 * false where it may not be asked.
 *
 * All are taken for hashes until one in the batch is none: from there on each is asked for its type first. That spares a
 * list of our own sessions the question, and a server the errors, which it counts in INFO, where people watch for them.
 *
 * The loop is written out and its functions are locals: a million calls of a function of ours, and as many looks into
 * the table of Redis's, would be a tenth of what a scan costs.
 */
const readKeys = (keys: string, first: number, { fields, cluster, scans } = PLAIN): string => `
local call, try, sub = redis.call, redis.pcall, string.sub
${GROUPS}
local cut, size = tonumber(ARGV[${first}]), ARGV[${first + 1}] == '1'
local typed, hash, other = false, {ok = 'hash'}, {err = 'WRONGTYPE'}
for _, key in ipairs(${keys}) do
  local kind, values = hash
  if typed then kind = try('TYPE', key) end
  if kind.ok == 'hash' then values = try('HMGET', key, ${fields ?? `unpack(ARGV, ${first + 2})`})
  else values = kind.ok and other or kind end
  if values.err then
${cluster ? NO_HASH_IN_CLUSTER : NO_HASH}
  else
    for i = 4, #values do
      local value = values[i]
      if value and #value > cut then values[i] = sub(value, 1, cut) end
    end
${extras(scans)}
  end
  out[n + 1] = key
  out[n + 2] = values
  out[n + 3] = ${cluster ? `values == '${ELSEWHERE}' and -2 or ` : ''}call('PTTL', key)
  n = n + 3
  if size then
    local bytes = try('MEMORY', 'USAGE', key)
    n = n + 1
    out[n] = type(bytes) == 'number' and bytes
  end
end
out[1] = math.floor(now() - began)
return cmsgpack.pack(out)`

/**
 * Microseconds: TIME moves on within a script up to Redis 7.0, later ones have `os.clock` instead. Where there is
 * neither, the difference is 0.
 */
export const CLOCK = `
local has_clock, clock = pcall(function() return os.clock end)
local function now()
  if has_clock then return clock() * 1000000 end
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end
local began = now()`

/** ARGV: cursor, pattern, count, bytes to cut values at, whether the size is asked for, the fields. */
export const SCAN_SCRIPT = `${CLOCK}
local scan = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local out, n = {0, scan[1]}, 2
${readKeys('scan[2]', 4, { ...PLAIN, scans: true })}`

/** The same on a node of a cluster. */
export const NODE_SCAN_SCRIPT = `${CLOCK}
local scan = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local out, n = {0, scan[1]}, 2
${readKeys('scan[2]', 4, { fields: null, cluster: true, scans: true })}`

/**
 * For keys of one node of a cluster, which a script cannot declare where they lie in several slots. ARGV: bytes to cut
 * values at, whether the size is asked for, the number of fields, the fields, the keys.
 */
export const NODE_READ_SCRIPT = `${CLOCK}
local out, n = {0}, 1
local last = 3 + ARGV[3]
local keys = {unpack(ARGV, last + 1)}
${readKeys('keys', 1, { fields: 'unpack(ARGV, 4, last)', cluster: true, scans: false })}`

/** KEYS: the keys. ARGV: bytes to cut values at, whether the size is asked for, the fields. */
export const READ_SCRIPT = `${CLOCK}
local out, n = {0}, 1
${readKeys('KEYS', 1)}`
