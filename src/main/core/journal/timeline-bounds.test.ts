import { afterEach, expect, it, vi } from 'vitest'
import { LIMITS, type SessionDetail } from '#shared/model.ts'
import { useRedis } from '../../../test/redis.ts'
import { TIMELINE_LIMITS } from './defaults.ts'
import { Onlooker } from './testing/onlooker.ts'
import { Timeline } from './timeline.ts'
import { Timelines } from './timelines.ts'

const redis = useRedis('--notify-keyspace-events', 'AKE')
const onlookers: Onlooker[] = []
afterEach(async () => {
  for (const { inspector } of onlookers.splice(0)) await inspector.stop()
})
const look = async () => {
  const onlooker = await Onlooker.at(redis.port)
  onlookers.push(onlooker)
  return onlooker
}

const TIME = '2026-04-02T12:34:56+00:00'
const SESSION = { created_at: TIME, last_accessed_at: TIME, session_ttl: '60' }

/** @param expireAt epoch milliseconds */
async function addSessions(count: number, expireAt: number | null): Promise<void> {
  const pipeline = redis.client.pipeline()
  for (let id = 0; id < count; id += 1) {
    pipeline.hset(`session:${id}`, SESSION)
    if (expireAt !== null) pipeline.pexpireat(`session:${id}`, expireAt)
  }
  await pipeline.exec()
}

it('answers at once while 20,000 sessions expire together, tells of it ten times a second, and keeps the last 10,000', async () => {
  const count = 20_000
  await addSessions(count, Date.now() + 8000)
  const onlooker = await look()
  await redis.client.hset('session:kept', { ...SESSION, username: 'ada' })
  await onlooker.sees('kept', ['created by outside'])
  await onlooker.watch('kept')
  const seen = ['created by outside', 'watched']
  const [, watched] = await onlooker.sees('kept', seen)
  const began = performance.now()
  let slowest = 0
  await vi.waitFor(
    async () => {
      const asked = performance.now()
      expect((await onlooker.window()).total).toBe(1)
      slowest = Math.max(slowest, performance.now() - asked)
      expect((await onlooker.page()).dropped).toBe(count + 1 - TIMELINE_LIMITS.entries)
    },
    { timeout: 25_000, interval: 20 },
  )
  const seconds = (performance.now() - began) / 1000
  const told = onlooker.payloads('timeline.changed')
  expect(told.length).toBeGreaterThan(3)
  expect(told.length).toBeLessThan(10 * seconds + 2)
  // One telling is small, however much has happened.
  expect(Math.max(...told.map((news) => JSON.stringify(news).length))).toBeLessThan(2000)
  expect(slowest).toBeLessThan(1000)
  const page = await onlooker.page({ kinds: ['expired'] })
  expect(page).toMatchObject({ kept: TIMELINE_LIMITS.entries, matched: TIMELINE_LIMITS.entries })
  // What a watched session went through does not make room for what all the others did.
  expect((await onlooker.sees('kept', seen)).at(-1)).toEqual(watched)
}, 60_000)

it('keeps a bounded number of prefixes, and forgets first what nobody looks at', async () => {
  const timelines = new Timelines({ clock: () => now })
  let now = 1
  const open = (prefix: string) => {
    now += 1
    timelines.of(prefix).opened()
  }
  open('looked-at:')
  for (let i = 0; i < 2 * TIMELINE_LIMITS.prefixes; i += 1) {
    open(`${i}:`)
    timelines.of(`${i}:`).closed()
    timelines.read({ prefix: `asked-for-${i}:`, limit: 1 })
  }
  const known = (prefix: string) => timelines.read({ prefix, limit: 1 }).since !== null
  expect(known('looked-at:')).toBe(true)
  const kept = Array.from({ length: 2 * TIMELINE_LIMITS.prefixes }, (_, i) => i).filter((i) => known(`${i}:`))
  expect(kept).toHaveLength(TIMELINE_LIMITS.prefixes - 1)
  expect(kept.at(-1)).toBe(2 * TIMELINE_LIMITS.prefixes - 1)
})

const LIMIT = { entries: 50, sessions: 5, sessionEntries: 20, moments: 10, bytes: 200_000 }

/** A timeline with small bounds and a session that is read whole whenever it is told to. */
function makeTimeline() {
  let now = 1000
  const timeline = new Timeline({ clock: () => (now += 1), onEntry: () => {}, limits: LIMIT })
  timeline.opened()
  timeline.passed()
  const read = (id: string, fields: Readonly<Record<string, string>>) =>
    timeline.read(id, timeline.mark(), detailOf(fields))
  return { timeline, read }
}

const detailOf = (fields: Readonly<Record<string, string>>): SessionDetail => ({
  id: '',
  key: '',
  state: 'incomplete',
  type: 'hash',
  problem: null,
  createdAt: null,
  lastAccessedAt: null,
  configuredTtl: null,
  expiresAt: null,
  memory: null,
  fields: Object.entries(fields).map(([name, value]) => ({
    name,
    value,
    size: value.length,
    cut: false,
    reserved: false,
    expiresAt: null,
  })),
  hasFieldTtls: false,
  value: null,
  fingerprint: null,
})

it('holds its bounds in entries, moments, sessions and bytes, whatever the sessions hold', () => {
  const { timeline, read } = makeTimeline()
  for (let session = 0; session < 12; session += 1) {
    const id = `s${session}`
    read(id, {})
    timeline.watch(id)
    for (let i = 0; i < 60; i += 1) read(id, { big: `${i}`.repeat(20_000), same: 'x'.repeat(10_000) })
    if (session < 10) timeline.unwatch(id)
    expect(timeline.status.bytes).toBeLessThanOrEqual(LIMIT.bytes)
    expect(timeline.status.kept).toBeLessThanOrEqual(LIMIT.entries)
    expect(timeline.logs.size).toBeLessThanOrEqual(LIMIT.sessions)
  }
  expect([...timeline.logs.keys()]).toEqual(expect.arrayContaining(['s10', 's11']))
  for (const log of timeline.logs.values()) {
    expect(log.moments.length).toBeLessThanOrEqual(LIMIT.moments)
    expect(log.entries.length).toBeLessThanOrEqual(LIMIT.sessionEntries)
  }
  // The last state of a session that is watched is there all the same.
  expect(timeline.logs.get('s11')?.last?.snapshot?.fields.size).toBe(2)
})

it('shares what stays the same between moments, and counts right when the oldest go', () => {
  const { timeline, read } = makeTimeline()
  read('a', { large: 'x'.repeat(50_000), n: '0' })
  timeline.watch('a')
  for (let i = 1; i < 40; i += 1) read('a', { large: 'x'.repeat(50_000), n: `${i}` })
  const log = timeline.logs.get('a')
  expect(log?.moments).toHaveLength(LIMIT.moments)
  expect(log?.bytes).toBeGreaterThan(50_000)
  expect(log?.bytes).toBeLessThan(51_000)
})

it('tells of many fields that change at once one by one up to a bound, and then how many more', () => {
  const { timeline, read } = makeTimeline()
  read('a', {})
  timeline.watch('a')
  read('a', Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`f${i}`, 'x'])))
  const [last, before] = timeline.entries(null)
  expect(last?.change).toMatchObject({ kind: 'fieldChanged', field: null, more: 30 })
  expect(before?.change).toMatchObject({ kind: 'fieldAdded', more: 0 })
})

it('refuses a question that is too large', async () => {
  const onlooker = await look()
  const ask = (arg: object) => onlooker.invoke('timeline.read', { prefix: 'session:', limit: 10, ...arg })
  await expect(ask({ limit: LIMITS.timelineEntries + 1 })).rejects.toMatchObject({ code: 'invalid_argument' })
  await expect(ask({ text: 'x'.repeat(LIMITS.timelineTextCharacters + 1) })).rejects.toMatchObject({
    code: 'invalid_argument',
  })
})
