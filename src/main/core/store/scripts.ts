import type { RedisClient } from '../connection/redis-client.ts'
import { luaString, SESSION_TTL } from './lua.ts'
import { Script } from './script.ts'
import type { ArgvLayout } from './script-catalogue.ts'
import { indexLua, listUserLua, logOutUserLua, pruneLua, type UserIndex } from './user-index.ts'

/*
 * The store's operations, one Lua script each. What they share:
 * - Everything is judged before the first write: Redis rolls nothing back.
 * - A key that is no session (another type, a reserved field missing, a TTL that is none) is answered with nil and
 *   not touched. Redis freezes time while a script runs, so a key that was there when it was judged stays.
 * - One key, KEYS[1], so that they run on a cluster. Rotation has two, of which a cluster wants the same slot: the store
 *   chooses the new id so. The user index computes further keys; see user-index.ts.
 * - With the user index, `user` is the user's name before the write.
 */

/** Lua: returns from the script where `reply` is an error; a key of another type is no session, the rest is told. */
const unlessError = (reply: string): string => `
if ${reply}.err then
  if string.find(${reply}.err, '^WRONGTYPE') then return false end
  return ${reply}
end`

/** Lua: reads what tells a session (and, as `s[4]` and on, the fields asked for), and returns where it is none. */
const session = (index: UserIndex | null, ...fields: readonly string[]): string => {
  const more = [...fields, ...(index === null ? [] : [luaString(index.field)])]
  return `${SESSION_TTL}
local s = redis.pcall('HMGET', KEYS[1], 'created_at', 'last_accessed_at', 'session_ttl'${more.map((name) => `, ${name}`).join('')})
${unlessError('s')}
local ttl = session_ttl(s[1], s[2], s[3])
if not ttl then return false end
${index === null ? '' : `${indexLua(index)}\nlocal user = s[${3 + more.length}]`}`
}

/** Lua that only stores with a user index have. */
const when = (index: UserIndex | null, lua: (index: UserIndex) => string): string =>
  index === null ? '' : lua(index)

/**
 * Lua: fails here, with nothing written, if this user may not EXPIRE. Servers before 7.0 cannot be asked, so there
 * it is tried. It is not tried everywhere, since a script that has begun to write is no longer stopped by maxmemory.
 */
const mayExpire = (ttl: string): string => `
if not redis.acl_check_cmd or not redis.acl_check_cmd('EXPIRE', KEYS[1], ${ttl}) then
  redis.call('EXPIRE', KEYS[1], ${ttl})
end`

/** How many arguments one command of a script gets: Lua's stack takes some 8,000. Even, for pairs. */
const CHUNK = 1000

/** Lua: the rest of ARGV to one command, in as many calls as it takes; `count` adds up what they answer. */
const inChunks = (command: string, from: number): string => `
local count = 0
for i = ${from}, #ARGV, ${CHUNK} do
  count = count + redis.call('${command}', KEYS[1], unpack(ARGV, i, math.min(i + ${CHUNK - 1}, #ARGV)))
end`

/** Lua: `after`, the user among the pairs of ARGV, or `otherwise`. */
const userInPairs = (index: UserIndex, from: number, otherwise: string): string => `
local after = ${otherwise}
for i = ${from}, #ARGV, 2 do
  if ARGV[i] == ${luaString(index.field)} then after = ARGV[i + 1] end
end`

/** ARGV: TTL, then pairs of field and value, the reserved ones included. nil: the key exists already. */
const create = (index: UserIndex | null) => `
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
${mayExpire('ARGV[1]')}
${when(
  index,
  (on) => `${indexLua(on)}${pruneLua(on)}${userInPairs(on, 2, 'nil')}
if after and after ~= '' then
  prune(after)
  index(ID, nil, after, ARGV[1] * 1000)
end`,
)}
${inChunks('HSET', 2)}
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1`

/** Lua of the two reads: `h`, all fields in one go, which spares a second look; `accessed` is where the touch goes. */
const readAll = (index: UserIndex | null) => `${SESSION_TTL}
local h = redis.pcall('HGETALL', KEYS[1])
${unlessError('h')}
local created, accessed, ttl, user
for i = 1, #h, 2 do
  local field = h[i]
  if field == 'created_at' then created = i
  elseif field == 'last_accessed_at' then accessed = i + 1
  elseif field == 'session_ttl' then ttl = h[i + 1]
  end
  ${when(index, (on) => `if field == ${luaString(on.field)} then user = h[i + 1] end`)}
end
ttl = session_ttl(created, accessed, ttl)
if not ttl then return false end`

/** Answers the fields as a flat list. */
const read = () => `${readAll(null)}
return h`

/** ARGV: now. EXPIRE first: so a touch passes where maxmemory is reached, and people can go on reading. */
const readAndTouch = (index: UserIndex | null) => `${readAll(index)}
redis.call('EXPIRE', KEYS[1], ttl)
${when(index, (on) => `${indexLua(on)}\nindex(ID, user, user, ttl * 1000)`)}
redis.call('HSET', KEYS[1], 'last_accessed_at', ARGV[1])
h[accessed] = ARGV[1]
return h`

/** ARGV: now. */
const touch = (index: UserIndex | null) => `${session(index)}
redis.call('EXPIRE', KEYS[1], ttl)
${when(index, () => 'index(ID, user, user, ttl * 1000)')}
redis.call('HSET', KEYS[1], 'last_accessed_at', ARGV[1])
return 1`

/** Answers `session_ttl`. */
const configuredTtl = () => `${session(null)}
return s[3]`

/** As Redis' TTL answers, as text. */
const remainingTtl = () => "return string.format('%.0f', redis.call('TTL', KEYS[1]))"

/** ARGV: pairs of field and value, `last_accessed_at` among them. */
const update = (index: UserIndex | null) => `${session(index)}
${mayExpire('ttl')}
${when(index, (on) => `${userInPairs(on, 1, 'user')}\nindex(ID, user, after, ttl * 1000)`)}
${inChunks('HSET', 1)}
redis.call('EXPIRE', KEYS[1], ttl)
return 1`

/** What `increment` answers for a value that is no whole number, or would leave the exact ones. */
export const NOT_A_NUMBER = 'not a number'

/**
 * ARGV: now, field, by. HINCRBY judges too, but only once it is too late to write nothing. The sum is answered as
 * text, since ioredis' reader of integers rounds those near 2^53.
 */
const increment = (index: UserIndex | null) => `${session(index, 'ARGV[2]')}
local value = s[4] or '0'
local sum = (value == '0' or string.find(value, '^-?[1-9]%d*$')) and value + ARGV[3]
if not sum or math.abs(value) > ${Number.MAX_SAFE_INTEGER} or math.abs(sum) > ${Number.MAX_SAFE_INTEGER} then
  return '${NOT_A_NUMBER}'
end
${mayExpire('ttl')}
${when(
  index,
  (on) => `
local after = user
if ARGV[2] == ${luaString(on.field)} then after = string.format('%.0f', sum) end
index(ID, user, after, ttl * 1000)`,
)}
redis.call('HINCRBY', KEYS[1], ARGV[2], ARGV[3])
redis.call('HSET', KEYS[1], 'last_accessed_at', ARGV[1])
redis.call('EXPIRE', KEYS[1], ttl)
return string.format('%.0f', sum)`

/** ARGV: now, then fields. Answers how many there were. */
const removeFields = (index: UserIndex | null) => `${session(index)}
${mayExpire('ttl')}
${when(
  index,
  (on) => `
local after = user
for i = 2, #ARGV do
  if ARGV[i] == ${luaString(on.field)} then after = nil end
end
index(ID, user, after, ttl * 1000)`,
)}
${inChunks('HDEL', 2)}
redis.call('HSET', KEYS[1], 'last_accessed_at', ARGV[1])
redis.call('EXPIRE', KEYS[1], ttl)
return count`

/** ARGV: now, TTL, and '' or the TTL that it must have. Answers the one that it has where that is another. */
const setTtl = (index: UserIndex | null) => `${session(index)}
if ARGV[3] ~= '' and s[3] ~= ARGV[3] then return s[3] end
${mayExpire('ARGV[2]')}
${when(index, () => 'index(ID, user, user, ARGV[2] * 1000)')}
redis.call('HSET', KEYS[1], 'session_ttl', ARGV[2], 'last_accessed_at', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1`

/** KEYS: old, new. Answers 1, or 0 where the new key is taken. RENAME takes the expiry along to the millisecond. */
const rotate = (index: UserIndex | null) => `${session(index)}
${when(
  index,
  (on) => `
local rest = redis.call('PTTL', KEYS[1])
if rest < 0 then rest = ${Number.MAX_SAFE_INTEGER} end
index(string.sub(KEYS[2], ${Buffer.byteLength(on.prefix) + 1}), nil, user, rest)`,
)}
local renamed = redis.call('RENAMENX', KEYS[1], KEYS[2])
${when(index, () => "if renamed == 1 and user and user ~= '' then redis.call('ZREM', INDEX .. user, ID) end")}
return renamed`

/** The session first: where its index is broken, a logout still logs out. */
const deleteWhole = (index: UserIndex | null) => `${session(index)}
redis.call('UNLINK', KEYS[1])
${when(index, () => 'index(ID, user, nil, 0)')}
return 1`

/** The scripts of one store on its client, with what the command log says of them. */
export function storeScripts(client: RedisClient, index: UserIndex | null) {
  const script = (
    lua: (index: UserIndex | null) => string,
    name: string,
    argv: ArgvLayout = 'plain',
    keys = 1,
  ) => new Script(client, lua(index), keys, { name, argv })
  return {
    create: script(create, 'create a session', { pairsFrom: 1 }),
    read: script(read, 'read a session'),
    readAndTouch: script(readAndTouch, 'read and touch a session'),
    touch: script(touch, 'touch a session'),
    configuredTtl: script(configuredTtl, 'read the configured TTL'),
    remainingTtl: script(remainingTtl, 'read the TTL left'),
    update: script(update, 'write fields of a session', { pairsFrom: 0 }),
    increment: script(increment, 'increment a field', 'anything'),
    removeFields: script(removeFields, 'remove fields of a session'),
    setTtl: script(setTtl, 'set the TTL of a session'),
    rotate: script(rotate, 'rotate the id of a session', 'plain', 2),
    delete: script(deleteWhole, 'delete a session'),
    user:
      index === null
        ? null
        : {
            list: script(() => listUserLua(index), 'list the sessions of a user'),
            logOut: script(() => logOutUserLua(index), 'log a user out'),
          },
  }
}
