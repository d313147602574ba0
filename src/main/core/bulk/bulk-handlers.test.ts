import { afterEach, describe, expect, it, vi } from 'vitest'
import type { CallArg, WindowQuery } from '#shared/contract.ts'
import { LIMITS } from '#shared/model.ts'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from '../store/session-store.ts'

const redis = useRedis()
const started: InspectorClient[] = []
afterEach(async () => {
  for (const { inspector } of started.splice(0)) await inspector.stop()
})

const PREFIX = 'session:'
const QUERY: Omit<WindowQuery, 'offset' | 'limit' | 'locate'> = {
  prefix: PREFIX,
  columns: ['username'],
  filter: '',
  sort: { by: { field: 'username' }, direction: 'ascending' },
}

/** A client that looks at sessions of these users, and their ids. */
async function open(
  users: readonly string[],
): Promise<{ invoke: InspectorClient['invoke']; ids: readonly string[] }> {
  const store = new SessionStore({ client: redis.client })
  const ids: string[] = []
  for (const username of users) ids.push(await store.createSession({ username }))
  const client = new InspectorClient()
  started.push(client)
  const invoke = client.invoke.bind(client)
  await invoke('connection.connect', { host: '127.0.0.1', port: redis.port })
  await vi.waitFor(async () => {
    const window = await invoke('list.window', { ...QUERY, offset: 0, limit: 10 })
    expect(window).toMatchObject({ phase: 'complete', total: users.length })
  })
  return { invoke, ids }
}

const remove = { action: { kind: 'delete' }, unchangedOnly: true, others: false } as const

describe('what a bulk action is for', () => {
  it('is what is named, what matches but for some, or the sessions of one user by the whole name', async () => {
    const { invoke, ids } = await open(['ada', 'ada', 'ada2', 'Ada', 'grace'])
    const total = async (scope: CallArg<'bulk.freeze'>['scope']) => {
      const status = await invoke('bulk.freeze', { prefix: PREFIX, scope })
      return status.state === 'frozen' ? status.list.total : status.state
    }
    expect(await total({ ids: [ids[0] ?? '', ids[0] ?? '', 'nobody'] })).toBe(1)
    expect(await total({ filter: '' })).toBe(5)
    expect(await total({ filter: 'user:ada' })).toBe(4)
    expect(await total({ filter: 'user:ada', except: [ids[2] ?? ''] })).toBe(3)
    expect(await total({ user: 'ada' })).toBe(2)
    await expect(total({ filter: 'ttl<' })).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(total({ user: 'x'.repeat(LIMITS.cellCharacters + 1) })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })

  it('says how many are sessions of other libraries, and beside how many of those further keys stay', async () => {
    const { invoke } = await open(['ada'])
    const spring = { creationTime: '1', lastAccessedTime: '2', maxInactiveInterval: '1800' }
    await redis.client.hset(`${PREFIX}sessions:1`, spring)
    await redis.client.set(`${PREFIX}sess:1`, '{"cookie":{"originalMaxAge":null,"path":"/"}}')
    await redis.client.hset(`${PREFIX}fragment`, 'theme', 'dark')
    await vi.waitFor(async () =>
      expect(await invoke('list.window', { ...QUERY, offset: 0, limit: 10 })).toMatchObject({ total: 4 }),
    )
    const status = await invoke('bulk.freeze', { prefix: PREFIX, scope: { filter: '' } })
    expect(status).toMatchObject({
      list: { total: 4, states: { session: 1 }, libraries: { sessions: 2, withRelated: 1 } },
    })
    const { rows } = await invoke('bulk.rows', { offset: 0, limit: 10 })
    const of = (id: string) => rows.find((row) => row.id === id)
    // As the list has them: the server tells who and when of our own alone.
    expect(of('sessions:1')).toMatchObject({
      format: { name: expect.stringMatching(/^Spring/) },
      lastAccessedAt: 2,
      expiresAt: 1_800_002,
    })
    expect(of('sess:1')).toMatchObject({ format: { name: expect.stringMatching(/^connect-redis/) } })
    expect(of('fragment')).toMatchObject({ format: null, state: 'incomplete' })
  })

  it('may be a stretch of the list, in its order, from either end', async () => {
    const { invoke, ids } = await open(['d', 'a', 'c', 'b'])
    const [d, a, c, b] = ids as [string, string, string, string]
    expect(await invoke('list.range', { ...QUERY, from: a, to: c })).toEqual([a, b, c])
    expect(await invoke('list.range', { ...QUERY, from: d, to: b })).toEqual([b, c, d])
    const descending = { ...QUERY, sort: { ...QUERY.sort, direction: 'descending' as const } }
    expect(await invoke('list.range', { ...descending, from: d, to: c })).toEqual([d, c])
    expect(await invoke('list.range', { ...QUERY, from: 'nobody', to: c })).toEqual([])
  })
})

describe('the calls for bulk actions', () => {
  it('ask for a list before anything is done, and use each list once', async () => {
    const { invoke } = await open(['ada'])
    await expect(invoke('bulk.run', remove)).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(invoke('bulk.rows', { offset: 0, limit: 1 })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    await invoke('bulk.freeze', { prefix: PREFIX, scope: { filter: '' } })
    await invoke('bulk.close', {})
    await expect(invoke('bulk.run', remove)).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(await redis.client.dbsize()).toBe(1)
  })

  it('know nothing of a list that was made on another connection', async () => {
    const { invoke } = await open(['ada'])
    await invoke('bulk.freeze', { prefix: PREFIX, scope: { filter: '' } })
    await invoke('connection.connect', { host: '127.0.0.1', port: redis.port })
    await expect(invoke('bulk.run', remove)).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(await redis.client.dbsize()).toBe(1)
  })

  it('ask for the prefix on a connection marked as production, whatever the screen says', async () => {
    const { invoke } = await open(['ada'])
    const status = await invoke('connection.setEnvironment', { environment: 'production' })
    expect(status).toMatchObject({ environment: 'production' })
    const frozen = await invoke('bulk.freeze', { prefix: PREFIX, scope: { filter: '' } })
    expect(frozen).toMatchObject({ list: { confirmation: PREFIX } })
    await expect(invoke('bulk.run', remove)).rejects.toMatchObject({ code: 'confirmation_needed' })
    await invoke('bulk.run', { ...remove, confirmation: PREFIX })
    expect(await redis.client.dbsize()).toBe(0)
  })
})

it('sample sessions are taken back as one write', async () => {
  const { invoke } = await open(['ada'])
  await invoke('list.addSamples', { prefix: PREFIX, count: 150 })
  const { undo } = await invoke('history.status', {})
  expect(undo[0]?.label).toBe('Added 150 sample sessions')
  const { counts } = await invoke('history.undo', {})
  // Some of them are near their end when they are made.
  expect(counts.done + counts.gone).toBe(undo[0]?.count)
  expect(await redis.client.dbsize()).toBe(1)
})
