import type { Redis } from 'ioredis'
import type { BenchResult } from './index.ts'
import {
  type BenchRedis,
  count,
  fillSessions,
  machine,
  median,
  startBenchRedis,
  startWorker,
  table,
} from './setup.ts'
import type { GetsFigures } from './workers/gets.ts'
import type { ListOptions } from './workers/list.ts'

const RATE = 2000
const SECONDS = 8
const ROUNDS = 2

interface State {
  readonly name: string
  readonly redis: BenchRedis
  /** What the inspector does meanwhile; null for none. */
  readonly list: Pick<ListOptions, 'mode' | 'gentle' | 'notifications'> | null
}

interface Sample extends GetsFigures {
  /** Percent of one processor that Redis used. */
  readonly cpu: number
}

/** What another client of the same Redis notices of the inspector. */
export async function benchImpact(sessions: number): Promise<BenchResult> {
  const few = Math.round(sessions / 10)
  const args = ['--save', '', '--notify-keyspace-events', 'KA']
  const [large, small] = [await startBenchRedis(...args), await startBenchRedis(...args)]
  try {
    await fillSessions(large.client, sessions)
    await fillSessions(small.client, few)
    const quiet = { mode: 'idle', gentle: false } as const
    const states: readonly State[] = [
      { name: 'without the inspector', redis: large, list: null },
      { name: 'it scans', redis: large, list: { mode: 'scan', gentle: false, notifications: false } },
      { name: 'it scans gently', redis: large, list: { mode: 'scan', gentle: true, notifications: false } },
      { name: `idle on ${count(sessions)}, polling`, redis: large, list: { ...quiet, notifications: false } },
      {
        name: `idle on ${count(sessions)}, notifications`,
        redis: large,
        list: { ...quiet, notifications: true },
      },
      { name: `idle on ${count(few)}, polling`, redis: small, list: { ...quiet, notifications: false } },
      { name: `idle on ${count(few)}, notifications`, redis: small, list: { ...quiet, notifications: true } },
    ]
    const samples = new Map<State, Sample[]>(states.map((state) => [state, []]))
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const state of states) samples.get(state)?.push(await measure(state))
    }
    const rows = [...samples].map(([{ name }, all]) => ({ name, ...middle(all) }))
    return {
      report: report(rows, large.version),
      figures: { machine: machine(large.version), sessions, rows },
    }
  } finally {
    await large.stop()
    await small.stop()
  }
}

async function measure({ redis, list }: State): Promise<Sample> {
  const { host, port, client } = redis
  const inspector = list === null ? null : await startWorker('list', { host, port, ...list })
  await inspector?.hear()
  const gets = await startWorker('gets', { host, port, rate: RATE, seconds: SECONDS })
  const [cpuBefore, began] = [await usedCpu(client), performance.now()]
  const figures = await gets.hear<GetsFigures>()
  const cpu = (100_000 * ((await usedCpu(client)) - cpuBefore)) / (performance.now() - began)
  await gets.end()
  await inspector?.end()
  return { ...figures, cpu }
}

/** Seconds. */
async function usedCpu(client: Redis): Promise<number> {
  const text = await client.info('cpu')
  const value = (name: string) => Number(new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1] ?? Number.NaN)
  return value('used_cpu_sys') + value('used_cpu_user')
}

const middle = (samples: readonly Sample[]): Sample => {
  const of = (name: keyof Sample) => median(samples.map((sample) => sample[name]))
  return { p50: of('p50'), p99: of('p99'), max: of('max'), sent: of('sent'), cpu: of('cpu') }
}

function report(rows: readonly (Sample & { readonly name: string })[], version: string): string {
  const base = rows[0]?.p99 ?? Number.NaN
  return [
    `${machine(version)}; GET at ${count(RATE)}/s for ${SECONDS} s, median of ${ROUNDS} interleaved rounds.`,
    '',
    table(
      ['the inspector', 'p50 ms', 'p99 ms', 'p99 more than without', 'longest ms', 'Redis CPU'],
      rows.map(({ name, p50, p99, max, cpu }) => [
        name,
        p50.toFixed(2),
        p99.toFixed(2),
        `${p99 - base >= 0 ? '+' : ''}${(p99 - base).toFixed(2)}`,
        max.toFixed(1),
        `${cpu.toFixed(1)} %`,
      ]),
    ),
  ].join('\n')
}
