import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_PREFIX } from '#shared/model.ts'
import { createInspector, type Inspector } from '../../../main/core/services.ts'
import { loopback, memoryStorage } from '../../../test/loopback.ts'
import { useRedis } from '../../../test/redis.ts'
import { createClock } from '../lib/clock.ts'
import { type App, createApp } from './app.ts'
import { createPrivacy } from './privacy.ts'
import { createSettings } from './settings.ts'
import { createTabs } from './tabs.ts'
import { createToasts } from './toasts.ts'

// biome-ignore lint/correctness/useHookAtTopLevel: a fixture of Vitest, no hook of React.
const redis = useRedis('--notify-keyspace-events', 'AKE')
let inspector: Inspector
let app: App

function openApp(inspector: Inspector, storage = memoryStorage()): App {
  const transport = loopback(inspector)
  const settings = createSettings(storage)
  return createApp(transport.tab(0), 0, settings.getState().prefix, {
    clock: createClock(),
    settings,
    privacy: createPrivacy(storage),
    toasts: createToasts(),
    readInfo: (through) => through.invoke('app.info', {}),
    tabs: createTabs(transport, { settings: storage, page: memoryStorage() }),
  })
}

async function addSession(id: string, fields: Record<string, string> = {}, ttl = 600): Promise<void> {
  const now = `${new Date().toISOString().slice(0, 19)}+00:00`
  const key = DEFAULT_PREFIX + id
  await redis.client.hset(key, { created_at: now, last_accessed_at: now, session_ttl: ttl, ...fields })
  await redis.client.expire(key, ttl)
}

const users = () => app.list.store.getState().view?.rows.map((row) => row.cells[0]) ?? []
const shownValue = (name: string) =>
  app.detail.store.getState().detail?.fields.find((field) => field.name === name)?.value

beforeEach(async () => {
  inspector = createInspector({
    host: 'web',
    version: '0',
    redisUrl: `redis://127.0.0.1:${redis.port}`,
    log: () => {},
  })
  app = openApp(inspector)
})
afterEach(() => inspector.stop())

it('connects to the prefilled Redis by itself and lists its sessions', async () => {
  await addSession('one', { username: 'ada' })
  await app.start(true)
  await expect.poll(users).toEqual(['ada'])
})

it('shows a session that is made elsewhere, and drops it when it is deleted', async () => {
  await app.start(true)
  await expect.poll(() => app.list.store.getState().progress?.phase).toBe('complete')
  await addSession('one', { username: 'grace' })
  await expect.poll(users).toEqual(['grace'])
  await redis.client.unlink(`${DEFAULT_PREFIX}one`)
  await expect.poll(users).toEqual([])
})

describe('while one points at the rows', () => {
  beforeEach(async () => {
    await addSession('b', { username: 'b' })
    app.list.sortBy('id')
    await app.start(true)
    await expect.poll(users).toEqual(['b'])
    app.list.setPointing(true)
  })

  it('the order holds, values follow, and a mark says how many updates wait', async () => {
    await addSession('a', { username: 'a' })
    await expect.poll(() => app.list.store.getState().waiting).toBe(1)
    await redis.client.hset(`${DEFAULT_PREFIX}b`, 'username', 'changed')
    await expect.poll(users).toEqual(['changed'])
  })

  it('the updates come in when the pointer leaves, unless it goes to the mark that tells of them', async () => {
    await addSession('a', { username: 'a' })
    await expect.poll(() => app.list.store.getState().waiting).toBe(1)
    app.list.setPointing(false)
    app.list.setPointing(true)
    expect(users()).toEqual(['b'])
    app.list.setPointing(false)
    await expect.poll(users).toEqual(['a', 'b'])
  })

  it('a session of one’s own making shows at once', async () => {
    await app.create({ username: 'mine' }, '60')
    await expect.poll(users).toContain('mine')
    expect(app.list.store.getState().waiting).toBe(0)
  })
})

it('walks the selection over rows that are not loaded yet', async () => {
  for (let index = 0; index < 300; index += 1) await addSession(String(index).padStart(3, '0'))
  app.list.sortBy('id')
  await app.start(true)
  await expect.poll(() => app.list.store.getState().view?.matched).toBe(300)
  app.list.moveSelection('last')
  app.list.setRange(270, 299)
  await expect.poll(() => app.detail.store.getState().selected).toBe('299')
  app.list.moveSelection(-10)
  await expect.poll(() => app.detail.store.getState().selected).toBe('289')
})

describe('an edit', () => {
  beforeEach(async () => {
    await addSession('one', { username: 'ada', page_views: '1' })
    await app.start(true)
    app.goTo(DEFAULT_PREFIX, 'one')
    await expect.poll(() => shownValue('page_views')).toBe('1')
  })

  async function edit(name: string, value: string) {
    const field = app.detail.store.getState().detail?.fields.find((one) => one.name === name)
    if (field === undefined) throw new Error(`no field ${name}`)
    await app.detail.edit(field)
    app.detail.change({ value })
  }

  it('is written, and the TTL stays', async () => {
    await edit('page_views', '5')
    expect(await app.detail.save()).toBe(true)
    expect(await redis.client.hget(`${DEFAULT_PREFIX}one`, 'page_views')).toBe('5')
    expect(app.detail.store.getState().draft).toBeNull()
  })

  it('is not overwritten by what comes from Redis meanwhile', async () => {
    await edit('page_views', '5')
    await redis.client.hset(`${DEFAULT_PREFIX}one`, 'page_views', '2')
    await expect.poll(() => shownValue('page_views')).toBe('2')
    expect(app.detail.store.getState().draft).toMatchObject({ value: '5', shown: '1' })
  })

  it('meets a conflict, and writes over it when told to', async () => {
    await edit('page_views', '5')
    await redis.client.hset(`${DEFAULT_PREFIX}one`, 'page_views', '2')
    expect(await app.detail.save()).toBe(false)
    expect(app.detail.store.getState().draft?.conflict).toEqual({ current: '2' })
    expect(await app.detail.overwrite()).toBe(true)
    expect(await redis.client.hget(`${DEFAULT_PREFIX}one`, 'page_views')).toBe('5')
  })

  it('goes on on top of what is there, with what was typed set aside', async () => {
    await edit('page_views', '5')
    await redis.client.hset(`${DEFAULT_PREFIX}one`, 'page_views', '2')
    expect(await app.detail.save()).toBe(false)
    app.detail.startAnew()
    expect(app.detail.store.getState().draft).toMatchObject({
      shown: '2',
      value: '2',
      setAside: '5',
      conflict: null,
    })
    app.detail.change({ value: '7' })
    expect(await app.detail.save()).toBe(true)
    expect(await redis.client.hget(`${DEFAULT_PREFIX}one`, 'page_views')).toBe('7')
  })

  it('writes nothing into what is no session any more', async () => {
    await edit('page_views', '5')
    await redis.client.hdel(`${DEFAULT_PREFIX}one`, 'session_ttl')
    await expect.poll(() => app.detail.store.getState().detail?.state).toBe('incomplete')
    expect(await app.detail.save()).toBe(false)
    expect(app.detail.store.getState().draft?.failure?.code).toBe('not_a_session')
    expect(await redis.client.hget(`${DEFAULT_PREFIX}one`, 'page_views')).toBe('1')
  })

  it('of a field that was removed meanwhile can put it back', async () => {
    await edit('page_views', '5')
    await redis.client.hdel(`${DEFAULT_PREFIX}one`, 'page_views')
    expect(await app.detail.save()).toBe(false)
    expect(app.detail.store.getState().draft?.conflict).toEqual({ current: null })
    expect(await app.detail.overwrite()).toBe(true)
  })

  it('keeps its text when the session goes', async () => {
    await edit('page_views', 'typed for long')
    await redis.client.unlink(`${DEFAULT_PREFIX}one`)
    await expect.poll(() => app.detail.store.getState().ending?.how).toBe('deleted')
    expect(await app.detail.save()).toBe(false)
    const { draft, detail } = app.detail.store.getState()
    expect(draft).toMatchObject({ value: 'typed for long', failure: { code: 'session_gone' } })
    expect(detail?.fields.length).toBeGreaterThan(0)
  })

  it('waits where one looks at another session and comes back', async () => {
    await addSession('two')
    await edit('page_views', 'half done')
    app.select('two')
    expect(app.detail.store.getState().draft).toBeNull()
    app.select('one')
    expect(app.detail.store.getState().draft?.value).toBe('half done')
  })
})

it('says that a watched session expired, and when', async () => {
  await addSession('short', { username: 'ada' }, 1)
  await app.start(true)
  app.goTo(DEFAULT_PREFIX, 'short')
  await expect.poll(() => shownValue('username')).toBe('ada')
  await expect
    .poll(() => app.detail.store.getState().ending, { timeout: 5000 })
    .toMatchObject({ how: 'expired' })
})

it('follows a session through a rotation', async () => {
  await addSession('old', { username: 'ada' })
  await app.start(true)
  app.goTo(DEFAULT_PREFIX, 'old')
  await expect.poll(() => shownValue('username')).toBe('ada')
  await app.rotate()
  const { selected } = app.detail.store.getState()
  expect(selected).not.toBe('old')
  await expect.poll(() => shownValue('username')).toBe('ada')
  await expect.poll(() => app.list.store.getState().view?.rows.map((row) => row.id)).toEqual([selected])
})

it('calls nothing new or gone when another filter is set', async () => {
  for (const name of ['ada', 'grace', 'ken']) await addSession(name, { username: name })
  await app.start(true)
  await expect.poll(() => users().length).toBe(3)
  const seen: number[] = []
  app.list.store.subscribe(({ fresh, gone }) => seen.push(fresh.size + gone.size))
  app.list.setFilter('ada')
  await expect.poll(users).toEqual(['ada'])
  app.list.setFilter('')
  await expect.poll(() => users().length).toBe(3)
  expect(Math.max(...seen)).toBe(0)
})

it('takes a prefix with glob characters literally', async () => {
  await redis.client.set('a*[b]?\\:1', 'x')
  await redis.client.set('axxb:2', 'x')
  await app.start(true)
  app.setPrefix('a*[b]?\\:')
  await expect.poll(() => app.list.store.getState().view?.rows.map((row) => row.id)).toEqual(['1'])
})

it('remembers columns and prefix, and falls back setting by setting', () => {
  const storage = memoryStorage({
    'redis-session-inspector': JSON.stringify({ columns: ['cart'], theme: 'pink', prefix: 'sess:' }),
  })
  const other = openApp(inspector, storage)
  expect(other.settings.getState()).toMatchObject({ columns: ['cart'], theme: 'system', prefix: 'sess:' })
  other.list.setColumns(['cart', 'theme'])
  expect(JSON.parse(storage.entries['redis-session-inspector'] ?? '')).toMatchObject({
    columns: ['cart', 'theme'],
  })
})

it('says what is wrong with a prefix in words for people', async () => {
  await app.start(true)
  app.setPrefix('ü'.repeat(400))
  await expect
    .poll(() => app.list.store.getState().failure?.message)
    .toBe('A prefix takes at most 512 bytes.')
})

it('says why a connection is refused', async () => {
  await app.connection.connect({ host: '127.0.0.1', port: 1 })
  expect(app.connection.store.getState()).toMatchObject({
    pending: null,
    failure: { code: 'unreachable' },
    status: { state: 'disconnected' },
  })
})
