import type { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import type { BulkStatus } from '#shared/bulk.ts'
import type { HistoryStatus } from '#shared/history.ts'
import { useRedisServer } from '../../../test/redis.ts'
import { SERVER_KINDS } from '../../../test/redis-servers.ts'
import { readServerFacts } from '../connection/server-facts.ts'
import { resolveTarget } from '../connection/target.ts'
import { SessionWriter } from '../edit/session-writer.ts'
import { addSampleSessions } from '../samples.ts'
import { SessionStore } from '../store/session-store.ts'
import { Workspace } from '../workspace.ts'
import { BulkJob, type RunOptions } from './bulk-job.ts'

const PREFIX = 'session:'
const CAREFUL: RunOptions = { unchangedOnly: true, others: false, confirmation: null }
const REMOVE = { kind: 'delete' } as const

async function makeBulk(client: Redis, port: number) {
  const workspace = new Workspace(
    {
      client,
      target: resolveTarget({ host: '127.0.0.1', port }),
      facts: await readServerFacts(client),
      live: 'polling',
    },
    { clock: Date.now, onError: () => {}, onNotPushed: () => {} },
  )
  const histories: HistoryStatus[] = []
  const writer = new SessionWriter({
    workspace,
    clock: Date.now,
    onHistory: (status) => histories.push(status),
  })
  const told: BulkStatus[] = []
  const freeze = async (ids: readonly string[], confirmation: string | null = null) => {
    const job = new BulkJob({
      client,
      writer,
      prefix: PREFIX,
      ids,
      complete: true,
      confirmation,
      clock: Date.now,
      onWrite: () => {},
      onChange: (status) => told.push(status),
    })
    const status = await job.freeze()
    if (status.state !== 'frozen') throw new Error('no list was made')
    return { job, list: status.list }
  }
  return {
    freeze,
    told,
    history: writer.history,
    histories,
    store: workspace.createStore({ prefix: PREFIX }),
  }
}

const finished = (status: BulkStatus) => {
  if (status.state !== 'finished') throw new Error(`it is ${status.state}`)
  return status
}

/** SHA-1 of each key's fields, sorted, since Redis itself changes the order of a hash table, and its PEXPIRETIME. */
const CONTENTS = `
local found = {}
for i, key in ipairs(KEYS) do
  local h = redis.pcall('HGETALL', key)
  local parts = {}
  for at = 1, #h, 2 do parts[#parts + 1] = h[at] .. '=' .. h[at + 1] end
  table.sort(parts)
  found[i] = redis.sha1hex(table.concat(parts, ',') .. string.format('%.0f', redis.call('PEXPIRETIME', key)))
end
return found`

/** What keys hold and until when. */
async function contents(client: Redis, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (let from = 0; from < ids.length; from += 1000) {
    const some = ids.slice(from, from + 1000)
    const replies = await client.eval(CONTENTS, some.length, ...some.map((id) => PREFIX + id))
    for (const [at, id] of some.entries()) found.set(id, (replies as string[])[at] ?? '')
  }
  return found
}

/** Sessions of which every third is a hash table, since it holds a long value. */
const FILL = `
for i = 1, ARGV[1] do
  local key = KEYS[1] .. i
  redis.call('HSET', key, 'created_at', '2026-01-01T00:00:00+00:00', 'last_accessed_at', '2026-01-01T00:00:00+00:00',
    'session_ttl', '86400', 'username', 'user-' .. i % 97, 'cart', string.rep('x', i % 3 == 0 and 90 or 9))
  redis.call('EXPIRE', key, 86400 + i)
end`

describe.each(SERVER_KINDS)('a bulk action on $name', ({ binary, missing }) => {
  if (missing !== null) {
    it.skip(`is not tried: ${missing}`, () => {})
    return
  }
  const redis = useRedisServer(binary)
  const large = binary === null

  it('shows what the list holds before anything is written', async () => {
    const { freeze, store } = await makeBulk(redis.client, redis.port)
    const ada = [
      await store.createSession({ username: 'ada' }),
      await store.createSession({ username: 'ada' }),
    ]
    const grace = await store.createSession({ username: 'grace' })
    const nobody = await store.createSession({})
    await redis.client.hset(`${PREFIX}fragment`, 'username', 'old')
    await redis.client.sadd(`${PREFIX}set`, 'x')
    await redis.client.hset(PREFIX + grace, 'last_accessed_at', '2099-01-01T00:00:00+00:00')
    const { job, list } = await freeze([...ada, grace, nobody, 'fragment', 'set', 'ended'])
    expect(list).toMatchObject({
      total: 6,
      states: { session: 4, incomplete: 1, foreign: 1 },
      gone: 1,
      users: { count: 3, anonymous: 2 },
      latest: { user: 'grace', at: Date.parse('2099-01-01') },
      undoable: true,
    })
    expect(list.users.top[0]).toEqual({ user: 'ada', keys: 2 })
    const { rows, total } = job.rows(0, 2, null)
    expect(total).toBe(6)
    expect(rows[0]).toMatchObject({ id: grace, user: 'grace', state: 'session', outcome: null })
    expect(await redis.client.dbsize()).toBe(6)
  })

  it('leaves alone what has changed, ended or become something else since, and says so', async () => {
    const { freeze, store } = await makeBulk(redis.client, redis.port)
    const ids: string[] = []
    for (let i = 0; i < 6; i += 1) ids.push(await store.createSession({ n: i }))
    const [plain, edited, longer, ended, zombie, other] = ids as [
      string,
      string,
      string,
      string,
      string,
      string,
    ]
    const { job } = await freeze(ids)
    await redis.client.hset(PREFIX + edited, 'n', 'new')
    await redis.client.expire(PREFIX + longer, 9999)
    await redis.client.unlink(PREFIX + ended, PREFIX + zombie, PREFIX + other)
    await redis.client.hset(PREFIX + zombie, 'n', '1')
    await redis.client.set(PREFIX + other, 'x')
    const { counts } = finished(await job.run(REMOVE, CAREFUL))
    expect(counts).toMatchObject({ done: 1, changed: 4, gone: 1 })
    expect(job.rows(0, 9, 'done').rows.map(({ id }) => id)).toEqual([plain])
    expect(job.rows(0, 9, 'gone').rows.map(({ id }) => id)).toEqual([ended])
    expect(await redis.client.exists(...[edited, longer, zombie, other].map((id) => PREFIX + id))).toBe(4)
  })

  it('knows hash tables again that Redis is moving to larger ones meanwhile', async () => {
    const { freeze, history } = await makeBulk(redis.client, redis.port)
    const ids = Array.from({ length: 40 }, (_, at) => `table-${at}`)
    for (const [at, id] of ids.entries()) {
      // One field after the other, until the table has just been made larger.
      const names = Array.from({ length: 5 + at }, (_, number) => `field-${number}`)
      for (const name of names) await redis.client.hset(PREFIX + id, name, 'x'.repeat(90))
    }
    const look = () => Promise.all(ids.map((id) => redis.client.hmget(PREFIX + id, 'field-1', 'field-2')))
    const { job } = await freeze(ids)
    await look()
    expect(finished(await job.run(REMOVE, { ...CAREFUL, others: true })).counts).toMatchObject({
      done: ids.length,
      changed: 0,
    })
    await history.undo()
    await look()
    expect((await history.redo()).counts).toMatchObject({ done: ids.length, changed: 0 })
    expect(await redis.client.dbsize()).toBe(0)
  })

  it('takes changed sessions too where that is chosen, but nothing that is no session any more', async () => {
    const { freeze, store } = await makeBulk(redis.client, redis.port)
    const [edited, zombie] = [await store.createSession({}), await store.createSession({})]
    await redis.client.hset(`${PREFIX}fragment`, 'n', '1')
    const { job } = await freeze([edited, zombie, 'fragment'])
    await redis.client.hset(PREFIX + edited, 'n', 'new')
    await redis.client.unlink(PREFIX + zombie)
    await redis.client.hset(PREFIX + zombie, 'n', '1')
    const { counts } = finished(await job.run(REMOVE, { ...CAREFUL, unchangedOnly: false }))
    expect(counts).toMatchObject({ done: 1, not_a_session: 1, left_out: 1 })
    expect(await redis.client.exists(PREFIX + edited)).toBe(0)
    const again = await freeze([zombie, 'fragment'])
    await again.job.run(REMOVE, { ...CAREFUL, others: true })
    expect(await redis.client.dbsize()).toBe(0)
  })

  it('sets TTLs as the store does, and each is taken back unless its session was used since', async () => {
    const { freeze, store, history } = await makeBulk(redis.client, redis.port)
    const ids = [await store.createSession({}, 600), await store.createSession({}, 700)]
    const before = await contents(redis.client, ids)
    const { job } = await freeze(ids)
    const { counts } = finished(await job.run({ kind: 'setTtl', ttl: 60 }, CAREFUL))
    expect(counts.done).toBe(2)
    for (const id of ids) {
      expect(await store.getConfiguredTtl(id)).toBe(60)
      expect(await store.getRemainingTtl(id)).toBeGreaterThan(55)
      expect(await store.getRemainingTtl(id)).toBeLessThanOrEqual(60)
    }
    await redis.client.hset(PREFIX + (ids[0] ?? ''), 'n', 'used')
    const outcome = await history.undo()
    expect(outcome.counts).toEqual({ done: 1, expired: 0, changed: 1, gone: 0 })
    const after = await contents(redis.client, ids)
    expect(after.get(ids[1] ?? '')).toBe(before.get(ids[1] ?? ''))
    expect(await store.getConfiguredTtl(ids[0] ?? '')).toBe(60)
  })

  it('gives keys that are no sessions of the store an expiry alone, where they are meant, too', async () => {
    const { freeze, store, history } = await makeBulk(redis.client, redis.port)
    const mine = await store.createSession({}, 600)
    await redis.client.set(`${PREFIX}json`, '{"theme":"dark"}')
    await redis.client.hset(`${PREFIX}fragment`, 'theme', 'dark')
    const ids = [mine, 'json', 'fragment']
    const before = await contents(redis.client, ids)
    const left = finished(await (await freeze(ids)).job.run({ kind: 'setTtl', ttl: 60 }, CAREFUL))
    expect(left.counts).toMatchObject({ done: 1, left_out: 2 })
    await history.undo()
    const { job } = await freeze(ids)
    const { counts } = finished(await job.run({ kind: 'setTtl', ttl: 60 }, { ...CAREFUL, others: true }))
    expect(counts).toMatchObject({ done: 3, left_out: 0 })
    for (const id of ids) {
      expect(await redis.client.ttl(PREFIX + id)).toBeGreaterThan(55)
      expect(await redis.client.ttl(PREFIX + id)).toBeLessThanOrEqual(60)
    }
    expect(await redis.client.get(`${PREFIX}json`)).toBe('{"theme":"dark"}')
    expect(await redis.client.hgetall(`${PREFIX}fragment`)).toEqual({ theme: 'dark' })
    expect((await history.undo()).counts.done).toBe(3)
    expect(await contents(redis.client, ids)).toEqual(before)
  })

  it('brings back what it deleted, deletes it again, and never what has expired or exists anew', async () => {
    const { freeze, store, history } = await makeBulk(redis.client, redis.port)
    const ids: string[] = []
    for (let i = 0; i < 250; i += 1) ids.push(await store.createSession({ n: i }))
    const brief = ids[3] ?? ''
    const end = Date.now() + 300
    await redis.client.pexpireat(PREFIX + brief, end)
    const before = await contents(redis.client, ids)
    const { job } = await freeze(ids)
    expect(finished(await job.run(REMOVE, CAREFUL)).counts.done).toBe(250)
    expect(history.status.undo[0]).toMatchObject({ label: 'Deleted 250 sessions', count: 250 })
    await redis.client.set(PREFIX + (ids[7] ?? ''), 'taken')
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(end))
    expect((await history.undo()).counts).toEqual({ done: 248, expired: 1, changed: 1, gone: 0 })
    const after = await contents(redis.client, ids)
    for (const [at, id] of ids.entries()) {
      if (at === 3 || at === 7) continue
      expect(after.get(id)).toBe(before.get(id))
    }
    expect(await redis.client.get(PREFIX + (ids[7] ?? ''))).toBe('taken')
    expect(await redis.client.exists(PREFIX + brief)).toBe(0)
    expect((await history.redo()).counts).toMatchObject({ done: 248 })
    expect(await redis.client.dbsize()).toBe(1)
    expect((await history.undo()).counts).toMatchObject({ done: 248 })
  })

  it('stops when it is told to: what is done is done and can be taken back, the rest is as it was', async () => {
    const { freeze, history } = await makeBulk(redis.client, redis.port)
    const ids = await addSampleSessions(redis.client, PREFIX, 3000)
    const { job } = await freeze(ids)
    const running = job.run(REMOVE, CAREFUL)
    job.stop()
    const { counts, stopped } = finished(await running)
    expect(stopped).toBe(true)
    expect(counts.done).toBeGreaterThan(0)
    expect(counts.not_reached).toBeGreaterThan(0)
    expect(counts.done + counts.not_reached + counts.gone).toBe(3000)
    expect(await redis.client.dbsize()).toBeLessThanOrEqual(3000 - counts.done)
    expect((await history.undo()).counts.done).toBeGreaterThan(0)
  })

  it('asks for the words on production, and writes nothing without them', async () => {
    const { freeze, store } = await makeBulk(redis.client, redis.port)
    const id = await store.createSession({})
    const { job } = await freeze([id], PREFIX)
    for (const confirmation of [null, '', 'session']) {
      await expect(job.run(REMOVE, { ...CAREFUL, confirmation })).rejects.toMatchObject({
        code: 'confirmation_needed',
      })
    }
    expect(await redis.client.dbsize()).toBe(1)
    await job.run(REMOVE, { ...CAREFUL, confirmation: PREFIX })
    expect(await redis.client.dbsize()).toBe(0)
    await expect(job.run(REMOVE, { ...CAREFUL, confirmation: PREFIX })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })

  it.each([
    ['dump', REMOVE],
    ['unlink', REMOVE],
    ['expire', { kind: 'setTtl', ttl: 60 }],
    ['hset', { kind: 'setTtl', ttl: 60 }],
  ] as const)('a user who may not %s is told so, and nothing is written', async (denied, action) => {
    const id = await new SessionStore({ client: redis.client }).createSession({})
    const before = await contents(redis.client, [id])
    await redis.client.acl('SETUSER', 'guest', 'reset', 'on', '>pw', '~*', '&*', '+@all', `-${denied}`)
    const client = redis.connect({ username: 'guest', password: 'pw' })
    const { freeze } = await makeBulk(client, redis.port)
    const attempt = async () => {
      const { job } = await freeze([id])
      const { failure, counts } = finished(await job.run(action, CAREFUL))
      expect(counts.not_reached).toBe(1)
      throw Object.assign(new Error(failure?.message), failure)
    }
    await expect(attempt()).rejects.toMatchObject({
      code: 'no_permission',
      message: expect.stringContaining(denied.toUpperCase()),
    })
    expect(await contents(redis.client, [id])).toEqual(before)
  })

  it(`deletes ${large ? '100,000' : '10,000'} while others come, change and go; touches none of those, and brings all back`, async () => {
    const { freeze, history, told, histories } = await makeBulk(redis.client, redis.port)
    const count = large ? 100_000 : 10_000
    await redis.client.eval(FILL, 1, PREFIX, count)
    const ids = Array.from({ length: count }, (_, at) => String(at + 1))
    const before = await contents(redis.client, ids)
    const { job, list } = await freeze(ids)
    expect(list).toMatchObject({ total: count, undoable: true })

    const others = new SessionStore({ client: redis.connect() })
    const [changed, ended, made] = [new Set<string>(), new Set<string>(), new Set<string>()]
    let over = false
    const meddle = async () => {
      for (let turn = 0; !over; turn += 1) {
        const id = ids[Math.floor(Math.random() * ids.length)] ?? ''
        if (turn % 3 === 0) made.add(await others.createSession({ username: 'late' }))
        else if (turn % 3 === 1 && (await others.updateSession(id, { theme: 'changed' }))) changed.add(id)
        else if (turn % 30 === 2 && (await others.deleteSession(id))) {
          changed.delete(id)
          ended.add(id)
        }
      }
    }
    const meddling = Promise.all([meddle(), meddle(), meddle()])
    const { counts } = finished(await job.run(REMOVE, CAREFUL))
    over = true
    await meddling

    const left = new Set((await redis.client.keys(`${PREFIX}*`)).map((key) => key.slice(PREFIX.length)))
    expect(changed.size).toBeGreaterThan(10)
    for (const id of [...changed, ...made]) expect(left.has(id)).toBe(true)
    expect(counts.done + counts.changed + counts.gone).toBe(count)
    // One that has changed, and then ended, was met before or after its end.
    expect(counts.gone).toBeLessThanOrEqual(ended.size)
    // Hash tables that Redis was just moving count as changed, which is the safe side; there are hardly any.
    expect(counts.changed - changed.size).toBeGreaterThanOrEqual(0)
    expect(counts.changed - changed.size).toBeLessThan(count / 1000)
    expect(left.size).toBe(counts.changed + counts.gone - ended.size + made.size)
    expect(told.filter(({ state }) => state === 'running').length).toBeGreaterThan(0)

    const { counts: undone } = await history.undo()
    expect(undone).toEqual({ done: counts.done, expired: 0, changed: 0, gone: 0 })
    expect(histories.some(({ running }) => running !== null)).toBe(true)
    const after = await contents(redis.client, ids)
    for (const id of ids) if (!changed.has(id) && !ended.has(id)) expect(after.get(id)).toBe(before.get(id))
  }, 300_000)
})
