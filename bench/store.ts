import { cpus } from 'node:os'
import type { Redis } from 'ioredis'
import { AppError } from '#shared/errors.ts'
import { createClient } from '../src/main/core/connection/client.ts'
import { findRedisServer, startRedisProcess } from '../src/main/core/connection/redis-process.ts'
import { resolveTarget } from '../src/main/core/connection/target.ts'
import { SessionStore } from '../src/main/core/store/session-store.ts'
import { ReadThenWriteStore } from '../src/main/core/store/testing/read-then-write-store.ts'
import type { BenchResult } from './index.ts'

const ROUNDS = 9
/** Milliseconds that one contender runs in one round. */
const ROUND_MS = 400
const SESSIONS = 2000
const CONCURRENCIES = [1, 50]
const TTL = 1800
const DATA = { username: 'ada', page_views: '0' }

type Operation = 'create' | 'get' | 'increment' | 'delete'
const OPERATIONS: readonly Operation[] = ['create', 'get', 'increment', 'delete']

interface Contender {
  readonly name: 'ours' | 'read-then-MULTI' | 'HGETALL'
  readonly operations: Partial<Record<Operation, (id: string) => Promise<unknown>>>
}

interface Sample {
  readonly opsPerSecond: number
  readonly p50: number
  readonly p99: number
}

export interface Row extends Sample {
  readonly operation: Operation
  readonly concurrency: number
  readonly contender: Contender['name']
}

/** All contenders take their turn in each round, so that a disturbance of the machine meets them alike. */
export async function benchStore(): Promise<BenchResult> {
  const binary = await findRedisServer()
  if (binary === null) {
    throw new AppError('no_redis_server', 'No redis-server is on the PATH. Install Redis or Valkey.')
  }
  const server = await startRedisProcess(binary.path)
  const clients: Redis[] = []
  // The app's own client, for every contender alike.
  const connect = async () => {
    const { host, port } = server
    const client = createClient(resolveTarget({ host, port }))
    clients.push(client)
    await client.connect()
    return client
  }
  try {
    const ours = new SessionStore({ client: await connect(), ttl: TTL })
    const control = new ReadThenWriteStore(await connect())
    const raw = await connect()
    const contenders: readonly Contender[] = [
      {
        name: 'ours',
        operations: {
          create: () => ours.createSession(DATA),
          get: (id) => ours.getSession(id),
          increment: (id) => ours.incrementField(id, 'page_views'),
          delete: (id) => ours.deleteSession(id),
        },
      },
      {
        name: 'read-then-MULTI',
        operations: {
          create: () => control.createSession(DATA, TTL),
          get: (id) => control.getSession(id),
          increment: (id) => control.incrementField(id, 'page_views'),
          delete: (id) => control.deleteSession(id),
        },
      },
      {
        // A yardstick, beside increment too: what one bare round trip for a session costs at that moment.
        name: 'HGETALL',
        operations: {
          get: (id) => raw.hgetall(ours.prefix + id),
          increment: (id) => raw.hgetall(ours.prefix + id),
        },
      },
    ]
    const admin = await connect()
    const rows: Row[] = []
    for (const concurrency of CONCURRENCIES) {
      for (const operation of OPERATIONS) {
        rows.push(...(await measure({ contenders, operation, concurrency, admin, store: ours })))
      }
    }
    return {
      report: report(rows, binary.version),
      figures: { node: process.version, redis: binary.version, cpu: cpu(), rows, ratios: ratios(rows) },
    }
  } finally {
    for (const client of clients) client.disconnect()
    await server.stop()
  }
}

interface Run {
  readonly contenders: readonly Contender[]
  readonly operation: Operation
  readonly concurrency: number
  readonly admin: Redis
  readonly store: SessionStore
}

async function measure({ contenders, operation, concurrency, admin, store }: Run): Promise<Row[]> {
  const samples = new Map<Contender['name'], Sample[]>()
  for (const { name, operations } of contenders) if (operations[operation]) samples.set(name, [])
  // The first round warms up: scripts get loaded and code compiled. Each round begins with another contender.
  for (let round = 0; round <= ROUNDS; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + turn) % contenders.length]
      const run = contender?.operations[operation]
      if (contender === undefined || run === undefined) continue
      await admin.flushall()
      // Deleting needs a session for each call; a fixed count stands for the time there.
      const count = operation === 'delete' ? (concurrency === 1 ? 3000 : 15_000) : SESSIONS
      const ids = operation === 'create' ? [''] : await fill(store, count)
      const sample = await oneRound(run, ids, concurrency, operation === 'delete')
      if (round > 0) samples.get(contender.name)?.push(sample)
    }
  }
  return [...samples].map(([contender, taken]) => {
    const middle = (value: (sample: Sample) => number) => median(taken.map(value))
    return {
      operation,
      concurrency,
      contender,
      opsPerSecond: Math.round(middle((sample) => sample.opsPerSecond)),
      p50: middle((sample) => sample.p50),
      p99: middle((sample) => sample.p99),
    }
  })
}

async function fill(store: SessionStore, count: number): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < count) {
    const batch = Math.min(500, count - ids.length)
    ids.push(...(await Promise.all(Array.from({ length: batch }, () => store.createSession(DATA)))))
  }
  return ids
}

/** Runs for `ROUND_MS` over the ids in turn, or once over each of them. */
async function oneRound(
  run: (id: string) => Promise<unknown>,
  ids: readonly string[],
  concurrency: number,
  once: boolean,
): Promise<Sample> {
  const latencies: number[] = []
  let next = 0
  const start = performance.now()
  const end = start + ROUND_MS
  const worker = async () => {
    for (;;) {
      const before = performance.now()
      if (once ? next >= ids.length : before >= end) return
      await run(ids[next++ % ids.length] ?? '')
      latencies.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  const seconds = (performance.now() - start) / 1000
  latencies.sort((a, b) => a - b)
  const quantile = (q: number) => latencies[Math.floor(q * (latencies.length - 1))] ?? 0
  return { opsPerSecond: latencies.length / seconds, p50: quantile(0.5), p99: quantile(0.99) }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

interface Ratio {
  readonly operation: Operation
  readonly concurrency: number
  readonly control: number | null
  readonly hgetall: number | null
}

/** Ours in the others' operations per second. */
function ratios(rows: readonly Row[]): Ratio[] {
  return CONCURRENCIES.flatMap((concurrency) =>
    OPERATIONS.map((operation) => {
      const ops = (contender: Contender['name']) =>
        rows.find(
          (row) =>
            row.operation === operation && row.concurrency === concurrency && row.contender === contender,
        )?.opsPerSecond
      const to = (contender: Contender['name']) => {
        const [a, b] = [ops('ours'), ops(contender)]
        return a === undefined || b === undefined ? null : Math.round((a / b) * 100) / 100
      }
      return { operation, concurrency, control: to('read-then-MULTI'), hgetall: to('HGETALL') }
    }),
  )
}

const cpu = () => `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`

/** Markdown, as docs/benchmarks.md shows it. */
function report(rows: readonly Row[], version: string): string {
  const table = (head: readonly string[], lines: readonly (readonly string[])[]) =>
    [head, head.map((_, i) => (i < 3 ? '---' : '---:')), ...lines]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n')
  const figures = table(
    ['operation', 'at once', 'contender', 'ops/s', 'p50 ms', 'p99 ms'],
    rows.map((row) => [
      row.operation,
      String(row.concurrency),
      row.contender,
      row.opsPerSecond.toLocaleString('en'),
      row.p50.toFixed(3),
      row.p99.toFixed(3),
    ]),
  )
  const times = (ratio: number | null) => (ratio === null ? '' : `${ratio.toFixed(2)}×`)
  const compared = table(
    ['operation', 'at once', 'store', 'to read-then-MULTI', 'to HGETALL'],
    ratios(rows).map((row) => [
      row.operation,
      String(row.concurrency),
      'ours',
      times(row.control),
      times(row.hgetall),
    ]),
  )
  return `Redis ${version}, Node ${process.version}, ${cpu()}; median of ${ROUNDS} rounds\n\n${figures}\n\n${compared}`
}
