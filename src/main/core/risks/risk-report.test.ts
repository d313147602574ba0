import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { LIMITS } from '#shared/model.ts'
import type { RiskFinding, RiskId, RiskReport } from '#shared/risks.ts'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useRedis } from '../../../test/redis.ts'
import { relatedKeys } from '../formats/spring-keys.ts'
import { aspnet, fixture, spring } from '../formats/testing/fixtures.ts'
import { addSampleSessions } from '../samples.ts'
import { SessionStore } from '../store/session-store.ts'
import { formatTimestamp } from '../store/timestamp.ts'

const redis = useRedis()
const started: InspectorClient[] = []
afterEach(async () => {
  for (const { inspector } of started.splice(0)) await inspector.stop()
  await redis.client.config('SET', 'notify-keyspace-events', '')
})

const PREFIX = 'session:'
const id = () => randomBytes(32).toString('base64url')

class Onlooker extends InspectorClient {
  readonly prefix: string

  constructor(prefix: string) {
    super()
    this.prefix = prefix
    started.push(this)
  }

  async open(columns: readonly string[] = ['username']): Promise<void> {
    await this.invoke('connection.connect', { host: '127.0.0.1', port: redis.port })
    await vi.waitFor(async () => {
      const window = await this.invoke('list.window', {
        prefix: this.prefix,
        columns: [...columns],
        filter: '',
        sort: { by: 'id', direction: 'ascending' },
        offset: 0,
        limit: 10,
      })
      expect(window.phase).toBe('complete')
    }, 10_000)
  }

  report(): Promise<RiskReport> {
    return this.invoke('risks.report', { prefix: this.prefix })
  }

  async find(risk: RiskId): Promise<RiskFinding | null> {
    return (await this.report()).findings.find((finding) => finding.id === risk) ?? null
  }

  async notes(risk: RiskId): Promise<readonly (readonly [unknown, string | null])[]> {
    const { rows } = await this.invoke('risks.sessions', {
      prefix: this.prefix,
      finding: risk,
      offset: 0,
      limit: 100,
    })
    return rows.map((row) => [row.id, row.note] as const)
  }

  /** Reads the values, and waits until all are read. */
  async read(): Promise<RiskReport> {
    await this.invoke('risks.read', { prefix: this.prefix, on: true })
    return vi.waitFor(async () => {
      const report = await this.report()
      expect(report.values).toMatchObject({ phase: 'waiting', read: report.values.total })
      expect(report.values.indexes).not.toBeNull()
      return report
    }, 20_000)
  }
}

async function onlooker(prefix = PREFIX): Promise<Onlooker> {
  const client = new Onlooker(prefix)
  await client.open()
  await client.report()
  return client
}

const eventually = (check: () => Promise<void>) => vi.waitFor(check, 20_000)
const found = ({ findings }: RiskReport) => findings.map((finding) => finding.id)

/** What connect-redis writes. */
const express = (data: object, maxAge = 3_600_000, at = Date.now()) =>
  JSON.stringify({
    cookie: {
      originalMaxAge: maxAge,
      expires: new Date(at + maxAge).toISOString(),
      httpOnly: true,
      path: '/',
    },
    ...data,
  })

describe('a report on a healthy prefix', () => {
  it('finds nothing, also in the values, and says what it has looked at', async () => {
    const store = new SessionStore({ client: redis.client, userIndex: {} })
    for (let n = 0; n < 30; n += 1)
      await store.createSession({ username: `user-${n}`, page_views: '7', csrf_token: id() })
    await addSampleSessions(redis.client, PREFIX, 60)
    for (let n = 0; n < 20; n += 1)
      await redis.client.set(`${PREFIX}${id()}`, express({ passport: { user: n } }), 'EX', 3600)
    const client = await onlooker()
    const report = await client.read()
    expect(report.findings).toEqual([])
    // Some of the samples are nearly over, and may end meanwhile.
    expect(report.rows).toBeGreaterThan(90)
    expect(report).toMatchObject({ sessions: report.rows, phase: 'complete' })
    expect(report.values).toMatchObject({ total: report.rows, undecoded: 0, tooLarge: 0, failure: null })
    expect(report.values.indexes?.read).toBe(30)
    expect(report.ids).toContain('base64')
    expect(report.largest).toHaveLength(10)
  })

  it('minds none of what other libraries do by design', async () => {
    const far = new Date(Date.now() + 3_600_000).toISOString()
    for (let n = 0; n < 5; n += 1) {
      const token = randomUUID()
      await redis.client.set(
        `user:session:${token}`,
        JSON.stringify({ sessionToken: token, userId: `user-${n}`, expires: far }),
      )
      await redis.client.set(`user:session:by-user-id:user-${n}`, `user:session:${token}`)
    }
    const client = await onlooker('user:session:')
    const report = await client.read()
    expect(report.findings).toEqual([])
    expect(report).toMatchObject({ rows: 10, sessions: 5 })
  })
})

describe('what the list alone tells', () => {
  it('is sessions without TTL, by library, and other keys without one', async () => {
    const store = new SessionStore({ client: redis.client })
    const mine = await store.createSession({ username: 'ada' })
    await redis.client.persist(PREFIX + mine)
    await redis.client.set(`${PREFIX}${id()}`, express({}))
    await redis.client.set(`${PREFIX}${id()}`, '[1, 2]')
    const client = await onlooker()
    expect(await client.find('no_ttl')).toMatchObject({ severity: 'high', count: 2, kept: 2 })
    expect((await client.find('no_ttl'))?.parts.map(({ name }) => name).sort()).toEqual([
      'Redis guide’s store',
      'connect-redis (express-session)',
    ])
    expect(await client.find('unknown_no_ttl')).toMatchObject({ severity: 'low', count: 1 })
    // It goes as soon as it is mended.
    await redis.client.expire(PREFIX + mine, 1800)
    await eventually(async () => expect(await client.find('no_ttl')).toMatchObject({ count: 1 }))
  })

  it('is zombies and fragments, and what each lacks', async () => {
    const store = new SessionStore({ client: redis.client })
    await store.createSession({ username: 'ada' })
    await redis.client.hset(`${PREFIX}zombie`, 'page_views', '1')
    const moment = formatTimestamp(Date.now())
    await redis.client.hset(`${PREFIX}fragment`, { last_accessed_at: moment, session_ttl: '900' })
    await redis.client.expire(`${PREFIX}fragment`, 900)
    const client = await onlooker()
    expect(await client.find('zombies')).toMatchObject({ severity: 'high', count: 1 })
    expect(await client.notes('zombies')).toEqual([['zombie', 'lacks all of the store’s own fields']])
    expect(await client.find('fragments')).toMatchObject({ severity: 'medium', count: 1 })
    expect(await client.notes('fragments')).toEqual([['fragment', 'lacks created_at']])
    await redis.client.unlink(`${PREFIX}zombie`)
    await eventually(async () => expect(await client.find('zombies')).toBeNull())
  })

  it('says where hashes may be something else altogether', async () => {
    await redis.client.hset(`${PREFIX}config`, 'colour', 'red')
    const client = await onlooker()
    expect(await client.find('zombies')).toMatchObject({
      severity: 'low',
      how: expect.stringContaining('something else'),
    })
  })

  it('is hashes of Spring and ASP.NET that lack something', async () => {
    const [name = ''] = Object.keys(spring)
    const whole = fixture(spring, name)
    const ids = [randomUUID(), randomUUID()]
    await redis.client.hset(`spring:session:sessions:${ids[0]}`, whole)
    await redis.client.expire(`spring:session:sessions:${ids[0]}`, 1800)
    const { creationTime: _gone, ...part } = whole
    await redis.client.hset(`spring:session:sessions:${ids[1]}`, part)
    const client = await onlooker('spring:session:')
    expect(await client.notes('zombies')).toEqual([
      [`sessions:${ids[1]}`, 'lacks creationTime, lastAccessedTime or maxInactiveInterval'],
    ])
    const { data, sldexp } = aspnet.sliding
    await redis.client.hset('app:1', { data, sldexp })
    await redis.client.hset(`app:${randomUUID()}`, { data, sldexp, absexp: '-1' })
    await redis.client.expire('app:1', 1800)
    const other = await onlooker('app:')
    expect(await other.notes('fragments')).toMatchObject([['1', expect.any(String)]])
    expect(await other.find('no_ttl')).toMatchObject({ count: 1 })
  })

  it('is ends that disagree, and sessions that are over inside', async () => {
    const store = new SessionStore({ client: redis.client })
    const mine = await store.createSession({}, 1800)
    await redis.client.expire(PREFIX + mine, 7200)
    const short = id()
    await redis.client.set(PREFIX + short, express({}, 3_600_000), 'EX', 600)
    const touched = id()
    // Saved long ago and touched since: that is how it works.
    await redis.client.set(PREFIX + touched, express({}, 3_600_000, Date.now() - 1_800_000), 'EX', 3600)
    const client = await onlooker()
    expect(await client.find('ttl_disagrees')).toMatchObject({ severity: 'medium', count: 2 })
    expect(new Map(await client.notes('ttl_disagrees'))).toEqual(
      new Map([
        [mine, 'Redis ends it 1 h later than it says inside'],
        [short, expect.stringMatching(/^Redis ends it (49|50) min earlier than it says inside$/)],
      ]),
    )
    // What the list marks.
    const marked = await client.invoke('list.window', {
      ...{ prefix: PREFIX, columns: [], filter: 'is:disputed', offset: 0, limit: 10 },
      sort: { by: 'id', direction: 'ascending' },
    })
    expect(marked.rows.map((row) => [row.id, row.inside?.disputed]).sort()).toEqual(
      [
        [mine, true],
        [short, true],
      ].sort(),
    )
    const token = randomUUID()
    const expires = new Date(Date.now() - 7_200_000).toISOString()
    await redis.client.set(
      `user:session:${token}`,
      JSON.stringify({ sessionToken: token, userId: 'u', expires }),
    )
    const auth = await onlooker('user:session:')
    expect(await auth.find('ended_inside')).toMatchObject({ count: 1 })
    expect(await auth.notes('ended_inside')).toEqual([[token, 'over for 2 h, without TTL']])
  })

  it('is ids that can be guessed, with how that was estimated', async () => {
    const store = new SessionStore({ client: redis.client })
    for (let n = 0; n < 40; n += 1) await store.createSession({})
    const moment = formatTimestamp(Date.now())
    for (let n = 0; n < 30; n += 1) {
      const fields = { created_at: moment, last_accessed_at: moment, session_ttl: '1800' }
      await redis.client.hset(`${PREFIX}${1000 + n}`, fields)
      await redis.client.expire(`${PREFIX}${1000 + n}`, 1800)
    }
    const client = await onlooker()
    expect(await client.find('guessable_ids')).toMatchObject({
      severity: 'high',
      count: 30,
      how: expect.stringContaining('count up'),
    })
    expect((await client.notes('guessable_ids')).map(([name]) => String(name)).sort()[0]).toBe('1000')
  })

  it('is no user among many who have as many', async () => {
    await addSampleSessions(redis.client, PREFIX, 400)
    const client = await onlooker()
    expect(await client.report()).toMatchObject({ findings: [] })
  })

  it('is a user with very many sessions, and which ones', async () => {
    const store = new SessionStore({ client: redis.client })
    for (let n = 0; n < 25; n += 1) await store.createSession({ username: 'bot' })
    for (let n = 0; n < 5; n += 1) await store.createSession({ username: 'ada' })
    const client = await onlooker()
    expect(await client.find('many_sessions')).toMatchObject({
      severity: 'low',
      count: 25,
      parts: [{ kind: 'user', name: 'bot', count: 25 }],
    })
    const { rows } = await client.invoke('risks.sessions', {
      prefix: PREFIX,
      finding: 'many_sessions',
      offset: 20,
      limit: 100,
    })
    expect(rows).toHaveLength(5)
    expect(rows.every(({ user }) => user === 'bot')).toBe(true)
  })
})

describe('what the values tell', () => {
  it('is read when somebody asks for it, and not before', async () => {
    await redis.client.config('SET', 'notify-keyspace-events', 'AKE')
    const store = new SessionStore({ client: redis.client })
    const mine = await store.createSession({ username: 'ada', password: 'hunter22' })
    const client = await onlooker()
    expect(await client.report()).toMatchObject({
      findings: [],
      values: { phase: 'idle', read: 0, total: 1 },
    })
    await client.read()
    expect(await client.find('passwords')).toMatchObject({
      severity: 'high',
      count: 1,
      parts: [{ kind: 'field', name: 'password', count: 1 }],
    })
    expect(await client.notes('passwords')).toEqual([[mine, 'password']])
    // What changes afterwards is read as it comes.
    await store.updateSession(mine, { password: '', profile: JSON.stringify({ card: '4111111111111111' }) })
    await eventually(async () => {
      expect(await client.find('passwords')).toBeNull()
      expect(await client.find('cards')).toMatchObject({ parts: [{ name: 'profile.card' }] })
    })
    await store.createSession({ access_token: 'abcdef123456' })
    await eventually(async () => expect(await client.find('tokens')).toMatchObject({ count: 1 }))
    await store.deleteSession(mine)
    await eventually(async () => expect(await client.find('cards')).toBeNull())
  })

  it('never carries a value, in the report, the pages, the export or the log of commands', async () => {
    const store = new SessionStore({ client: redis.client })
    await store.createSession({ username: 'ada', password: 'hunter22', card: '4111111111111111' })
    await redis.client.set(
      `${PREFIX}${id()}`,
      express({ oauth: { access_token: 'sssecret-token' } }),
      'EX',
      3600,
    )
    const client = await onlooker()
    const report = await client.read()
    expect(found(report)).toEqual(['passwords', 'cards', 'tokens'])
    const { text } = await client.invoke('risks.export', { prefix: PREFIX, named: true })
    const log = await client.invoke('commands.read', {
      ...{ offset: 0, limit: 500, text: '', failedOnly: false },
      kinds: ['reads', 'writes', 'background'],
    })
    const all = JSON.stringify([report, text, log, client.events, await client.notes('passwords')])
    for (const secret of ['hunter22', '4111111111111111', 'sssecret-token']) expect(all).not.toContain(secret)
    expect(log.rows.some(({ purpose }) => purpose.includes('report on risks'))).toBe(true)
  })

  it('is the largest sessions and fields, a finding from a threshold on', async () => {
    const store = new SessionStore({ client: redis.client })
    const large = await store.createSession({
      username: 'ada',
      cart: 'x'.repeat(60_000),
      seen: 'y'.repeat(59_000),
    })
    const huge = id()
    await redis.client.set(PREFIX + huge, express({ cart: 'x'.repeat(5 * 1024 * 1024) }), 'EX', 3600)
    await store.createSession({ username: 'grace' })
    const client = await onlooker()
    const report = await client.read()
    expect(await client.find('large_sessions')).toMatchObject({ severity: 'medium', count: 2 })
    expect(await client.find('large_fields')).toMatchObject({ count: 1, parts: [{ name: 'cart', count: 1 }] })
    expect(await client.notes('large_fields')).toEqual([[large, 'cart, 58.6 KB']])
    expect(report.largest.map((each) => each.id).slice(0, 2)).toEqual([huge, large])
    expect(report.largestFields[0]).toMatchObject({ id: large, field: 'cart', bytes: 60_000, user: 'ada' })
    expect(report.values).toMatchObject({ tooLarge: 1, read: 3 })
  })

  it('says what was not decoded', async () => {
    await redis.client.set(`${PREFIX}${id()}`, Buffer.from([0xff, 0xfe, 0x00, 0x01]), 'EX', 600)
    await redis.client.lpush(`${PREFIX}list`, 'x')
    const client = await onlooker()
    expect((await client.read()).values).toMatchObject({ undecoded: 1, total: 1, read: 1, otherTypes: 1 })
  })

  it('stops when it is told to, and goes on where it was', async () => {
    const store = new SessionStore({ client: redis.client })
    await Promise.all(Array.from({ length: 3000 }, () => store.createSession({ page_views: '1' })))
    const client = await onlooker()
    await client.invoke('risks.read', { prefix: PREFIX, on: true })
    const stopped = await client.invoke('risks.read', { prefix: PREFIX, on: false })
    expect(stopped.values.phase).toBe('stopped')
    expect(stopped.values.read).toBeLessThan(3000)
    const still = await client.report()
    expect(still.values.read).toBeGreaterThanOrEqual(stopped.values.read)
    expect((await client.read()).values.read).toBe(3000)
  })

  it('goes on after the connection was lost', async () => {
    const store = new SessionStore({ client: redis.client })
    await store.createSession({ password: 'hunter22' })
    const client = await onlooker()
    await client.read()
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await store.createSession({ password: 'hunter23' })
    await eventually(async () => expect(await client.find('passwords')).toMatchObject({ count: 2 }))
    expect((await client.report()).values).toMatchObject({ failure: null })
  })

  it('says which permission is missing, and is not begun without it', async () => {
    await redis.client.acl('SETUSER', 'guest', 'reset', 'on', '>pw', '~*', '&*', '+@all', '-smembers')
    const client = new Onlooker(PREFIX)
    await client.invoke('connection.connect', { port: redis.port, username: 'guest', password: 'pw' })
    await client.invoke('list.window', {
      ...{ prefix: PREFIX, columns: [], filter: '', offset: 0, limit: 1 },
      sort: { by: 'id', direction: 'ascending' },
    })
    await client.report()
    await expect(client.invoke('risks.read', { prefix: PREFIX, on: true })).rejects.toMatchObject({
      code: 'no_permission',
      message: expect.stringContaining('SMEMBERS'),
    })
    expect((await client.report()).values.phase).toBe('idle')
    await redis.client.acl('DELUSER', 'guest')
  })

  it('is kept while nobody looks, and no survey is made then', async () => {
    const store = new SessionStore({ client: redis.client })
    await store.createSession({ password: 'hunter22' })
    const client = await onlooker()
    await client.read()
    await client.invoke('risks.close', {})
    const told = client.payloads('risks.changed').length
    await store.createSession({ password: 'hunter23' })
    await eventually(async () => {
      const { total } = await client.invoke('list.stopScan', { prefix: PREFIX })
      expect(total).toBe(2)
    })
    expect(client.payloads('risks.changed').length).toBe(told)
    await client.report()
    await eventually(async () => expect(await client.find('passwords')).toMatchObject({ count: 2 }))
  })

  it('tells of changes at most twice a second', async () => {
    const store = new SessionStore({ client: redis.client })
    const client = await onlooker()
    await client.read()
    const began = performance.now()
    for (let n = 0; n < 200; n += 1) await store.createSession({ password: `hunter${n}` })
    await eventually(async () => expect(await client.find('passwords')).toMatchObject({ count: 200 }))
    const seconds = (performance.now() - began) / 1000
    expect(client.payloads('risks.changed').length).toBeGreaterThan(0)
    expect(client.payloads('risks.changed').length).toBeLessThanOrEqual(4 + 2 * seconds)
    expect(client.payloads('risks.changed').at(-1)).toMatchObject({ prefix: PREFIX })
  })
})

describe('orphans', () => {
  const NAMESPACE = 'spring:session'
  const END = Date.now() + 1_800_000

  /** A session as the indexed repository keeps it, with its other keys. */
  async function addSpring(user: string): Promise<string> {
    const session = randomUUID()
    const key = `${NAMESPACE}:sessions:${session}`
    await redis.client.hset(key, {
      creationTime: String(END - 1_800_000),
      lastAccessedTime: String(END - 1_800_000),
      maxInactiveInterval: '1800',
    })
    await redis.client.pexpireat(key, END + 300_000)
    for (const { key: name, member, owned } of relatedKeys(key, user, END, false)) {
      if (owned) await redis.client.set(String(name), '', 'PXAT', END)
      else if (typeof member === 'object' && member !== null)
        await redis.client.sadd(String(name), Buffer.from(member.base64, 'base64'))
    }
    return session
  }

  it('are members of Spring’s sets, which are removed while their session is gone, and come back by an undo', async () => {
    const [gone, alive] = [await addSpring('ada'), await addSpring('ada')]
    const index = `${NAMESPACE}:index:org.springframework.session.FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME:ada`
    const client = await onlooker(`${NAMESPACE}:`)
    expect((await client.read()).findings).toEqual([])
    await redis.client.unlink(`${NAMESPACE}:sessions:${gone}`)
    await eventually(async () => {
      expect(await client.find('orphaned_members')).toMatchObject({ severity: 'low', count: 2, kept: 2 })
      expect(await client.notes('orphaned_keys')).toEqual([
        [`sessions:expires:${gone}`, 'marks the expiry of a session that is gone'],
      ])
    })
    const list = await client.invoke('risks.orphans', { prefix: `${NAMESPACE}:` })
    expect(list).toMatchObject({ members: 2, more: 0, elsewhere: 0, confirmation: null })
    // Redis may list a set in another order by itself.
    const members = async () => (await redis.client.smembers(index)).sort()
    const before = await members()
    const answer = await client.invoke('risks.removeMembers', { prefix: `${NAMESPACE}:`, mark: list.mark })
    expect(answer).toEqual({ removed: 2, left: 0, undoable: true })
    expect(await redis.client.scard(index)).toBe(1)
    expect(await redis.client.exists(`${NAMESPACE}:sessions:${alive}`)).toBe(1)
    await eventually(async () => expect(await client.find('orphaned_members')).toBeNull())
    await client.invoke('history.undo', {})
    expect(await members()).toEqual(before)
  })

  it('leaves members alone whose session is there again, and takes each list once', async () => {
    const gone = await addSpring('ada')
    const key = `${NAMESPACE}:sessions:${gone}`
    const dump = (await redis.client.dumpBuffer(key)) as Buffer
    await redis.client.unlink(key)
    const client = await onlooker(`${NAMESPACE}:`)
    await client.read()
    const { mark } = await client.invoke('risks.orphans', { prefix: `${NAMESPACE}:` })
    await redis.client.restore(key, '0', dump)
    const remove = () => client.invoke('risks.removeMembers', { prefix: `${NAMESPACE}:`, mark })
    expect(await remove()).toEqual({ removed: 0, left: 2, undoable: false })
    await expect(remove()).rejects.toMatchObject({ code: 'invalid_argument' })
    expect((await client.invoke('history.status', {})).undo).toEqual([])
  })

  it('asks for the words on production, and writes nothing on a read-only connection', async () => {
    const gone = await addSpring('ada')
    await redis.client.unlink(`${NAMESPACE}:sessions:${gone}`)
    const client = await onlooker(`${NAMESPACE}:`)
    await client.read()
    await client.invoke('connection.setEnvironment', { environment: 'production' })
    const prefix = `${NAMESPACE}:`
    const { mark, confirmation } = await client.invoke('risks.orphans', { prefix })
    expect(confirmation).toBe(prefix)
    await expect(client.invoke('risks.removeMembers', { prefix, mark })).rejects.toMatchObject({
      code: 'confirmation_needed',
    })
    await client.invoke('connection.setReadOnly', { readOnly: true })
    await expect(
      client.invoke('risks.removeMembers', { prefix, mark, confirmation: prefix }),
    ).rejects.toMatchObject({ code: 'read_only' })
    await client.invoke('connection.setReadOnly', { readOnly: false })
    expect(await client.invoke('risks.removeMembers', { prefix, mark, confirmation: prefix })).toMatchObject({
      removed: 2,
    })
  })

  it('are entries of the per-user index, which lies outside of the prefix', async () => {
    const indexed = new SessionStore({ client: redis.client, userIndex: {} })
    const plain = new SessionStore({ client: redis.client })
    const [gone, alive] = [
      await indexed.createSession({ username: 'ada' }),
      await indexed.createSession({ username: 'ada' }),
    ]
    await plain.deleteSession(gone)
    const client = await onlooker()
    await client.read()
    expect(await client.find('orphaned_members')).toMatchObject({ count: 1 })
    const { rows } = await client.invoke('risks.sessions', {
      ...{ prefix: PREFIX, offset: 0, limit: 10 },
      finding: 'orphaned_members',
    })
    expect(rows).toMatchObject([{ id: 'user-sessions:8:session:ada', inPrefix: false, note: 'one entry' }])
    const { mark } = await client.invoke('risks.orphans', { prefix: PREFIX })
    await client.invoke('risks.removeMembers', { prefix: PREFIX, mark })
    expect(await redis.client.zrange('user-sessions:8:session:ada', '0', '-1')).toEqual([alive])
  })

  it('are pointers of Auth.js to nothing', async () => {
    await redis.client.set('user:session:by-user-id:7', `user:session:${randomUUID()}`)
    const client = await onlooker('user:session:')
    await client.read()
    expect(await client.notes('orphaned_keys')).toEqual([
      ['by-user-id:7', 'points to a session that is gone'],
    ])
  })
})

describe('the calls for the report', () => {
  it('name ids for an action, and refuse what nobody looks at', async () => {
    const store = new SessionStore({ client: redis.client })
    const mine = await store.createSession({})
    await redis.client.persist(PREFIX + mine)
    const client = await onlooker()
    expect(await client.invoke('risks.ids', { prefix: PREFIX, finding: 'no_ttl' })).toEqual({
      ids: [mine],
      more: 0,
    })
    expect(await client.invoke('risks.ids', { prefix: PREFIX, finding: 'cards' })).toEqual({
      ids: [],
      more: 0,
    })
    for (const call of [
      'risks.sessions',
      'risks.ids',
      'risks.orphans',
      'risks.export',
      'risks.read',
    ] as const) {
      const arg = { prefix: 'other:', finding: 'cards', offset: 0, limit: 1, on: true, named: true }
      const reply = await client.dispatch(call, arg)
      expect(reply.ok).toBe(false)
    }
    await expect(client.invoke('risks.report', { prefix: 'other:' })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    await expect(
      client.invoke('risks.sessions', {
        ...{ prefix: PREFIX, finding: 'no_ttl', offset: 0 },
        limit: LIMITS.riskRows + 1,
      }),
    ).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('export a report whose names are masked unless they are wanted', async () => {
    const store = new SessionStore({ client: redis.client })
    const mine = await store.createSession({ username: 'ada' })
    await redis.client.persist(PREFIX + mine)
    const client = await onlooker()
    await client.read()
    const masked = await client.invoke('risks.export', { prefix: PREFIX, named: false })
    expect(masked.text).not.toContain(mine)
    expect(masked.text).not.toContain('"ada"')
    const named = JSON.parse((await client.invoke('risks.export', { prefix: PREFIX, named: true })).text)
    expect(named).toMatchObject({
      format: 'redis-session-inspector-risks',
      version: 1,
      prefix: PREFIX,
      covered: { keys: 1, sessions: 1, scan: 'complete' },
      findings: [{ id: 'no_ttl', severity: 'high', count: 1, listed: [{ id: mine, user: 'ada' }] }],
    })
  })
})
