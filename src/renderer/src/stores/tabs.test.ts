import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallName } from '#shared/contract.ts'
import { createInspector, type Inspector } from '../../../main/core/services.ts'
import { loopback, memoryStorage } from '../../../test/loopback.ts'
import { useRedis } from '../../../test/redis.ts'
import type { App } from './app.ts'
import { createTabs, type Tabs } from './tabs.ts'

// biome-ignore lint/correctness/useHookAtTopLevel: a fixture of Vitest, no hook of React.
const redis = useRedis('--notify-keyspace-events', 'AKE')
// biome-ignore lint/correctness/useHookAtTopLevel: a fixture of Vitest, no hook of React.
const other = useRedis('--notify-keyspace-events', 'AKE')
let inspector: Inspector
let page: ReturnType<typeof memoryStorage>
let calls: { readonly name: CallName; readonly tab: number }[]

/** A page of the inspector. */
async function openPage(storage = page): Promise<Tabs> {
  const transport = loopback(inspector, (name, tab) => calls.push({ name, tab }))
  const tabs = createTabs(transport, { settings: memoryStorage(), page: storage })
  await tabs.start()
  return tabs
}
const numbers = (tabs: Tabs) => tabs.store.getState().tabs.map(({ number }) => number)
const active = (tabs: Tabs) => tabs.store.getState().active
const activeApp = (tabs: Tabs): App => tabs.app(active(tabs) ?? -1)
const users = ({ list }: App) => list.store.getState().view?.rows.map((row) => row.cells[0]) ?? []
const write = (client: typeof redis.client, id: string, username: string) =>
  client.hset(`session:${id}`, { created_at: '', last_accessed_at: '', session_ttl: '60', username })

beforeEach(() => {
  calls = []
  page = memoryStorage()
  const redisUrl = `redis://127.0.0.1:${redis.port}`
  inspector = createInspector({ host: 'web', version: '0', redisUrl, log: () => {} })
})
afterEach(() => inspector.stop())

describe('the tabs of a page', () => {
  it('begin with the one that there is, connected to what was given at the start', async () => {
    const tabs = await openPage()
    expect([numbers(tabs), active(tabs)]).toEqual([[0], 0])
    await expect.poll(() => tabs.store.getState().tabs[0]?.state).toBe('connected')
  })

  it('show one that is opened, connected to nothing, and the one beside when it is closed', async () => {
    const tabs = await openPage()
    await tabs.open()
    await tabs.open()
    expect([numbers(tabs), active(tabs)]).toEqual([[0, 1, 2], 2])
    await expect.poll(() => activeApp(tabs).connection.store.getState().status?.state).toBe('disconnected')
    tabs.show(1)
    tabs.close(1)
    await expect.poll(() => numbers(tabs)).toEqual([0, 2])
    expect(active(tabs)).toBe(2)
    tabs.close(2)
    await expect.poll(() => active(tabs)).toBe(0)
    expect(() => tabs.app(2)).toThrow()
  })

  it('walk round: after the last comes the first', async () => {
    const tabs = await openPage()
    await tabs.open()
    tabs.step(1)
    expect(active(tabs)).toBe(0)
    tabs.step(-1)
    expect(active(tabs)).toBe(1)
    tabs.showAt(0)
    tabs.showAt(7)
    expect(active(tabs)).toBe(0)
  })

  it('are those of another page too, which shows what it showed', async () => {
    const [one, two] = [await openPage(), await openPage(memoryStorage())]
    await one.open()
    await expect.poll(() => numbers(two)).toEqual([0, 1])
    expect(active(two)).toBe(0)
    two.close(1)
    await expect.poll(() => [numbers(one), active(one)]).toEqual([[0], 0])
  })

  it('are there again when the page is loaded again, each with its prefix', async () => {
    const tabs = await openPage()
    await tabs.open()
    activeApp(tabs).setPrefix('staging:')
    tabs.show(0)
    tabs.show(1)
    const again = await openPage()
    expect([numbers(again), active(again)]).toEqual([[0, 1], 1])
    expect(activeApp(again).list.store.getState().prefix).toBe('staging:')
    again.show(0)
    expect(activeApp(again).list.store.getState().prefix).toBe('session:')
  })
})

describe('a tab that is not shown', () => {
  it('asks for no rows, and for all that has changed when it is shown again', async () => {
    const tabs = await openPage()
    const first = tabs.app(0)
    await write(redis.client, 'a', 'ada')
    await expect.poll(() => users(first)).toEqual(['ada'])
    first.list.setFilter('user:')
    await tabs.open()
    await activeApp(tabs).connection.connect({ port: other.port })
    await expect.poll(() => calls.some(({ name, tab }) => name === 'list.window' && tab === 1)).toBe(true)
    calls = []
    await write(redis.client, 'b', 'grace')
    await expect.poll(() => first.list.store.getState().progress?.total).toBe(2)
    expect(calls.filter(({ name, tab }) => tab === 0 && name === 'list.window')).toEqual([])
    tabs.show(0)
    expect(first.list.store.getState().filter).toBe('user:')
    first.list.setFilter('')
    await expect.poll(() => users(first).toSorted()).toEqual(['ada', 'grace'])
    expect(users(tabs.app(1))).toEqual([])
  })

  it('is told to have changed by what the inspector says of all tabs', async () => {
    const tabs = await openPage()
    await tabs.open()
    await activeApp(tabs).connection.connect({ port: other.port })
    tabs.show(0)
    const states: (string | undefined)[] = []
    tabs.store.subscribe(({ tabs: [, second] }) => states.push(second?.state))
    await other.client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await expect.poll(() => states.includes('lost')).toBe(true)
    await expect.poll(() => states.at(-1)).toBe('connected')
    expect(active(tabs)).toBe(0)
  })
})

describe('closing a tab', () => {
  it('asks where writes could be undone or its demo server runs, and says so', async () => {
    const tabs = await openPage()
    await tabs.open()
    const app = activeApp(tabs)
    await app.connection.connect({ port: other.port })
    await app.create({ username: 'ada' }, '60')
    const url = () => tabs.store.getState().tabs[1]?.demoUrl ?? null
    await app.demo.start({ port: 0, prefix: 'session:', ttl: 60 })
    await expect.poll(url).not.toBeNull()
    await expect.poll(() => app.history.store.getState().status?.undo.length).toBe(1)
    tabs.close(1)
    expect(tabs.store.getState().closing?.reasons).toEqual([
      `Its demo server at ${url()} stops.`,
      '1 write made in it can no longer be undone.',
    ])
    tabs.keep()
    expect([numbers(tabs), tabs.store.getState().closing]).toEqual([[0, 1], null])
    tabs.close(1)
    await tabs.confirmClose()
    expect([numbers(tabs), tabs.store.getState().closing]).toEqual([[0], null])
    expect(await other.client.dbsize()).toBe(1)
  })

  it('that another page closes meanwhile, asks nothing any more', async () => {
    const [one, two] = [await openPage(), await openPage(memoryStorage())]
    await one.open()
    await activeApp(one).connection.connect({ port: other.port })
    await activeApp(one).create({ username: 'ada' }, '60')
    await expect.poll(() => activeApp(one).history.store.getState().status?.undo.length).toBe(1)
    one.close(1)
    expect(one.store.getState().closing).not.toBeNull()
    two.close(1)
    await expect.poll(() => one.store.getState().closing).toBeNull()
    expect(active(one)).toBe(0)
  })
})
