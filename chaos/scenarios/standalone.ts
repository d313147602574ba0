import { setTimeout as wait } from 'node:timers/promises'
import { dump } from '../dump.ts'
import { startProxy, type TcpProxy } from '../proxy.ts'
import { NOTIFY, type Server, startServer } from '../servers.ts'
import {
  type FaultTimes,
  type Plan,
  PREFIX,
  play,
  type ScenarioResult,
  type Stage,
  type Timing,
} from '../stage.ts'

/** One server behind a proxy, which makes of it what a network would. */
interface Place {
  readonly server: Server
  readonly proxy: TcpProxy
}

/** Milliseconds that a killed server stays away: until the delays between two attempts have grown as long as they get. */
const AWAY = 9000
const FROZEN = 10_000

async function withServer(
  args: readonly string[],
  timing: Timing,
  plan: Omit<Plan, 'target' | 'clients' | 'fault'>,
  fault: (place: Place, stage: Stage) => Promise<FaultTimes>,
): Promise<ScenarioResult> {
  const server = await startServer([...NOTIFY, ...args])
  const proxy = await startProxy(server.port)
  try {
    return await play(
      {
        ...plan,
        target: { host: '127.0.0.1', port: proxy.port },
        clients: async () => [server.client],
        fault: (stage) => fault({ server, proxy }, stage),
      },
      timing,
    )
  } finally {
    await proxy.stop()
    await server.stop()
  }
}

/**
 * While the server is away nothing listens; when it is back, what it still has is read before anybody else gets to it.
 * So it is known what Redis itself has lost.
 */
async function killAndRestart({ server, proxy }: Place, stage: Stage): Promise<FaultTimes> {
  const at = Date.now()
  await server.kill()
  await proxy.close()
  await wait(AWAY)
  await server.start()
  await stage.rebase(await dump([server.client], PREFIX))
  await proxy.open()
  return { at, back: await stage.back() }
}

export const killDurable = (timing: Timing) =>
  withServer(
    ['--appendonly', 'yes', '--appendfsync', 'always'],
    timing,
    { name: 'kill -9, appendfsync always', loss: 'told' },
    killAndRestart,
  )

export const killVolatile = (timing: Timing) =>
  withServer([], timing, { name: 'kill -9, no persistence', loss: 'told' }, killAndRestart)

export const freeze = (timing: Timing) =>
  withServer([], timing, { name: 'frozen for 10 s', loss: 'told' }, async ({ server }, stage) => {
    const at = Date.now()
    server.freeze()
    await wait(FROZEN)
    server.thaw()
    return { at, back: await stage.back() }
  })

export const cut = (timing: Timing) =>
  withServer([], timing, { name: 'connections cut at random', loss: 'told' }, async ({ proxy }, stage) => {
    const at = Date.now()
    const end = at + timing.seconds * 1000
    proxy.cut(() => true)
    while (Date.now() < end) {
      await wait(200 + Math.random() * 800)
      proxy.cut(() => Math.random() < 0.7)
    }
    return { at, back: await stage.back() }
  })

/** A link across an ocean: 200 ms there and back, and 100 Mbit/s. */
export const slow = (timing: Timing) =>
  withServer([], timing, { name: 'a slow link', loss: 'none', visitors: 2000 }, async ({ proxy }, stage) => {
    const at = Date.now()
    proxy.shape({ latency: 100, bandwidth: 12_500_000 })
    await wait(timing.seconds * 1000)
    proxy.shape(null)
    return { at, back: await stage.back() }
  })

export const full = (timing: Timing) =>
  withServer([], timing, { name: 'memory full', loss: 'none' }, async ({ server }, stage) => {
    const at = Date.now()
    await server.client.config('SET', 'maxmemory-policy', 'noeviction')
    await server.client.config('SET', 'maxmemory', '1mb')
    await wait(timing.seconds * 1000)
    await server.client.config('SET', 'maxmemory', '0')
    return { at, back: await stage.back() }
  })
