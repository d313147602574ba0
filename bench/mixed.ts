import type { BenchResult } from './index.ts'
import { fillMixed } from './mixed-sessions.ts'
import {
  type BenchRedis,
  connect,
  count,
  fillSessions,
  machine,
  median,
  runWorker,
  startBenchRedis,
  table,
} from './setup.ts'
import type { ListFigures } from './workers/list.ts'

interface MixedFigures {
  readonly sessions: number
  /** Of each round. */
  readonly own: readonly ListFigures[]
  readonly mixed: readonly ListFigures[]
}

const TARGET = 1.5
/** The databases of one server, so that neither scan meets the keys of the other. */
const OWN = 0
const MIXED = 1

/** A million takes a minute a round. */
const rounds = (sessions: number) => (sessions > 200_000 ? 3 : 5)

/** The list of sessions of all libraries, beside the list of as many of our own format, on one server. */
export async function benchMixed(sizes: readonly number[]): Promise<BenchResult> {
  const results: MixedFigures[] = []
  let version = ''
  for (const sessions of sizes) {
    const redis = await startBenchRedis('--save', '')
    try {
      version = redis.version
      await fillSessions(redis.client, sessions)
      const other = await connect(redis.host, redis.port, MIXED)
      await fillMixed(other, sessions)
      other.disconnect()
      results.push(await measure(redis, sessions))
    } finally {
      await redis.stop()
    }
  }
  return { report: report(results, version), figures: { machine: machine(version), target: TARGET, results } }
}

/** Each takes its turn in each round, the first one in every other, so that a disturbance meets both alike. */
async function measure(redis: BenchRedis, sessions: number): Promise<MixedFigures> {
  const figures: Record<typeof OWN | typeof MIXED, ListFigures[]> = { [OWN]: [], [MIXED]: [] }
  for (let round = 0; round < rounds(sessions); round += 1) {
    for (const db of round % 2 === 0 ? ([OWN, MIXED] as const) : ([MIXED, OWN] as const)) {
      const { host, port } = redis
      const options = { host, port, db, mode: 'measure', gentle: false, notifications: false, decodes: true }
      figures[db].push(await runWorker<ListFigures>('list', options))
    }
  }
  return { sessions, own: figures[OWN], mixed: figures[MIXED] }
}

function report(results: readonly MixedFigures[], version: string): string {
  const ms = (value: number) => (value < 10 ? value.toFixed(1) : count(Math.round(value)))
  const row = (name: string, value: (figures: MixedFigures) => string) => [name, ...results.map(value)]
  const both = (name: string, value: (one: ListFigures) => number) => [
    row(`${name}, our own format`, ({ own }) => ms(median(own.map(value)))),
    row(`${name}, mixed`, ({ mixed }) => ms(median(mixed.map(value)))),
  ]
  const complete = (one: ListFigures) => one.complete
  return [
    `${machine(version)}; median of the rounds.`,
    '',
    table(
      ['sessions', ...results.map(({ sessions }) => count(sessions))],
      [
        ...both('complete: ms', complete),
        row(`mixed to our own (target ${TARGET})`, ({ own, mixed }) =>
          (median(mixed.map(complete)) / median(own.map(complete))).toFixed(2),
        ),
        ...both('first 100 rows: ms', ({ first }) => first),
        ...both('longest block of the event loop, scanning: ms', ({ longestBlock }) => longestBlock),
        ...both('longest window while scanning: ms', ({ longestWindow }) => longestWindow),
        ...both('resident memory, bytes a session', ({ memory }) => memory),
        ...both('counts and chart: ms', ({ summary }) => summary),
      ],
    ),
  ].join('\n')
}
