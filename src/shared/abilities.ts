import type { CallName, ParsedArg } from './contract.ts'

/** What one thing that a person does takes of Redis. */
interface Needs {
  /** After `may not` or `cannot`: `remove fields`. */
  readonly words: string
  /** Commands in capitals, a subcommand after a space: all of them. */
  readonly commands: readonly string[]
  /** Whether it runs a script that writes, or one that reads, which can be sent in two ways. */
  readonly scripts?: 'writing' | 'reading'
  /** What it changes: keys under the prefix, the server, or nothing. @default nothing */
  readonly changes?: 'keys' | 'server'
  /** Nothing comes in its place where it is missing; else something is only slower or not shown. @default false */
  readonly quiet?: boolean
}

/** What a key is shown by, also after a write. */
const SHOW = ['TYPE', 'PTTL', 'HGETALL'] as const
/** What the guard of an edit looks at, and the fields whose TTL it keeps. */
const EDIT = [...SHOW, 'HMGET', 'HGET', 'HPEXPIRETIME'] as const
const OTHER_TYPES = ['GET', 'LRANGE', 'SMEMBERS', 'ZRANGE'] as const

/**
 * What people do with the inspector, and the commands that each takes. The one place that knows: what is asked of the
 * server at connect, what is refused by its name, and what is greyed out all come from here.
 */
export const ABILITIES = {
  list: { words: 'list sessions', commands: ['SCAN', 'HMGET', 'PTTL', 'TYPE'] },
  open: { words: 'open a session', commands: SHOW },
  readLongFields: { words: 'read long fields whole', commands: ['HGET'] },
  readStrings: { words: 'read strings', commands: ['STRLEN', 'GETRANGE', 'EXISTS'] },
  findColumns: { words: 'look which columns there could be', commands: ['HSCAN'] },
  scanFast: {
    words: 'scan by scripts, which takes a fraction of the time',
    commands: [],
    scripts: 'reading',
    quiet: true,
  },
  readAtOnce: {
    words: 'read the parts of a session in one moment',
    commands: ['MULTI', 'EXEC'],
    quiet: true,
  },
  seeMemory: { words: 'see the memory of keys', commands: ['MEMORY USAGE'], quiet: true },
  countKeys: { words: 'count the keys of the database', commands: ['DBSIZE'], quiet: true },
  seeServer: { words: 'see the version, role and load of the server', commands: ['INFO'], quiet: true },
  seeFieldTtls: { words: 'see the TTLs of single fields', commands: ['HPTTL', 'HKEYS'], quiet: true },
  live: { words: 'be told of changes at once', commands: ['CONFIG GET', 'PSUBSCRIBE'], quiet: true },
  notifications: {
    words: 'switch notifications on',
    commands: ['CONFIG GET', 'CONFIG SET'],
    changes: 'server',
    quiet: true,
  },

  create: {
    words: 'create sessions',
    commands: ['EXISTS', 'HSET', 'EXPIRE'],
    scripts: 'writing',
    changes: 'keys',
  },
  touch: {
    words: 'touch sessions',
    commands: [...SHOW, 'HMGET', 'EXPIRE', 'HSET'],
    scripts: 'writing',
    changes: 'keys',
  },
  rotate: {
    words: 'rotate ids',
    commands: ['HMGET', 'RENAMENX'],
    scripts: 'writing',
    changes: 'keys',
  },
  editFields: {
    words: 'edit fields',
    commands: [...EDIT, 'HSET'],
    scripts: 'writing',
    changes: 'keys',
  },
  removeFields: {
    words: 'remove fields',
    commands: [...EDIT, 'HDEL'],
    scripts: 'writing',
    changes: 'keys',
  },
  renameFields: {
    words: 'rename fields',
    commands: [...EDIT, 'HSET', 'HDEL'],
    scripts: 'writing',
    changes: 'keys',
  },
  keepFieldTtls: {
    words: 'edit fields that have a TTL of their own',
    commands: ['HPEXPIREAT', 'TIME'],
    scripts: 'writing',
    changes: 'keys',
  },
  setFieldTtls: {
    words: 'set the TTLs of single fields',
    commands: [...SHOW, 'HMGET', 'HPTTL', 'HPEXPIRE'],
    scripts: 'writing',
    changes: 'keys',
  },
  removeFieldTtls: {
    words: 'remove the TTLs of single fields',
    commands: [...SHOW, 'HMGET', 'HPTTL', 'HPERSIST'],
    scripts: 'writing',
    changes: 'keys',
  },
  editStrings: {
    words: 'edit strings',
    commands: [...SHOW, 'HMGET', 'GET', 'SET'],
    scripts: 'writing',
    changes: 'keys',
  },
  setTtl: {
    words: 'change TTLs',
    commands: [...SHOW, 'HMGET', 'HSET', 'EXPIRE'],
    scripts: 'writing',
    changes: 'keys',
  },
  removeTtl: {
    words: 'remove TTLs',
    commands: [...SHOW, 'HMGET', 'HGET', 'PERSIST'],
    scripts: 'writing',
    changes: 'keys',
  },
  delete: {
    words: 'delete sessions and keys',
    commands: ['TYPE', 'HMGET', 'UNLINK'],
    scripts: 'writing',
    changes: 'keys',
  },
  undo: {
    words: 'undo and redo',
    commands: ['DUMP', 'PEXPIRETIME', 'HGETALL', 'TIME', 'RESTORE', 'UNLINK'],
    scripts: 'writing',
    changes: 'keys',
  },
  deleteMany: {
    words: 'delete many sessions at once',
    commands: ['TYPE', 'HMGET', 'DUMP', 'TIME', 'UNLINK'],
    scripts: 'writing',
    changes: 'keys',
  },
  setTtlOfMany: {
    words: 'change the TTL of many sessions at once',
    commands: ['TYPE', 'HMGET', 'DUMP', 'TIME', 'HSET', 'EXPIRE'],
    scripts: 'writing',
    changes: 'keys',
  },
  export: {
    words: 'export sessions',
    commands: ['TYPE', 'PTTL', 'TIME', 'HGETALL', 'HPEXPIRETIME'],
    scripts: 'reading',
  },
  exportLossless: {
    words: 'export lossless',
    commands: ['TYPE', 'PTTL', 'TIME', 'HGETALL', 'HPEXPIRETIME', 'DUMP'],
    scripts: 'reading',
  },
  exportOtherTypes: {
    words: 'export strings, lists, sets and sorted sets',
    commands: OTHER_TYPES,
    scripts: 'reading',
  },
  checkImport: {
    words: 'look what an import would do',
    commands: ['TYPE', 'PTTL', 'TIME', 'HGETALL', 'HPEXPIRETIME', 'DUMP'],
    scripts: 'reading',
  },
  import: {
    words: 'import sessions',
    commands: [
      ...['TYPE', 'PTTL', 'TIME', 'HGETALL', 'HPEXPIRETIME', 'DUMP', 'EXISTS'],
      ...['HSET', 'PEXPIREAT', 'UNLINK'],
    ],
    scripts: 'writing',
    changes: 'keys',
  },
  importLossless: {
    words: 'import lossless exports',
    commands: ['RESTORE'],
    scripts: 'writing',
    changes: 'keys',
  },
  importOtherTypes: {
    words: 'import strings, lists, sets and sorted sets',
    commands: [...OTHER_TYPES, 'SET', 'RPUSH', 'SADD', 'ZADD'],
    scripts: 'writing',
    changes: 'keys',
  },
  importFieldTtls: {
    words: 'import the TTLs of single fields',
    commands: ['HPEXPIREAT'],
    scripts: 'writing',
    changes: 'keys',
  },
  readValues: {
    words: 'read the values of all sessions, for the report on risks',
    commands: ['TYPE', 'PTTL', 'TIME', 'HGETALL', 'HPEXPIRETIME', ...OTHER_TYPES, 'SCAN', 'EXISTS'],
    scripts: 'reading',
  },
  removeMembers: {
    words: 'remove orphaned entries of indexes',
    commands: ['TYPE', 'EXISTS', 'DUMP', 'SREM', 'ZREM'],
    scripts: 'writing',
    changes: 'keys',
  },
  addSamples: {
    words: 'add sample sessions',
    commands: ['HSET', 'PEXPIRE'],
    scripts: 'writing',
    changes: 'keys',
  },
  demo: {
    words: 'run the demo server',
    commands: ['EXISTS', 'HSET', 'EXPIRE', 'HGETALL', 'HMGET', 'HINCRBY', 'RENAMENX', 'UNLINK'],
    scripts: 'writing',
    changes: 'keys',
  },
} as const satisfies Readonly<Record<string, Needs>>

export type Ability = keyof typeof ABILITIES
const NAMES = Object.keys(ABILITIES) as readonly Ability[]

export const needsOf = (ability: Ability): Needs => ABILITIES[ability]

/** The two ways to send a script. The second is promised not to write, and servers before Redis 7.0 lack it. */
const SCRIPTS = ['EVALSHA', 'EVAL'] as const
const READING_SCRIPTS = ['EVALSHA_RO', 'EVAL_RO'] as const

/** Every command that something here takes: what is asked of the server, each once. */
export const NEEDED_COMMANDS: readonly string[] = [
  ...new Set([...NAMES.flatMap((name) => needsOf(name).commands), ...READING_SCRIPTS, ...SCRIPTS]),
]

/** The commands that an ability lacks where these are refused; none where it is there. */
export function lackedBy(ability: Ability, refused: readonly string[]): readonly string[] {
  const { commands, scripts } = needsOf(ability)
  const lacks = (names: readonly string[]) => names.filter((name) => refused.includes(name))
  const plain = lacks(SCRIPTS)
  const readOnly = lacks(READING_SCRIPTS)
  const lackedScripts = scripts === undefined || (scripts === 'reading' && readOnly.length === 0) ? [] : plain
  return [...lacks(commands), ...lackedScripts]
}

/** What cannot be done where these commands are refused, and which of them each takes. */
export const lostAbilities = (
  refused: readonly string[],
): readonly { readonly ability: Ability; readonly lacks: readonly string[] }[] =>
  NAMES.map((ability) => ({ ability, lacks: lackedBy(ability, refused) })).filter(
    ({ lacks }) => lacks.length > 0,
  )

/** Those of the refused commands whose absence costs something, to be named. */
export const missingCommands = (refused: readonly string[]): readonly string[] => {
  const lacked = new Set(lostAbilities(refused).flatMap(({ lacks }) => lacks))
  return NEEDED_COMMANDS.filter((command) => lacked.has(command))
}

/** The same with what is not named and yet decides: without it, scripts that read could be sent the other way. */
export const decidingCommands = (refused: readonly string[]): readonly string[] => {
  const missing = missingCommands(refused)
  const hasNoScripts = SCRIPTS.some((command) => missing.includes(command))
  const isDeciding = (command: string) =>
    hasNoScripts && READING_SCRIPTS.some((each) => each === command) && refused.includes(command)
  return NEEDED_COMMANDS.filter((command) => missing.includes(command) || isDeciding(command))
}

/** What an administrator would run: `ACL SETUSER ada +hdel +config|get`. @param user null for the default one */
export const aclLine = (user: string | null, commands: readonly string[]): string =>
  `ACL SETUSER ${user ?? 'default'} ${commands.map((name) => `+${name.toLowerCase().replace(' ', '|')}`).join(' ')}`

/** The same for keys under a prefix, or for the channels that tell of them. @param pattern a glob */
export const aclPatternLine = (user: string | null, sigil: '~' | '&', pattern: string): string => {
  const rule = `${sigil}${pattern}`
  // As one word for redis-cli, whatever the prefix holds.
  return `ACL SETUSER ${user ?? 'default'} ${/[\s"'\\]/.test(rule) ? JSON.stringify(rule) : rule}`
}

/** Keys under a prefix that this user may not use, or may read and not write. */
export interface KeyLimit {
  readonly prefix: string
  readonly access: 'none' | 'read'
  /** The pattern that would allow them: `session:*`. */
  readonly pattern: string
}

/** Whether a limit stands in the way of what is to be done. */
export const isLimited = ({ access }: KeyLimit, ability: Ability): boolean =>
  access === 'none' || needsOf(ability).changes === 'keys'

export const keyLimitInWords = ({ prefix, access }: KeyLimit): string => {
  const keys = prefix === '' ? 'all keys' : `the keys under ${prefix}`
  return `This Redis user may not ${access === 'none' ? 'use' : 'write'} ${keys}.`
}

/** What a call takes, so that one which would be refused halfway is refused before it has begun. */
const OF_CALLS: { readonly [N in CallName]?: (arg: ParsedArg<N>) => Ability | null } = {
  'list.window': () => 'list',
  'list.rescan': () => 'list',
  'list.resumeScan': () => 'list',
  'list.fields': () => 'findColumns',
  'list.addSamples': () => 'addSamples',
  'session.watch': (arg) => (arg === null ? null : 'open'),
  'session.read': () => 'open',
  'session.readField': () => 'readLongFields',
  'session.readValue': () => 'readStrings',
  'session.create': () => 'create',
  'session.setField': () => 'editFields',
  'session.removeField': () => 'removeFields',
  'session.renameField': () => 'renameFields',
  'session.setFieldTtl': ({ ttl }) => (ttl === null ? 'removeFieldTtls' : 'setFieldTtls'),
  'session.setValue': () => 'editStrings',
  'session.decode': () => 'open',
  'cookie.find': () => 'open',
  'session.related': () => 'open',
  'session.editDecoded': ({ type }) => (type === 'hash' ? 'editFields' : 'editStrings'),
  'session.setTtl': () => 'setTtl',
  'session.setExpiry': ({ ttl }) => (ttl === null ? 'removeTtl' : 'setTtl'),
  'session.touch': () => 'touch',
  'session.rotate': () => 'rotate',
  'session.delete': () => 'delete',
  'session.deleteKey': () => 'delete',
  'history.undo': () => 'undo',
  'history.redo': () => 'undo',
  'bulk.run': ({ action }) => (action.kind === 'delete' ? 'deleteMany' : 'setTtlOfMany'),
  'export.begin': ({ form }) => (form === 'lossless' ? 'exportLossless' : 'export'),
  'import.begin': () => 'checkImport',
  'import.run': () => 'import',
  'risks.read': ({ on }) => (on ? 'readValues' : null),
  'risks.removeMembers': () => 'removeMembers',
  'demo.start': () => 'demo',
}

export const abilityOfCall = <N extends CallName>(name: N, arg: ParsedArg<N>): Ability | null =>
  OF_CALLS[name]?.(arg) ?? null
