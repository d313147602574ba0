import type { RedisClient } from '../connection/redis-client.ts'
import { KEY_STATE, type KeyChange, type RawKeyState, toKeyMark, toKeyState } from './key-state.ts'
import { noteScript, type ScriptAbout } from './script-catalogue.ts'

type Word = string | Buffer
export type ScriptArgs = readonly (Word | readonly Word[])[]
type Command = (...args: ScriptArgs) => Promise<unknown>

/** What a traced run answers: the script's reply, and the commands that it ran, in order. */
export interface Traced {
  readonly reply: unknown
  readonly commands: readonly (readonly string[])[]
}

/** What a recorded run answers. */
export interface Recorded extends Traced {
  /** What it did to its keys, those left out that are as they were; null where that cannot be told. */
  readonly changes: readonly KeyChange[] | null
}

/** One Lua script on one client: one round trip, by EVALSHA once the connection knows it. */
export class Script {
  readonly #client: RedisClient
  readonly #lua: string
  readonly keys: number
  readonly #about: ScriptAbout | null
  readonly #run: Command
  readonly #bytes: Command
  #trace: Command | undefined
  #record: Command | undefined

  /** @param about what the command log says of it */
  constructor(client: RedisClient, lua: string, keys = 1, about: ScriptAbout | null = null) {
    this.#client = client
    this.#lua = lua
    this.keys = keys
    this.#about = about
    const { text, bytes } = define(client, lua, keys, noteScript(lua, about))
    this.#run = text
    this.#bytes = bytes
  }

  /** @param args the keys, then the script's ARGV; lists are laid out flat. */
  run(...args: ScriptArgs): Promise<unknown> {
    return Reflect.apply(this.#run, this.#client, args)
  }

  /** As {@link run}; the reply's texts are Buffers. */
  bytes(...args: ScriptArgs): Promise<unknown> {
    return Reflect.apply(this.#bytes, this.#client, args)
  }

  /** As {@link run}, and tells which commands ran on the server: what the script did, not what it should do. */
  async trace(...args: ScriptArgs): Promise<Traced> {
    this.#trace ??= this.#defineTraced(false).text
    const [reply, commands] = (await Reflect.apply(this.#trace, this.#client, args)) as [unknown, string[][]]
    return { reply, commands }
  }

  /** As {@link trace}, and tells what it did to its keys. The reply's texts are Buffers. */
  async record(...args: ScriptArgs): Promise<Recorded> {
    this.#record ??= this.#defineTraced(true).bytes
    const [reply, commands, before, after] = (await Reflect.apply(this.#record, this.#client, args)) as [
      unknown,
      readonly (readonly Buffer[])[],
      readonly RawKeyState[],
      readonly RawKeyState[],
    ]
    const changes: KeyChange[] = []
    for (const [position, state] of before.entries()) {
      const now = after[position]
      if (now === undefined || (state[1].equals(now[1]) && state[2] === now[2])) continue
      const key = Buffer.from(args[position] as Word)
      changes.push({ key, before: toKeyState(state), after: toKeyMark(now) })
    }
    const told = before.length === this.keys && after.length === this.keys
    return { reply, commands: asText(commands) as string[][], changes: told ? changes : null }
  }

  /** {@link nameRefusedCommand} with this script's source. */
  nameRefused(error: unknown): unknown {
    return nameRefusedCommand(error, this.#lua)
  }

  #defineTraced(record: boolean) {
    const lua = traced(this.#lua, record)
    const sha = noteScript(lua, this.#about, { lua: this.#lua, traced: true })
    return define(this.#client, lua, this.keys, sha)
  }
}

/**
 * Redis 7.0 says that a script was refused a command, but not which. Its source tells: by the line, or, where the
 * error was caught and has none, as the first command, the only one that the scripts call so. The name is added
 * as newer servers put it.
 */
export function nameRefusedCommand(error: unknown, lua: string): unknown {
  if (!(error instanceof Error) || !/can't run this command(?!.*\(run the)/.test(error.message)) return error
  const line = /@user_script:(\d+)/.exec(error.message)?.[1]
  const source = line === undefined ? lua : (lua.split('\n')[Number(line) - 1] ?? '')
  const name = (CALL.exec(source) ?? CALL.exec(lua))?.[1]
  if (name !== undefined) error.message += ` (run the '${name}' command)`
  return error
}

const CALL = /\bp?call\('(\w+)'/

/** A reply's Buffers as text. */
export const asText = (reply: unknown): unknown =>
  Buffer.isBuffer(reply) ? reply.toString() : Array.isArray(reply) ? reply.map(asText) : reply

/**
 * Named by its text and number of keys, so that stores which share a client share a script only when it is the same.
 * @returns the command in its two forms, whose replies are text and Buffers
 */
function define(client: RedisClient, lua: string, numberOfKeys: number, sha: string) {
  const name = `session-store-${numberOfKeys}-${sha}`
  const commands = client as unknown as Record<string, Command | undefined>
  if (commands[name] === undefined) client.defineCommand(name, { lua, numberOfKeys })
  const [text, bytes] = [commands[name], commands[`${name}Buffer`]]
  if (text === undefined || bytes === undefined) throw new TypeError('ioredis has not defined the script.')
  return { text, bytes }
}

/**
 * The same script with a log around `redis.call` and `redis.pcall`. Long words are cut on the server, so that
 * watching a session with large values does not send them back once more.
 * @param record also answers the states of the keys before and after
 */
const traced = (lua: string, record: boolean): string => `
${record ? STATES : ''}
local ran = {}
local server = redis
local function note(...)
  local words = {...}
  for i, word in ipairs(words) do
    if type(word) == 'number' then word = string.format('%.17g', word) end
    if #word > 2000 then word = string.sub(word, 1, 2000) .. '…' end
    words[i] = word
  end
  ran[#ran + 1] = words
end
local redis = {
  call = function(...) note(...) return server.call(...) end,
  pcall = function(...) note(...) return server.pcall(...) end,
  acl_check_cmd = server.acl_check_cmd,
  sha1hex = server.sha1hex,
}
local function script()
${lua}
end
${record ? 'local before = states()' : ''}
local ok, reply = pcall(script)
if not ok or type(reply) == 'table' and reply.err then
  local text = type(reply) == 'table' and reply.err or tostring(reply)
  if #ran > 0 and string.find(text, "can't run this command") then
    text = text .. " (run the '" .. ran[#ran][1] .. "' command)"
  end
  return {err = text}
end
return {reply or false, ran${record ? ', before, #before > 0 and states() or {}' : ''}}`

/** Lua: `states()` of all keys; none where one cannot be told. */
const STATES = `${KEY_STATE}
local function states()
  local found = {}
  for i, key in ipairs(KEYS) do
    found[i] = key_state(key)
    if not found[i] then return {} end
  end
  return found
end`
