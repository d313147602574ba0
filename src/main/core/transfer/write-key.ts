import { STATE_AND_MARK } from '../bulk/bulk-scripts.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { Script } from '../store/script.ts'
import { CONTENT_MARK, expiryWord } from './content-mark.ts'
import { EXPIRES_AT } from './key-batches.ts'
import type { Seen } from './planned-lines.ts'
import type { Content, Dumped } from './record.ts'

/**
 * Writes one key, if it is still what the dry run saw. Everything is judged before the first write: the time of the
 * session, what the key holds, and whether this user may run what comes next. Redis rolls nothing back, so what is refused
 * all the same, halfway, is taken back here. RESTORE judges its payload before it drops anything.
 *
 * KEYS: the key. ARGV: the mark that it must have, '' for no key; PEXPIRETIME that it must have; the expiry to set, -1
 * for none; '1' where what it was is to be told, for undo; what is written; then its parts.
 *
 * Answers `done` with the change as the bulk scripts tell it (nothing where it is not to be told or cannot be), or why
 * nothing was written.
 */
const WRITE = `${STATE_AND_MARK}${EXPIRES_AT}${CONTENT_MARK}
local key, expiry, kind = KEYS[1], tonumber(ARGV[3]), ARGV[5]
if expiry >= 0 and expiry <= unix_time() then return {'expired'} end
local found, at = redis.call('TYPE', key).ok, expires_at(key)
if found == 'none' then
  if ARGV[1] ~= '' then return {'gone'} end
else
  if ARGV[1] == '' then return {'exists'} end
  if string.format('%.0f', at) ~= ARGV[2] then
    local exact = type(redis.pcall('PEXPIRETIME', key)) == 'number'
    if exact or math.abs(at - tonumber(ARGV[2])) > 2 then return {'changed'} end
  end
  if content_mark(key, found) ~= ARGV[1] then return {'changed'} end
end
local tell, dump_before, at_before = ARGV[4] == '1'
if tell then dump_before, at_before = state(key) end

local function may(...)
  return not redis.acl_check_cmd or redis.acl_check_cmd(...)
end
local function refuse(command)
  return {err = "NOPERM this user has no permissions to run the '" .. command .. "' command"}
end
-- What is wrong with one session alone is told of it; anything else ends the import.
local function failed(problem)
  local text = type(problem) == 'table' and problem.err or tostring(problem)
  for _, word in ipairs({'payload', 'Bad data format', 'expire time', 'not a valid float'}) do
    if string.find(text, word) then return {'refused', text} end
  end
  return {err = text}
end

if kind == 'dump' then
  if not may('RESTORE', key, '0', '', 'REPLACE', 'ABSTTL') then return refuse('restore') end
  local words = {'RESTORE', key, expiry < 0 and '0' or ARGV[3], ARGV[6], 'ABSTTL'}
  if found ~= 'none' then words[6] = 'REPLACE' end
  local restored = redis.pcall(unpack(words))
  if restored.err then return failed(restored) end
else
  local command = ({hash = 'HSET', string = 'SET', list = 'RPUSH', set = 'SADD', zset = 'ZADD'})[kind]
  local ending = tonumber(ARGV[6])
  local parts = 7 + 2 * ending
  if not may(command, key, 'a', 'b', 'c') then return refuse(string.lower(command)) end
  if expiry >= 0 and not may('PEXPIREAT', key, ARGV[3]) then return refuse('pexpireat') end
  if ending > 0 and not may('HPEXPIREAT', key, '1', 'FIELDS', '1', 'a') then return refuse('hpexpireat') end
  if not may('UNLINK', key) then return refuse('unlink') end
  local kept = found ~= 'none' and redis.call('DUMP', key)
  local ok, problem = pcall(function()
    if kept then redis.call('UNLINK', key) end
    for i = parts, #ARGV, 1000 do
      redis.call(command, key, unpack(ARGV, i, math.min(i + 999, #ARGV)))
    end
    if expiry >= 0 then redis.call('PEXPIREAT', key, ARGV[3]) end
    for i = 7, parts - 1, 2 do
      redis.call('HPEXPIREAT', key, ARGV[i + 1], 'FIELDS', '1', ARGV[i])
    end
  end)
  if not ok then
    redis.call('UNLINK', key)
    if kept then redis.call('RESTORE', key, string.format('%.0f', math.max(0, at)), kept, 'ABSTTL') end
    return failed(problem)
  end
end
-- Each of its fields had an expiry, and the last one is over.
if redis.call('EXISTS', key) == 0 then return {'expired'} end
if not tell then return {'done'} end
local dump, at_now = state(key)
-- Without its exact end nothing can be taken back.
if at_now == -3 then return {'done', false} end
return {'done', cmsgpack.pack({0, 0, dump_before, at_before, mark_of(dump, at_now)})}`

export interface KeyWrite {
  readonly key: Buffer
  /** What the dry run saw there. */
  readonly seen: Seen
  readonly expiresAt: number | null
  readonly holds: Content | Dumped
}

export type KeyWritten =
  /** @param change what it did; null where that is not asked for or cannot be told */
  | { readonly kind: 'done'; readonly change: Buffer | null }
  | { readonly kind: 'exists' | 'changed' | 'gone' | 'expired' }
  | { readonly kind: 'refused'; readonly message: string }

/** Writes sessions of a file, each in one guarded step. */
export class KeyWriter {
  readonly #script: Script

  constructor(client: RedisClient) {
    this.#script = new Script(client, WRITE, 1, { name: 'write an imported session' })
  }

  /**
   * @param tell whether to say what it did, for undo
   * @throws what Redis or the connection answered: see {@link nameRefused}
   */
  async write({ key, seen, expiresAt, holds }: KeyWrite, tell: boolean): Promise<KeyWritten> {
    const reply = (await this.#script.bytes(
      key,
      seen.mark ?? '',
      seen.mark === null ? '-2' : expiryWord(seen.expiresAt),
      expiryWord(expiresAt),
      tell ? '1' : '0',
      holds.type,
      ...partsOf(holds),
    )) as readonly [Buffer, ...unknown[]]
    const kind = reply[0].toString()
    if (kind === 'refused') return { kind, message: String(reply[1]) }
    if (kind !== 'done') return { kind: kind as 'exists' | 'changed' | 'gone' | 'expired' }
    return { kind, change: Buffer.isBuffer(reply[1]) ? Buffer.from(reply[1]) : null }
  }

  nameRefused(error: unknown): unknown {
    return this.#script.nameRefused(error)
  }
}

/** After the kind: the payload; or the number of fields that have an expiry, those with it, and what the key holds. */
function partsOf(holds: Content | Dumped): readonly (string | Buffer | readonly (string | Buffer)[])[] {
  switch (holds.type) {
    case 'dump':
      return [holds.dump]
    case 'hash': {
      const ending = holds.fields.flatMap(({ name, expiresAt }) =>
        expiresAt === null ? [] : [name, expiryWord(expiresAt)],
      )
      return [String(ending.length / 2), ending, holds.fields.flatMap(({ name, value }) => [name, value])]
    }
    case 'string':
      return ['0', holds.value]
    case 'zset':
      return ['0', holds.items.flatMap(({ member, score }) => [scoreWord(score), member])]
    default:
      return ['0', holds.items]
  }
}

const scoreWord = (score: number): string =>
  Number.isFinite(score) ? String(score) : score > 0 ? 'inf' : '-inf'
