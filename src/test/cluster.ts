import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cluster, Redis } from 'ioredis'
import { slotOf } from '../main/core/connection/key-slot.ts'
import {
  findRedisServer,
  freePort,
  type RedisProcess,
  startRedisProcess,
} from '../main/core/connection/redis-process.ts'

const SLOTS = 16_384

export interface ClusterOptions {
  /** Null for the server on the PATH. */
  readonly binary?: string | null
  /** @default 3 */
  readonly masters?: number
  /** Of each master. @default 1 */
  readonly replicas?: number
  /** Milliseconds after which the nodes hold a silent one for failed. @default 1000 */
  readonly nodeTimeout?: number
  /** Further arguments for each server. */
  readonly args?: readonly string[]
}

/** One server of a test cluster. */
export interface TestNode {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Where the nodes talk to each other. */
  readonly bus: number
  readonly pid: number
  /** The test's own connection, which comes back by itself. */
  readonly client: Redis
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Ends it for good. */
  remove(): Promise<void>
  /** Starts it again on its port: it finds its way back into the cluster. */
  start(): Promise<void>
}

/** A cluster of real servers. */
export class TestCluster {
  readonly nodes: readonly TestNode[]
  /** For the test's own looks and changes; it follows redirections and comes back by itself. */
  readonly client: Cluster

  constructor(nodes: readonly TestNode[]) {
    this.nodes = nodes
    this.client = new Cluster(
      nodes.map(({ host, port }) => ({ host, port })),
      { redisOptions: { maxRetriesPerRequest: 20 } },
    )
    this.client.on('error', () => {})
  }

  get port(): number {
    return this.nodes[0]?.port ?? 0
  }

  node(port: number): TestNode {
    const found = this.nodes.find((node) => node.port === port)
    if (found === undefined) throw new Error(`no node of the cluster has port ${port}`)
    return found
  }

  /** The masters at the moment, as the given node sees them, or the first that answers. */
  async masters(): Promise<readonly TestNode[]> {
    const lines = await this.#view()
    return lines.filter(({ isMaster, slots }) => isMaster && slots).map(({ port }) => this.node(port))
  }

  /** Its replicas. */
  async replicasOf(master: TestNode): Promise<readonly TestNode[]> {
    const lines = await this.#view()
    const id = lines.find(({ port }) => port === master.port)?.id
    return lines.filter((line) => line.master === id && !line.isFailed).map(({ port }) => this.node(port))
  }

  /** Which master serves a key. */
  async ownerOf(key: string | Buffer): Promise<TestNode> {
    const slot = slotOf(key)
    const lines = await this.#view()
    const owner = lines.find(
      ({ isMaster, ranges }) => isMaster && ranges.some(([a, b]) => a <= slot && slot <= b),
    )
    if (owner === undefined) throw new Error(`nobody serves slot ${slot}`)
    return this.node(owner.port)
  }

  /** Empties all masters. */
  async flush(): Promise<void> {
    for (const { client } of await this.masters()) await client.flushall()
  }

  /**
   * Moves slots from one master to another with all their keys, as redis-cli --cluster reshard does.
   * @param during called for each slot when about half of its keys have been moved
   */
  async moveSlots(
    slots: readonly number[],
    from: TestNode,
    to: TestNode,
    during: (slot: number) => Promise<void> = async () => {},
  ): Promise<void> {
    const [fromId, toId] = [await from.client.cluster('MYID'), await to.client.cluster('MYID')]
    for (const slot of slots) {
      await to.client.cluster('SETSLOT', slot, 'IMPORTING', String(fromId))
      await from.client.cluster('SETSLOT', slot, 'MIGRATING', String(toId))
      const count = Number(await from.client.cluster('COUNTKEYSINSLOT', slot))
      await this.moveKeys(slot, from, to, Math.ceil(count / 2))
      await during(slot)
      await this.moveKeys(slot, from, to)
      for (const { client } of [to, from, ...(await this.masters())])
        await client.cluster('SETSLOT', slot, 'NODE', String(toId))
    }
  }

  /** Moves keys of a slot that is on its way. @param most all that there are, unless it is given */
  async moveKeys(slot: number, from: TestNode, to: TestNode, most = Number.POSITIVE_INFINITY): Promise<void> {
    for (let moved = 0; moved < most; ) {
      const keys = (await from.client.callBuffer(
        'CLUSTER',
        'GETKEYSINSLOT',
        slot,
        Math.min(100, most - moved),
      )) as Buffer[]
      if (keys.length === 0) return
      await from.client.call('MIGRATE', to.host, to.port, '', 0, 5000, 'KEYS', ...keys)
      moved += keys.length
    }
  }

  async stop(): Promise<void> {
    this.client.disconnect()
    await Promise.all(this.nodes.map((node) => node.remove()))
  }

  async #view() {
    for (const { client } of this.nodes) {
      if (client.status !== 'ready') continue
      const text = String(await client.cluster('NODES').catch(() => ''))
      const lines = text
        .split('\n')
        .filter(Boolean)
        .map((line) => {
          const [id = '', where = '', flags = '', master = '-', , , , , ...slots] = line.split(' ')
          const ranges = slots
            .filter((word) => !word.startsWith('['))
            .map((word) => {
              const [first = 0, last = first] = word.split('-').map(Number)
              return [first, last] as const
            })
          const isFailed = /\bfail\b(?!\?)/.test(flags)
          const isMaster = flags.includes('master') && !isFailed
          const port = Number(/:(\d+)@/.exec(where)?.[1])
          return { id, port, master, isMaster, isFailed, slots: ranges.length > 0, ranges }
        })
      if (lines.length > 0) return lines
    }
    throw new Error('no node of the cluster answers')
  }
}

/** Starts a cluster on free ports of 127.0.0.1; it takes a second or two until it serves. */
export async function startCluster({
  binary = null,
  masters = 3,
  replicas = 1,
  nodeTimeout = 1000,
  args = [],
}: ClusterOptions = {}): Promise<TestCluster> {
  const path = binary ?? (await findRedisServer())?.path
  if (path === undefined) throw new Error('No redis-server on the PATH: run `npm test`, which installs one.')
  const count = masters * (1 + replicas)
  const nodes = await Promise.all(Array.from({ length: count }, () => startNode(path, nodeTimeout, args)))
  try {
    const [first] = nodes
    if (first === undefined) throw new Error('a cluster has a node at least')
    const own = nodes.slice(0, masters)
    await Promise.all(
      own.map(({ client }, place) => {
        const [from, to] = [place, place + 1].map((at) => Math.floor((at * SLOTS) / masters)) as [
          number,
          number,
        ]
        return client.cluster('ADDSLOTSRANGE', from, to - 1)
      }),
    )
    // Each with an epoch of its own from the beginning, so that they need not settle that among themselves.
    await Promise.all(nodes.map(({ client }, place) => client.call('CLUSTER', 'SET-CONFIG-EPOCH', place + 1)))
    for (const { host, port, bus } of nodes.slice(1))
      await first.client.call('CLUSTER', 'MEET', host, port, bus)
    await until(async () => {
      const views = await Promise.all(nodes.map(({ client }) => client.cluster('NODES')))
      return views.every(
        (view) => !/handshake/.test(String(view)) && String(view).trim().split('\n').length === count,
      )
    })
    const ids = await Promise.all(own.map(({ client }) => client.cluster('MYID')))
    await Promise.all(
      nodes
        .slice(masters)
        .map(({ client }, place) => client.cluster('REPLICATE', String(ids[place % masters]))),
    )
    await until(async () => {
      const views = await Promise.all(nodes.map(({ client }) => client.cluster('NODES')))
      const knowAll = views.every((view) => String(view).match(/slave/g)?.length === nodes.length - masters)
      if (!knowAll && replicas > 0) return false
      const infos = await Promise.all(nodes.map(({ client }) => client.cluster('INFO')))
      const roles = await Promise.all(nodes.slice(masters).map(({ client }) => client.info('replication')))
      const isServing = infos.every((info) => /cluster_state:ok/.test(String(info)))
      return isServing && roles.every((role) => /master_link_status:up/.test(role))
    })
    const cluster = new TestCluster(nodes)
    // Answered when it knows who serves what.
    await cluster.client.ping()
    return cluster
  } catch (error) {
    for (const node of nodes) await node.remove()
    throw error
  }
}

async function startNode(path: string, nodeTimeout: number, args: readonly string[]): Promise<TestNode> {
  // The bus takes the port plus 10,000 otherwise, which can be none.
  const bus = await freePort()
  // What it knows of the cluster outlives the server.
  const directory = await mkdtemp(join(tmpdir(), 'redis-session-inspector-cluster-'))
  const settings = (port?: number) => [
    ...['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--dir', directory],
    ...['--cluster-node-timeout', String(nodeTimeout), '--repl-diskless-sync-delay', '0'],
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...args,
  ]
  let server: RedisProcess = await startRedisProcess(path, settings())
  const { port } = server
  const client = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null, retryStrategy: () => 100 })
  client.on('error', () => {})
  return {
    host: '127.0.0.1',
    port,
    bus,
    get pid() {
      return server.pid
    },
    client,
    kill: () => server.stop(),
    async remove() {
      client.disconnect()
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
    async start() {
      server = await startRedisProcess(path, settings(port))
    },
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 30_000
  while (!(await condition().catch(() => false))) {
    if (Date.now() > giveUpAt) throw new Error('the cluster did not come up within 30 s')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
