import { setTimeout as wait } from 'node:timers/promises'
import { dump } from '../dump.ts'
import { type SentinelGroup, startSentinelGroup, until } from '../servers.ts'
import { type FaultTimes, PREFIX, play, type ScenarioResult, type Stage, type Timing } from '../stage.ts'

async function withGroup(
  name: string,
  timing: Timing,
  fault: (group: SentinelGroup, stage: Stage) => Promise<FaultTimes>,
): Promise<ScenarioResult> {
  const group = await startSentinelGroup()
  const [first = 0, ...others] = group.sentinels
  try {
    return await play(
      {
        name,
        target: {
          deployment: 'sentinel',
          host: '127.0.0.1',
          port: first,
          nodes: others.map((port) => ({ host: '127.0.0.1', port })),
          masterName: group.masterName,
        },
        loss: 'maybe',
        async clients() {
          const master = group.serverAt(await group.masterPort())
          return master === undefined ? [] : [master.client]
        },
        fault: (stage) => fault(group, stage),
      },
      timing,
    )
  } finally {
    await group.stop()
  }
}

/** The new master, once it takes writes. @param before the port of the one that was it */
async function promoted(group: SentinelGroup, before: number): Promise<number> {
  await until('another master is chosen', async () => {
    const port = await group.masterPort()
    const server = group.serverAt(port)
    return port !== before && (await server?.client.role())?.[0] === 'master'
  })
  return Date.now()
}

/**
 * The Sentinels promote a replica and then tell the old master to follow it. What the old one has acknowledged in
 * between it throws away.
 */
export const sentinelPlanned = (timing: Timing) =>
  withGroup('Sentinel, planned failover', timing, async (group) => {
    const at = Date.now()
    const before = group.master.port
    await group.failOver()
    const back = await promoted(group, before)
    await until('the old master follows', async () => (await group.master.client.role())[0] === 'slave')
    return { at, back, mayLose: { from: at, to: Date.now() + 50 } }
  })

/** The replicas have what the master had sent to them; what it had acknowledged beyond that is gone with it. */
export const sentinelKill = (timing: Timing) =>
  withGroup('Sentinel, master killed', timing, async (group, stage) => {
    const at = Date.now()
    await group.master.kill()
    await wait(200)
    // Whichever is promoted has the longest history, and nobody can write to it before.
    const offsets = await Promise.all(
      group.replicas.map(async ({ client }) =>
        Number(/^slave_repl_offset:(\d+)/m.exec(await client.info('replication'))?.[1]),
      ),
    )
    const furthest = group.replicas[offsets.indexOf(Math.max(...offsets))]
    if (furthest !== undefined) await stage.rebase(await dump([furthest.client], PREFIX))
    const back = await promoted(group, group.master.port)
    return { at, back }
  })
