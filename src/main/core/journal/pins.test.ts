import { afterEach, expect, it, vi } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from '../store/session-store.ts'
import { TIMELINE_LIMITS } from './defaults.ts'
import { Onlooker } from './testing/onlooker.ts'

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
const PREFIX = 'session:'
const makeStore = () => new SessionStore({ client: redis.client, clock: () => Date.now() - 3_600_000 })

it('keeps the values of a pinned session while another one is open, and another prefix is looked at', async () => {
  const store = makeStore()
  const [pinned, other] = [await store.createSession({ theme: 'dark' }), await store.createSession()]
  const onlooker = await look()
  expect(await onlooker.invoke('timeline.pin', { prefix: PREFIX, id: pinned })).toEqual([
    { prefix: PREFIX, id: pinned },
  ])
  await onlooker.watch(other)
  await redis.client.hset(store.keyOf(pinned), 'theme', 'light')
  const seen = ['watched', 'fieldChanged theme dark → light by outside']
  await onlooker.sees(pinned, seen)
  await onlooker.invoke('session.watch', null)
  await onlooker.open('elsewhere:')
  await redis.client.hset(store.keyOf(pinned), 'theme', 'blue')
  await onlooker.sees(pinned, [...seen, 'fieldChanged theme light → blue by outside'])
  expect((await onlooker.page({ kinds: ['gap'] })).matched).toBe(0)
})

it('watches a pinned session on when the connection is back', async () => {
  const store = makeStore()
  const id = await store.createSession({ theme: 'dark' })
  const onlooker = await look()
  await onlooker.invoke('timeline.pin', { prefix: PREFIX, id })
  await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await redis.client.hset(store.keyOf(id), 'theme', 'light')
  await vi.waitFor(async () => {
    const changed = (await onlooker.entries(id)).find(({ change }) => change.kind === 'fieldChanged')
    expect(changed?.change).toMatchObject({ old: { value: 'dark' }, new: { value: 'light' } })
  }, 8000)
})

it('shares the pins of a connection between its windows, and tells each of them', async () => {
  const id = await makeStore().createSession()
  const first = await look()
  const second = new Onlooker(first.inspector)
  await first.invoke('timeline.pin', { prefix: PREFIX, id })
  expect(await second.invoke('timeline.pins', {})).toEqual([{ prefix: PREFIX, id }])
  expect(second.payloads('timeline.pinned').at(-1)).toEqual([{ prefix: PREFIX, id }])
  first.close()
  await redis.client.hset(`session:${id}`, 'theme', 'light')
  await second.sees(id, ['watched', 'fieldAdded theme ∅ → light by outside'])
  expect(await second.invoke('timeline.unpin', { prefix: PREFIX, id })).toEqual([])
  expect(second.payloads('timeline.pinned').at(-1)).toEqual([])
  await redis.client.hset(`session:${id}`, 'theme', 'dark')
  await second.open()
  const values = (await second.entries(id)).filter(({ change }) => 'old' in change && change.old !== null)
  expect(values).toEqual([])
})

it('pins a bounded number, and says what to do then', async () => {
  const onlooker = await look()
  const pin = (id: string) => onlooker.invoke('timeline.pin', { prefix: PREFIX, id })
  for (let i = 0; i < TIMELINE_LIMITS.pins; i += 1) await pin(`s${i}`)
  await expect(pin('more')).rejects.toMatchObject({
    code: 'invalid_argument',
    message: expect.stringContaining('Unpin one first'),
  })
  expect(await pin('s0')).toHaveLength(TIMELINE_LIMITS.pins)
  await onlooker.invoke('timeline.unpin', { prefix: PREFIX, id: 's3' })
  expect(await pin('more')).toHaveLength(TIMELINE_LIMITS.pins)
})

it('forgets the pins with the connection', async () => {
  const id = await makeStore().createSession()
  const onlooker = await look()
  await onlooker.invoke('timeline.pin', { prefix: PREFIX, id })
  await onlooker.invoke('connection.disconnect', {})
  expect(await onlooker.invoke('timeline.pins', {})).toEqual([])
})
