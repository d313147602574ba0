import type { ClusterShares } from '#shared/cluster.ts'
import { AppError } from '#shared/errors.ts'
import { ClusterClient } from './connection/cluster-client.ts'
import type { Topology } from './connection/cluster-topology.ts'
import { slotsUnder } from './connection/key-slot.ts'
import type { RedisClient } from './connection/redis-client.ts'
import type { SessionList } from './index/session-list.ts'

/** What was counted last, for as long as neither the list nor the cluster is another. */
interface Counted {
  readonly revision: number
  readonly topology: Topology
  readonly sessions: ReadonlyMap<string, number>
}
const counted = new WeakMap<SessionList, Counted>()

/** How the sessions of a list are spread over the masters. @throws AppError `unsupported` where there is no cluster */
export async function readClusterShares(client: RedisClient, list: SessionList): Promise<ClusterShares> {
  if (!(client instanceof ClusterClient)) {
    throw new AppError('unsupported', 'This is a single server. Connect to a cluster to see its nodes.')
  }
  const { topology, shards } = client
  const [sessions, keys] = await Promise.all([
    countSessions(topology, list),
    Promise.all(
      shards.map(async ({ id, client: node }) => [id, await node.dbsize().catch(() => null)] as const),
    ).then((counts) => new Map(counts)),
  ])
  const { total, phase } = list.progress
  return {
    nodes: topology.shown,
    shares: topology.nodes
      .filter(({ role }) => role === 'master')
      .map(({ id }) => ({ id, keys: keys.get(id) ?? null, sessions: sessions.get(id) ?? 0 })),
    sessions: total,
    complete: phase === 'complete',
  }
}

async function countSessions(topology: Topology, list: SessionList): Promise<ReadonlyMap<string, number>> {
  const { revision } = list.progress
  const before = counted.get(list)
  if (before?.revision === revision && before.topology === topology) return before.sessions
  const slotOf = slotsUnder(list.prefix)
  const sessions = await list.countBy((id) => topology.ownerOf(slotOf(id))?.id ?? '')
  counted.set(list, { revision, topology, sessions })
  return sessions
}
