import { knownScript } from '../store/script-catalogue.ts'

/** Commands that change keys, and those that change the server, as far as anybody sends them from here or in a script. */
const WRITES: ReadonlySet<string> = new Set([
  ...[
    'set',
    'setex',
    'psetex',
    'setnx',
    'mset',
    'msetnx',
    'getset',
    'getdel',
    'getex',
    'append',
    'setrange',
    'setbit',
  ],
  ...[
    'incr',
    'incrby',
    'incrbyfloat',
    'decr',
    'decrby',
    'del',
    'unlink',
    'rename',
    'renamenx',
    'restore',
    'copy',
    'move',
  ],
  ...[
    'expire',
    'pexpire',
    'expireat',
    'pexpireat',
    'persist',
    'migrate',
    'sort',
    'flushdb',
    'flushall',
    'swapdb',
  ],
  ...[
    'hset',
    'hsetnx',
    'hmset',
    'hsetex',
    'hgetdel',
    'hgetex',
    'hdel',
    'hincrby',
    'hincrbyfloat',
    'hpersist',
  ],
  ...['hexpire', 'hpexpire', 'hexpireat', 'hpexpireat'],
  ...[
    'lpush',
    'rpush',
    'lpushx',
    'rpushx',
    'lpop',
    'rpop',
    'lset',
    'linsert',
    'lrem',
    'ltrim',
    'lmove',
    'rpoplpush',
  ],
  ...['sadd', 'srem', 'spop', 'smove', 'sunionstore', 'sinterstore', 'sdiffstore'],
  ...[
    'zadd',
    'zrem',
    'zincrby',
    'zpopmin',
    'zpopmax',
    'zremrangebyrank',
    'zremrangebyscore',
    'zremrangebylex',
  ],
  ...['zunionstore', 'zinterstore', 'zdiffstore', 'zrangestore', 'xadd', 'xdel', 'xtrim', 'publish'],
  ...[
    'config set',
    'config rewrite',
    'acl setuser',
    'acl deluser',
    'script flush',
    'function load',
    'function delete',
  ],
])

const isScriptCall = /^(eval|evalsha|fcall)$/

/** By script: whether its source has a command that writes. */
const judged = new Map<string, boolean>()

/**
 * Whether a command can change something in Redis: what it is sent for, not what came of it. Of a script its source tells.
 * @param name in small letters @param first its first argument @param sha of a script that is known
 */
export function canWrite(name: string, first: string, sha: string | null): boolean {
  if (!isScriptCall.test(name)) return WRITES.has(name) || WRITES.has(`${name} ${first.toLowerCase()}`)
  const script = sha === null ? undefined : knownScript(sha)
  if (script === undefined) return name === 'eval' && sourceWrites(first)
  const writes = judged.get(script.sha) ?? sourceWrites(script.lua)
  judged.set(script.sha, writes)
  return writes
}

const sourceWrites = (lua: string): boolean =>
  [...lua.matchAll(/(?:\bp?call|\btry)\('(\w+)'/g)].some(([, command = '']) =>
    WRITES.has(command.toLowerCase()),
  )
