import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { findRedisServer, freePort } from '../src/main/core/connection/redis-process.ts'

const run = promisify(execFile)

/** A server that is killed, frozen and started again, on the same port and with the same data. */
export interface Server {
  readonly port: number
  /** A client for looks and changes that are no part of the load; it comes back by itself. */
  readonly client: Redis
  /** Ends it as `kill -9` does. Resolves when it has gone. */
  kill(): Promise<void>
  /** Resolves when it answers, with its data loaded. */
  start(): Promise<void>
  freeze(): void
  thaw(): void
  /** Ends it and drops its data. */
  stop(): Promise<void>
}

/** Milliseconds for a server or a group of them to become ready. */
const PATIENCE = 30_000

export async function startServer(args: readonly string[] = []): Promise<Server> {
  const binary = await redisServer()
  const port = await freePort()
  const directory = await mkdtemp(join(tmpdir(), 'inspector-chaos-'))
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '']
  let child: ChildProcess | null = null
  const client = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
  })
  client.on('error', () => {})
  const start = async () => {
    child = spawn(binary, [...settings, ...args], { stdio: 'ignore' })
    await until(`the server on port ${port} answers`, async () => (await client.ping()) === 'PONG')
  }
  const kill = async () => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  // None of ours outlives us, however we end.
  const onExit = () => void child?.kill('SIGKILL')
  process.on('exit', onExit)
  await start()
  return {
    port,
    client,
    start,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async stop() {
      process.off('exit', onExit)
      client.disconnect()
      await kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function redisServer(): Promise<string> {
  const binary = await findRedisServer()
  if (binary === null) throw new Error('No redis-server is on the PATH. Install Redis or Valkey.')
  return binary.path
}

export async function until(what: string, isSo: () => Promise<boolean>, within = PATIENCE): Promise<void> {
  const deadline = performance.now() + within
  for (;;) {
    if (await isSo().catch(() => false)) return
    if (performance.now() > deadline) throw new Error(`It took too long until ${what}.`)
    await wait(20)
  }
}

export interface SentinelGroup {
  readonly sentinels: readonly number[]
  readonly masterName: string
  /** The one that was the master at first, and its replicas. */
  readonly master: Server
  readonly replicas: readonly Server[]
  /** The port of the master that the Sentinels name at the moment. */
  masterPort(): Promise<number>
  serverAt(port: number): Server | undefined
  /** Has the Sentinels choose another master while this one lives. */
  failOver(): Promise<void>
  stop(): Promise<void>
}

/** A master with two replicas, and three Sentinels that give it up after a second. */
export async function startSentinelGroup(): Promise<SentinelGroup> {
  const masterName = 'mymaster'
  const binary = await redisServer()
  const directory = await mkdtemp(join(tmpdir(), 'inspector-sentinels-'))
  const notify = ['--notify-keyspace-events', 'KA']
  const master = await startServer(notify)
  const follow = ['--replicaof', `127.0.0.1 ${master.port}`, ...notify]
  const replicas = [await startServer(follow), await startServer(follow)]
  const children: ChildProcess[] = []
  const sentinels: number[] = []
  for (let index = 0; index < 3; index += 1) {
    const port = await freePort()
    const file = join(directory, `sentinel-${port}.conf`)
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${directory}`,
      `sentinel monitor ${masterName} 127.0.0.1 ${master.port} 2`,
      `sentinel down-after-milliseconds ${masterName} 1000`,
      `sentinel failover-timeout ${masterName} 4000`,
    ]
    await writeFile(file, `${lines.join('\n')}\n`)
    children.push(spawn(binary, [file, '--sentinel'], { stdio: 'ignore' }))
    sentinels.push(port)
  }
  const onExit = () => {
    for (const child of children) child.kill('SIGKILL')
  }
  process.on('exit', onExit)
  const asker = new Redis({
    host: '127.0.0.1',
    port: sentinels[0] ?? 0,
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
    enableReadyCheck: false,
  })
  asker.on('error', () => {})
  await until('the Sentinels know each other and the replicas', async () => {
    const [facts] = (await asker.call('SENTINEL', 'MASTERS')) as string[][]
    const fact = (name: string) => facts?.[facts.indexOf(name) + 1]
    return fact('num-slaves') === '2' && fact('num-other-sentinels') === '2' && fact('flags') === 'master'
  })
  for (const replica of replicas) {
    await until('the replicas follow', async () =>
      (await replica.client.info('replication')).includes('master_link_status:up'),
    )
  }
  const all = [master, ...replicas]
  return {
    sentinels,
    masterName,
    master,
    replicas,
    async masterPort() {
      const address = (await asker.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)) as string[]
      return Number(address[1])
    },
    serverAt: (port) => all.find((server) => server.port === port),
    async failOver() {
      await asker.call('SENTINEL', 'FAILOVER', masterName)
    },
    async stop() {
      process.off('exit', onExit)
      asker.disconnect()
      const gone = children.map((child) => (child.exitCode === null ? once(child, 'exit') : null))
      onExit()
      await Promise.all(gone)
      await Promise.all(all.map((server) => server.stop()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export interface ClusterNode {
  readonly id: string
  readonly server: Server
  readonly role: 'master' | 'replica'
  /** The id of the master that a replica follows. */
  readonly follows: string | null
  readonly isFailed: boolean
  readonly slots: number
}

export interface Cluster {
  readonly servers: readonly Server[]
  /** As one node that lives sees them. */
  nodes(): Promise<readonly ClusterNode[]>
  /** Moves slots from one master to another. */
  reshard(from: string, to: string, slots: number): Promise<void>
  /** Resolves when every slot has a master again. */
  healthy(): Promise<void>
  stop(): Promise<void>
}

/** Three masters with a replica each, which give a node up after two seconds. */
export async function startCluster(): Promise<Cluster> {
  const args = [
    '--cluster-enabled',
    'yes',
    '--cluster-node-timeout',
    '2000',
    '--notify-keyspace-events',
    'KA',
  ]
  const servers = await Promise.all(Array.from({ length: 6 }, () => startServer(args)))
  const redisCli = (...words: readonly string[]) =>
    run('redis-cli', ['--cluster', ...words], { timeout: 120_000 })
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`)
  await redisCli('create', ...addresses, '--cluster-replicas', '1', '--cluster-yes')
  const living = async (): Promise<Server> => {
    for (const server of servers) {
      const answer = await Promise.race([server.client.ping().catch(() => null), wait(300, null)])
      if (answer !== null) return server
    }
    throw new Error('No node of the cluster answers.')
  }
  const nodes = async (): Promise<readonly ClusterNode[]> => {
    const text = (await (await living()).client.cluster('NODES')) as string
    return text
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [id = '', address = '', flags = '', master = '-', , , , , ...ranges] = line.split(' ')
        const port = Number(/:(\d+)@/.exec(address)?.[1])
        const server = servers.find((each) => each.port === port)
        if (server === undefined) return []
        const slots = ranges
          .filter((range) => !range.startsWith('['))
          .map((range) => range.split('-').map(Number))
          .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0)
        return [
          {
            id,
            server,
            role: flags.includes('master') ? 'master' : 'replica',
            follows: master === '-' ? null : master,
            isFailed: /fail(?!o)/.test(flags.replaceAll('fail?', 'fail')),
            slots,
          } as const,
        ]
      })
  }
  const healthy = () =>
    until('the cluster is whole', async () => {
      const known = await nodes()
      const masters = known.filter(({ role, isFailed }) => role === 'master' && !isFailed)
      const info = (await masters[0]?.server.client.cluster('INFO')) as string
      const covered = masters.reduce((sum, { slots }) => sum + slots, 0)
      return covered === 16_384 && info.includes('cluster_state:ok')
    })
  await healthy()
  await until('each master has its replica', async () => {
    const replicas = (await nodes()).filter(({ role }) => role === 'replica')
    const links = await Promise.all(replicas.map(({ server }) => server.client.info('replication')))
    return replicas.length === 3 && links.every((link) => link.includes('master_link_status:up'))
  })
  return {
    servers,
    nodes,
    healthy,
    async reshard(from, to, slots) {
      const { port } = await living()
      const words = ['--cluster-from', from, '--cluster-to', to, '--cluster-slots', String(slots)]
      await redisCli('reshard', `127.0.0.1:${port}`, ...words, '--cluster-yes')
    },
    async stop() {
      await Promise.all(servers.map((server) => server.stop()))
    },
  }
}
