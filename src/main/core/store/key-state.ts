/** A key at one moment. */
export interface KeyState {
  /** What DUMP says; null where there is no key. */
  readonly dump: Buffer | null
  /** Epoch milliseconds; null where it does not expire. */
  readonly expiresAt: number | null
  /** A small hash's fields and values in turn, for people to compare; null for anything else. */
  readonly fields: readonly Buffer[] | null
  /** When those of its fields end that end by themselves, epoch milliseconds, by name in latin1. */
  readonly ends: ReadonlyMap<string, number>
  /** What a small string holds, to be compared as well; null for anything else. */
  readonly value: Buffer | null
}

/** Enough of a state to know it again. */
export interface KeyMark {
  /** SHA-1 of what it holds, in hexadecimal; null where there is no key. */
  readonly sha: string | null
  readonly expiresAt: number | null
}

/** What a write did to one key. */
export interface KeyChange {
  readonly key: Buffer
  readonly before: KeyState
  readonly after: KeyMark
  /** Where the key is others' too, so that no more than this is taken back; left out for a key as a whole. */
  readonly part?: SharedPart
}

/** A member of a set, or a pointer as long as it holds the word. */
export interface SharedPart {
  readonly kind: 'member' | 'pointer'
  readonly word: Buffer
  /** Taking the change back brings it back; else that removes it. */
  readonly returns: boolean
}

/** Bytes of memory beyond which a key's states are not kept. */
const MOST_BYTES = 16 * 1024 * 1024
/** Fields up to which a hash is kept for comparing, and bytes of a string. */
const MOST_FIELDS = 200
const MOST_TEXT = 64 * 1024

/**
 * Lua: `is_larger(key, most)`, whether a key takes more bytes of memory; false where that may not be asked. MEMORY USAGE
 * guesses from five elements, of which one that is large makes it guess far too much; then all are looked at.
 */
export const IS_LARGER = `
local function is_larger(key, most)
  local guess = redis.pcall('MEMORY', 'USAGE', key)
  if type(guess) ~= 'number' or guess <= most then return false, guess end
  local size = redis.pcall('MEMORY', 'USAGE', key, 'SAMPLES', 0)
  return size > most, size
end`

/**
 * Lua: `key_state(key)`, a key as {DUMP, a SHA-1 of what it holds, PEXPIRETIME, fields or the string, ends of
 * fields}, '' and -2 where there is none; nil where it cannot be told: it is too large, this user may not look, or the server is older than Redis 7.0,
 * whose PEXPIRETIME it needs.
 *
 * The SHA-1 is of a hash's sorted fields, values and (Redis 7.4) expiries: DUMP lists a hash table in an order that
 * changes by itself, while Redis moves it to a larger table. Of any other type it is that of the DUMP.
 */
export const KEY_STATE = `${IS_LARGER}
local function key_mark(key, dump, h)
  if not h then return redis.sha1hex(dump), {} end
  local names, values, ends = {}, {}, {}
  for i = 1, #h, 2 do
    names[#names + 1] = h[i]
    values[h[i]] = h[i + 1]
  end
  table.sort(names)
  local parts = {}
  for from = 1, #names, 500 do
    local to = math.min(from + 499, #names)
    local expiries = redis.pcall('HPEXPIRETIME', key, 'FIELDS', to - from + 1, unpack(names, from, to))
    for i = from, to do
      local name = names[i]
      local at = expiries.err and -1 or expiries[i - from + 1]
      parts[#parts + 1] = string.format('%d:%d:%.0f', #name, #values[name], at)
      parts[#parts + 1] = name
      parts[#parts + 1] = values[name]
      if at > 0 then
        ends[#ends + 1] = name
        ends[#ends + 1] = at
      end
    end
  end
  return redis.sha1hex(table.concat(parts, '\\n')), ends
end
local function key_state(key)
  if is_larger(key, ${MOST_BYTES}) then return nil end
  local dump = redis.pcall('DUMP', key)
  if type(dump) == 'table' then return nil end
  local at = redis.pcall('PEXPIRETIME', key)
  if type(at) ~= 'number' then return nil end
  if not dump then return {'', '', -2, false, {}} end
  local h = redis.pcall('HGETALL', key)
  if h.err then
    if string.sub(h.err, 1, 9) ~= 'WRONGTYPE' then return nil end
    h = false
  end
  local mark, ends = key_mark(key, dump, h)
  if h then return {dump, mark, at, #h <= ${2 * MOST_FIELDS} and h, ends} end
  local text = #dump <= ${MOST_TEXT} and redis.pcall('GET', key)
  return {dump, mark, at, type(text) == 'string' and text, ends}
end`

/** As {@link KEY_STATE} answers it. */
export type RawKeyState = readonly [
  dump: Buffer,
  sha: Buffer,
  expiresAt: number,
  held: readonly Buffer[] | Buffer | null,
  ends: readonly (Buffer | number)[],
]

export const toMoment = (pexpiretime: number): number | null => (pexpiretime < 0 ? null : pexpiretime)

export function toKeyState([dump, , at, held, flat]: RawKeyState): KeyState {
  const ends = new Map<string, number>()
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [name, end] = [flat[i], flat[i + 1]]
    if (Buffer.isBuffer(name) && typeof end === 'number') ends.set(name.toString('latin1'), end)
  }
  return {
    dump: dump.length === 0 ? null : dump,
    expiresAt: toMoment(at),
    fields: Buffer.isBuffer(held) ? null : held,
    ends,
    value: Buffer.isBuffer(held) ? held : null,
  }
}

export const toKeyMark = ([, sha, at]: RawKeyState): KeyMark => ({
  sha: sha.length === 0 ? null : sha.toString(),
  expiresAt: toMoment(at),
})
