import type { Redis } from 'ioredis'
import { decidingCommands, type KeyLimit, NEEDED_COMMANDS } from '#shared/abilities.ts'
import { prefixPattern } from '../index/glob.ts'
import { BACKGROUND, doFor } from '../journal/command-purpose.ts'
import { noteScript } from '../store/script-catalogue.ts'
import { anyServer, type RedisClient } from './redis-client.ts'

/** A key that nobody has: what is asked about it reads nothing of anybody's and changes nothing. */
const PROBE = 'redis-session-inspector:probe'

/**
 * What stands after each command: enough for the server to take it for one, and nothing by which it would change
 * something if it were run: no such key, or words that are refused.
 */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(['DBSIZE', 'INFO', 'TIME', 'MULTI', 'EXEC'].map((name) => [name, []])),
  ...Object.fromEntries(
    [
      ...['TYPE', 'PTTL', 'HGETALL', 'HKEYS', 'STRLEN', 'EXISTS', 'GET', 'SMEMBERS', 'DUMP'],
      ...['PEXPIRETIME', 'MEMORY USAGE', 'PERSIST', 'UNLINK'],
    ].map((name) => [name, [PROBE]]),
  ),
  ...Object.fromEntries(
    ['HMGET', 'HGET', 'HDEL', 'SISMEMBER', 'SREM', 'ZREM'].map((name) => [name, [PROBE, 'a']]),
  ),
  ...Object.fromEntries(['EXPIRE', 'PEXPIRE', 'PEXPIREAT'].map((name) => [name, [PROBE, '1']])),
  ...Object.fromEntries(['GETRANGE', 'LRANGE', 'ZRANGE'].map((name) => [name, [PROBE, '0', '0']])),
  ...Object.fromEntries(
    ['HPTTL', 'HPEXPIRETIME', 'HPERSIST'].map((name) => [name, [PROBE, 'FIELDS', '1', 'a']]),
  ),
  ...Object.fromEntries(['HPEXPIRE', 'HPEXPIREAT'].map((name) => [name, [PROBE, '1', 'FIELDS', '1', 'a']])),
  ...Object.fromEntries(['EVALSHA', 'EVALSHA_RO'].map((name) => [name, ['0'.repeat(40), '0']])),
  ...Object.fromEntries(['EVAL', 'EVAL_RO'].map((name) => [name, ['return 1', '0']])),
  SCAN: ['0', 'COUNT', '1'],
  HSCAN: [PROBE, '0'],
  RENAMENX: [PROBE, PROBE],
  RESTORE: [PROBE, '0', 'no payload'],
  SET: [PROBE, 'a', 'no option'],
  HSET: [PROBE, 'a', 'a', 'odd'],
  HINCRBY: [PROBE, 'a', 'no number'],
  ZADD: [PROBE, 'no number', 'a'],
  RPUSH: [PROBE, 'a'],
  SADD: [PROBE, 'a'],
  'CONFIG GET': ['notify-keyspace-events'],
  'CONFIG SET': ['redis-session-inspector', 'no such setting'],
  PSUBSCRIBE: [PROBE],
}

/** Those that would do something: where the server cannot be asked, they are queued and dropped again. */
const QUEUED = ['RPUSH', 'SADD'] as const
/** It would make another kind of connection of this one: the one that listens finds out. */
const NEVER_SENT: ReadonlySet<string> = new Set(['PSUBSCRIBE', ...QUEUED])

/**
 * Lua: `is_refused(words)`, whether this user may not run a command, whatever the key. The server is asked (Redis 7.0).
 * Its no may be for the key alone: then the refusal itself tells, which comes before anything is done and is certain,
 * since nothing comes in between. nil for a command that the server does not know.
 */
const IS_REFUSED = `
local function is_refused(words)
  local known, allowed = pcall(redis.acl_check_cmd, unpack(words))
  if not known then return nil end
  if allowed then return false end
  local text = redis.pcall(unpack(words)).err
  return not not (string.find(text, ' run ') or string.find(text, 'from script'))
end`

/**
 * Lua: the commands that this user may not run, by their place. ARGV: for each the number of its words, then these. A
 * command alone, without a key, is answered by some servers, and leaves no trace in the log of refusals; the others want
 * it whole. SET is one whose keys the server looks for without counting the words. Of PSUBSCRIBE it cannot be told
 * whether it is refused for the channel; whoever may publish there may use the channel.
 */
const ASK_COMMANDS = `${IS_REFUSED}
local refused, place, at = {}, 0, 1
while ARGV[at] do
  place = place + 1
  local words = {unpack(ARGV, at + 2, at + 1 + ARGV[at])}
  local name = {unpack(words, 1, tonumber(ARGV[at + 1]))}
  at = at + 2 + ARGV[at]
  local answer
  local known, allowed = false, nil
  if name[1] ~= 'SET' and not string.find(name[1], 'EVAL') then
    known, allowed = pcall(redis.acl_check_cmd, unpack(name))
  end
  if known then
    answer = not allowed
  else
    answer = is_refused(words)
    if answer and name[1] == 'PSUBSCRIBE' then
      answer = redis.acl_check_cmd('PUBLISH', words[2], '') or redis.acl_check_cmd('SUBSCRIBE', words[2])
    end
    if answer == nil then answer = string.find(name[1], '_RO') end
  end
  if answer then refused[#refused + 1] = place end
end
return refused`

/** Lua: whether this user may read and write a key, ARGV[1]; 1 or 0 each, 1 also where no command tells. */
const ASK_KEY = `
local function may(lines)
  for _, words in ipairs(lines) do
    if redis.acl_check_cmd(unpack(words)) then return 1 end
    if not string.find(redis.pcall(unpack(words)).err, ' run ') then return 0 end
  end
  return 1
end
local key = ARGV[1]
return {
  may({{'HMGET', key, 'a'}, {'HGETALL', key}, {'TYPE', key}, {'PTTL', key}}),
  may({{'HSET', key, 'a', 'a'}, {'EXPIRE', key, '1'}, {'HDEL', key, 'a'}, {'UNLINK', key}}),
}`

noteScript(ASK_COMMANDS, { name: 'ask which commands are allowed', argv: 'plain' })
noteScript(ASK_KEY, { name: 'ask whether keys are allowed', argv: 'plain' })

const wordsOf = (name: string): readonly string[] => [...name.split(' '), ...(WORDS[name] ?? [])]

/**
 * The commands that the inspector takes and this user may not run, those left out whose absence costs nothing. It
 * changes no data, and takes one or two round trips.
 */
export function findMissingCommands(client: RedisClient): Promise<readonly string[]> {
  return doFor(BACKGROUND.allowed, async () => {
    const lines = NEEDED_COMMANDS.flatMap((name) => {
      const words = wordsOf(name)
      return [String(words.length), String(name.split(' ').length), ...words]
    })
    const server = anyServer(client)
    const places = await ask(server, ASK_COMMANDS, lines)
    const refused =
      places === null ? await tryCommands(server) : places.map((place) => NEEDED_COMMANDS[place - 1] ?? '')
    transactions.note(client, !refused.includes('MULTI') && !refused.includes('EXEC'))
    return decidingCommands(refused)
  })
}

const withoutTransactions = new WeakSet<RedisClient>()

/** Whether a client may run MULTI and EXEC: to try it would leave it within a transaction where only one may be run. */
export const transactions = {
  allowed: (client: RedisClient): boolean => !withoutTransactions.has(client),
  note(client: RedisClient, allowed: boolean): void {
    if (allowed) withoutTransactions.delete(client)
    else withoutTransactions.add(client)
  },
}

/** What this user may not do with keys under a prefix; null where nothing is known to be missing. */
export function findKeyLimit(client: RedisClient, prefix: string): Promise<KeyLimit | null> {
  return doFor(BACKGROUND.allowed, async (): Promise<KeyLimit | null> => {
    const key = `${prefix}${PROBE}`
    const server = anyServer(client)
    const [reads, writes] = (await ask(server, ASK_KEY, [key])) ?? [await tryKey(server, key), 1]
    if (reads === 1 && writes === 1) return null
    return { prefix, access: reads === 1 ? 'read' : 'none', pattern: prefixPattern(prefix) }
  })
}

/** Asks by a script; null where that is refused, or the server has no answer (before Redis 7.0). */
async function ask(client: Redis, lua: string, args: readonly string[]): Promise<readonly number[] | null> {
  // The first also passes on a connection that is read-only.
  for (const command of ['EVAL_RO', 'EVAL']) {
    try {
      return (await client.call(command, lua, '0', ...args)) as readonly number[]
    } catch {
      // Refused as well as not known: the other one may do.
    }
  }
  return null
}

/** The same where the server cannot be asked: each command is sent, in a form in which it changes nothing. */
async function tryCommands(client: Redis): Promise<readonly string[]> {
  const answers = await Promise.all(
    NEEDED_COMMANDS.map((name) => {
      if (NEVER_SENT.has(name)) return ''
      const answer = answerOf(client, wordsOf(name))
      // Ended in the same breath, or commands of others would be queued.
      return name === 'MULTI' ? answerOf(client, ['DISCARD']).then(() => answer) : answer
    }),
  )
  if (answers[NEEDED_COMMANDS.indexOf('MULTI')] === '') {
    const queued = ['MULTI', ...QUEUED, 'DISCARD'].map((name) => answerOf(client, wordsOf(name)))
    for (const [place, answer] of (await Promise.all(queued)).entries()) {
      const name = QUEUED[place - 1]
      if (name !== undefined) answers[NEEDED_COMMANDS.indexOf(name)] = answer
    }
  }
  return NEEDED_COMMANDS.filter((name, place) => {
    const answer = answers[place] ?? ''
    return isCommandRefused(answer) || (name.endsWith('_RO') && /unknown command/i.test(answer))
  })
}

async function tryKey(client: Redis, key: string): Promise<0 | 1> {
  const answers = await Promise.all(['TYPE', 'PTTL'].map((name) => answerOf(client, [name, key])))
  return answers.some((text) => /^NOPERM/.test(text) && !isCommandRefused(text)) ? 0 : 1
}

/** What a command fails with; '' where it does not. */
async function answerOf(client: Redis, [command = '', ...words]: readonly string[]): Promise<string> {
  try {
    await client.call(command, ...words)
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

/** A key pattern that leaves the probe's key out says nothing of the command. */
const isCommandRefused = (text: string): boolean => /^(EXECABORT.*)?NOPERM.* run /.test(text)
