import { setTimeout as wait } from 'node:timers/promises'
import { type SentinelGroup, startSentinelGroup } from '../../src/test/sentinel-group.ts'
import { dump } from '../dump.ts'
import { NOTIFY, until } from '../servers.ts'
import { type FaultTimes, PREFIX, play, type ScenarioResult, type Stage, type Timing } from '../stage.ts'

async function withGroup(
  name: string,
  timing: Timing,
  fault: (group: SentinelGroup, stage: Stage) => Promise<FaultTimes>,
): Promise<ScenarioResult> {
  const group = await startSentinelGroup({ args: NOTIFY })
  const [{ host, port } = { host: '127.0.0.1', port: 0 }, ...nodes] = group.sentinels
  try {
    return await play(
      {
        name,
        target: { deployment: 'sentinel', host, port, nodes: [...nodes], masterName: group.masterName },
        loss: 'maybe',
        clients: async () => [group.client(await group.master())],
        fault: (stage) => fault(group, stage),
      },
      timing,
    )
  } finally {
    await group.stop()
  }
}

/**
 * The Sentinels promote a replica and then tell the old master to follow it. What the old one has acknowledged in
 * between it throws away.
 */
export const sentinelPlanned = (timing: Timing) =>
  withGroup('Sentinel, planned failover', timing, async (group, stage) => {
    const before = group.client(await group.master())
    const at = Date.now()
    await group.failover()
    const back = await stage.back()
    await until('the old master follows', async () => (await before.role())[0] === 'slave')
    return { at, back, mayLose: { from: at, to: Date.now() + 50 } }
  })

/** The replicas have what the master had sent to them; what it had acknowledged beyond that is gone with it. */
export const sentinelKill = (timing: Timing) =>
  withGroup('Sentinel, master killed', timing, async (group, stage) => {
    const before = await group.master()
    const replicas = group.nodes.filter((node) => node !== before).map((node) => group.client(node))
    const at = Date.now()
    await before.stop()
    await wait(200)
    // Whichever is promoted has the longest history, and nobody can write to it before.
    const offsets = await Promise.all(
      replicas.map(async (client) =>
        Number(/^slave_repl_offset:(\d+)/m.exec(await client.info('replication'))?.[1]),
      ),
    )
    const furthest = replicas[offsets.indexOf(Math.max(...offsets))]
    if (furthest !== undefined) await stage.rebase(await dump([furthest], PREFIX))
    await until('another master takes writes', async () => {
      const now = await group.master()
      return now !== before && (await group.client(now).role())[0] === 'master'
    })
    return { at, back: await stage.back() }
  })
