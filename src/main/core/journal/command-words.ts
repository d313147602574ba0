import { isUtf8 } from 'node:buffer'
import type { Bytes } from '#shared/bytes.ts'
import type { CommandWord } from '#shared/commands.ts'
import { isSecretName, LEFT_OUT, withoutSecrets } from '#shared/secret-names.ts'
import { trimUtf8 } from '../index/fresh-row.ts'
import type { ArgvLayout } from '../store/script-catalogue.ts'

/** An argument as it goes to Redis. */
export type Argument = string | Buffer | number

export const WORD_LIMITS = {
  /** Bytes that are kept of one argument. */
  wordBytes: 200,
  /** Bytes that are kept of all arguments of one command, about. */
  commandBytes: 4000,
} as const

/**
 * What is kept of a command's arguments: without secrets, cut, and copied, so that nothing of the command itself stays in
 * memory. Whatever is not known of errs towards leaving out.
 * @param name in small letters
 * @param argv what the ARGV of a script hold
 * @param knowsSource the source of the script that EVAL names is known elsewhere
 */
export function keepWords(
  name: string,
  args: readonly Argument[],
  argv: ArgvLayout = 'anything',
  knowsSource = false,
): readonly CommandWord[] {
  const judge = judgeOf(name, args, argv)
  const words: CommandWord[] = []
  let bytes = 0
  for (const [at, argument] of args.entries()) {
    if (bytes > WORD_LIMITS.commandBytes) {
      words.push({ shown: '', left: 'words', amount: args.length - at })
      break
    }
    const isSource = knowsSource && at === 0 && /^eval(_ro)?$/.test(name)
    const word = keepWord(argument, isSource ? 'source' : judge(at))
    words.push(word)
    bytes += sizeOfWord(word)
  }
  return words
}

/** Bytes that a kept word takes, about. */
export function sizeOfWord(word: CommandWord): number {
  if (typeof word === 'string') return word.length + 16
  return 'left' in word ? sizeOfWord(word.shown) + 48 : word.base64.length + 48
}

/** `plain`: no value. `value`: one, in which a secret may be named. */
type Verdict = 'plain' | 'value' | 'secret' | 'dump' | 'packed' | 'rule' | 'source'
type Judge = (at: number) => Verdict

const isSecret = (argument: Argument | undefined): boolean =>
  argument !== undefined && isSecretName(textOf(argument).slice(0, 1000))
/** Names may be binary: their letters tell all the same. */
const textOf = (argument: Argument): string =>
  Buffer.isBuffer(argument) ? argument.toString('latin1', 0, 1000) : String(argument)

/** Names with values, in turn, from a place on. */
const pairs =
  (args: readonly Argument[], from: number): Judge =>
  (at) =>
    at < from || (at - from) % 2 === 0 ? 'plain' : isSecret(args[at - 1]) ? 'secret' : 'value'

/**
 * Any argument may be a name, and whatever follows a secret-looking one its value. JSON is none: it is looked into.
 * @param keys arguments up to here are names of keys, shown as they are
 */
const anything = (args: readonly Argument[], from: number, keys: number, value: Verdict): Judge => {
  const isJson = (argument: Argument) => /^\s*[[{]/.test(textOf(argument))
  const name = args.findIndex((argument, at) => at >= from && !isJson(argument) && isSecret(argument))
  const isName = /^[\p{L}\p{N}_.:$-]{1,100}$/u.test(textOf(args[name] ?? ''))
  return (at) => {
    if (at < keys) return 'plain'
    if (name < 0 || at < name) return value
    return at === name && isName ? 'plain' : 'secret'
  }
}

const PLAIN: Judge = () => 'plain'

/** Commands whose arguments are keys, names, numbers and options alone. */
const WITHOUT_VALUES: ReadonlySet<string> = new Set([
  ...[
    'ping',
    'quit',
    'select',
    'client',
    'info',
    'dbsize',
    'cluster',
    'command',
    'time',
    'multi',
    'exec',
    'discard',
  ],
  ...[
    'scan',
    'type',
    'object',
    'memory',
    'dump',
    'exists',
    'del',
    'unlink',
    'touch',
    'rename',
    'renamenx',
    'copy',
  ],
  ...['ttl', 'pttl', 'expire', 'pexpire', 'expireat', 'pexpireat', 'expiretime', 'pexpiretime', 'persist'],
  ...['get', 'mget', 'getrange', 'strlen', 'getdel', 'getex'],
  ...['hget', 'hmget', 'hgetall', 'hlen', 'hexists', 'hdel', 'hscan', 'hkeys', 'hvals', 'hstrlen', 'hgetdel'],
  ...[
    'httl',
    'hpttl',
    'hexpiretime',
    'hpexpiretime',
    'hexpire',
    'hpexpire',
    'hexpireat',
    'hpexpireat',
    'hpersist',
  ],
  ...[
    'llen',
    'lrange',
    'scard',
    'smembers',
    'sscan',
    'zcard',
    'zrange',
    'zrevrange',
    'zrangebyscore',
    'zscan',
    'xlen',
  ],
  ...['subscribe', 'psubscribe', 'unsubscribe', 'punsubscribe', 'readonly', 'flushdb', 'flushall'],
])

function judgeOf(name: string, args: readonly Argument[], argv: ArgvLayout): Judge {
  if (WITHOUT_VALUES.has(name)) return PLAIN
  switch (name) {
    case 'auth':
      return (at) => (at === 0 && args.length > 1 ? 'plain' : 'secret')
    case 'hello': {
      const auth = args.findIndex((argument) => /^auth$/i.test(textOf(argument)))
      return (at) => (auth >= 0 && at === auth + 2 ? 'secret' : 'plain')
    }
    case 'acl':
      return (at) => (/^[<>#!]/.test(textOf(args[at] ?? '')) ? 'rule' : 'plain')
    case 'config':
      return /^set$/i.test(textOf(args[0] ?? '')) ? pairs(args, 1) : PLAIN
    case 'hset':
    case 'hmset':
    case 'hsetnx':
      return pairs(args, 1)
    case 'mset':
    case 'msetnx':
      return pairs(args, 0)
    case 'restore':
      return (at) => (at === 2 ? 'dump' : 'plain')
  }
  if (/^(eval|evalsha|fcall)(_ro)?$/.test(name)) {
    const first = 2 + (Number(textOf(args[1] ?? '')) || 0)
    if (argv === 'plain') return PLAIN
    return argv === 'anything' ? anything(args, first, first, 'packed') : pairs(args, first + argv.pairsFrom)
  }
  return anything(args, 0, 1, 'value')
}

function keepWord(argument: Argument, verdict: Verdict): CommandWord {
  if (verdict === 'secret') return { shown: '', left: 'secret', amount: 0 }
  if (verdict === 'rule') return { shown: `${textOf(argument)[0]}${LEFT_OUT}`, left: 'secret', amount: 0 }
  const size = Buffer.byteLength(Buffer.isBuffer(argument) ? argument : String(argument))
  if (verdict === 'dump' || verdict === 'source') return { shown: '', left: verdict, amount: size }
  // A copy in every case: a part of a string or Buffer would keep the whole.
  const start = startOf(argument)
  const isText = isUtf8(start)
  // Every DUMP holds a zero byte, and what else does is for no reader either.
  if (verdict === 'packed' && (!isText || start.includes(0))) return { shown: '', left: 'dump', amount: size }
  const text = isText ? start.toString() : null
  if (verdict !== 'plain') {
    const safe = text === null ? (namesSecret(start) ? '' : null) : withoutSecrets(text)
    if (safe !== text) return { shown: safe ?? '', left: 'secret', amount: 0 }
  }
  const kept: Bytes = text ?? { base64: start.toString('base64') }
  return size > start.length ? { shown: kept, left: 'long', amount: size - start.length } : kept
}

/** Its first bytes, not parting a character. */
function startOf(argument: Argument): Buffer {
  const { wordBytes } = WORD_LIMITS
  if (!Buffer.isBuffer(argument)) {
    // One more than is kept, so that no half of a character is among those.
    const bytes = Buffer.from(String(argument).slice(0, wordBytes + 1))
    return bytes.length > wordBytes ? Buffer.from(trimUtf8(bytes.subarray(0, wordBytes))) : bytes
  }
  const cut = argument.length > wordBytes
  const start = argument.subarray(0, wordBytes)
  return Buffer.from(cut && isUtf8(trimUtf8(start)) ? trimUtf8(start) : start)
}

/** Packed values (MessagePack, say) name their members in the clear. */
const namesSecret = (bytes: Buffer): boolean =>
  (bytes.toString('latin1').match(/[\w.-]{3,}/g) ?? []).some((name) => isSecretName(name))
