import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { findRedisServer, freePort } from '../src/main/core/connection/redis-process.ts'

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

/** What the inspector's live list listens to. */
export const NOTIFY = ['--notify-keyspace-events', 'KA']
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
