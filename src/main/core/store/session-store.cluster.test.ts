import { expect, test, vi } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { freePort } from '../connection/redis-process.ts'
import { SessionStore } from './session-store.ts'

// The bus takes the port plus 10,000 otherwise, which can be none.
const redis = useRedis('--cluster-enabled', 'yes', '--cluster-port', String(await freePort()))

test('on a cluster every operation of one key runs; rotation, which has two, says why not and writes nothing', async () => {
  await redis.client.cluster('ADDSLOTSRANGE', 0, 16383)
  await vi.waitFor(
    async () => expect(await redis.client.cluster('INFO')).toContain('cluster_state:ok'),
    10_000,
  )
  const ids = ['one', 'two', 'three', 'four']
  const store = new SessionStore({ client: redis.client, generateId: () => ids.shift() ?? '' })
  const id = await store.createSession({ n: 1 }, 60)
  expect(await store.getSession(id)).toMatchObject({ n: '1' })
  expect(await store.getSession(id, { refresh: false })).toMatchObject({ n: '1' })
  expect(await store.getConfiguredTtl(id)).toBe(60)
  expect(await store.getRemainingTtl(id)).toBe(60)
  expect(await store.updateSession(id, { a: 1 })).toBe(true)
  expect(await store.incrementField(id, 'n')).toBe(2)
  expect(await store.removeFields(id, ['a'])).toBe(1)
  expect(await store.setSessionTtl(id, 90)).toBe(true)
  expect(await store.touchSession(id)).toBe(true)
  const before = await redis.client.dumpBuffer(store.keyOf(id))
  await expect(store.rotateSession(id)).rejects.toThrow('different nodes of the cluster')
  expect(await redis.client.dumpBuffer(store.keyOf(id))).toEqual(before)
  expect(await redis.client.dbsize()).toBe(1)
  expect(await store.deleteSession(id)).toBe(true)
})
