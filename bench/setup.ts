import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { parse, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import type { Redis } from 'ioredis'
import { build } from 'vite'
import { AppError } from '#shared/errors.ts'
import { createClient } from '../src/main/core/connection/client.ts'
import { findRedisServer, startRedisProcess } from '../src/main/core/connection/redis-process.ts'
import { resolveTarget } from '../src/main/core/connection/target.ts'

export const PREFIX = 'session:'

export interface BenchRedis {
  readonly host: string
  readonly port: number
  readonly version: string
  /** The app's own client. */
  readonly client: Redis
  stop(): Promise<void>
}

/** A Redis of the benchmark's own. */
export async function startBenchRedis(...args: readonly string[]): Promise<BenchRedis> {
  const binary = await findRedisServer()
  if (binary === null) {
    throw new AppError('no_redis_server', 'No redis-server is on the PATH. Install Redis or Valkey.')
  }
  const { host, port, stop } = await startRedisProcess(binary.path, args)
  const client = await connect(host, port)
  return {
    host,
    port,
    version: binary.version,
    client,
    async stop() {
      client.disconnect()
      await stop()
    },
  }
}

export async function connect(host: string, port: number, db = 0): Promise<Redis> {
  const client = createClient(resolveTarget({ host, port, db }))
  await client.connect()
  return client
}

const FILL = `
for i = 1, #ARGV - 1 do
  local key = KEYS[1] .. ARGV[i + 1]
  local number = ARGV[1] + i
  redis.call('HSET', key, 'created_at', string.format('2026-04-02T%02d:%02d:%02d+00:00', number / 3600 % 24, number / 60 % 60, number % 60),
    'last_accessed_at', string.format('2026-04-03T%02d:%02d:%02d+00:00', number * 7 / 3600 % 24, number * 7 / 60 % 60, number * 7 % 60),
    'session_ttl', '86400', 'username', 'user-' .. number % 997, 'page_views', number % 61)
  redis.call('PEXPIRE', key, 7200000 + number * 7919 % 86400000)
end`
const AT_ONCE = 2000

/** Sessions as the store makes them: ids of 32 random bytes, five fields, TTLs spread over a day. */
export async function fillSessions(client: Redis, count: number): Promise<void> {
  for (let first = 0; first < count; first += AT_ONCE) {
    const ids = Array.from({ length: Math.min(AT_ONCE, count - first) }, () =>
      randomBytes(32).toString('base64url'),
    )
    await client.eval(FILL, 1, PREFIX, first, ...ids)
  }
}

export interface Worker {
  /** The next thing that it says. */
  hear<T>(): Promise<T>
  say(message: unknown): void
  end(): Promise<void>
}

const WORKERS = resolve(import.meta.dirname, 'workers')
const BUILT = resolve(import.meta.dirname, '../.cache/bench')
let built: Promise<unknown> | undefined

/** As the app is built: what loads TypeScript as it is wraps each inner function to keep its name, a tenth of a scan. */
function buildWorkers(): Promise<unknown> {
  const inputs = [
    ...readdirSync(WORKERS).map((file) => resolve(WORKERS, file)),
    resolve(import.meta.dirname, '../src/main/core/formats/decoder-worker.ts'),
  ]
  return build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      outDir: BUILT,
      rollupOptions: {
        input: Object.fromEntries(inputs.map((file) => [parse(file).name, file])),
        output: { format: 'es' },
      },
    },
  })
}

/** A process of its own: its memory is only its own, and it disturbs nobody's event loop. */
export async function startWorker(name: string, options: unknown): Promise<Worker> {
  built ??= buildWorkers()
  await built
  const child: ChildProcess = fork(resolve(BUILT, `${name}.js`), [JSON.stringify(options)], {
    execArgv: ['--expose-gc'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    hear: <T>() =>
      new Promise<T>((resolve, reject) => {
        const onExit = () => reject(new Error(`The worker ${name} has ended without an answer.`))
        child.once('exit', onExit)
        child.once('message', (message) => {
          child.off('exit', onExit)
          resolve(message as T)
        })
      }),
    say: (message) => child.send(message as object),
    async end() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

/** What a process of its own tells, which then ends. */
export async function runWorker<T>(name: string, options: unknown): Promise<T> {
  const worker = await startWorker(name, options)
  const told = await worker.hear<T>()
  await worker.end()
  return told
}

export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN

export const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )

/** The benchmarks' TypeScript is compiled so that functions keep their names, by a helper that no page has. */
export const allowNames = (page: Page): Promise<unknown> =>
  page.evaluate('globalThis.__name = (named) => named')

/** One line on what it ran on. */
export const machine = (redis: string): string =>
  `Redis ${redis}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  )
}

export const count = (value: number): string => value.toLocaleString('en-US')
