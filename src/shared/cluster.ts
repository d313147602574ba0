/** `suspected`: one node says that it does not answer. `failed`: the cluster agrees on that. `joining`: not taken in yet. */
export const CLUSTER_NODE_STATES = ['online', 'suspected', 'failed', 'joining'] as const
export type ClusterNodeState = (typeof CLUSTER_NODE_STATES)[number]

/** The first and the last slot of a range, both included. */
export type SlotRange = readonly [first: number, last: number]

/** Slots of a whole cluster. */
export const SLOT_COUNT = 16_384

/** One server of a cluster. */
export interface ClusterNode {
  /** As the cluster names it, 40 hexadecimal digits. */
  readonly id: string
  /** `host:port`. */
  readonly address: string
  readonly role: 'master' | 'replica'
  /** Whose replica it is; null for a master. */
  readonly masterId: string | null
  /** Those that a master serves. */
  readonly slots: readonly SlotRange[]
  readonly state: ClusterNodeState
}

/** What a master of a cluster holds at the moment. */
export interface ClusterShare {
  readonly id: string
  /** Keys of its database; null where it did not answer. */
  readonly keys: number | null
  /** Sessions of the prefix that the list has, by the slots of their keys. */
  readonly sessions: number
}

/** How the sessions of a prefix are spread over a cluster. */
export interface ClusterShares {
  /** The masters and their replicas, as they are at the moment. */
  readonly nodes: readonly ClusterNode[]
  readonly shares: readonly ClusterShare[]
  /** Sessions that the list has, also of slots that nobody serves. */
  readonly sessions: number
  /** False while the list is not complete. */
  readonly complete: boolean
}

export const countSlots = (ranges: readonly SlotRange[]): number =>
  ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0)
