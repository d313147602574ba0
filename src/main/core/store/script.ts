import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'

type Command = (...args: ScriptArgs) => Promise<unknown>
export type ScriptArgs = readonly (string | readonly string[])[]

/** What a traced run answers: the script's reply, and the commands that it ran, in order. */
export interface Traced {
  readonly reply: unknown
  readonly commands: readonly (readonly string[])[]
}

/** One Lua script on one client: one round trip, by EVALSHA once the connection knows it. */
export class Script {
  readonly #client: Redis
  readonly #lua: string
  readonly #keys: number
  readonly #run: Command
  #trace: Command | undefined

  constructor(client: Redis, lua: string, keys = 1) {
    this.#client = client
    this.#lua = lua
    this.#keys = keys
    this.#run = define(client, lua, keys)
  }

  /** @param args the keys, then the script's ARGV; lists are laid out flat. */
  run(...args: ScriptArgs): Promise<unknown> {
    return Reflect.apply(this.#run, this.#client, args)
  }

  /** As {@link run}, and tells which commands ran on the server: what the script did, not what it should do. */
  async trace(...args: ScriptArgs): Promise<Traced> {
    this.#trace ??= define(this.#client, traced(this.#lua), this.#keys)
    const [reply, commands] = (await Reflect.apply(this.#trace, this.#client, args)) as [unknown, string[][]]
    return { reply, commands }
  }

  /** {@link nameRefusedCommand} with this script's source. */
  nameRefused(error: unknown): unknown {
    return nameRefusedCommand(error, this.#lua)
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

const CALL = /redis\.p?call\('(\w+)'/

/** Named by its text, so that stores which share a client share a script only when it is the same. */
function define(client: Redis, lua: string, numberOfKeys: number): Command {
  const name = `session-store-${createHash('sha1').update(lua).digest('hex')}`
  const commands = client as unknown as Record<string, Command | undefined>
  if (commands[name] === undefined) client.defineCommand(name, { lua, numberOfKeys })
  const command = commands[name]
  if (command === undefined) throw new TypeError('ioredis has not defined the script.')
  return command
}

/**
 * The same script with a log around `redis.call` and `redis.pcall`. Long words are cut on the server, so that
 * watching a session with large values does not send them back once more.
 */
const traced = (lua: string): string => `
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
}
local function script()
${lua}
end
local ok, reply = pcall(script)
if not ok or type(reply) == 'table' and reply.err then
  local text = type(reply) == 'table' and reply.err or tostring(reply)
  if #ran > 0 and string.find(text, "can't run this command") then
    text = text .. " (run the '" .. ran[#ran][1] .. "' command)"
  end
  return {err = text}
end
return {reply or false, ran}`
