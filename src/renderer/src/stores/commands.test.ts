import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AppError } from '#shared/errors.ts'
import type { Transport } from '#shared/transport.ts'
import { createInspector, type Inspector } from '../../../main/core/services.ts'
import { useRedis } from '../../../test/redis.ts'
import { type CommandsStore, createCommandsStore } from './commands.ts'

// biome-ignore lint/correctness/useHookAtTopLevel: a fixture of Vitest, no hook of React.
const redis = useRedis('--notify-keyspace-events', 'AKE')
let inspector: Inspector
let transport: Transport
let commands: CommandsStore
let changes = 0

beforeEach(async () => {
  inspector = createInspector({ host: 'web', version: '1', redisUrl: null, log: () => {} })
  const listeners = new Set<(payload: never) => void>()
  const endpoint = inspector.attach((name, payload) => {
    if (name !== 'commands.changed') return
    changes += 1
    for (const listener of listeners) listener(payload as never)
  })
  transport = {
    async invoke(name, arg) {
      const reply = await endpoint.dispatch(name, arg)
      if (reply.ok) return reply.value as never
      throw new AppError(reply.code, reply.message, reply.details)
    },
    on(_name, listener) {
      listeners.add(listener as (payload: never) => void)
      return () => listeners.delete(listener as (payload: never) => void)
    },
    onLink: () => () => {},
  }
  commands = createCommandsStore(transport)
  await transport.invoke('connection.connect', { port: redis.port })
  changes = 0
})
afterEach(async () => {
  commands.close()
  await inspector.stop()
})

const state = () => commands.store.getState()
const purposes = () => state().page?.rows.map(({ purpose }) => purpose) ?? []
const shown = (expected: (rows: readonly string[]) => void) => vi.waitFor(() => expected(purposes()), 5000)
const create = () =>
  transport.invoke('session.create', { prefix: 'session:', fields: { theme: 'dark' }, ttl: 60 })

it('shows what comes while somebody looks, and hears nothing else', async () => {
  await create()
  expect(changes).toBe(0)
  commands.open()
  await shown((rows) => expect(rows[0]).toBe('created a session'))
  await transport.invoke('list.prefixes', {})
  await shown((rows) => expect(rows[0]).toBe('counted the namespaces'))
  expect(purposes()).not.toContain('asked which commands are allowed')
  // Whoever has closed it asks for nothing more, though others may make the core tell.
  commands.close()
  await transport.invoke('commands.follow', { on: true })
  const heard = changes
  await create()
  await vi.waitFor(() => expect(changes).toBeGreaterThan(heard))
  expect(purposes()[0]).toBe('counted the namespaces')
})

it('holds the rows while one points at them or is at one, and says how many have come', async () => {
  await create()
  commands.open()
  await shown((rows) => expect(rows[0]).toBe('created a session'))
  commands.hold('pointing', true)
  const before = purposes()
  await create()
  await create()
  await vi.waitFor(() => expect(state().page?.newer).toBe(2))
  expect(purposes()).toEqual(before)
  // A second reason keeps holding when the first is over.
  commands.select(state().page?.rows[0] ?? null)
  commands.hold('pointing', false)
  expect(state().before).not.toBeNull()
  commands.showNewest()
  await vi.waitFor(() => expect(state().page).toMatchObject({ newer: 0, matched: before.length + 2 }))
  commands.select(null)
  expect(state().before).toBeNull()
  await create()
  await vi.waitFor(() => expect(state().page?.matched).toBe(before.length + 3))
})

it('filters by text, kind and failure, and shows all again', async () => {
  await create()
  commands.open()
  commands.setText('theme')
  await vi.waitFor(() => expect(purposes()).toEqual(['created a session']))
  commands.setText('')
  commands.toggleKind('writes')
  await shown((rows) => expect([rows.length > 0, rows.includes('created a session')]).toEqual([true, false]))
  commands.toggleKind('background')
  await shown((rows) => expect(rows).toContain('asked which commands are allowed'))
  commands.setFailedOnly(true)
  await vi.waitFor(() => expect(state().page?.matched).toBe(0))
  commands.showAll()
  await shown((rows) => expect(rows).toEqual(expect.arrayContaining(['created a session', 'connected'])))
})

it('reads all that match, page by page, and the source of a script once', async () => {
  await transport.invoke('list.addSamples', { prefix: 'session:', count: 30 })
  for (let i = 0; i < 120; i += 1) await create()
  commands.open()
  await vi.waitFor(() => expect(state().page?.rows[0]?.purpose).toBe('created a session'))
  commands.setText('created a session')
  await vi.waitFor(() => expect(state().page?.matched).toBe(120))
  expect(state().page?.rows.length).toBeLessThan(120)
  const all = await commands.readAll()
  expect(all.length).toBe(120)
  const sha = all[0]?.script?.sha ?? ''
  const script = await commands.readScript(sha)
  expect(script?.source).toContain("redis.call('EXISTS'")
  expect(await commands.readScript(sha)).toBe(script)
  expect(await commands.readScript('f'.repeat(40))).toBeNull()
})

it('is empty after it was cleared', async () => {
  await create()
  commands.open()
  await shown((rows) => expect(rows.length).toBeGreaterThan(0))
  commands.select(state().page?.rows[0] ?? null, true)
  await commands.clear()
  await vi.waitFor(() =>
    expect(state()).toMatchObject({ page: { matched: 0 }, selected: null, opened: false }),
  )
  await create()
  await shown((rows) => expect(rows).toEqual(['created a session']))
})
