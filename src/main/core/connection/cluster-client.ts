import { Cluster, type Redis } from 'ioredis'
import { SLOT_COUNT } from '#shared/cluster.ts'
import { AppError } from '#shared/errors.ts'
import { CLIENT_DEFAULTS, clientOptions, createClient, openClient } from './client.ts'
import { NO_TOPOLOGY, parseClusterNodes, type Topology, type TopologyNode } from './cluster-topology.ts'
import { slotOf } from './key-slot.ts'
import { toAppError } from './redis-errors.ts'
import { type Address, addressLabel, type ResolvedTarget } from './target.ts'

export const CLUSTER_DEFAULTS = {
  /** Milliseconds that a node may take to answer before its connection is given up. */
  answerTimeout: 3000,
  /** Milliseconds after which ioredis gives up asking a node for the slots. */
  refreshTimeout: 3000,
  /** Nodes that are asked at once where the cluster is looked for. */
  seeds: 5,
  /** Older views of the cluster in a row after which they count: it may have been made anew. */
  olderViews: 5,
} as const

/** A server that holds keys: the only one, or a master of a cluster. */
export interface Shard {
  /** What a cluster calls it; '' for the only one. */
  readonly id: string
  readonly client: Redis
}

/** What a master serves at one moment, as it says itself: by this one tells whether keys may have come to it since. */
export interface Holding {
  readonly slots: ReadonlySet<number>
  readonly epoch: number
  readonly importing: ReadonlySet<number>
}

/** Stands on the way of every command of a node's client. */
type Prepare = (node: Redis) => void

/**
 * The client of a cluster. A command with a key goes to the master that serves its slot, and follows MOVED, ASK and
 * TRYAGAIN, since whoever answers so has done nothing. Nothing else is ever sent twice. A cluster of which a master
 * cannot be reached counts as lost, unless the cluster itself goes on without that master.
 *
 * Beside the events of ioredis: `lost`, with the reason, when a master's connection ends, and `topology`, with whether
 * other masters serve the slots now.
 */
export class ClusterClient extends Cluster {
  #target: ResolvedTarget
  /** What ioredis begins with when it connects; kept up to date, so that it finds a cluster whose first nodes have gone. */
  readonly #startupNodes: Address[]
  readonly #prepare: Prepare
  #topology: Topology = NO_TOPOLOGY
  #shards: readonly Shard[] = []
  /** Whether all its masters were reached; a loss is told once. */
  #whole = false
  #turn = 0
  #older = 0
  #refreshing: Promise<void> | null = null

  /** @param prepare called with each client of a node, before it sends anything */
  constructor(target: ResolvedTarget, prepare: Prepare) {
    const startupNodes: Address[] = addressesOf(target)
    super(startupNodes, {
      lazyConnect: true,
      // CLUSTER INFO is asked by ourselves, which says more.
      enableReadyCheck: false,
      // Commands wait only while the node that they go to is being connected to; see sendCommand.
      enableOfflineQueue: true,
      clusterRetryStrategy: () => null,
      // A write that was cut off may have been done: these two would send it again.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      slotsRefreshTimeout: CLUSTER_DEFAULTS.refreshTimeout,
      // Names are resolved where the connection is made: certificates are for names, and a tunnel's other end knows its own.
      dnsLookup: (address, done) => done(null, address),
      redisOptions: nodeOptions(target),
    })
    this.#target = target
    this.#startupNodes = startupNodes
    this.#prepare = prepare
    this.on('+node', (node: Redis) => this.#adopt(node))
    this.on('-node', (node: Redis) => this.#onNodeEnd(node))
    this.on('refresh', () => void this.refresh().catch(() => {}))
    this.on('close', () => this.#lose('The connections to the cluster were closed.'))
  }

  /** Logs in with another password from the next connecting on. */
  usePassword(password: string): void {
    this.#target = { ...this.#target, password }
    this.options.redisOptions = { ...this.options.redisOptions, password }
  }

  get topology(): Topology {
    return this.#topology
  }

  /** The masters that can be reached. */
  get shards(): readonly Shard[] {
    return this.#shards
  }

  /** Who serves a key; undefined where nobody does that can be reached. */
  shardOf(key: string | Buffer): Shard | undefined {
    return this.shardOfSlot(slotOf(key))
  }

  shardOfSlot(slot: number): Shard | undefined {
    const owner = this.#topology.ownerOf(slot)
    return this.#shards.find(({ id }) => id === owner?.id)
  }

  /** Masters and replicas that the cluster does not hold for failed, as far as there is a client for them. */
  get reachable(): readonly Redis[] {
    return this.#topology.nodes
      .filter(({ state }) => state !== 'failed')
      .map((node) => this.#clientOf(node))
      .filter((client) => client !== undefined)
  }

  /** Refused at once while there is no cluster, as on a single server: ioredis would keep it for later. */
  override sendCommand(...[command, stream, node]: Parameters<Cluster['sendCommand']>): unknown {
    if (this.status === 'ready' || command.name === 'cluster') return super.sendCommand(command, stream, node)
    command.promise.catch(() => {})
    command.reject(new Error('Connection is closed.'))
    return command.promise
  }

  /**
   * Connects, also again after it was lost, and makes sure that all its masters can be reached.
   * @throws AppError that says what is in the way
   */
  async open(): Promise<void> {
    const isServing = await this.#look()
    try {
      if (this.status === 'disconnecting') await new Promise((resolve) => this.once('end', resolve))
      if (this.status !== 'ready') await withTimeout(this.connect(), CLIENT_DEFAULTS.openTimeout)
    } catch (error) {
      throw new AppError(
        'unreachable',
        `The cluster at ${this.#label} cannot be reached. Check its nodes.`,
        undefined,
        {
          cause: error,
        },
      )
    }
    this.#older = CLUSTER_DEFAULTS.olderViews
    await this.refresh()
    await this.#requireMasters(isServing)
    this.#whole = true
  }

  /** Asks every master whether it is there; the connection of one that keeps silent is given up, which is a loss. */
  async beat(): Promise<void> {
    // Lost before anybody listened.
    if (!this.#whole) this.emit('lost', 'The connection to a master of the cluster was closed.')
    await Promise.all(
      this.#shards.map(async ({ client }) => {
        if (!(await answers(client))) client.disconnect()
      }),
    )
    await this.refresh().catch(() => {})
  }

  /** Looks at the cluster anew. Told by `topology` where anything is different. @throws AppError */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null
    })
    return this.#refreshing
  }

  /** What each master serves, and whether keys are coming into it; it says so itself. @throws AppError */
  async holdings(): Promise<ReadonlyMap<string, Holding>> {
    const found = await Promise.all(
      this.#shards.map(async ({ id, client }) => {
        const view = await readTopology(client)
        const { slots = [], epoch = 0, importing = [] } = view.self ?? {}
        const all = new Set(
          slots.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at)),
        )
        return [id, { slots: all, epoch, importing: new Set(importing) }] as const
      }),
    )
    return new Map(found)
  }

  get #label(): string {
    return addressLabel(this.#target)
  }

  #adopt(node: Redis): void {
    this.#prepare(node)
    // ioredis asks for the slots on a connection of its own, which it makes so.
    const duplicate = node.duplicate.bind(node)
    node.duplicate = (override) => {
      const copy = duplicate(override)
      this.#prepare(copy)
      return copy
    }
  }

  #onNodeEnd(node: Redis): void {
    const shard = this.#shards.find(({ client }) => client === node)
    if (shard === undefined) return
    const name = `${node.options.host}:${node.options.port}`
    // ioredis closes what serves no slots any more: then this is no loss, but others serve them.
    if (!this.slots.some(([owner]) => owner === name)) {
      void this.refresh().catch(() => {})
      return
    }
    const address = this.#topology.nodes.find(({ id }) => id === shard.id)?.address ?? 'a master'
    this.#lose(`The connection to ${address}, a master of the cluster, was closed.`)
  }

  #lose(reason: string): void {
    if (!this.#whole) return
    this.#whole = false
    this.emit('lost', reason)
  }

  /**
   * Looks for a node that answers, by ordinary clients: those say what is wrong where none does.
   * @returns whether the cluster serves, as it says itself
   */
  async #look(): Promise<boolean> {
    const known = this.#topology.owners.map(({ host, port }) => ({ host, port }))
    const seeds = distinct([...addressesOf(this.#target), ...known]).slice(0, CLUSTER_DEFAULTS.seeds)
    const looks = seeds.map((seed) => this.#ask(seed))
    for (const look of looks) look.catch(() => {})
    try {
      return await Promise.any(looks)
    } catch {
      // The first one is the one that the person knows.
      return looks[0] as Promise<boolean>
    }
  }

  async #ask(seed: Address): Promise<boolean> {
    const target: ResolvedTarget = {
      ...this.#target,
      ...seed,
      deployment: 'standalone',
      path: null,
      nodes: [],
    }
    const client = createClient(target)
    this.#prepare(client)
    client.on('error', () => {})
    try {
      await openClient(client, target)
      const info = await clusterInfo(client, addressLabel(seed))
      const topology = await readTopology(client)
      const nodes = topology.owners.map(({ host, port }) => ({ host, port }))
      this.#startupNodes.splice(0, this.#startupNodes.length, ...distinct([seed, ...nodes]))
      const isServing = /cluster_state:ok/.test(info)
      if (!isServing && topology.covered < SLOT_COUNT) {
        throw new AppError(
          'redis_error',
          `The cluster is down: nobody serves ${SLOT_COUNT - topology.covered} of its ${SLOT_COUNT} slots. Repair it (redis-cli --cluster fix), then try again.`,
        )
      }
      return isServing
    } finally {
      client.disconnect()
    }
  }

  async #refresh(): Promise<void> {
    const view = await this.#view()
    if (view.epoch < this.#topology.epoch && this.#older < CLUSTER_DEFAULTS.olderViews) {
      this.#older += 1
      return
    }
    this.#older = 0
    const before = this.#topology
    const isKnown =
      view.sameSlots(before) &&
      view.nodes
        .filter(({ role, slots, state }) => state === 'online' && (role === 'replica' || slots.length > 0))
        .every((node) => this.#clientOf(node) !== undefined)
    if (!isKnown) await new Promise<void>((resolve) => this.refreshSlotsCache(() => resolve()))
    // ioredis has asked another node, which may have heard less: with the next look it will have.
    if (
      this.#whole &&
      view.owners.some((node) => node.state !== 'failed' && this.#clientOf(node) === undefined)
    )
      return
    const shards = this.#shards
    this.#topology = view
    this.#shards = view.owners.flatMap((node) => {
      const client = node.state === 'failed' ? undefined : this.#clientOf(node)
      return client === undefined ? [] : [{ id: node.id, client }]
    })
    const failed = view.owners.find(
      ({ id, state }) => state === 'failed' && shards.some((each) => each.id === id),
    )
    if (failed !== undefined) this.#lose(`${failed.address}, a master of the cluster, has failed.`)
    this.#startupNodes.push(
      ...distinct([...this.#startupNodes, ...view.owners]).slice(this.#startupNodes.length),
    )
    // What was on its way on another connection to the same node has failed.
    const isOther =
      shards.length !== this.#shards.length ||
      this.#shards.some(({ id, client }) => !shards.some((each) => each.id === id && each.client === client))
    if (isOther || !view.sameAs(before)) this.emit('topology', isOther)
  }

  /** How one of the masters sees the cluster, each in its turn. */
  async #view(): Promise<Topology> {
    const nodes = this.nodes('master')
    this.#turn += 1
    let failure: unknown = new Error('Connection is closed.')
    for (let step = 0; step < nodes.length; step += 1) {
      const node = nodes[(this.#turn + step) % nodes.length]
      if (node === undefined) continue
      try {
        return await withTimeout(readTopology(node), CLUSTER_DEFAULTS.answerTimeout)
      } catch (error) {
        failure = error
      }
    }
    throw toAppError(failure)
  }

  #clientOf(node: TopologyNode): Redis | undefined {
    return this.nodes('all').find(({ options, status }) => {
      const isThis = node.addresses.some(({ host, port }) => host === options.host && port === options.port)
      return isThis && status !== 'end' && (node.role === 'replica' || options.readOnly !== true)
    })
  }

  /** @param isServing whether the cluster serves although one of them may have failed @throws AppError */
  async #requireMasters(isServing: boolean): Promise<void> {
    await Promise.all(
      this.#topology.owners.map(async (node) => {
        const client = this.#clientOf(node)
        const isThere = client !== undefined && (await answers(client))
        if (isThere || (node.state === 'failed' && isServing)) return
        client?.disconnect()
        throw new AppError(
          'unreachable',
          `${node.address}, a master of the cluster, cannot be reached from here. Wait for it or for its replica to take over, or check the network: each node must be reached under the address that it announces.`,
        )
      }),
    )
    this.#shards = this.#shards.filter(({ client }) => client.status !== 'end')
  }
}

/** @throws AppError for a target that names a database: a cluster has one alone */
export function createClusterClient(target: ResolvedTarget, prepare: Prepare): ClusterClient {
  if (target.db !== 0) {
    throw new AppError(
      'invalid_argument',
      `A cluster has database 0 alone, so there is no database ${target.db}. Leave the number out.`,
    )
  }
  return new ClusterClient(target, prepare)
}

/** What each client of a node is made with; where it connects to is the cluster's to say. */
function nodeOptions(target: ResolvedTarget) {
  const { host: _host, port: _port, db: _db, ...options } = clientOptions(target)
  return options
}

/** As `host:port` tells them apart. */
function distinct(addresses: readonly Address[]): Address[] {
  return [
    ...new Map(addresses.map(({ host, port }) => [addressLabel({ host, port }), { host, port }])).values(),
  ]
}

const addressesOf = (target: ResolvedTarget): Address[] => distinct([target, ...target.nodes])

async function readTopology(node: Redis): Promise<Topology> {
  return parseClusterNodes(String(await node.cluster('NODES')), node.options.host ?? '')
}

/** @throws AppError where this is a server by itself */
async function clusterInfo(client: Redis, label: string): Promise<string> {
  try {
    return String(await client.cluster('INFO'))
  } catch (error) {
    if (error instanceof Error && /cluster support disabled|unknown command/i.test(error.message)) {
      throw new AppError(
        'other_deployment',
        `${label} is a server by itself and no part of a cluster. Connect to it as a single server.`,
        { deployment: 'standalone' },
      )
    }
    throw toAppError(error)
  }
}

/** A server that is frozen closes nothing: only silence tells. */
async function answers(client: Redis): Promise<boolean> {
  try {
    await withTimeout(client.ping(), CLUSTER_DEFAULTS.answerTimeout)
    return true
  } catch {
    return false
  }
}

async function withTimeout<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Command timed out')), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
