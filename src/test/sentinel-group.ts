import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import {
  findRedisServer,
  freePort,
  type RedisProcess,
  startRedisProcess,
} from '../main/core/connection/redis-process.ts'
import { startProcess, type TestProcess } from './processes.ts'
import { waitFor } from './wait.ts'

export interface GroupOptions {
  /** @default 'mymaster' */
  readonly masterName?: string
  /** Asked for by the Sentinels. @default none */
  readonly sentinelPassword?: string
  /** Further arguments for each server. */
  readonly args?: readonly string[]
}

/** One master, two replicas and three Sentinels that agree on it, on free ports of 127.0.0.1. */
export interface SentinelGroup {
  readonly masterName: string
  /** Where the Sentinels listen. */
  readonly sentinels: readonly { readonly host: string; readonly port: number }[]
  /** The servers; the first was the master at the start. */
  readonly nodes: readonly RedisProcess[]
  /** What the Sentinels that are left say of the master. */
  master(): Promise<RedisProcess>
  /** A client of one of the servers, for the test's own looks. */
  client(node: RedisProcess): Redis
  /** Makes another server the master, and resolves when the Sentinels say so. */
  failover(): Promise<RedisProcess>
  /** Ends one of the Sentinels. */
  stopSentinel(at: number): Promise<void>
  stop(): Promise<void>
}

/** Milliseconds until a Sentinel counts a server as down. */
const DOWN_AFTER = 500
const WAIT = 20_000

export async function startSentinelGroup(options: GroupOptions = {}): Promise<SentinelGroup> {
  const { masterName = 'mymaster', sentinelPassword, args = [] } = options
  const binary = (await findRedisServer())?.path
  if (binary === undefined)
    throw new Error('No redis-server on the PATH: run `npm test`, which installs one.')
  const directory = await mkdtemp(join(tmpdir(), 'sentinel-group-'))
  const clients: Redis[] = []
  const open = (port: number, password?: string): Redis => {
    const client = new Redis({ host: '127.0.0.1', port, ...(password === undefined ? {} : { password }) })
    client.on('error', () => {})
    clients.push(client)
    return client
  }

  const common = ['--repl-diskless-sync-delay', '0', ...args]
  const first = await startRedisProcess(binary, common)
  const replicaOf = ['--replicaof', '127.0.0.1', String(first.port), ...common]
  const nodes = [first, ...(await Promise.all([0, 1].map(() => startRedisProcess(binary, replicaOf))))]
  const looks = new Map(nodes.map((node) => [node, open(node.port)]))
  await waitFor(async () => {
    const text = (await looks.get(first)?.info('replication')) ?? ''
    if ((text.match(/state=online/g) ?? []).length < 2) throw new Error('the replicas are not up yet')
  }, WAIT)

  const sentinels: { readonly port: number; readonly process: TestProcess; readonly client: Redis }[] = []
  for (const at of [0, 1, 2]) {
    const port = await freePort()
    const file = join(directory, `sentinel-${at}.conf`)
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${directory}`,
      ...(sentinelPassword === undefined
        ? []
        : [`requirepass ${sentinelPassword}`, `sentinel sentinel-pass ${sentinelPassword}`]),
      `sentinel monitor ${masterName} 127.0.0.1 ${first.port} 2`,
      `sentinel down-after-milliseconds ${masterName} ${DOWN_AFTER}`,
      `sentinel failover-timeout ${masterName} 4000`,
    ]
    await writeFile(file, `${lines.join('\n')}\n`)
    const process = startProcess(binary, [file, '--sentinel'])
    sentinels.push({ port, process, client: open(port, sentinelPassword) })
  }
  /** All of them know the two others and the two replicas. */
  await waitFor(async () => {
    for (const { client } of sentinels) {
      const reply = (await client.call('SENTINEL', 'MASTER', masterName)) as readonly string[]
      const fact = (name: string) => reply[reply.indexOf(name) + 1]
      if (fact('num-slaves') !== '2' || fact('num-other-sentinels') !== '2')
        throw new Error('not complete yet')
      const quorum = String(await client.call('SENTINEL', 'CKQUORUM', masterName))
      if (!/^OK 3 usable/.test(quorum)) throw new Error(quorum)
    }
  }, WAIT)

  const alive = () =>
    sentinels.filter(({ process }) => process.child.exitCode === null && !process.child.killed)
  const masterPort = async (): Promise<number> => {
    const ports = await Promise.all(
      alive().map(async ({ client }) => {
        const reply = await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)
        return Number((reply as readonly string[])[1])
      }),
    )
    const [port = 0] = ports
    if (ports.some((other) => other !== port)) throw new Error('the Sentinels do not agree yet')
    return port
  }
  const master = async (): Promise<RedisProcess> => {
    const port = await masterPort()
    const node = nodes.find((each) => each.port === port)
    if (node === undefined) throw new Error(`the Sentinels name ${port}, which is none of the group`)
    return node
  }

  return {
    masterName,
    sentinels: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
    nodes,
    master,
    client(node) {
      const client = looks.get(node)
      if (client === undefined) throw new Error('this server is none of the group')
      return client
    },
    async failover() {
      const before = await master()
      await alive()[0]?.client.call('SENTINEL', 'FAILOVER', masterName)
      return waitFor(async () => {
        const now = await master()
        if (now === before) throw new Error('no other master yet')
        return now
      }, WAIT)
    },
    async stopSentinel(at) {
      await sentinels[at]?.process.stop()
    },
    async stop() {
      for (const client of clients) client.disconnect()
      await Promise.all(sentinels.map(({ process }) => process.stop()))
      await Promise.all(nodes.map((node) => node.stop()))
      await rm(directory, { recursive: true })
    },
  }
}
