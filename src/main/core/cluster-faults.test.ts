import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { CallArg } from '#shared/contract.ts'
import { startCluster, type TestCluster, type TestNode } from '../../test/cluster.ts'
import { InspectorClient } from '../../test/inspector-client.ts'
import { SERVER_KINDS } from '../../test/redis-servers.ts'
import { slotOf } from './connection/key-slot.ts'

const PREFIX = 'session:'
const TIME = '2026-04-02T12:34:56+00:00'
const SESSION = { created_at: TIME, last_accessed_at: TIME, session_ttl: '600' }
const QUERY: CallArg<'list.window'> = {
  prefix: PREFIX,
  columns: ['username'],
  filter: '',
  sort: { by: 'id', direction: 'ascending' },
  offset: 0,
  limit: 500,
}

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

for (const { name, binary, missing } of SERVER_KINDS) {
  describe.skipIf(missing !== null)(`on ${name}${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
    async function start(live: 'notifications' | 'polling'): Promise<TestCluster> {
      const cluster = await startCluster({
        binary,
        args: ['--notify-keyspace-events', live === 'notifications' ? 'KA' : ''],
      })
      closers.push(() => cluster.stop())
      return cluster
    }

    async function connect(cluster: TestCluster): Promise<InspectorClient> {
      const client = new InspectorClient()
      closers.push(() => client.inspector.stop())
      await client.invoke('connection.connect', {
        deployment: 'cluster',
        host: '127.0.0.1',
        port: cluster.port,
      })
      return client
    }

    async function fill(cluster: TestCluster, count: number): Promise<readonly string[]> {
      const ids = Array.from({ length: count }, (_, i) => String(i).padStart(5, '0'))
      await Promise.all(ids.map((id) => cluster.client.hset(PREFIX + id, { ...SESSION, username: 'ada' })))
      return ids
    }

    const look = (client: InspectorClient) => client.invoke('list.window', QUERY)

    async function settled(client: InspectorClient, ids: readonly string[], timeout = 15_000): Promise<void> {
      await vi.waitFor(
        async () => {
          const seen = await look(client)
          expect(seen).toMatchObject({ phase: 'complete', total: ids.length })
          expect(seen.rows.map(({ id }) => id)).toEqual(ids)
        },
        { timeout, interval: 100 },
      )
    }

    /** Slots of a master that hold one of these at least. */
    async function slotsWith(
      cluster: TestCluster,
      from: TestNode,
      ids: readonly string[],
    ): Promise<number[]> {
      const slots = new Set<number>()
      for (const id of ids) if ((await cluster.ownerOf(PREFIX + id)) === from) slots.add(slotOf(PREFIX + id))
      return [...slots]
    }

    it.each([['notifications'], ['polling']] as const)(
      'loses no row while slots move under writes, and tells of no session that came or went, by %s',
      { timeout: 60_000 },
      async (live) => {
        const cluster = await start(live)
        const ids = await fill(cluster, 300)
        const client = await connect(cluster)
        await settled(client, ids)
        await client.invoke('timeline.read', { prefix: PREFIX, limit: 100 })
        const [from, to] = (await cluster.masters()) as [TestNode, TestNode]
        const slots = (await slotsWith(cluster, from, ids)).slice(0, 40)
        const moved = ids.filter((id) => slots.includes(slotOf(PREFIX + id)))
        let writing = true
        let writes = 0
        const writer = (async () => {
          for (; writing; writes += 1)
            await cluster.client.hset(PREFIX + (moved[writes % moved.length] as string), 'username', 'grace')
        })()
        let fewest = ids.length
        let watching = true
        const watcher = (async () => {
          while (watching) {
            fewest = Math.min(fewest, (await look(client)).total)
            await wait(5)
          }
        })()
        let edits = 0
        await cluster.moveSlots(slots, from, to, async (slot) => {
          // Half of its keys are here, half of them there.
          const id = moved.find((each) => slotOf(PREFIX + each) === slot) as string
          await client.invoke('session.setField', {
            ...{ prefix: PREFIX, id, field: `edit-${slot}`, shown: null, value: 'yes' },
          })
          edits += 1
        })
        writing = false
        await writer
        await settled(client, ids)
        watching = false
        await watcher
        expect([fewest, edits]).toEqual([ids.length, slots.length])
        expect(writes).toBeGreaterThan(slots.length)
        for (const slot of slots) {
          const id = moved.find((each) => slotOf(PREFIX + each) === slot) as string
          expect(await to.client.hget(PREFIX + id, `edit-${slot}`)).toBe('yes')
        }
        const { entries } = await client.invoke('timeline.read', { prefix: PREFIX, limit: 500 })
        const kinds = new Set(entries.map(({ change }) => change.kind))
        for (const kind of ['created', 'deleted', 'expired', 'gap'] as const)
          expect(kinds).not.toContain(kind)
        // The screen is told where they are now.
        await vi.waitFor(async () => {
          const status = await client.invoke('connection.status', {})
          const { nodes = [] } = status.state === 'connected' ? status.server : {}
          const owner = nodes.find(({ address }) => address.endsWith(`:${to.port}`))
          expect(owner?.slots.length).toBeGreaterThan(1)
        }, 8000)
      },
    )

    it('has every session when it scans while slots move, and when one of them is left half-way', async () => {
      const cluster = await start('polling')
      const ids = await fill(cluster, 400)
      const [from, to] = (await cluster.masters()) as [TestNode, TestNode]
      const slots = await slotsWith(cluster, from, ids)
      const moving = cluster.moveSlots(slots.slice(0, 60), from, to)
      const client = await connect(cluster)
      await settled(client, ids)
      await moving
      const slot = slots[61] as number
      const [fromId, toId] = [await from.client.cluster('MYID'), await to.client.cluster('MYID')]
      await to.client.cluster('SETSLOT', slot, 'IMPORTING', String(fromId))
      await from.client.cluster('SETSLOT', slot, 'MIGRATING', String(toId))
      await cluster.moveKeys(slot, from, to, 1)
      await settled(await connect(cluster), ids)
      await client.invoke('list.rescan', { prefix: PREFIX })
      await settled(client, ids)
      const id = ids.find((each) => slotOf(PREFIX + each) === slot) as string
      await client.invoke('session.touch', { prefix: PREFIX, id })
      await client.invoke('session.delete', { prefix: PREFIX, id })
      await settled(
        client,
        ids.filter((each) => each !== id),
      )
    }, 60_000)

    it.each([['notifications'], ['polling']] as const)(
      'goes on when a replica takes over in good order, by %s',
      { timeout: 60_000 },
      async (live) => {
        const cluster = await start(live)
        const ids = await fill(cluster, 200)
        const client = await connect(cluster)
        await settled(client, ids)
        const [master] = (await cluster.masters()) as [TestNode]
        const [replica] = (await cluster.replicasOf(master)) as [TestNode]
        await vi.waitFor(() => replica.client.cluster('FAILOVER'), 5000)
        await vi.waitFor(async () => expect(await cluster.masters()).toContain(replica), 10_000)
        await cluster.client.del(`${PREFIX}00007`)
        for (let i = 0; i < 20; i += 1) {
          const id = String(20 + i).padStart(5, '0')
          await client.invoke('session.setField', { prefix: PREFIX, id, field: 'f', shown: null, value: 'x' })
        }
        await settled(
          client,
          ids.filter((id) => id !== '00007'),
        )
        await vi.waitFor(async () => {
          const status = await client.invoke('connection.status', {})
          const { nodes = [] } = status.state === 'connected' ? status.server : {}
          expect(nodes.find(({ address }) => address.endsWith(`:${replica.port}`))?.role).toBe('master')
          expect(status).toMatchObject({ state: 'connected', live })
        }, 8000)
        expect(client.payloads('connection.changed').map(({ state }) => state)).not.toContain('lost')
        // What is done on the new master is seen.
        for (const id of ids.slice(100, 130)) await cluster.client.del(PREFIX + id)
        await settled(
          client,
          ids.filter((id) => id !== '00007' && !(id >= '00100' && id < '00130')),
        )
      },
    )

    it('says so when a master dies, comes back when its replica has taken over, and takes it in again', {
      timeout: 90_000,
    }, async () => {
      const cluster = await start('notifications')
      const ids = await fill(cluster, 200)
      const client = await connect(cluster)
      await settled(client, ids)
      const [master] = (await cluster.masters()) as [TestNode]
      await Promise.all((await cluster.masters()).map((node) => node.client.wait(1, 2000)))
      await master.kill()
      await vi.waitFor(
        async () => {
          const status = await client.invoke('connection.status', {})
          expect(status.state).toBe('lost')
          expect(status.state === 'lost' && status.reason).toMatch(String(master.port))
        },
        { timeout: 3000, interval: 20 },
      )
      await expect(client.invoke('session.touch', { prefix: PREFIX, id: '00001' })).rejects.toMatchObject({
        code: 'connection_lost',
      })
      // The rows stay meanwhile.
      expect((await look(client)).total).toBe(200)
      await vi.waitFor(
        async () =>
          expect(await client.invoke('connection.status', {})).toMatchObject({ state: 'connected' }),
        { timeout: 20_000, interval: 50 },
      )
      await settled(client, ids)
      for (const id of ids.slice(0, 50)) await client.invoke('session.touch', { prefix: PREFIX, id })
      await master.start()
      await vi.waitFor(async () => {
        const status = await client.invoke('connection.status', {})
        const { nodes = [] } = status.state === 'connected' ? status.server : {}
        expect(nodes.find(({ address }) => address.endsWith(`:${master.port}`))).toMatchObject({
          ...{ role: 'replica', state: 'online' },
        })
      }, 15_000)
      await settled(client, ids)
    })

    it('goes on without a master that nobody replaces, where the cluster does, and keeps its rows', {
      timeout: 90_000,
    }, async () => {
      const cluster = await startCluster({
        binary,
        replicas: 0,
        args: ['--cluster-require-full-coverage', 'no'],
      })
      closers.push(() => cluster.stop())
      const ids = await fill(cluster, 150)
      const client = await connect(cluster)
      await settled(client, ids)
      const [master] = (await cluster.masters()) as [TestNode]
      const slots = await slotsWith(cluster, master, ids)
      const gone = ids.filter((id) => slots.includes(slotOf(PREFIX + id)))
      await master.kill()
      await vi.waitFor(
        async () => expect(await client.invoke('connection.status', {})).toMatchObject({ state: 'lost' }),
        { timeout: 5000, interval: 20 },
      )
      await vi.waitFor(
        async () =>
          expect(await client.invoke('connection.status', {})).toMatchObject({ state: 'connected' }),
        { timeout: 20_000, interval: 50 },
      )
      const left = ids.filter((id) => !gone.includes(id))
      await client.invoke('session.delete', { prefix: PREFIX, id: left[0] as string })
      await expect(
        client.invoke('session.touch', { prefix: PREFIX, id: gone[0] as string }),
      ).rejects.toThrow()
      await settled(
        client,
        ids.filter((id) => id !== left[0]),
      )
      // It holds nothing in its files, so its sessions are gone when it is back.
      await master.start()
      await settled(client, left.slice(1), 30_000)
    })

    it('notices a master that is frozen', { timeout: 90_000 }, async () => {
      const cluster = await start('polling')
      const ids = await fill(cluster, 100)
      const client = await connect(cluster)
      await settled(client, ids)
      const [master] = (await cluster.masters()) as [TestNode]
      await Promise.all((await cluster.masters()).map((node) => node.client.wait(1, 2000)))
      process.kill(master.pid, 'SIGSTOP')
      closers.push(async () => process.kill(master.pid, 'SIGCONT'))
      // Lost until the replica has taken over, unless the cluster was faster than the heartbeat.
      await vi.waitFor(
        async () => {
          const status = await client.invoke('connection.status', {})
          const { nodes = [] } = status.state === 'connected' ? status.server : {}
          expect(nodes.filter(({ role, slots }) => role === 'master' && slots.length > 0)).toHaveLength(3)
          expect(nodes.find(({ address }) => address.endsWith(`:${master.port}`))?.slots).toEqual([])
        },
        { timeout: 30_000, interval: 50 },
      )
      await settled(client, ids)
    })
  })
}
