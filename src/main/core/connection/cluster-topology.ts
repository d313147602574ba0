import {
  type ClusterNode,
  type ClusterNodeState,
  countSlots,
  SLOT_COUNT,
  type SlotRange,
} from '#shared/cluster.ts'
import { type Address, addressLabel } from './target.ts'

/** A node as CLUSTER NODES tells of it. */
export interface TopologyNode extends ClusterNode, Address {
  /** By its IP address, and by its host name where it has one. */
  readonly addresses: readonly Address[]
  /** Rises when the node takes slots over. */
  readonly epoch: number
  /** Whether this is the node that told. */
  readonly myself: boolean
  /** Slots that keys come into at the moment; only the node itself tells of them. */
  readonly importing: readonly number[]
}

/** The nodes of a cluster and which slots they serve, as one of them sees it. */
export class Topology {
  readonly nodes: readonly TopologyNode[]
  /** The masters that serve slots. */
  readonly owners: readonly TopologyNode[]
  /** The highest of the nodes' epochs: of two views, the one with the lower one is older. */
  readonly epoch: number
  /** By slot: the place in `owners` plus one; 0 where nobody serves it. */
  readonly #owners = new Uint16Array(SLOT_COUNT)

  constructor(nodes: readonly TopologyNode[]) {
    this.nodes = nodes
    this.owners = nodes.filter(({ role, slots }) => role === 'master' && slots.length > 0)
    this.epoch = Math.max(0, ...nodes.map(({ epoch }) => epoch))
    for (const [place, { slots }] of this.owners.entries()) {
      for (const [first, last] of slots) this.#owners.fill(place + 1, first, last + 1)
    }
  }

  /** Who serves a slot; undefined where nobody does. */
  ownerOf(slot: number): TopologyNode | undefined {
    return this.owners[(this.#owners[slot] ?? 0) - 1]
  }

  /** Slots that somebody serves. */
  get covered(): number {
    return this.owners.reduce((sum, { slots }) => sum + countSlots(slots), 0)
  }

  get self(): TopologyNode | undefined {
    return this.nodes.find(({ myself }) => myself)
  }

  /** As the screen may see it: masters by their slots, each with its replicas. */
  get shown(): readonly ClusterNode[] {
    const first = ({ slots }: TopologyNode) => slots[0]?.[0] ?? SLOT_COUNT
    const masters = this.nodes
      .filter(({ role }) => role === 'master')
      .sort((a, b) => first(a) - first(b) || (a.address < b.address ? -1 : 1))
    const replicas = this.nodes.filter(({ role }) => role === 'replica')
    const ordered = masters.flatMap((master) => [
      master,
      ...replicas.filter(({ masterId }) => masterId === master.id),
    ])
    const orphans = replicas.filter((node) => !ordered.includes(node))
    return [...ordered, ...orphans].map(({ id, address, role, masterId, slots, state }) => ({
      id,
      address,
      role,
      masterId,
      slots,
      state,
    }))
  }

  sameAs(other: Topology): boolean {
    return JSON.stringify(this.shown) === JSON.stringify(other.shown)
  }

  /** Whether each slot is served by whom it was. */
  sameSlots(other: Topology): boolean {
    const slots = ({ owners }: Topology) => JSON.stringify(owners.map((node) => [node.id, node.slots]).sort())
    return slots(this) === slots(other)
  }
}

export const NO_TOPOLOGY = new Topology([])

/**
 * Reads the reply of CLUSTER NODES.
 * @param from the host that told: a node that has never been addressed by others does not know its own
 * Source: https://redis.io/docs/latest/commands/cluster-nodes/
 */
export function parseClusterNodes(text: string, from: string): Topology {
  const nodes = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => parseLine(line, from))
    .filter((node) => node !== null)
  return new Topology(nodes)
}

function parseLine(line: string, from: string): TopologyNode | null {
  const [id, where = '', flagText = '', master = '-', , , epoch = '0', , ...slotWords] = line.split(' ')
  const flags = new Set(flagText.split(','))
  const [endpoint = '', hostname = ''] = where.split(',')
  const at = /^(.*):(\d+)(?:@\d+)?$/.exec(endpoint)
  if (id === undefined || at === null || flags.has('noaddr')) return null
  const port = Number(at[2])
  const addresses = [at[1] || from, ...(hostname === '' ? [] : [hostname])].map((host) => ({ host, port }))
  const address = addresses[0] ?? { host: from, port }
  const isMaster = flags.has('master')
  return {
    id,
    ...address,
    address: addressLabel(address),
    addresses,
    role: isMaster ? 'master' : 'replica',
    masterId: isMaster || master === '-' ? null : master,
    slots: slotWords.flatMap(parseRange),
    state: stateOf(flags),
    epoch: Number(epoch),
    myself: flags.has('myself'),
    importing: slotWords.flatMap((word) => {
      const slot = /^\[(\d+)-<-/.exec(word)?.[1]
      return slot === undefined ? [] : [Number(slot)]
    }),
  }
}

function stateOf(flags: ReadonlySet<string>): ClusterNodeState {
  if (flags.has('fail')) return 'failed'
  if (flags.has('fail?')) return 'suspected'
  return flags.has('handshake') ? 'joining' : 'online'
}

function parseRange(word: string): readonly SlotRange[] {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? []
  return first === undefined ? [] : [[Number(first), Number(last)]]
}
