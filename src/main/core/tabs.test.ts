import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { WindowQuery } from '#shared/contract.ts'
import { LIMITS } from '#shared/model.ts'
import { InspectorClient } from '../../test/inspector-client.ts'
import { useRedis } from '../../test/redis.ts'
import { findRedisServer, type RedisProcess, startRedisProcess } from './connection/redis-process.ts'
import { createInspector, type Inspector } from './services.ts'

const redis = useRedis()
const other = useRedis()
const started: Inspector[] = []
const servers: RedisProcess[] = []
afterEach(async () => {
  for (const inspector of started.splice(0)) await inspector.stop()
  for (const server of servers.splice(0)) await server.stop()
})

const logged: string[] = []
function inspector(): Inspector {
  const log = (line: string) => logged.push(line)
  const made = createInspector({ host: 'web', version: '1', redisUrl: null, log })
  started.push(made)
  return made
}

const query: WindowQuery = {
  prefix: 'session:',
  columns: ['username'],
  filter: '',
  sort: { by: 'id', direction: 'ascending' },
  offset: 0,
  limit: 100,
}
const users = async (tab: InspectorClient) =>
  (await tab.invoke('list.window', query)).rows.map(({ cells }) => cells[0])
const create = (tab: InspectorClient, username: string) =>
  tab.invoke('session.create', { prefix: 'session:', fields: { username }, ttl: 60 })
const connect = (tab: InspectorClient, port: number) => tab.invoke('connection.connect', { port })

/** A client with two tabs, each connected to a server of its own. */
async function twoTabs(made = inspector()) {
  const first = new InspectorClient(made)
  await connect(first, redis.port)
  const second = await first.openTab()
  await connect(second, other.port)
  return { first, second }
}

describe('tabs', () => {
  it('begin with one, are numbered in their order, and no number comes back', async () => {
    const client = new InspectorClient(inspector())
    const numbers = async () => (await client.invoke('tabs.list', {})).map(({ number }) => number)
    expect(await client.invoke('tabs.list', {})).toEqual([
      { number: 0, state: 'disconnected', target: null, environment: null, readOnly: false, demoUrl: null },
    ])
    await client.openTab()
    await client.openTab()
    expect(await numbers()).toEqual([0, 1, 2])
    await client.invoke('tabs.close', { number: 1 })
    expect((await client.openTab()).number).toBe(3)
    expect(await numbers()).toEqual([0, 2, 3])
  })

  it('are the same for every client, and each is told of them', async () => {
    const made = inspector()
    const [one, two] = [new InspectorClient(made), new InspectorClient(made)]
    const second = await one.openTab()
    await second.invoke('connection.connect', { port: other.port, environment: 'production', readOnly: true })
    const [, told] = two.payloads('tabs.changed').at(-1) ?? []
    expect(told).toMatchObject({
      number: 1,
      state: 'connected',
      target: { port: other.port },
      environment: 'production',
      readOnly: true,
    })
    expect(await two.invoke('tabs.list', {})).toEqual(two.payloads('tabs.changed').at(-1))
    expect(await two.tab(1).invoke('connection.status', {})).toMatchObject({ state: 'connected' })
    await two.invoke('tabs.close', { number: 1 })
    expect(
      one
        .payloads('tabs.changed')
        .at(-1)
        ?.map(({ number }) => number),
    ).toEqual([0])
  })

  it('leave a new one, connected to nothing, where the last is closed', async () => {
    const client = new InspectorClient(inspector())
    await connect(client, redis.port)
    expect(await client.invoke('tabs.close', { number: 0 })).toMatchObject([
      { number: 1, state: 'disconnected' },
    ])
    expect(await client.tab(1).invoke('connection.status', {})).toEqual({ state: 'disconnected' })
    // Whatever knows of no tabs still learns which there are.
    expect(await client.invoke('tabs.list', {})).toMatchObject([{ number: 1 }])
  })

  it('are bounded in number, and closing one that is closed already does nothing', async () => {
    const client = new InspectorClient(inspector())
    for (let count = 1; count < LIMITS.tabs; count += 1) await client.openTab()
    await expect(client.openTab()).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('Close one'),
    })
    expect(await client.invoke('tabs.close', { number: 5 })).toHaveLength(LIMITS.tabs - 1)
    expect(await client.invoke('tabs.close', { number: 5 })).toHaveLength(LIMITS.tabs - 1)
    await client.openTab()
  })

  it.each([
    [-1, 'invalid_argument'],
    [0.5, 'invalid_argument'],
    ['0', 'invalid_argument'],
    [null, 'invalid_argument'],
    [{}, 'invalid_argument'],
    [Number.NaN, 'invalid_argument'],
    [7, 'tab_closed'],
    [Number.MAX_SAFE_INTEGER, 'tab_closed'],
  ])('refuse a call for %j as %s', async (tab, code) => {
    const endpoint = inspector().attach(() => {})
    expect(await endpoint.dispatch('connection.status', {}, tab)).toMatchObject({ ok: false, code })
    expect(await endpoint.dispatch('no.such.call', {}, tab)).toMatchObject({ ok: false })
  })
})

describe('two connections at once', () => {
  it('have a list each, and tell of their own changes alone', async () => {
    const { first, second } = await twoTabs()
    await create(first, 'ada')
    await create(second, 'grace')
    expect(await users(first)).toEqual(['ada'])
    expect(await users(second)).toEqual(['grace'])
    const heard = first.payloads('list.changed').length
    await create(second, 'edsger')
    await vi.waitFor(async () => expect(await users(second)).toHaveLength(2), 5000)
    expect(first.payloads('list.changed')).toHaveLength(heard)
    expect(first.payloads('history.changed').at(-1)?.undo).toHaveLength(1)
  })

  it('undo what was written through them, and nothing of the other', async () => {
    const { first, second } = await twoTabs()
    const { id } = await create(first, 'ada')
    await create(second, 'grace')
    await second.invoke('history.undo', {})
    expect(await other.client.dbsize()).toBe(0)
    expect(await redis.client.exists(`session:${id}`)).toBe(1)
    await expect(second.invoke('history.undo', {})).rejects.toMatchObject({ code: 'nothing_to_undo' })
    await first.invoke('history.undo', {})
    expect(await redis.client.dbsize()).toBe(0)
  })

  it('fail each by itself: one goes on while the other is lost, which keeps its marks', async () => {
    const binary = await findRedisServer()
    if (binary === null) throw new Error('no redis-server')
    const server = await startRedisProcess(binary.path, [])
    servers.push(server)
    const first = new InspectorClient(inspector())
    await connect(first, redis.port)
    const second = await first.openTab()
    await second.invoke('connection.connect', { port: server.port, environment: 'staging' })
    await server.stop()
    const status = () => first.payloads('tabs.changed').at(-1)?.[1]
    await vi.waitFor(() => expect(status()).toMatchObject({ state: 'lost', environment: 'staging' }), 5000)
    await expect(create(second, 'grace')).rejects.toMatchObject({ code: 'connection_lost' })
    await create(first, 'ada')
    expect(await users(first)).toEqual(['ada'])
  })

  it('have a demo server each, on ports of their own', async () => {
    const { first, second } = await twoTabs()
    const demo = { prefix: 'session:', ttl: 60 }
    const one = await first.invoke('demo.start', { ...demo, port: 0 })
    if (one.state !== 'running') throw new Error('it does not run')
    await expect(second.invoke('demo.start', { ...demo, port: one.port })).rejects.toMatchObject({
      code: 'port_in_use',
      details: { freePort: expect.any(Number) },
    })
    const two = await second.invoke('demo.start', { ...demo, port: 0 })
    if (two.state !== 'running') throw new Error('it does not run')
    const body = new URLSearchParams({ username: 'ada' })
    await fetch(`${two.url}/login`, { method: 'POST', body })
    expect([await redis.client.dbsize(), await other.client.dbsize()]).toEqual([0, 1])
    expect((await first.invoke('tabs.list', {})).map(({ demoUrl }) => demoUrl)).toEqual([one.url, two.url])
    expect(first.payloads('demo.request')).toEqual([])
    await first.invoke('tabs.close', { number: second.number })
    await expect(fetch(two.url)).rejects.toThrow()
    expect((await fetch(one.url)).status).toBe(200)
  })
})

describe('a tab that is closed', () => {
  it('answers the calls that are under way in it, and connects no more', async () => {
    // Takes connections and never says a word.
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const client = new InspectorClient(inspector())
    const tab = await client.openTab()
    const { port } = silent.address() as AddressInfo
    const connecting = tab.dispatch('connection.connect', { port })
    const starting = tab.dispatch('privateRedis.start', { keep: false })
    await client.invoke('tabs.close', { number: tab.number })
    const closed = { ok: false, code: 'tab_closed', message: expect.stringContaining('may have been done') }
    expect(await connecting).toMatchObject(closed)
    expect(await starting).toMatchObject(closed)
    await expect(tab.invoke('connection.status', {})).rejects.toMatchObject({ code: 'tab_closed' })
    await expect
      .poll(() => new Promise((resolve) => silent.getConnections((_, count) => resolve(count))))
      .toBe(0)
    await new Promise((resolve) => silent.close(resolve))
  })

  it('leaves nothing: no client of the server, no handle, no timer, and no word about it', async () => {
    const client = new InspectorClient(inspector())
    logged.length = 0
    const addresses = async () =>
      String(await other.client.client('LIST'))
        .trim()
        .split('\n').length
    const handles = () => process.getActiveResourcesInfo().length
    const cycle = async (number: number) => {
      const tab = await client.openTab()
      await connect(tab, other.port)
      const { id } = await create(tab, 'ada')
      await tab.invoke('list.window', query)
      await tab.invoke('session.watch', { prefix: 'session:', id })
      await tab.invoke('commands.follow', { on: true })
      if (number % 10 === 0) await tab.invoke('demo.start', { port: 0, prefix: 'session:', ttl: 60 })
      // One is closed with calls under way, the next in peace.
      const underWay = number % 2 === 0 ? [tab.dispatch('list.window', query)] : []
      await client.invoke('tabs.close', { number: tab.number })
      await Promise.all(underWay)
    }
    await cycle(0)
    await vi.waitFor(async () => expect(await addresses()).toBe(1), 5000)
    const before = handles()
    for (let number = 0; number < 200; number += 1) await cycle(number)
    await vi.waitFor(async () => {
      expect(await addresses()).toBe(1)
      // A handle or a timer a cycle would be 200 more; the test's own waiting has a few.
      expect(handles()).toBeLessThan(before + 5)
    }, 10_000)
    expect(logged).toEqual([])
    expect(await client.invoke('tabs.list', {})).toHaveLength(1)
  }, 120_000)
})

describe('a list that nobody looks at', () => {
  it('has none of its rows read until it is shown again, and is still told of', async () => {
    const client = new InspectorClient(inspector())
    await connect(client, redis.port)
    const { id } = await create(client, 'ada')
    await client.invoke('list.window', query)
    /** How many commands were sent for this. */
    const sent = async (text: string) => {
      const filter = { kinds: ['background' as const], text, failedOnly: false }
      const { rows } = await client.invoke('commands.read', { ...filter, offset: 0, limit: 100 })
      return rows.reduce((all, { count }) => all + count, 0)
    }
    const readings = () => sent('read the visible rows')
    const looks = () => sent('counted the keys')
    await vi.waitFor(async () => expect(await readings()).toBeGreaterThan(0), 5000)
    // One that is still being made does not bring them back.
    const late = client.invoke('list.window', query)
    await client.invoke('list.rest', {})
    await late
    const [read, looked] = [await readings(), await looks()]
    await vi.waitFor(async () => expect(await looks()).toBeGreaterThan(looked + 2), 8000)
    expect(await readings()).toBe(read)
    await redis.client.hset(`session:${id}`, 'username', 'grace')
    await vi.waitFor(async () => expect(await users(client)).toEqual(['grace']), 5000)
    await vi.waitFor(async () => expect(await readings()).toBeGreaterThan(read), 5000)
  }, 30_000)
})

describe('reading one session', () => {
  it('says what it is, of any prefix, and leaves the one that is watched', async () => {
    const { first, second } = await twoTabs()
    const { id } = await create(first, 'ada')
    await first.invoke('session.watch', { prefix: 'session:', id })
    expect(await second.invoke('session.read', { prefix: 'session:', id })).toBeNull()
    await other.client.hset(`staging:${id}`, 'username', 'grace')
    const found = await second.invoke('session.read', { prefix: 'staging:', id })
    expect(found).toMatchObject({ state: 'incomplete', fields: [{ name: 'username', value: 'grace' }] })
    await first.invoke('session.read', { prefix: 'session:', id: 'another' })
    const field = { prefix: 'session:', id, field: 'theme', shown: null, value: 'dark' }
    await first.invoke('session.setField', field)
    await vi.waitFor(() => expect(first.payloads('session.changed').at(-1)?.id).toBe(id), 5000)
    const log = { text: 'compared', kinds: ['reads' as const, 'writes' as const], failedOnly: false }
    expect((await first.invoke('commands.read', { ...log, offset: 0, limit: 10 })).rows).toEqual([])
  })
})
