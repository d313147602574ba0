import { afterEach, expect, it } from 'vitest'
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

async function exported(onlooker: Onlooker, what: { readonly id?: string }): Promise<Exported> {
  const { text } = await onlooker.invoke('timeline.export', { prefix: PREFIX, ...what })
  return JSON.parse(text) as Exported
}
