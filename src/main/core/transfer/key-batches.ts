import { TRANSFER_LIMITS } from '#shared/transfer.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { CLOCK } from '../index/read-script.ts'
import { BatchScript } from '../store/batch-script.ts'
import { IS_LARGER } from '../store/key-state.ts'
import { CONTENT_MARK } from './content-mark.ts'
import { PacedCalls } from './paced-calls.ts'
import type { Content } from './record.ts'

/** What is asked of each key: its content, its DUMP, or only the mark by which it is known again. */
export type Question = 'content' | 'dump' | 'mark'

export const BATCH_DEFAULTS = {
  /** Milliseconds of the server's time and bytes after which a call ends with the keys that it has read by then. */
  time: 2,
  bytes: 512 * 1024,
  /** Calls of one key each, at once, where a call may not read more. */
  singles: 20,
} as const

/** Lua: `expires_at(key)`, as PEXPIRETIME answers; servers before Redis 7.0 lack it. */
export const EXPIRES_AT = `
local function unix_time()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function expires_at(key)
  local at = redis.pcall('PEXPIRETIME', key)
  if type(at) == 'number' then return at end
  local left = redis.call('PTTL', key)
  return left < 0 and left or unix_time() + left
end`

/**
 * KEYS: the keys. ARGV: the question, microseconds and bytes after which it ends, bytes of memory that a key may have.
 * Writes nothing. Answers the microseconds that it took, the server's time, and for each key that it has read (the first
 * always) a list: its type (`none` where there is no such key); PEXPIRETIME; then for `mark` the mark, a SHA-1 of DUMP and
 * its last ten bytes; for `dump` the mark and DUMP; for `content` what it holds and the expiries of fields. A key that is
 * too large has its type and PEXPIRETIME alone, as has one whose type has no readable form.
 *
 * A key is read whole in one step, so that its content and its expiry belong together.
 */
const READ = `${CLOCK}${EXPIRES_AT}${IS_LARGER}${CONTENT_MARK}
local question, most_time, most_bytes, largest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local out, bytes = {0, unix_time()}, 0
local function content(key, kind)
  if kind == 'hash' then
    local h = redis.call('HGETALL', key)
    return h, field_expiries(key, h)
  elseif kind == 'string' then
    return redis.call('GET', key)
  elseif kind == 'list' then
    return redis.call('LRANGE', key, 0, -1)
  elseif kind == 'set' then
    return redis.call('SMEMBERS', key)
  elseif kind == 'zset' then
    return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  end
end
for _, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  local entry = {kind, expires_at(key)}
  local too_large, size
  if kind ~= 'none' then too_large, size = is_larger(key, largest) end
  if kind ~= 'none' and not too_large then
    bytes = bytes + (type(size) == 'number' and size or 1000)
    if question == 'content' then
      entry[3], entry[4] = content(key, kind)
    else
      local dump = redis.call('DUMP', key)
      entry[3] = content_mark(key, kind, dump)
      if question == 'dump' then
        entry[4] = dump
      else
        entry[4], entry[5] = redis.sha1hex(dump), string.sub(dump, -10)
      end
    end
  end
  out[#out + 1] = entry
  if now() - began > most_time or bytes > most_bytes then break end
end
out[1] = math.floor(now() - began)
return out`

/** A key at one moment. */
export interface KeyReply {
  /** As TYPE names it; `none` where there is no such key. */
  readonly type: string
  /** Epoch milliseconds; null where it does not expire. */
  readonly expiresAt: number | null
  /** What was asked for; empty for a key that is too large or has no such form. */
  readonly answer: readonly unknown[]
}

export interface BatchReply {
  /** By the server's clock, epoch milliseconds. */
  readonly now: number
  /** Of the first of the keys that were asked for, at least one of them. */
  readonly keys: readonly KeyReply[]
}

type RawBatch = readonly [served: number, now: number, ...keys: (readonly unknown[])[]]

/** Reads many keys, one atomic script call for a batch of them, at the pace that the server bears. */
export class KeyBatches {
  readonly #script: BatchScript
  readonly #question: Question
  readonly #calls: PacedCalls
  /** A cluster's scripts may not reach into other slots: each key has a call of its own there. */
  #single = false

  constructor(client: RedisClient, question: Question) {
    this.#question = question
    this.#script = new BatchScript(client, READ, {
      readOnly: true,
      name: 'read keys whole',
      argv: 'plain',
    })
    this.#calls = new PacedCalls(client)
  }

  stop(): void {
    this.#calls.stop()
  }

  /** How many keys the next call is best asked for. */
  get count(): number {
    return this.#calls.count
  }

  /** The server's clock, epoch milliseconds. @throws AppError */
  async now(): Promise<number> {
    const { now } = await this.read([])
    return now
  }

  /**
   * Reads as many of these keys as one call may, from the first on.
   * @throws AppError
   */
  read(keys: readonly Buffer[]): Promise<BatchReply> {
    return this.#calls.run(async () => {
      const [served, now, ...replies] = await this.#call(keys.slice(0, this.count))
      return {
        value: { now, keys: replies.map(toKeyReply) },
        keys: replies.length,
        served: served > 0 ? served / 1000 : null,
      }
    })
  }

  async #call(keys: readonly Buffer[]): Promise<RawBatch> {
    try {
      if (!this.#single || keys.length === 0) return await this.#run(keys)
    } catch (error) {
      if (!(error instanceof Error) || !/CROSSSLOT|same slot|non-local key/i.test(error.message)) {
        throw toAppError(this.#script.nameRefused(error))
      }
      this.#single = true
    }
    try {
      const replies = await Promise.all(keys.slice(0, BATCH_DEFAULTS.singles).map((key) => this.#run([key])))
      const last = replies.at(-1)
      const served = replies.reduce((sum, [each]) => sum + each, 0)
      return [served, last?.[1] ?? 0, ...replies.flatMap(([, , ...entries]) => entries)]
    } catch (error) {
      throw toAppError(this.#script.nameRefused(error))
    }
  }

  async #run(keys: readonly Buffer[]): Promise<RawBatch> {
    const { time, bytes } = BATCH_DEFAULTS
    const args = [this.#question, time * 1000, bytes, TRANSFER_LIMITS.keyBytes]
    return (await this.#script.run(keys, args)) as RawBatch
  }
}

function toKeyReply([type, at, ...answer]: readonly unknown[]): KeyReply {
  const expiresAt = typeof at === 'number' && at >= 0 ? at : null
  return { type: String(type), expiresAt, answer }
}

/** What a key holds, as the question for its content answers; null for one that is too large or has no such form. */
export function toContent({ type, answer }: KeyReply): Content | null {
  const [held, expiries] = answer
  if (Buffer.isBuffer(held)) return { type: 'string', value: held }
  if (!Array.isArray(held)) return null
  const words = held as readonly Buffer[]
  const moments = Array.isArray(expiries) ? (expiries as readonly number[]) : []
  switch (type) {
    case 'hash':
      return {
        type,
        fields: pairs(words).map(([name, value], position) => {
          const at = moments[position] ?? -1
          return { name, value, expiresAt: at < 0 ? null : at }
        }),
      }
    case 'zset':
      return { type, items: pairs(words).map(([member, score]) => ({ member, score: toScore(score) })) }
    case 'list':
    case 'set':
      return { type, items: words }
    default:
      return null
  }
}

function pairs(flat: readonly Buffer[]): readonly (readonly [Buffer, Buffer])[] {
  const found: [Buffer, Buffer][] = []
  for (let i = 0; i + 1 < flat.length; i += 2) found.push([flat[i] as Buffer, flat[i + 1] as Buffer])
  return found
}

function toScore(word: Buffer): number {
  const text = word.toString()
  return text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text)
}
