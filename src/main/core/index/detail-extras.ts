import { LIMITS } from '#shared/model.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { FINGERPRINT, KEY_KIND } from '../store/key-kind.ts'
import { KEY_STATE } from '../store/key-state.ts'
import { noteScript } from '../store/script-catalogue.ts'

/** What TYPE, PTTL and HGETALL do not tell of a key. */
export interface DetailExtras {
  /** Milliseconds left of each field that has a TTL of its own; null where the server or this user has none. */
  readonly fieldTtls: readonly (readonly [name: Buffer, left: number])[] | null
  /** Bytes of a string, and its beginning; null for other types, and where they may not be read. */
  readonly text: { readonly size: number; readonly start: Buffer } | null
  /** By which a key that is no session is known again; null where it cannot be told. */
  readonly fingerprint: string | null
}

export const NO_EXTRAS: DetailExtras = { fieldTtls: null, text: null, fingerprint: null }

/**
 * Lua, within the transaction that reads the rest. Each answer that this user may not have, or this server does not
 * know, is left out alone: as a command of the transaction it would end the whole of it. ARGV: '1' to ask for the TTLs
 * of fields. Answers {their TTLs by name in turn or nil, STRLEN, the beginning, fingerprint}.
 */
const EXTRAS = `${KEY_STATE}${KEY_KIND}${FINGERPRINT}
local function field_ttls()
  local asked = redis.pcall('HPTTL', KEYS[1], 'FIELDS', 1, '')
  if asked.err then return false end
  local names, found = redis.pcall('HKEYS', KEYS[1]), {}
  if names.err then return false end
  for from = 1, #names, 500 do
    local to = math.min(from + 499, #names)
    local left = redis.call('HPTTL', KEYS[1], 'FIELDS', to - from + 1, unpack(names, from, to))
    for i = from, to do
      if left[i - from + 1] >= 0 then
        found[#found + 1] = names[i]
        found[#found + 1] = left[i - from + 1]
      end
    end
  end
  return found
end
local kind = key_kind()
if kind == 'string' then
  local size = redis.pcall('STRLEN', KEYS[1])
  local start = redis.pcall('GETRANGE', KEYS[1], 0, ${LIMITS.previewBytes - 1})
  if type(size) ~= 'number' or type(start) ~= 'string' then return {false, false, false, ''} end
  return {false, size, start, fingerprint(kind)}
end
local hash = kind == 'session' or kind == 'incomplete'
return {hash and ARGV[1] == '1' and field_ttls(), false, false, fingerprint(kind)}`

/** What a connection is known to refuse; asked anew when it was lost, since another server may answer then. */
interface Refused {
  scripts: boolean
  fieldTtls: boolean
}
const known = new WeakMap<RedisClient, Refused>()

export function refusedOn(client: RedisClient): Refused {
  const before = known.get(client)
  if (before !== undefined) return before
  const refused = { scripts: false, fieldTtls: false }
  known.set(client, refused)
  client.once('close', () => known.delete(client))
  return refused
}

noteScript(EXTRAS, { name: 'read what not every server tells of a key', argv: 'plain' })

/** The command that reads the extras, for the transaction. */
export const extrasCommand = (client: RedisClient, key: Buffer): [string, string, number, Buffer, string] => [
  'EVAL_RO',
  EXTRAS,
  1,
  key,
  refusedOn(client).fieldTtls ? '0' : '1',
]

/** @param isHash TYPE's answer in the same transaction */
export function toExtras(client: RedisClient, reply: unknown, isHash: boolean): DetailExtras {
  if (!Array.isArray(reply)) return NO_EXTRAS
  const [ttls, size, start, fingerprint] = reply as unknown as readonly [
    readonly (Buffer | number)[] | null,
    number | null,
    Buffer | null,
    Buffer,
  ]
  if (isHash && ttls === null) refusedOn(client).fieldTtls = true
  return {
    fieldTtls: ttls === null ? null : inPairs(ttls),
    text: size === null || start === null ? null : { size, start },
    fingerprint: fingerprint.length === 0 ? null : fingerprint.toString(),
  }
}

/** The same one by one, where scripts are refused: not of the same moment as the rest, but what there is. */
export async function readExtrasPlainly(
  client: RedisClient,
  key: Buffer,
  type: string,
  names: readonly Buffer[],
): Promise<DetailExtras> {
  if (type === 'string') {
    const [size, start] = await Promise.all([
      client.strlen(key).catch(() => null),
      client.getrangeBuffer(key, 0, LIMITS.previewBytes - 1).catch(() => null),
    ])
    return { ...NO_EXTRAS, text: size === null || start === null ? null : { size, start } }
  }
  if (type !== 'hash' || names.length === 0 || refusedOn(client).fieldTtls) return NO_EXTRAS
  const left = await client
    .call('HPTTL', key, 'FIELDS', String(names.length), ...names)
    .catch((): null => null)
  if (!Array.isArray(left)) {
    refusedOn(client).fieldTtls = true
    return NO_EXTRAS
  }
  const fieldTtls = names.map((name, at) => [name, Number(left[at])] as const).filter(([, at]) => at >= 0)
  return { ...NO_EXTRAS, fieldTtls }
}

function inPairs(flat: readonly (Buffer | number)[]): readonly (readonly [Buffer, number])[] {
  const pairs: [Buffer, number][] = []
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [name, left] = [flat[i], flat[i + 1]]
    if (Buffer.isBuffer(name) && typeof left === 'number') pairs.push([name, left])
  }
  return pairs
}
