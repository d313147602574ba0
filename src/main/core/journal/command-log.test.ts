import { afterEach, describe, expect, it, vi } from 'vitest'
import { type CommandsChange, isWhole, type LoggedCommand } from '#shared/commands.ts'
import { type CallName, contract, type EventName } from '#shared/contract.ts'
import { shownLine } from '#shared/redis-cli.ts'
import { useRedis } from '../../../test/redis.ts'
import { CommandEntry } from './command-entry.ts'
import { COMMAND_LOG_DEFAULTS, CommandLog } from './command-log.ts'
import { BACKGROUND, doFor, NO_PURPOSE, purposeOfCall } from './command-purpose.ts'
import { tapCommands } from './command-tap.ts'
import { CommandClient } from './testing/command-client.ts'

const redis = useRedis()
const started: CommandClient[] = []
afterEach(async () => {
  for (const client of started.splice(0)) await client.inspector.stop()
  await redis.client.config('SET', 'notify-keyspace-events', '')
})

async function connected(): Promise<CommandClient> {
  const client = new CommandClient()
  started.push(client)
  await client.invoke('connection.connect', { port: redis.port })
  return client
}

const PREFIX = 'session:'
const ref = (id: string) => ({ prefix: PREFIX, id })
const SPRING_INDEX = `${PREFIX}index:org.springframework.session.FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME:ada`
const lineOf = ({ name, words }: LoggedCommand) => shownLine([name, ...words])

/** Does everything that the contract has, once or more. */
async function useEverything(client: CommandClient): Promise<void> {
  await client.window()
  await client.invoke('list.addSamples', { prefix: PREFIX, count: 80 })
  const { id } = await client.invoke('session.create', {
    prefix: PREFIX,
    fields: { username: 'ada', theme: 'dark' },
    ttl: 600,
  })
  await client.invoke('session.watch', ref(id))
  await vi.waitFor(async () => expect((await client.window(PREFIX, 'ada')).matched).toBeGreaterThan(0))
  await client.window(PREFIX, 'cart.items>1')
  await client.window(PREFIX)
  await client.invoke('list.summary', { prefix: PREFIX, filter: '', buckets: 10 })
  await client.invoke('session.setField', { ...ref(id), field: 'theme', shown: 'dark', value: 'light' })
  await client.invoke('session.setField', { ...ref(id), field: 'new', shown: null, value: 'x "y"\n\\' })
  await client
    .invoke('session.setField', { ...ref(id), field: 'new', shown: null, value: '' })
    .catch(() => {})
  await client.invoke('session.removeField', { ...ref(id), field: 'new', shown: 'x "y"\n\\' })
  await client.invoke('session.readField', { ...ref(id), field: 'theme' })
  await client.invoke('session.setTtl', { ...ref(id), ttl: 900 })
  await client.invoke('session.touch', ref(id))
  const { id: rotated } = await client.invoke('session.rotate', ref(id))
  await client.invoke('session.delete', ref(rotated))
  await client.invoke('history.undo', {})
  await client.invoke('history.redo', {})
  await client.invoke('history.undo', {})
  await client.invoke('history.forget', { which: 'redo' })
  await client.invoke('history.status', {})
  await client.invoke('session.renameField', { ...ref(rotated), field: 'theme', shown: 'light', to: 'look' })
  // What this server does not know, or what has changed, is sent all the same.
  const refused = () => {}
  const field = { ...ref(rotated), field: 'look', state: 'session' as const }
  await client.invoke('session.setFieldTtl', { ...field, shown: null, ttl: 60 }).catch(refused)
  await client
    .invoke('session.setExpiry', {
      ...ref(rotated),
      state: 'session',
      type: 'hash',
      shown: null,
      configuredTtl: 1,
      ttl: null,
    })
    .catch(refused)
  await redis.client.set(`${PREFIX}other`, 'old')
  const other = { ...ref('other'), state: 'foreign', type: 'string', fingerprint: null } as const
  await client.invoke('session.deleteKey', other)
  const spring = { creationTime: '1', lastAccessedTime: '60000', maxInactiveInterval: '60' }
  await redis.client.hset(`${PREFIX}sessions:1`, spring)
  await redis.client.set(`${PREFIX}sessions:expires:1`, '')
  await client.invoke('session.related', ref('sessions:1'))
  const springKey = { ...ref('sessions:1'), state: 'incomplete', type: 'hash', fingerprint: null } as const
  await client.invoke('session.deleteKey', { ...springKey, related: true })
  await redis.client.set(`${PREFIX}text`, 'old', 'EX', 900)
  await client.invoke('session.readValue', ref('text'))
  await client.invoke('session.setValue', { ...ref('text'), shown: 'old', value: 'new' })
  await redis.client.set(`${PREFIX}json`, '{"theme":"dark"}')
  const decoded = await client.invoke('session.decode', ref('json'))
  await client.invoke('session.editDecoded', {
    ...ref('json'),
    type: 'string',
    shown: decoded?.marks[0] ?? '',
    edits: [{ kind: 'set', path: [0], value: { type: 'text', value: 'light' } }],
  })
  const cookies = { text: `sid=${rotated}; other=1234567890`, listed: PREFIX, secrets: [] }
  await client.invoke('cookie.find', cookies)
  await client.invoke('risks.report', { prefix: PREFIX })
  await client.invoke('risks.read', { prefix: PREFIX, on: true })
  await vi.waitFor(async () => {
    const { values } = await client.invoke('risks.report', { prefix: PREFIX })
    expect(values.indexes).not.toBeNull()
  }, 10_000)
  await redis.client.sadd(SPRING_INDEX, '"gone"')
  await vi.waitFor(async () => {
    const { members } = await client.invoke('risks.orphans', { prefix: PREFIX })
    expect(members).toBe(1)
  }, 20_000)
  const { mark } = await client.invoke('risks.orphans', { prefix: PREFIX })
  await client.invoke('risks.removeMembers', { prefix: PREFIX, mark })
  await client.invoke('risks.read', { prefix: PREFIX, on: false })
  await client.invoke('bulk.freeze', { prefix: PREFIX, scope: { ids: [rotated, 'text'] } })
  await client.invoke('bulk.run', { action: { kind: 'delete' }, unchangedOnly: true, others: true })
  await client.invoke('history.undo', {})
  await redis.client.hset(`${PREFIX}sessions:2`, spring)
  await redis.client.set(`${PREFIX}sessions:expires:2`, '')
  await vi.waitFor(async () => {
    const scope = { ids: ['sessions:2'] }
    const status = await client.invoke('bulk.freeze', { prefix: PREFIX, scope })
    expect(status).toMatchObject({ list: { libraries: { withRelated: 1 } } })
  }, 10_000)
  const action = { kind: 'delete', related: true } as const
  await client.invoke('bulk.run', { action, unchangedOnly: true, others: true })
  await client.invoke('history.undo', {})
  await client.invoke('timeline.pin', ref(rotated))
  const { handle } = await client.invoke('export.begin', {
    prefix: PREFIX,
    scope: { ids: [rotated] },
    form: 'lossless',
  })
  let text = ''
  for (let done = false; !done; ) {
    const piece = await client.invoke('export.read', { handle })
    text += piece.text
    done = piece.done
  }
  const file = { chunk: Buffer.from(text).toString('base64'), last: true }
  await redis.client.unlink(`${PREFIX}${rotated}`)
  const { handle: to } = await client.invoke('import.begin', {
    prefix: PREFIX,
    into: 'exported',
    existing: 'keep',
  })
  await client.invoke('import.check', { handle: to, ...file })
  await client.invoke('import.run', { handle: to, ...file })
  await client.invoke('list.fields', { prefix: PREFIX })
  await client.invoke('list.prefixes', {})
  await client.invoke('list.setGentle', { prefix: PREFIX, gentle: true })
  await client.invoke('list.stopScan', { prefix: PREFIX })
  await client.invoke('list.resumeScan', { prefix: PREFIX })
  await client.invoke('list.setReading', { prefix: PREFIX, reading: true })
  await client.invoke('list.rescan', { prefix: PREFIX })
  const demo = await client.invoke('demo.start', { port: 0, prefix: PREFIX, ttl: 60 })
  const url = demo.state === 'running' ? demo.url : ''
  const headers = { Origin: url, 'Content-Type': 'application/x-www-form-urlencoded' }
  await fetch(`${url}/login`, { method: 'POST', headers, body: 'username=grace&ttl=60' })
  await client.invoke('demo.stop', {})
  await client.invoke('connection.retry', {})
  await client.invoke('connection.setReadOnly', { readOnly: false })
}

describe('what is in the log', () => {
  it('is every command that Redis gets from the inspector, in order', async () => {
    const monitor = await redis.connect().monitor()
    const seen: { readonly words: readonly string[]; readonly from: string }[] = []
    monitor.on('monitor', (_time: string, words: readonly string[], from: string) =>
      seen.push({ words, from }),
    )
    const client = await connected()
    const clients = (await redis.client.client('LIST')) as string
    const own = /addr=(\S+) .*name=redis-session-inspector /.exec(clients)?.[1]
    expect(own).toBeDefined()
    await useEverything(client)

    const log = await client.log()
    const newest = (await client.page()).newest
    expect(log.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(200)
    // MONITOR says nothing of CONFIG, nor of commands that the server does not know.
    const isTold = ({ name, error }: LoggedCommand) =>
      name !== 'CONFIG' && error?.startsWith('ERR unknown') !== true
    const sent = log.filter(isTold)
    const ofInspector = () => seen.filter(({ from }) => from === own)
    const untold = log.filter((entry) => !isTold(entry))
    await vi.waitFor(() => expect(ofInspector().length).toBeGreaterThanOrEqual(newest - untold.length))

    const numbers = new Set<number>()
    for (const entry of sent.filter(({ count }) => count === 1)) {
      const before = untold.filter(({ number }) => number < entry.number).length
      const told = ofInspector()[entry.number - before - 1]
      expect([entry.number, told?.words[0]?.toUpperCase()]).toEqual([entry.number, entry.name])
      numbers.add(entry.number)
      for (const [at, word] of entry.words.entries()) {
        if (isWhole(word) && typeof word === 'string') expect(told?.words[at + 1]).toBe(monitored(word))
      }
    }
    expect(numbers.size).toBeGreaterThan(100)
    const counted = new Map<string, number>()
    for (const { name, count } of sent) counted.set(name, (counted.get(name) ?? 0) + count)
    const sum = (names: Iterable<number>) => [...names].reduce((a, b) => a + b, 0)
    const first = ofInspector().slice(0, sum(counted.values()))
    const tolds = new Map<string, number>()
    for (const { words } of first) {
      const name = words[0]?.toUpperCase() ?? ''
      tolds.set(name, (tolds.get(name) ?? 0) + 1)
    }
    expect(Object.fromEntries(tolds)).toEqual(Object.fromEntries(counted))
    monitor.disconnect()
  })

  it('is what the connection sends that listens for changes, too, and when it comes back', async () => {
    await redis.client.config('SET', 'notify-keyspace-events', 'AK')
    const client = await connected()
    await client.window()
    const subscriptions = async () =>
      (await client.log()).filter(({ name }) => name === 'PSUBSCRIBE').map(lineOf)
    expect(await subscriptions()).toEqual([
      'PSUBSCRIBE __redis-session-inspector__',
      'PSUBSCRIBE __keyspace@0__:session:*',
    ])
    expect((await client.log({ text: 'psubscribe __' }))[0]).toMatchObject({
      connection: 'notifications',
      purpose: 'listened for changes',
      background: true,
      outcome: 'ok',
    })
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await vi.waitFor(async () => expect((await subscriptions()).length).toBe(3), 5000)
  })

  it('has words for what each command was sent for', async () => {
    const client = await connected()
    await useEverything(client)
    await vi.waitFor(async () => {
      const purposes = new Set((await client.log()).map(({ purpose }) => purpose))
      for (const { words } of [
        BACKGROUND.poll,
        BACKGROUND.pass,
        BACKGROUND.changed,
        BACKGROUND.open,
        BACKGROUND.heartbeat,
      ]) {
        expect(purposes).toContain(words)
      }
    }, 10_000)
    const purposes = new Set((await client.log()).map(({ purpose }) => purpose))
    expect([...purposes]).not.toContain(NO_PURPOSE.words)
    expect([...purposes]).toContain('demo server: POST /login')
    const elsewhere = new Set<CallName>([
      'privateRedis.start',
      'connection.retry',
      // Over connections of its own, of which nothing is noted.
      'connection.test',
      'connection.changeNotifications',
      'demo.start',
      // This is no cluster.
      'cluster.shares',
    ])
    for (const name of Object.keys(contract.calls) as CallName[]) {
      const { words } = purposeOfCall(name)
      if (words !== NO_PURPOSE.words && !elsewhere.has(name)) expect([...purposes], name).toContain(words)
    }
  })

  it('has words for the notifications that are changed, and for a connection that is lost and comes back', async () => {
    const client = await connected()
    await client.window()
    await client.invoke('connection.changeNotifications', { kind: 'enable' })
    expect((await client.log()).filter(({ words }) => words[0] === 'SET')).toMatchObject([
      {
        purpose: 'changed the server’s notifications',
        writes: true,
        words: ['SET', 'notify-keyspace-events', 'AK'],
      },
    ])
    const before = (await client.page()).newest
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await vi.waitFor(async () => {
      expect((await client.invoke('connection.status', {})).state).toBe('connected')
      const after = (await client.log()).filter(({ number }) => number > before)
      expect(after.map(({ purpose }) => purpose)).toContain(BACKGROUND.again.words)
      expect(after.map(({ purpose }) => purpose)).not.toContain(NO_PURPOSE.words)
    }, 10_000)
    // What was sent before is there still; another connection begins anew.
    expect((await client.log()).some(({ number }) => number <= before)).toBe(true)
    await client.invoke('connection.connect', { port: redis.port })
    expect((await client.log()).filter(({ words }) => words[0] === 'SET')).toEqual([])
    expect((await client.log())[0]?.number).toBe(1)
    await client.invoke('connection.disconnect', {})
    expect(await client.page()).toMatchObject({ rows: [], matched: 0, newest: 0 })
  })

  it('says how long each took, what was answered, and what a script did', async () => {
    const client = await connected()
    const { id } = await client.invoke('session.create', {
      prefix: PREFIX,
      fields: { theme: 'dark' },
      ttl: 60,
    })
    await client.invoke('session.touch', ref(id))
    const [touch] = await client.log({ text: 'touched' })
    expect(touch).toMatchObject({
      name: 'EVAL',
      script: { name: 'touch a session', sha: expect.stringMatching(/^[0-9a-f]{40}$/) },
      writes: true,
      background: false,
      outcome: 'ok',
      count: 1,
      error: null,
      reply: { kind: 'items' },
    })
    expect(touch?.averageMs).toBeGreaterThan(0)
    expect(touch?.longestMs).toBe(touch?.averageMs)
    expect(touch?.ran.map(shownLine)).toEqual([
      `HMGET session:${id} created_at last_accessed_at session_ttl`,
      `EXPIRE session:${id} 60`,
      expect.stringMatching(`^HSET session:${id} last_accessed_at`),
    ])
    expect(touch?.at).toBeGreaterThan(Date.now() - 60_000)
    await client.invoke('session.watch', ref(id))
    // First its row is read, as the list shows it.
    const [row, ...opened] = await client.log({ text: 'opened a session' })
    expect(row?.script?.name).toBe('read a batch of keys')
    expect(opened.map(lineOf)).toEqual([
      `MEMORY USAGE session:${id}`,
      'MULTI',
      `TYPE session:${id}`,
      `PTTL session:${id}`,
      `HGETALL session:${id}`,
      expect.stringMatching(new RegExp(`^EVAL_RO .* 1 session:${id} 0$`)),
      'EXEC',
    ])
    expect(opened[5]?.script?.name).toBe('read what not every server tells of a key')
    // What EXEC answered, not that it was queued.
    expect(opened.map(({ reply }) => reply?.kind)).toEqual([
      'number',
      'text',
      'text',
      'number',
      'items',
      'items',
      'items',
    ])
    expect(opened.every(({ writes }) => !writes)).toBe(true)
  })

  it('gives the source of a script that was sent by its hash', async () => {
    const client = await connected()
    const { id } = await client.invoke('session.create', { prefix: PREFIX, fields: {}, ttl: 60 })
    await client.invoke('session.touch', ref(id))
    await client.invoke('session.touch', ref(id))
    const touch = (await client.log({ text: 'touch a session' })).at(-1)
    expect(touch?.name).toBe('EVALSHA')
    const sha = touch?.script?.sha ?? ''
    expect(touch?.words.slice(0, 3)).toEqual([sha, '1', `session:${id}`])
    const script = await client.invoke('commands.script', { sha })
    expect(script).toMatchObject({ sha, name: 'touch a session' })
    expect(await redis.client.script('LOAD', script.source)).toBe(sha)
    await expect(client.invoke('commands.script', { sha: 'f'.repeat(40) })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })
})

describe('what did not go well', () => {
  it('is shown as refused where the connection is read-only', async () => {
    const client = await connected()
    const { id } = await client.invoke('session.create', { prefix: PREFIX, fields: {}, ttl: 60 })
    await client.invoke('connection.setReadOnly', { readOnly: true })
    await expect(client.invoke('session.touch', ref(id))).rejects.toMatchObject({ code: 'read_only' })
    expect(await client.log({ failedOnly: true, kinds: ['writes'] })).toMatchObject([
      { purpose: 'touched a session', outcome: 'refused', failed: 1, writes: true },
    ])
    expect((await client.page()).totals.failed).toBe(1)
  })

  it('is shown with the first line of the error, also within a transaction', async () => {
    await redis.client.set('session:text', 'x')
    const client = await connected()
    await client.invoke('session.watch', ref('text'))
    expect(await client.log({ failedOnly: true, kinds: ['reads', 'writes'] })).toMatchObject([
      { name: 'HGETALL', outcome: 'failed', error: expect.stringMatching(/^WRONGTYPE/), failed: 1 },
    ])
    expect((await client.log({ text: 'wrongtype' })).length).toBe(1)
  })

  it('is no failure where the server only does not know a script yet', async () => {
    await redis.client.script('FLUSH')
    const client = await connected()
    await client.window()
    const missed = (await client.log()).find(({ name, outcome }) => name === 'EVALSHA_RO' && outcome !== 'ok')
    expect(missed).toMatchObject({ outcome: 'unknown', failed: 0, background: true })
    expect((await client.page()).totals).toMatchObject({ failed: 0, backgroundFailed: 0 })
  })

  it('is shown as not sent while there is no connection', async () => {
    const client = redis.connect({ enableOfflineQueue: false, lazyConnect: true })
    const log = new CommandLog()
    tapCommands(client, 'main', log)
    await expect(client.get('a')).rejects.toThrow()
    expect(log.read(ALL).rows).toMatchObject([{ name: 'GET', outcome: 'unsent', failed: 1 }])
  })

  it('does not repeat the arguments that Redis repeats', async () => {
    const client = redis.connect()
    await client.ping()
    const log = new CommandLog()
    tapCommands(client, 'main', log)
    await expect(client.call('NOSUCH', 'password', 'hunter2')).rejects.toThrow(/hunter2/)
    expect(log.read(ALL).rows).toMatchObject([
      { outcome: 'unknown', error: expect.stringMatching(/^ERR unknown command 'NOSUCH'/) },
    ])
    expect(JSON.stringify(log.read(ALL))).not.toContain('hunter2')
  })

  it('is noted once where it waited for the connection', async () => {
    const client = redis.connect({ lazyConnect: true, disableClientInfo: true })
    const log = new CommandLog()
    tapCommands(client, 'main', log)
    await client.get('a')
    expect(log.read(ALL).rows.map(({ name, outcome }) => [name, outcome])).toContainEqual(['GET', 'ok'])
    expect(log.read({ ...ALL, text: 'get a' }).matched).toBe(1)
  })
})

const ALL = {
  offset: 0,
  limit: 500,
  text: '',
  kinds: ['reads', 'writes', 'background'],
  failedOnly: false,
} as const satisfies Parameters<CommandLog['read']>[0]

describe('its bounds', () => {
  const command = (name: string, ...args: readonly string[]) => ({ connection: 'main', name, args }) as const
  const call = () => ({ words: 'did something', background: false })
  const settle = (log: CommandLog, entry: CommandEntry, took = 2) => log.settle(entry, 'ok', took, null, null)

  it('hold, however many commands are sent and however large they are', () => {
    const log = new CommandLog()
    for (let i = 0; i < 3000; i += 1) {
      doFor(call(), () =>
        log.add(command('hset', 'k', 'f', 'v'.repeat(i % 5000), ...Array(i % 200).fill('w'.repeat(90)))),
      )
    }
    const { matched, rows, totals } = log.read({ ...ALL, limit: 500 })
    expect(totals.commands).toBe(3000)
    expect(matched).toBeLessThanOrEqual(COMMAND_LOG_DEFAULTS.commands)
    expect(rows[0]?.number).toBe(3000)
    const kept = [0, 500, 1000, 1500].flatMap((offset) => log.read({ ...ALL, offset }).rows)
    expect(JSON.stringify(kept).length).toBeLessThan(2 * COMMAND_LOG_DEFAULTS.bytes)
  })

  it('let the background push nothing out, which shares entries for ten seconds', () => {
    let now = 0
    const log = new CommandLog(() => now)
    doFor(call(), () => settle(log, log.add(command('hset', 'k', 'f', 'v'))))
    for (let i = 0; i < 100_000; i += 1) {
      now += 1
      const entry = doFor(BACKGROUND.scan, () =>
        log.add(command('evalsha_ro', 'a'.repeat(40), '0', String(i))),
      )
      settle(log, entry, i % 10)
    }
    const { rows, totals } = log.read(ALL)
    expect(totals).toMatchObject({ commands: 1, background: 100_000, writes: 1, averageMs: 2 })
    expect(rows.at(-1)).toMatchObject({ name: 'HSET' })
    expect(rows.slice(0, -1).map(({ count }) => count)).toEqual(Array(10).fill(10_000))
    expect(rows[0]).toMatchObject({
      count: 10_000,
      averageMs: 4.5,
      longestMs: 9,
      words: ['a'.repeat(40), '0', '90000'],
    })
  })

  it('let one call that sends very many push nothing out either', () => {
    const log = new CommandLog()
    doFor(call(), () => log.add(command('hset', 'k', 'f', 'v')))
    doFor(call(), () => {
      for (let i = 0; i < 10_000; i += 1) log.add(command('pexpire', 'k', String(i)))
    })
    const { rows } = log.read(ALL)
    expect(rows.length).toBe(2 + COMMAND_LOG_DEFAULTS.single)
    expect(rows[0]).toMatchObject({ name: 'PEXPIRE', count: 10_000 - COMMAND_LOG_DEFAULTS.single })
    expect(rows.at(-1)).toMatchObject({ name: 'HSET' })
  })

  it('keep an entry countable that has left the log while it gathers', () => {
    const log = new CommandLog()
    doFor(BACKGROUND.scan, () => log.add(command('get', 'first')))
    for (let i = 0; i < COMMAND_LOG_DEFAULTS.background; i += 1) {
      doFor({ words: 'another', background: true }, () => log.add(command('get', 'k')))
    }
    const entry = doFor(BACKGROUND.scan, () => log.add(command('get', 'second')))
    expect(entry.sent.words).toEqual(['second'])
    expect(log.read({ ...ALL, text: 'first' }).matched).toBe(0)
    expect(log.read({ ...ALL, text: 'second' }).matched).toBe(1)
  })

  it('pages from the newest on, and holds still before a number', () => {
    const log = new CommandLog()
    for (let i = 1; i <= 30; i += 1) {
      doFor(i % 3 === 0 ? { ...BACKGROUND.poll } : call(), () =>
        log.add(command(i % 2 ? 'get' : 'set', `key-${i}`, 'v')),
      )
    }
    const numbers = (query: Partial<typeof ALL & { before: number }>) =>
      log.read({ ...ALL, ...query }).rows.map(({ number }) => number)
    expect(numbers({})).toEqual(Array.from({ length: 30 }, (_, i) => 30 - i))
    expect(log.read({ ...ALL, offset: 3, limit: 4 } as never).rows.map(({ number }) => number)).toEqual([
      27, 26, 25, 24,
    ])
    expect(numbers({ before: 4 })).toEqual([3, 2, 1])
    expect(log.read({ ...ALL, before: 28, kinds: ['writes'] })).toMatchObject({ matched: 9, newer: 1 })
    expect(log.read({ ...ALL, kinds: ['writes'] }).rows.map(({ number }) => number)).toEqual([
      28, 26, 22, 20, 16, 14, 10, 8, 4, 2,
    ])
    expect(log.read({ ...ALL, kinds: ['background'] }).matched).toBe(10)
    expect(log.read({ ...ALL, kinds: [] }).matched).toBe(0)
    expect(log.read({ ...ALL, text: ' KEY-17 ' }).rows.map(({ number }) => number)).toEqual([17])
  })

  it('are cleared as a whole, and numbers go on', () => {
    const log = new CommandLog()
    const entry = doFor(call(), () => log.add(command('get', 'k')))
    expect(entry).toBeInstanceOf(CommandEntry)
    log.clear()
    settle(log, entry)
    expect(log.read(ALL)).toMatchObject({ rows: [], newest: 1, totals: { commands: 0 } })
    doFor(call(), () => log.add(command('get', 'k')))
    expect(log.read(ALL).rows.map(({ number }) => number)).toEqual([2])
  })
})

describe('who follows', () => {
  it('is told, on this connection and the next, and nobody else is', async () => {
    const client = await connected()
    const heard: EventName[] = []
    const other = client.inspector.attach((name) => heard.push(name))
    const told = (names: readonly EventName[]) => names.filter((name) => name === 'commands.changed').length
    const own = () => told(client.events.map(({ name }) => name))
    expect(await other.dispatch('commands.follow', { on: true })).toEqual({
      ok: true,
      value: { following: true },
    })
    await client.invoke('list.prefixes', {})
    await vi.waitFor(() => expect(told(heard)).toBe(1))
    expect(own()).toBe(0)
    await client.invoke('connection.connect', { port: redis.port })
    await client.invoke('commands.follow', { on: true })
    await client.invoke('list.prefixes', {})
    await vi.waitFor(() => expect([told(heard), own()]).toEqual([2, 1]))
    await other.dispatch('commands.follow', { on: false })
    await client.invoke('list.prefixes', {})
    await vi.waitFor(() => expect(own()).toBe(2))
    expect(told(heard)).toBe(2)
    other.close()
  })

  it('is told five times a second at most, and whether anything but the background has changed', () => {
    vi.useFakeTimers()
    try {
      const log = new CommandLog()
      const changes: CommandsChange[] = []
      const get = { connection: 'main', name: 'get', args: ['k'] } as const
      log.add(get)
      expect(vi.getTimerCount()).toBe(0)
      const stop = log.subscribe((change) => changes.push(change))
      for (let i = 0; i < 1000; i += 1) {
        doFor(i < 400 ? BACKGROUND.poll : NO_PURPOSE, () => log.add(get))
        vi.advanceTimersByTime(1)
      }
      expect(changes.length).toBe(5)
      expect(changes.map(({ background }) => background)).toEqual([true, true, false, false, false])
      expect(changes[0]?.newest).toBe(201)
      stop()
      log.add(get)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

/** MONITOR shows bytes beyond ASCII and control characters as redis-cli does; ioredis takes back what it does to quotes alone. */
const monitored = (word: string): string =>
  Array.from(Buffer.from(word), (octet) => {
    const character = String.fromCharCode(octet)
    if (character === '\\') return '\\\\'
    if (character === '\n') return '\\n'
    return octet >= 0x20 && octet < 0x7f ? character : `\\x${octet.toString(16).padStart(2, '0')}`
  }).join('')
