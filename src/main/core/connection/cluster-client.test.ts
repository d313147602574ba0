import type { Redis } from 'ioredis'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useRedis } from '../../../test/redis.ts'
import { useCluster } from '../../../test/use-cluster.ts'
import { SessionStore } from '../store/session-store.ts'
import { ClusterClient } from './cluster-client.ts'
import { toAppError } from './redis-errors.ts'
import { resolveTarget } from './target.ts'

const made = useCluster()
const single = useRedis()
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const target = (rest: Parameters<typeof resolveTarget>[0] = {}) =>
  resolveTarget({ deployment: 'cluster', host: '127.0.0.1', port: made.cluster.port, ...rest })

async function open(rest: Parameters<typeof resolveTarget>[0] = {}) {
  const sent: string[] = []
  const client = new ClusterClient(target(rest), (node: Redis) => {
    const send = node.sendCommand.bind(node)
    node.sendCommand = (command, stream) => {
      sent.push(command.name.toLowerCase())
      return send(command, stream)
    }
  })
  client.on('error', () => {})
  closers.push(() => client.disconnect())
  await client.open()
  return { client, sent }
}

function inspector(): InspectorClient {
  const client = new InspectorClient()
  closers.push(() => client.inspector.stop())
  return client
}

describe('a client of a cluster', () => {
  it('knows all masters and replicas, whichever node it was told', async () => {
    for (const { port } of made.cluster.nodes) {
      const { client } = await open({ port })
      expect(client.shards).toHaveLength(3)
      expect(client.topology.covered).toBe(16_384)
      expect(client.topology.shown.map(({ role }) => role)).toEqual([
        ...['master', 'replica', 'master', 'replica', 'master', 'replica'],
      ])
      client.disconnect()
    }
  })

  it('finds the cluster by a further node where the first is not there', async () => {
    const { client } = await open({ port: 1, nodes: [{ host: '127.0.0.1', port: made.cluster.port }] })
    expect(client.shards).toHaveLength(3)
  })

  it('refuses everything at once while it is lost', async () => {
    const { client } = await open()
    client.disconnect()
    await expect(client.get('session:a')).rejects.toThrow('Connection is closed')
    const refused = await client.multi().get('session:a').exec().catch(toAppError)
    expect(refused).toMatchObject({ code: 'connection_lost' })
    const [[failure] = []] = (await client.pipeline().get('session:a').get('session:a').exec()) ?? []
    expect(failure?.message).toBe('Connection is closed.')
  })

  it('sends each command to the node that has the key, and lets every one of them be seen', async () => {
    const { client, sent } = await open()
    for (let i = 0; i < 30; i += 1) await client.set(`key:${i}`, String(i))
    for (let i = 0; i < 30; i += 1) expect(await client.get(`key:${i}`)).toBe(String(i))
    expect(sent.filter((name) => name === 'set')).toHaveLength(30)
    // Also what ioredis asks by itself, on connections of its own.
    expect(sent.filter((name) => name === 'cluster').length).toBeGreaterThan(2)
    await made.cluster.flush()
  })
})

describe('a session store on a cluster', () => {
  it('keeps an index of users only where a hash tag keeps all in one slot', async () => {
    const { client } = await open()
    expect(() => new SessionStore({ client, userIndex: {} })).toThrow(/hash tag/)
    const store = new SessionStore({ client, prefix: 'session:{app}:', userIndex: {} })
    const ids = [
      await store.createSession({ username: 'ada' }),
      await store.createSession({ username: 'ada' }),
    ]
    expect((await store.listUserSessions('ada')).toSorted()).toEqual(ids.toSorted())
    expect(await store.logOutUser('ada')).toBe(2)
    await made.cluster.flush()
  })

  it('refuses to rotate to an id of the caller’s making in another slot, and writes nothing', async () => {
    const { client } = await open()
    const names = ['one', 'two']
    const store = new SessionStore({ client, generateId: () => names.shift() ?? '' })
    const id = await store.createSession({ n: 1 })
    await expect(store.rotateSession(id)).rejects.toThrow('different nodes of the cluster')
    expect(await store.getSession(id)).toMatchObject({ n: '1' })
    await made.cluster.flush()
  })
})

describe('connecting', () => {
  it('tells the nodes, and that it is a cluster', async () => {
    const client = inspector()
    const status = await client.invoke('connection.connect', {
      deployment: 'cluster',
      host: '127.0.0.1',
      port: made.cluster.port,
    })
    expect(status).toMatchObject({
      state: 'connected',
      target: { deployment: 'cluster' },
      server: { mode: 'cluster', role: 'master' },
      missing: [],
    })
    const { nodes = [] } = status.state === 'connected' ? status.server : {}
    expect(nodes).toHaveLength(6)
    expect(new Set(nodes.map(({ state }) => state))).toEqual(new Set(['online']))
  })

  it.each([
    ['a single server', () => ({ port: single.port }), 'other_deployment', /single server/],
    ['nothing', () => ({ port: 1 }), 'unreachable', /Nothing listens/],
    ['another database', () => ({ db: 3 }), 'invalid_argument', /database 0 alone/],
  ])('says what to do when it meets %s', async (_, rest, code, message) => {
    await expect(
      inspector().invoke('connection.connect', {
        deployment: 'cluster',
        host: '127.0.0.1',
        port: made.cluster.port,
        ...rest(),
      }),
    ).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('refuses one of several masters as a single server, and says how to connect', async () => {
    await expect(
      inspector().invoke('connection.connect', { host: '127.0.0.1', port: made.cluster.port }),
    ).rejects.toMatchObject({
      code: 'other_deployment',
      message: expect.stringMatching(/Connect to it as a cluster/),
      details: { deployment: 'cluster' },
    })
  })
})

describe('a read-only connection', () => {
  it('lets nothing be written on any node', async () => {
    const client = inspector()
    await client.invoke('connection.connect', {
      deployment: 'cluster',
      host: '127.0.0.1',
      port: made.cluster.port,
      readOnly: true,
    })
    for (let i = 0; i < 20; i += 1) {
      await expect(
        client.invoke('session.create', { prefix: 'session:', fields: { a: String(i) }, ttl: 60 }),
      ).rejects.toMatchObject({ code: 'read_only' })
    }
    for (const { client: node } of await made.cluster.masters()) expect(await node.dbsize()).toBe(0)
    await vi.waitFor(() => expect(client.payloads('connection.changed').length).toBeGreaterThan(0))
  })
})
