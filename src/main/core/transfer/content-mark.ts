import { createHash } from 'node:crypto'
import type { Content } from './record.ts'

/**
 * Lua: `content_mark(key, kind, dump)`, a SHA-1 of what a key holds that is the same for the same content on every
 * server: the parts are hashed one by one and their hashes sorted, since neither the order of a hash table nor the
 * server's collation is the same everywhere. For a type that has no readable form it is that of its DUMP.
 *
 * And `field_expiries(key, h)`: for each name of a flat list of fields its expiry, -1 for none; false on a server that
 * has none (before Redis 7.4).
 */
export const CONTENT_MARK = `
local function field_expiries(key, h)
  local all = {}
  for from = 1, #h, 1000 do
    local names = {}
    for i = from, math.min(from + 999, #h), 2 do names[#names + 1] = h[i] end
    local found = redis.pcall('HPEXPIRETIME', key, 'FIELDS', #names, unpack(names))
    if found.err then
      if string.find(found.err, '[Uu]nknown') then return false end
      error(found.err, 0)
    end
    for i = 1, #names do all[#all + 1] = found[i] end
  end
  return all
end
local function content_mark(key, kind, dump)
  local parts = {}
  if kind == 'hash' then
    local h = redis.call('HGETALL', key)
    local expiries = field_expiries(key, h)
    for i = 1, #h, 2 do
      local at = expiries and expiries[(i + 1) / 2] or -1
      parts[#parts + 1] = redis.sha1hex(string.format('%d:%.0f:', #h[i], at) .. h[i] .. h[i + 1])
    end
  elseif kind == 'string' then
    parts[1] = redis.sha1hex(redis.call('GET', key))
  elseif kind == 'list' or kind == 'set' then
    local items
    if kind == 'list' then
      items = redis.call('LRANGE', key, 0, -1)
    else
      items = redis.call('SMEMBERS', key)
    end
    for i, item in ipairs(items) do parts[i] = redis.sha1hex(item) end
  elseif kind == 'zset' then
    local items = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #items, 2 do
      parts[#parts + 1] = redis.sha1hex(struct.pack('>d', tonumber(items[i + 1])) .. items[i])
    end
  else
    parts[1] = redis.sha1hex(dump or redis.call('DUMP', key))
  end
  if kind ~= 'list' then table.sort(parts) end
  return redis.sha1hex(kind .. '\\n' .. table.concat(parts, '\\n'))
end`

/** The same of what a file says. */
export function contentMark(content: Content): string {
  const parts = partsOf(content)
  if (content.type !== 'list') parts.sort()
  return sha1(`${content.type}\n${parts.join('\n')}`)
}

function partsOf(content: Content): string[] {
  switch (content.type) {
    case 'hash':
      return content.fields.map(({ name, value, expiresAt }) =>
        sha1(Buffer.concat([Buffer.from(`${name.length}:${expiryWord(expiresAt)}:`), name, value])),
      )
    case 'string':
      return [sha1(content.value)]
    case 'zset':
      return content.items.map(({ member, score }) => {
        const packed = Buffer.alloc(8)
        packed.writeDoubleBE(score)
        return sha1(Buffer.concat([packed, member]))
      })
    default:
      return content.items.map(sha1)
  }
}

/** As the scripts write and read a moment: `-1` for none. Exact, where a number above 2^53 would be shortened. */
export const expiryWord = (at: number | null): string => (at === null ? '-1' : String(BigInt(at)))

export const sha1 = (bytes: Buffer | string): string => createHash('sha1').update(bytes).digest('hex')
