import { afterEach, expect, it } from 'vitest'
import type { Redaction } from '#shared/transfer.ts'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from '../store/session-store.ts'
import { Onlooker } from './testing/onlooker.ts'
import { EXPORT_VERSION } from './timeline-export.ts'

const redis = useRedis('--notify-keyspace-events', 'AKE')
const onlookers: Onlooker[] = []
afterEach(async () => {
  for (const { inspector } of onlookers.splice(0)) await inspector.stop()
})
const PREFIX = 'session:'

interface Exported {
  readonly format: string
  readonly version: number
  readonly id: unknown
  readonly events: readonly Readonly<Record<string, unknown>>[]
  readonly sessions: readonly {
    readonly id: unknown
    readonly moments: readonly Readonly<Record<string, unknown>>[]
  }[]
}

it('holds every event and every moment, of all sessions or of one', async () => {
  const store = new SessionStore({ client: redis.client, clock: () => Date.now() - 3_600_000 })
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  const onlooker = await Onlooker.at(redis.port)
  onlookers.push(onlooker)
  await onlooker.watch(id)
  await redis.client.hset(store.keyOf(id), 'theme', 'x'.repeat(5000))
  await onlooker.sees(id, ['watched', expect.stringMatching(/^fieldChanged theme/)])
  const other = await store.createSession({ username: 'grace' })
  await onlooker.sees(other, ['created by outside'])
  await redis.client.persist(store.keyOf(other))
  await onlooker.sees(other, ['created by outside', 'ttlChanged by outside'])
  await onlooker.invoke('session.delete', { prefix: PREFIX, id })
  await onlooker.sees(id, [expect.anything(), expect.anything(), 'deleted by inspector'])

  const whole = await exported(onlooker, {})
  expect(whole).toMatchObject({
    format: 'redis-session-inspector/timeline',
    version: EXPORT_VERSION,
    prefix: PREFIX,
    id: null,
    dropped: 0,
  })
  const entries = [...(await onlooker.entries(id)), ...(await onlooker.entries(other))]
  expect(whole.events.map(({ number }) => number)).toEqual(
    entries.map(({ number }) => number).sort((a, b) => a - b),
  )
  for (const { number, at, change, by } of entries) {
    expect(whole.events.find((event) => event.number === number)).toMatchObject({
      at: new Date(at).toISOString(),
      kind: change.kind,
      by,
    })
  }
  const changed = whole.events.find(({ kind }) => kind === 'fieldChanged')
  expect(changed).toMatchObject({ field: 'theme', old: 'dark', new: { from: 0, size: 5000 } })
  const [session] = whole.sessions
  expect(session?.id).toBe(id)
  expect(session?.moments).toMatchObject([
    { exists: true, type: 'hash', ttl: 1800 },
    { exists: true },
    { exists: false },
  ])
  expect(session?.moments[1]?.fields).toContainEqual({ name: 'theme', value: 'x'.repeat(5000) })

  const one = await exported(onlooker, { id: other })
  expect(one.id).toBe(other)
  expect(one.events).toMatchObject([{ kind: 'created' }, { kind: 'ttlChanged', expiry: { new: null } }])
  expect((await exported(onlooker, { id: 'never' })).events).toEqual([])
})

it('leaves secrets out, and ids where that is chosen, unless it is asked for all of it', async () => {
  const store = new SessionStore({ client: redis.client, clock: () => Date.now() - 3_600_000 })
  const id = await store.createSession({ username: 'ada', password: 'hunter2hunter2' })
  const onlooker = await Onlooker.at(redis.port)
  onlookers.push(onlooker)
  await onlooker.watch(id)
  await redis.client.hset(store.keyOf(id), 'password', 'hunter3hunter3')
  await onlooker.sees(id, ['watched', expect.stringMatching(/^fieldChanged password/)])
  const { id: next } = await onlooker.invoke('session.rotate', { prefix: PREFIX, id })
  await onlooker.sees(id, [expect.anything(), expect.anything(), expect.stringMatching(/^rotated/)])

  const textOf = async (redact?: Redaction) =>
    (await onlooker.invoke('timeline.export', { prefix: PREFIX, ...(redact && { redact }) })).text
  const usual = await textOf()
  expect(usual).not.toMatch(/hunter[23]/)
  expect(usual).toContain(id)
  const { events } = JSON.parse(usual) as Exported
  expect(events.find(({ kind }) => kind === 'fieldChanged')).toMatchObject({
    field: 'password',
    old: { redacted: null },
    new: { redacted: null },
  })
  const withoutIds = await textOf('secretsAndIds')
  expect(withoutIds).not.toMatch(/hunter[23]/)
  for (const each of [id, next]) expect(withoutIds).not.toContain(each)
  expect(JSON.parse(withoutIds)).toMatchObject({ redacted: 'secretsAndIds' })
  const all = await textOf('nothing')
  for (const part of ['hunter2hunter2', 'hunter3hunter3', id, next]) expect(all).toContain(part)
})

async function exported(onlooker: Onlooker, what: { readonly id?: string }): Promise<Exported> {
  const { text } = await onlooker.invoke('timeline.export', { prefix: PREFIX, ...what })
  return JSON.parse(text) as Exported
}
