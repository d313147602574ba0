import { setTimeout as wait } from 'node:timers/promises'
import { dump } from './dump.ts'
import type { LoadFigures, LoadOptions, Verdict } from './load.ts'
import { NOTIFY, startServer } from './servers.ts'
import { PREFIX } from './stage.ts'
import { startWorker } from './worker.ts'
import type { Held, Seen } from './workers/inspector.ts'

export interface Sample extends Held {
  /** Seconds since the load began. */
  readonly at: number
  readonly redisClients: number
}

export interface SoakResult {
  readonly minutes: number
  readonly rate: number
  readonly samples: readonly Sample[]
  /** Seconds until every log that is bounded was full, so that what grows from then on would grow for ever. */
  readonly warmUp: number
  /** Bytes, bytes and pieces an hour, by the line of least squares through the samples after the warm-up. */
  readonly slope: { readonly heap: number; readonly rss: number; readonly handles: number }
  readonly load: Pick<LoadFigures, 'asked' | 'acknowledged' | 'failed' | 'unsent' | 'p50' | 'p99'>
  readonly broken: readonly string[]
}

const SAMPLE_EVERY = 10_000
/** The timelines of the sessions that are looked at, one every three seconds, are the last of the logs to be full. */
const WARM_UP_SECONDS = 360
/** Of the time at most, so that a short run says something too. */
const WARM_UP_SHARE = 0.4
/** The mean of the last third may be above that of the first by so much, of what there is. */
const FLAT = 0.05
/** Bytes by which it may be in any case: what a moment happens to hold differs by that. */
const FLAT_BYTES = 6 * 1024 * 1024
const VISITORS = 500

/** The load without faults, for a long time: what the inspector holds on to must not grow. */
export async function soak(
  minutes: number,
  rate: number,
  onSample: (sample: Sample) => void,
): Promise<SoakResult> {
  const server = await startServer(NOTIFY)
  const inspector = startWorker('inspector', {
    target: { host: '127.0.0.1', port: server.port },
    prefix: PREFIX,
  })
  try {
    const obstacle = await inspector.ask<string | null>('connect')
    if (obstacle !== null) throw new Error(obstacle)
    const port = await inspector.ask<number>('startDemo')
    const load = startWorker('load', { port, rate, visitors: VISITORS } satisfies LoadOptions)
    try {
      await load.ask('start')
      const began = performance.now()
      const samples: Sample[] = []
      while (performance.now() - began < minutes * 60_000) {
        await wait(SAMPLE_EVERY)
        const held = await inspector.ask<Held>('held')
        const clients = (await server.client.client('LIST')) as string
        const sample = {
          ...held,
          at: (performance.now() - began) / 1000,
          redisClients: clients.trim().split('\n').length,
        }
        samples.push(sample)
        onSample(sample)
      }
      await load.ask('stop')
      const figures = await load.ask<LoadFigures>('figures')
      const verdict = await load.ask<Verdict>('verify', await dump([server.client], PREFIX))
      const { statuses, reported } = await inspector.ask<Seen>('seen')
      const warmUp = Math.min(WARM_UP_SECONDS, minutes * 60 * WARM_UP_SHARE)
      const warm = samples.filter(({ at }) => at >= warmUp)
      const broken = [
        ...flatness(warm),
        ...(figures.wrongCount > 0 ? [`${figures.wrongCount} answers were wrong`, ...figures.wrong] : []),
        ...verdict.missing.map(({ what }) => `${what} is gone`),
        ...verdict.wrong,
        ...(statuses.some(({ state }) => state === 'lost') ? ['a lost connection was told of'] : []),
        ...reported,
      ]
      const slope = {
        heap: slopeOf(warm, 'heap'),
        rss: slopeOf(warm, 'rss'),
        handles: slopeOf(warm, 'handles'),
      }
      return { minutes, rate, samples, warmUp, slope, load: figures, broken }
    } finally {
      await load.stop()
    }
  } finally {
    await inspector.stop()
    await server.stop()
  }
}

/** What is not flat, in words. */
export function flatness(samples: readonly Sample[]): string[] {
  const third = Math.floor(samples.length / 3)
  if (third < 1) return ['the run was too short to say whether memory is flat']
  const mean = (part: readonly Sample[], what: 'heap' | 'handles' | 'redisClients') =>
    part.reduce((sum, sample) => sum + sample[what], 0) / part.length
  const growth = (what: 'heap' | 'handles' | 'redisClients') => {
    const first = mean(samples.slice(0, third), what)
    return { first, more: mean(samples.slice(-third), what) - first }
  }
  const found: string[] = []
  const heap = growth('heap')
  if (heap.more > Math.max(FLAT_BYTES, FLAT * heap.first)) {
    found.push(`the heap grew from ${Math.round(heap.first)} by ${Math.round(heap.more)} bytes`)
  }
  const handles = growth('handles')
  if (handles.more > Math.max(5, FLAT * handles.first)) {
    found.push(`handles grew from ${Math.round(handles.first)} by ${Math.round(handles.more)}`)
  }
  if (growth('redisClients').more > 0.5) found.push('the connections to Redis grew in number')
  return found
}

/** So much an hour. */
export function slopeOf(samples: readonly Sample[], what: 'heap' | 'rss' | 'handles'): number {
  const meanAt = samples.reduce((sum, { at }) => sum + at, 0) / samples.length
  const mean = samples.reduce((sum, sample) => sum + sample[what], 0) / samples.length
  const [over, under] = samples.reduce(
    ([a, b], sample) => [a + (sample.at - meanAt) * (sample[what] - mean), b + (sample.at - meanAt) ** 2],
    [0, 0],
  )
  return under === 0 ? Number.NaN : (over / under) * 3600
}
