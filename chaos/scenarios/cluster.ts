import { startCluster, type TestCluster, type TestNode } from '../../src/test/cluster.ts'
import { NOTIFY, until } from '../servers.ts'
import { type FaultTimes, play, type ScenarioResult, type Stage, type Timing } from '../stage.ts'

/** Milliseconds after which the nodes hold a silent one for failed. */
const NODE_TIMEOUT = 2000
/** Milliseconds by which a replica may be behind. */
const LAG = 250
const MOVED_SLOTS = 2000

/** Three masters with a replica each. */
async function withCluster(
  name: string,
  timing: Timing,
  fault: (cluster: TestCluster, stage: Stage) => Promise<FaultTimes>,
): Promise<ScenarioResult> {
  const cluster = await startCluster({ nodeTimeout: NODE_TIMEOUT, args: NOTIFY })
  try {
    return await play(
      {
        name,
        target: { deployment: 'cluster', host: '127.0.0.1', port: cluster.port },
        loss: 'maybe',
        clients: async () => (await cluster.masters()).map(({ client }) => client),
        fault: (stage) => fault(cluster, stage),
      },
      timing,
    )
  } finally {
    await cluster.stop()
  }
}

/** Every slot has a master again, as all of them see it. */
const healthy = (cluster: TestCluster) =>
  until('the cluster is whole', async () => {
    const masters = await cluster.masters()
    const states = await Promise.all(masters.map(({ client }) => client.cluster('INFO')))
    return masters.length === 3 && states.every((state) => String(state).includes('cluster_state:ok'))
  })

const isMaster = async ({ client }: TestNode) => (await client.role())[0] === 'master'

/** Not the one that the inspector was told of. */
async function masterWithReplica(cluster: TestCluster): Promise<readonly [TestNode, TestNode]> {
  const master = (await cluster.masters()).find(({ port }) => port !== cluster.port)
  const [replica] = master === undefined ? [] : await cluster.replicasOf(master)
  if (master === undefined || replica === undefined)
    throw new Error('The cluster has no master with a replica.')
  return [master, replica]
}

/** A replica takes its master's place in agreement with it: nothing is lost. */
export const clusterPlanned = (timing: Timing) =>
  withCluster('Cluster, planned failover', timing, async (cluster, stage) => {
    const [, replica] = await masterWithReplica(cluster)
    const at = Date.now()
    await replica.client.cluster('FAILOVER')
    await until('the replica is master', () => isMaster(replica))
    await healthy(cluster)
    return { at, back: await stage.back() }
  })

export const clusterKill = (timing: Timing) =>
  withCluster('Cluster, master killed', timing, async (cluster, stage) => {
    const [master, replica] = await masterWithReplica(cluster)
    const at = Date.now()
    await master.kill()
    await until('the replica is master', () => isMaster(replica))
    await healthy(cluster)
    // What it had acknowledged last may not have reached its replica, which on one machine takes some milliseconds.
    return { at, back: await stage.back(), mayLose: { from: at - LAG, to: at + LAG } }
  })

/** Slots move from one master to another, key by key, while they are written. */
export const clusterReshard = (timing: Timing) =>
  withCluster('Cluster, resharding', timing, async (cluster, stage) => {
    // A new cluster's first node serves the first third of the slots.
    const [from, to] = cluster.nodes as readonly [TestNode, TestNode]
    const at = Date.now()
    await cluster.moveSlots(
      Array.from({ length: MOVED_SLOTS }, (_, slot) => slot),
      from,
      to,
    )
    await healthy(cluster)
    return { at, back: await stage.back() }
  })
