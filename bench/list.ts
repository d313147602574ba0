import { spawn } from 'node:child_process'
import type { BenchResult } from './index.ts'
import {
  type BenchRedis,
  count,
  fillSessions,
  machine,
  median,
  PREFIX,
  runWorker,
  startBenchRedis,
  table,
} from './setup.ts'
import type { ListFigures } from './workers/list.ts'

/** What a worker tells that only scans. */
interface ScanTime {
  /** Milliseconds. */
  readonly complete: number
}

interface SizeFigures {
  readonly sessions: number
  /** Milliseconds of each round. */
  readonly redisCli: readonly number[]
  readonly byHand: readonly number[]
  readonly floor: readonly number[]
  readonly ours: readonly ListFigures[]
}

/** A million takes a minute a round. */
const rounds = (sessions: number) => (sessions > 200_000 ? 3 : 5)

/** The list from the first key to the last, beside keys alone and beside a scan written by hand. */
export async function benchList(sizes: readonly number[]): Promise<BenchResult> {
  const results: SizeFigures[] = []
  let version = ''
  for (const sessions of sizes) {
    const redis = await startBenchRedis('--save', '')
    try {
      version = redis.version
      await fillSessions(redis.client, sessions)
      results.push(await measure(redis, sessions))
    } finally {
      await redis.stop()
    }
  }
  return { report: report(results, version), figures: { machine: machine(version), results } }
}

/** Each takes its turn in each round, so that a disturbance of the machine meets all alike. */
async function measure({ host, port }: BenchRedis, sessions: number): Promise<SizeFigures> {
  const redisCli: number[] = []
  const byHand: number[] = []
  const floor: number[] = []
  const ours: ListFigures[] = []
  for (let round = 0; round < rounds(sessions); round += 1) {
    redisCli.push(await scanWithRedisCli(host, port))
    byHand.push((await runWorker<ScanTime>('by-hand', { host, port })).complete)
    floor.push((await runWorker<ScanTime>('floor', { host, port })).complete)
    const options = { host, port, mode: 'measure', gentle: false, notifications: false }
    ours.push(await runWorker<ListFigures>('list', options))
  }
  return { sessions, redisCli, byHand, floor, ours }
}

async function scanWithRedisCli(host: string, port: number): Promise<number> {
  const began = performance.now()
  const args = ['-h', host, '-p', String(port), '--scan', '--pattern', `${PREFIX}*`]
  await new Promise<void>((resolve, reject) => {
    spawn('redis-cli', args, { stdio: 'ignore' })
      .once('error', reject)
      .once('exit', () => resolve())
  })
  return performance.now() - began
}

function report(results: readonly SizeFigures[], version: string): string {
  const of = (figures: SizeFigures, value: (one: ListFigures) => number) => median(figures.ours.map(value))
  const ms = (value: number) => (value < 10 ? value.toFixed(1) : count(Math.round(value)))
  const row = (name: string, value: (figures: SizeFigures) => string) => [name, ...results.map(value)]
  const worst = (record: 'sorts' | 'filters') => (figures: SizeFigures) => {
    const names = Object.keys(figures.ours[0]?.[record] ?? {})
    return ms(Math.max(...names.map((name) => of(figures, (one) => one[record][name] ?? Number.NaN))))
  }
  const complete = (figures: SizeFigures) => of(figures, (one) => one.complete)
  return [
    `${machine(version)}; median of the rounds.`,
    '',
    table(
      ['sessions', ...results.map(({ sessions }) => count(sessions))],
      [
        row('`redis-cli --scan`, keys only: ms', ({ redisCli }) => ms(median(redisCli))),
        row('by hand, PTTL and HGETALL: ms', ({ byHand }) => ms(median(byHand))),
        row('our calls, replies thrown away: ms', ({ floor }) => ms(median(floor))),
        row('ours, complete: ms', (figures) => ms(complete(figures))),
        row('ours to `redis-cli` (target 0.6)', (figures) =>
          (complete(figures) / median(figures.redisCli)).toFixed(2),
        ),
        row('ours to by hand (target 0.3)', (figures) =>
          (complete(figures) / median(figures.byHand)).toFixed(2),
        ),
        row('ours to our calls alone', (figures) => (complete(figures) / median(figures.floor)).toFixed(2)),
        row('our calls alone to `redis-cli` and by hand', ({ floor, redisCli, byHand }) =>
          [redisCli, byHand].map((peer) => (median(floor) / median(peer)).toFixed(2)).join(' and '),
        ),
        row('ours, µs a session', (figures) => ((1000 * complete(figures)) / figures.sessions).toFixed(2)),
        row('first 100 rows: ms (target 200)', (figures) => ms(of(figures, ({ first }) => first))),
        row('resident memory, bytes a session (target 400)', (figures) =>
          ms(of(figures, ({ memory }) => memory)),
        ),
        row('heap and buffers of that', (figures) => ms(of(figures, ({ heap }) => heap))),
        row('a window at any offset, p95: ms (target 10)', (figures) =>
          ms(of(figures, ({ windows }) => windows.p95)),
        ),
        row('a new sort order, the slowest: ms (target 1,500)', worst('sorts')),
        row('a filter, the slowest: ms (target 1,000)', worst('filters')),
        row('counts and chart: ms', (figures) => ms(of(figures, ({ summary }) => summary))),
        row('longest window while scanning: ms', (figures) =>
          ms(of(figures, ({ longestWindow }) => longestWindow)),
        ),
        row('longest block of the event loop, scanning: ms', (figures) =>
          ms(of(figures, ({ longestBlock }) => longestBlock)),
        ),
        row('longest block of the event loop, sorting: ms', (figures) =>
          ms(of(figures, ({ sortBlock }) => sortBlock)),
        ),
      ],
    ),
  ].join('\n')
}
