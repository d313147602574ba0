import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  ABILITIES,
  type Ability,
  abilityOfCall,
  aclLine,
  lackedBy,
  lostAbilities,
  NEEDED_COMMANDS,
} from '#shared/abilities.ts'
import type { CallArg, CallName, ParsedArg } from '#shared/contract.ts'
import { AppError } from '#shared/errors.ts'
import { InspectorClient } from '../../test/inspector-client.ts'
import { useRedisServer } from '../../test/redis.ts'
import { SERVER_KINDS } from '../../test/redis-servers.ts'

const PREFIX = 'session:'
const open: InspectorClient[] = []
afterEach(async () => {
  for (const client of open.splice(0)) await client.inspector.stop()
})

const SESSION = {
  username: 'ada',
  theme: 'dark',
  created_at: '2026-04-02T12:34:56+00:00',
  last_accessed_at: '2026-04-02T12:34:56+00:00',
  session_ttl: '600',
}
const ref = (id: string) => ({ prefix: PREFIX, id })
const field = (id: string, shown: string | null) => ({ ...ref(id), field: 'theme', shown })

interface Step<N extends CallName = CallName> {
  readonly call: N
  readonly arg: CallArg<N>
}
const step = <N extends CallName>(call: N, arg: CallArg<N>): Step => ({ call, arg }) as unknown as Step

/** What people do, each on a key of its own. */
const STEPS: readonly Step[] = [
  step('list.window', {
    prefix: PREFIX,
    columns: ['username'],
    filter: '',
    sort: { by: 'id', direction: 'ascending' },
    offset: 0,
    limit: 10,
  }),
  step('list.rescan', { prefix: PREFIX }),
  step('list.fields', { prefix: PREFIX }),
  step('list.addSamples', { prefix: PREFIX, count: 1 }),
  step('session.watch', ref('watched')),
  step('session.readField', { ...ref('watched'), field: 'theme' }),
  step('session.readValue', ref('text')),
  step('session.create', { prefix: PREFIX, fields: { username: 'grace' }, ttl: 60 }),
  step('session.setField', { ...field('set', 'dark'), value: 'light' }),
  step('session.removeField', field('remove', 'dark')),
  step('session.renameField', { ...field('rename', 'dark'), shown: 'dark', to: 'mode' }),
  step('session.setValue', { ...ref('text'), shown: 'old', value: 'new' }),
  step('session.setTtl', { ...ref('ttl'), ttl: 90 }),
  step('session.setExpiry', {
    ...ref('forever'),
    state: 'session',
    type: 'hash',
    shown: null,
    configuredTtl: 600,
    ttl: null,
  }),
  step('session.touch', ref('touch')),
  step('session.rotate', ref('rotate')),
  step('session.delete', ref('delete')),
  step('bulk.freeze', { prefix: PREFIX, scope: { ids: ['bulk'] } }),
  step('bulk.run', { action: { kind: 'delete' }, unchangedOnly: false, others: false }),
  step('export.begin', { prefix: PREFIX, scope: { ids: ['watched'] }, form: 'readable' }),
  step('export.begin', { prefix: PREFIX, scope: { ids: ['watched'] }, form: 'lossless' }),
  step('demo.start', { port: 0, prefix: 'demo:', ttl: 60 }),
  step('import.begin', { prefix: PREFIX, into: 'given', existing: 'keep' }),
]
/** Where fields can have a TTL of their own. */
const FIELD_TTL_STEPS: readonly Step[] = [
  step('session.setFieldTtl', { ...ref('fieldTtl'), field: 'theme', shown: null, ttl: 300 }),
  step('session.setField', { ...field('fieldEnds', 'dark'), value: 'light' }),
]
const SCRIPTS = ['EVALSHA', 'EVAL', 'EVALSHA_RO', 'EVAL_RO']
const KEYS = [
  'watched',
  'set',
  'remove',
  'rename',
  'ttl',
  'forever',
  'touch',
  'rotate',
  'delete',
  'bulk',
  'fieldTtl',
  'fieldEnds',
]
/** What is done to an open list. */
const ON_A_LIST: readonly CallName[] = [
  ...(['list.rescan', 'list.fields', 'session.watch', 'bulk.freeze', 'bulk.run'] as const),
  'export.begin',
]

describe.each(SERVER_KINDS)('on $name', ({ binary, missing: absent }) => {
  if (absent !== null) {
    it.skip(`is not tried: ${absent}`, () => {})
    return
  }
  const redis = useRedisServer(binary)

  async function as(...rules: readonly string[]): Promise<InspectorClient> {
    await redis.client.call('ACL', 'SETUSER', 'guest', 'reset', 'on', '>pw', '~*', '&*', ...rules)
    const client = new InspectorClient()
    open.push(client)
    await client.invoke('connection.connect', { port: redis.port, username: 'guest', password: 'pw' })
    return client
  }
  const missingOf = (client: InspectorClient) => {
    const { status } = { status: client.payloads('connection.changed').at(-1) }
    return status?.state === 'connected' ? status.missing : null
  }
  async function fill(): Promise<void> {
    await redis.client.flushall()
    for (const key of KEYS) {
      await redis.client.hset(PREFIX + key, SESSION)
      await redis.client.expire(PREFIX + key, 600)
    }
    await redis.client.set(`${PREFIX}text`, 'old')
    if (await isKnown('HPEXPIRE'))
      await redis.client.call('HPEXPIRE', `${PREFIX}fieldEnds`, '500000', 'FIELDS', '1', 'theme')
  }
  const isKnown = async (command: string) => {
    const [info] = (await redis.client.command('INFO', command.toLowerCase().replace(' ', '|'))) as unknown[]
    return info !== null
  }

  it('finds nothing missing for a user who may do everything, and changes no key and no setting to find out', async () => {
    await fill()
    await redis.client.config('RESETSTAT')
    const client = await as('+@all')
    expect(missingOf(client)).toEqual([])
    const stats = await redis.client.info('commandstats')
    expect(stats).not.toMatch(/cmdstat_(hset|set|unlink|rpush|sadd|zadd|expire|restore|config\|set):/)
    expect(await redis.client.acl('LOG')).toEqual([])
  })

  it.each(NEEDED_COMMANDS)(
    '%s taken away is named, with what it costs, and all else works',
    async (command) => {
      if (!(await isKnown(command))) return
      await fill()
      const client = await as('+@all', `-${command.toLowerCase().replace(' ', '|')}`)
      const lost = lostAbilities([command])
      expect(missingOf(client)).toEqual(lost.length > 0 ? [command] : [])
      const listed = lackedBy('list', [command]).length === 0
      const steps = (await isKnown('HPEXPIRE')) ? [...STEPS, ...FIELD_TTL_STEPS] : STEPS
      for (const { call, arg } of steps) {
        if (!listed && ON_A_LIST.includes(call)) continue
        const ability = abilityOfCall(call, arg as ParsedArg<CallName>)
        // A list is frozen for what is done to it then.
        const needed: Ability | null = call === 'bulk.freeze' ? 'deleteMany' : ability
        const also = JSON.stringify(arg).includes('fieldEnds') ? lackedBy('keepFieldTtls', [command]) : []
        const lacks = needed === null ? [] : [...lackedBy(needed, [command]), ...also]
        const outcome = await client.invoke(call, arg).then(
          () => null,
          (error: unknown) => error,
        )
        if (lacks.length === 0) {
          expect(outcome, `${call} without ${command}`).toBeNull()
        } else if (call !== 'bulk.freeze' && call !== 'bulk.run') {
          expect(outcome, `${call} without ${command}`).toBeInstanceOf(AppError)
          expect(outcome).toMatchObject({
            code: 'no_permission',
            message: expect.stringContaining(`may not run ${command}`),
          })
          if (also.length === 0) expect((outcome as AppError).message).toContain(aclLine('guest', [command]))
        }
      }
    },
  )

  it('undoes what was written where it may, and names what it lacks where not', async () => {
    for (const [rule, command] of [
      ['-restore', 'RESTORE'],
      ['-unlink', 'UNLINK'],
    ] as const) {
      await fill()
      const client = await as('+@all', rule)
      await client.invoke('session.setField', { ...field('set', 'dark'), value: 'light' })
      await expect(client.invoke('history.undo', {})).rejects.toMatchObject({
        code: 'no_permission',
        message: expect.stringContaining(command),
      })
      expect(await redis.client.hget(`${PREFIX}set`, 'theme')).toBe('light')
    }
  })

  it('makes a connection that only reads of a user who only reads', async () => {
    await fill()
    const client = await as('+@read', '-@write')
    const missing = missingOf(client) ?? []
    const writing = Object.keys(ABILITIES).filter(
      (name) => 'changes' in ABILITIES[name as Ability],
    ) as Ability[]
    for (const ability of writing) expect(lackedBy(ability, missing)).not.toEqual([])
    for (const ability of ['list', 'open', 'readStrings', 'readLongFields', 'findColumns'] as const)
      expect(lackedBy(ability, missing)).toEqual([])
    const [first] = STEPS
    await client.invoke('list.window', first?.arg as CallArg<'list.window'>)
    await vi.waitFor(async () =>
      expect(await client.invoke('list.window', first?.arg as CallArg<'list.window'>)).toMatchObject({
        total: KEYS.length + 1,
        phase: 'complete',
      }),
    )
    expect(await client.invoke('session.watch', ref('watched'))).toMatchObject({ state: 'session' })
    expect(await client.invoke('session.watch', ref('text'))).toMatchObject({ value: { value: 'old' } })
    expect(await client.invoke('session.watch', ref('nobody'))).toBeNull()
    await expect(client.invoke('session.touch', ref('touch'))).rejects.toMatchObject({
      code: 'no_permission',
    })
  })

  it('follows what is allowed and taken away while it is connected', async () => {
    await fill()
    const client = await as('+@all', '-hdel')
    expect(missingOf(client)).toEqual(['HDEL'])
    await redis.client.acl('SETUSER', 'guest', '+hdel')
    // Asked once more before it is refused.
    await client.invoke('session.removeField', field('remove', 'dark'))
    expect(missingOf(client)).toEqual([])
    await redis.client.acl('SETUSER', 'guest', '-hset')
    await expect(
      client.invoke('session.setField', { ...field('set', 'dark'), value: 'light' }),
    ).rejects.toMatchObject({ code: 'no_permission', details: { command: 'HSET' } })
    expect(missingOf(client)).toEqual(['HSET'])
    await redis.client.acl('SETUSER', 'guest', '+hset')
    expect(await client.invoke('connection.lookAtPermissions', {})).toMatchObject({ missing: [] })
  })

  it('follows a permission that nobody but the list itself misses', async () => {
    await fill()
    const client = await as('+@all')
    await client.invoke('list.window', STEPS[0]?.arg as CallArg<'list.window'>)
    await redis.client.acl('SETUSER', 'guest', '-hmget')
    await vi.waitFor(() => expect(missingOf(client)).toEqual(['HMGET']), 5000)
  })

  it('refuses keys that a user may not use by the pattern that is missing, before one is asked for', async () => {
    await fill()
    const client = await as('resetkeys', '~other:*', '+@all')
    expect(missingOf(client)).toEqual([])
    const window = STEPS[0]?.arg as CallArg<'list.window'>
    await expect(client.invoke('list.window', window)).rejects.toMatchObject({
      code: 'no_permission',
      message: expect.stringContaining('ACL SETUSER guest ~session:*'),
      details: { limit: { prefix: PREFIX, access: 'none', pattern: 'session:*' } },
    })
    expect(await client.invoke('list.window', { ...window, prefix: 'other:' })).toMatchObject({ total: 0 })
    const { id } = await client.invoke('session.create', { prefix: 'other:', fields: {}, ttl: 60 })
    await client.invoke('session.delete', { prefix: 'other:', id })
    await redis.client.acl('SETUSER', 'guest', '~session:*')
    expect(await client.invoke('list.window', window)).toMatchObject({ rows: expect.any(Array) })
    expect(client.payloads('connection.changed').at(-1)).toMatchObject({ keyLimits: [] })
  })

  it('reads keys that a user may only read, and writes none of them', async () => {
    await fill()
    const client = await as('resetkeys', '%R~session:*', '+@all')
    await client.invoke('list.window', STEPS[0]?.arg as CallArg<'list.window'>)
    expect(client.payloads('connection.changed').at(-1)).toMatchObject({
      missing: [],
      keyLimits: [{ prefix: PREFIX, access: 'read', pattern: 'session:*' }],
    })
    expect(await client.invoke('session.watch', ref('watched'))).toMatchObject({ state: 'session' })
    await expect(client.invoke('session.delete', ref('delete'))).rejects.toMatchObject({
      code: 'no_permission',
      message: expect.stringContaining('may not write the keys under session:'),
    })
    expect(await redis.client.exists(`${PREFIX}delete`)).toBe(1)
  })

  it('is told of changes by the channels of its prefix alone, and says which ones are missing', async () => {
    await fill()
    await redis.client.config('SET', 'notify-keyspace-events', 'KA')
    const window = STEPS[0]?.arg as CallArg<'list.window'>
    const told = await as('resetchannels', '&__keyspace@0__:session:*', '+@all')
    await told.invoke('list.window', window)
    expect(told.payloads('connection.changed').at(-1)).toMatchObject({
      live: 'notifications',
      channelLimit: null,
    })
    const deaf = await as('resetchannels', '&other', '+@all')
    await deaf.invoke('list.window', window)
    await vi.waitFor(() =>
      expect(deaf.payloads('connection.changed').at(-1)).toMatchObject({
        live: 'polling',
        channelLimit: '__keyspace@0__:session:*',
      }),
    )
    await redis.client.acl('SETUSER', 'guest', '&__keyspace@0__:session:*')
    expect(await deaf.invoke('connection.lookAtPermissions', {})).toMatchObject({ live: 'notifications' })
    await redis.client.config('SET', 'notify-keyspace-events', '')
  })

  it('finds out the same where scripts are refused', async () => {
    await fill()
    const limited = await as('+@all', '-@scripting', '-rpush', '-config|set')
    expect(missingOf(limited)).toEqual(
      NEEDED_COMMANDS.filter((name) => ['RPUSH', 'CONFIG SET', ...SCRIPTS].includes(name)),
    )
    const client = await as('+@all', '-@scripting', '-hdel', '-multi', '-config|get', '-exec')
    expect(missingOf(client)).toEqual(
      NEEDED_COMMANDS.filter((name) => ['HDEL', 'MULTI', 'EXEC', 'CONFIG GET', ...SCRIPTS].includes(name)),
    )
    expect(await redis.client.keys('redis-session-inspector*')).toEqual([])
    await client.invoke('list.window', STEPS[0]?.arg as CallArg<'list.window'>)
    expect(await client.invoke('session.watch', ref('watched'))).toMatchObject({ state: 'session' })
    await expect(
      client.invoke('export.begin', { prefix: PREFIX, scope: { ids: ['watched'] }, form: 'readable' }),
    ).rejects.toMatchObject({ message: expect.stringContaining('may not run EVALSHA, EVAL,') })
  })

  it('reads by the scripts that only read where no others may be run', async () => {
    await fill()
    const client = await as('+@all', '-eval', '-evalsha')
    await client.invoke('list.window', STEPS[0]?.arg as CallArg<'list.window'>)
    const { handle } = await client.invoke('export.begin', {
      prefix: PREFIX,
      scope: { ids: ['watched'] },
      form: 'readable',
    })
    expect(await client.invoke('export.read', { handle })).toMatchObject({ progress: { written: 1 } })
    await expect(client.invoke('session.touch', ref('touch'))).rejects.toMatchObject({
      message: expect.stringContaining('may not run EVALSHA, EVAL,'),
    })
  })
})
