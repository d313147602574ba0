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
import type { BulkFigures } from './workers/bulk.ts'

const ROUNDS = 5

/** Deleting every session of a prefix, beside the pipe that people use in a shell. */
export async function benchBulk(sessions: number): Promise<BenchResult> {
  const redis = await startBenchRedis('--save', '')
  const pipe: number[] = []
  const ours: BulkFigures[] = []
  try {
    // The first round warms up the server's memory.
    for (let round = 0; round <= ROUNDS; round += 1) {
      await fillSessions(redis.client, sessions)
      const took = await deleteByPipe(redis)
      await fillSessions(redis.client, sessions)
      const figures = await runWorker<BulkFigures>('bulk', { host: redis.host, port: redis.port })
      await redis.client.flushall()
      if (round === 0) continue
      pipe.push(took)
      ours.push(figures)
    }
    const text = machine(redis.version)
    return { report: report(text, sessions, pipe, ours), figures: { machine: text, sessions, pipe, ours } }
  } finally {
    await redis.stop()
  }
}

async function deleteByPipe({ host, port, client }: BenchRedis): Promise<number> {
  const cli = `redis-cli -h ${host} -p ${port}`
  const began = performance.now()
  await new Promise<void>((resolve, reject) => {
    spawn('sh', ['-c', `${cli} --scan --pattern '${PREFIX}*' | xargs ${cli} unlink`], { stdio: 'ignore' })
      .once('error', reject)
      .once('exit', () => resolve())
  })
  const took = performance.now() - began
  if ((await client.dbsize()) !== 0) throw new Error('The pipe has left some.')
  return took
}

function report(
  text: string,
  sessions: number,
  pipe: readonly number[],
  ours: readonly BulkFigures[],
): string {
  const of = (value: (one: BulkFigures) => number) => median(ours.map(value))
  const ms = (value: number) => count(Math.round(value))
  const rate = (value: number) => count(Math.round((1000 * sessions) / value))
  const whole = (one: BulkFigures) => one.freeze + one.delete
  const row = (name: string, took: number) => [name, ms(took), rate(took)]
  return [
    `${text}; ${count(sessions)} sessions, median of ${ROUNDS} rounds.`,
    '',
    table(
      ['', 'ms', 'sessions a second'],
      [
        row('`redis-cli --scan \\| xargs redis-cli unlink`', median(pipe)),
        row('ours, from the frozen list to the last key', of(whole)),
        row(
          'of that, the frozen list',
          of(({ freeze }) => freeze),
        ),
        row(
          'of that, the deletion, kept for the undo',
          of((one) => one.delete),
        ),
        row(
          'undo of all',
          of(({ undo }) => undo),
        ),
      ],
    ),
    '',
    table(
      ['', 'figure'],
      [
        [
          'the deletion from the list to the pipe (target 1 or less)',
          (of((one) => one.delete) / median(pipe)).toFixed(2),
        ],
        ['both to the pipe', (of(whole) / median(pipe)).toFixed(2)],
        ['memory of the frozen list, bytes a session', ms(of(({ listMemory }) => listMemory))],
        ['memory of the undo, bytes a session', ms(of(({ undoMemory }) => undoMemory))],
        ['of that, as the undo log counts it', ms(of(({ undoBytes }) => undoBytes))],
      ],
    ),
  ].join('\n')
}
