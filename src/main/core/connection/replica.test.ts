import { Redis } from 'ioredis'
import { expect, it, vi } from 'vitest'
import { useConnections } from '../../../test/connections.ts'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useRedis } from '../../../test/redis.ts'
import { findRedisServer, startRedisProcess } from './redis-process.ts'
import { resolveTarget } from './target.ts'

const redis = useRedis('--repl-diskless-sync-delay', '0')
const { manager, onEnd } = useConnections()

async function startReplica(...args: readonly string[]) {
  const binary = (await findRedisServer())?.path ?? 'redis-server'
  const server = await startRedisProcess(binary, ['--replicaof', '127.0.0.1', String(redis.port), ...args])
  onEnd(server.stop)
  const client = new Redis({ host: '127.0.0.1', port: server.port })
  onEnd(() => client.disconnect())
  await vi.waitFor(async () => expect(await client.info('replication')).toMatch(/master_link_status:up/), {
    timeout: 10_000,
    interval: 50,
  })
  return { port: server.port, client }
}
const refusal = { code: 'read_only', message: expect.stringMatching(/is a replica, which takes no writes/) }

it('writes nothing to a replica, and says that this is why', async () => {
  const { port } = await startReplica()
  const { made } = manager()
  await made.connect(resolveTarget({ port }), false)
  expect(made.status).toMatchObject({ readOnly: true, server: { role: 'replica', writable: false } })
  expect(() => made.requireWritable()).toThrow(expect.objectContaining(refusal))
  await expect(made.require().client.set('key', 'value')).rejects.toMatchObject(refusal)
  expect(() => made.setReadOnly(false)).toThrow(expect.objectContaining(refusal))
  expect(made.status).toMatchObject({ state: 'connected', readOnly: true })
})

it('shows the sessions of a replica, and refuses to change one', async () => {
  const time = '2026-04-02T12:34:56+00:00'
  await redis.client.hset('session:a', { created_at: time, last_accessed_at: time, session_ttl: '900' })
  await redis.client.expire('session:a', 900)
  const { port } = await startReplica()
  const client = new InspectorClient()
  onEnd(async () => {
    client.close()
    await client.inspector.stop()
  })
  await client.invoke('connection.connect', { port })
  const sort = { by: 'id', direction: 'ascending' } as const
  const query = { prefix: 'session:', columns: [], filter: '', sort, offset: 0, limit: 10 }
  await vi.waitFor(async () => expect(await client.invoke('list.window', query)).toMatchObject({ total: 1 }))
  await expect(client.invoke('session.touch', { prefix: 'session:', id: 'a' })).rejects.toMatchObject(refusal)
  await expect(client.invoke('connection.setReadOnly', { readOnly: false })).rejects.toMatchObject(refusal)
})

it('writes to a replica that its owner has made a writable one', async () => {
  const { port, client } = await startReplica('--replica-read-only', 'no')
  const { made } = manager()
  await made.connect(resolveTarget({ port }), false)
  expect(made.status).toMatchObject({ readOnly: false, server: { role: 'replica', writable: true } })
  await made.require().client.set('key', 'value')
  expect(await client.get('key')).toBe('value')
})

it('notices by its heartbeat that a replica has become a master, and the other way round', async () => {
  const { port, client } = await startReplica()
  const { made } = manager()
  await made.connect(resolveTarget({ port }), false)
  await client.call('REPLICAOF', 'NO', 'ONE')
  await vi.waitFor(
    () => expect(made.status).toMatchObject({ readOnly: false, server: { role: 'master' } }),
    5000,
  )
  await made.require().client.set('key', 'value')
  await client.call('REPLICAOF', '127.0.0.1', String(redis.port))
  await vi.waitFor(
    () => expect(made.status).toMatchObject({ readOnly: true, server: { role: 'replica' } }),
    5000,
  )
}, 20_000)
