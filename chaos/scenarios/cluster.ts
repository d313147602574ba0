import { type Cluster, startCluster, until } from '../servers.ts'
import { type FaultTimes, play, type ScenarioResult, type Timing } from '../stage.ts'

async function withCluster(
  name: string,
  timing: Timing,
  fault: (cluster: Cluster) => Promise<FaultTimes>,
): Promise<ScenarioResult> {
  const cluster = await startCluster()
  try {
    return await play(
      {
        name,
        target: { deployment: 'cluster', host: '127.0.0.1', port: cluster.servers[0]?.port ?? 0 },
        loss: 'maybe',
        clients: () => masters(cluster),
        fault: () => fault(cluster),
      },
      timing,
    )
  } finally {
    await cluster.stop()
  }
}

/** Milliseconds by which a replica may be behind. */
const LAG = 250

const masters = async (cluster: Cluster) =>
  (await cluster.nodes())
    .filter(({ role, isFailed }) => role === 'master' && !isFailed)
    .map(({ server }) => server.client)

/** A replica takes its master's place in agreement with it: nothing is lost. */
export const clusterPlanned = (timing: Timing) =>
  withCluster('Cluster, planned failover', timing, async (cluster) => {
    const replica = (await cluster.nodes()).find(({ role }) => role === 'replica')
    const at = Date.now()
    await replica?.server.client.cluster('FAILOVER')
    await until('the replica is master', async () => (await replica?.server.client.role())?.[0] === 'master')
    await cluster.healthy()
    return { at, back: Date.now() }
  })

export const clusterKill = (timing: Timing) =>
  withCluster('Cluster, master killed', timing, async (cluster) => {
    const known = await cluster.nodes()
    const master = known.find(({ role, server }) => role === 'master' && server !== cluster.servers[0])
    const replica = known.find(({ follows }) => follows === master?.id)
    if (master === undefined || replica === undefined) throw new Error('The cluster has no master to kill.')
    const at = Date.now()
    await master.server.kill()
    await until('the replica is master', async () => (await replica.server.client.role())[0] === 'master')
    await cluster.healthy()
    const back = Date.now()
    // What it had acknowledged last may not have reached its replica, which on one machine takes some milliseconds.
    return { at, back, mayLose: { from: at - LAG, to: at + LAG } }
  })

/** Slots move from one master to another, key by key, while they are written. */
export const clusterReshard = (timing: Timing) =>
  withCluster('Cluster, resharding', timing, async (cluster) => {
    const [from, to] = (await cluster.nodes()).filter(({ role }) => role === 'master')
    const at = Date.now()
    await cluster.reshard(from?.id ?? '', to?.id ?? '', 2000)
    await cluster.healthy()
    return { at, back: Date.now() }
  })
