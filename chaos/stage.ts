import { setTimeout as wait } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { SessionDetail, SessionRow } from '#shared/model.ts'
import type { ConnectionTarget } from '#shared/target.ts'
import { detailDifference, differences, zombies } from './check.ts'
import { type Dump, dump } from './dump.ts'
import type { LoadFigures, LoadOptions, Rebased, Verdict } from './load.ts'
import { startWorker } from './worker.ts'
import type { Held, Seen, SeenStatus } from './workers/inspector.ts'

export const PREFIX = 'session:'

/** What a fault was, once it is over. Epoch milliseconds. */
export interface FaultTimes {
  readonly at: number
  /** When the server, or what is between, was as it should be again. */
  readonly back: number
  /**
   * What may be missing because Redis itself lost it, where that is known by time alone: writes that were acknowledged
   * from the one moment to the other.
   */
  readonly mayLose?: { readonly from: number; readonly to: number }
}

/** What a scenario may do while the load goes on. */
export interface Stage {
  /** Redis holds exactly this and can be written by nobody: from here on only what comes after counts. */
  rebase(dump: Dump): Promise<void>
  /** All is as it should be again: from here on operations must be acknowledged. @returns now, epoch milliseconds */
  back(): Promise<number>
}

export interface Plan {
  readonly name: string
  readonly target: ConnectionTarget
  /** Plain clients of every server that holds keys, for looks when all is quiet. */
  readonly clients: () => Promise<readonly Redis[]>
  /** Does harm, and mends it. */
  readonly fault: (stage: Stage) => Promise<FaultTimes>
  /** Whether the inspector must tell of a lost connection, must not, or may. */
  readonly loss: 'told' | 'none' | 'maybe'
  readonly visitors?: number
}

export interface Timing {
  /** Operations a second. */
  readonly rate: number
  /** Seconds of load before the fault and after it. */
  readonly seconds: number
}

export interface ScenarioResult {
  readonly name: string
  /** Why it could not be played; all else is empty then. */
  readonly obstacle: string | null
  /** Milliseconds from the fault to the status that tells of it; null where there was none. */
  readonly noticed: number | null
  /** Milliseconds from when the server was back to the status and to the first window; null where it was never lost. */
  readonly connected: number | null
  readonly fresh: number | null
  /** Milliseconds from then until an operation was acknowledged again. */
  readonly resumed: number | null
  readonly lossesTold: number
  readonly load: Pick<LoadFigures, 'asked' | 'acknowledged' | 'failed' | 'unsent' | 'p50' | 'p99'>
  /** What Redis itself has lost of what it had acknowledged. */
  readonly lostByRedis: Rebased
  readonly gone: readonly string[]
  readonly wrong: readonly string[]
  readonly wrongCount: number
  readonly zombies: readonly string[]
  /** Milliseconds, once all was quiet, until the list was what a plain client finds. */
  readonly settled: number | null
  readonly sessions: number
  readonly slowestWindow: number
  readonly before: Held | null
  readonly after: Held | null
  /** What was promised and is not so, in words. */
  readonly broken: readonly string[]
}

/** Milliseconds: when the server is back, how long until a fresh window is shown. */
export const RECOVERY_TARGET = 2000
/** Milliseconds for the list to be true once everything is quiet. */
const SETTLING = 10_000
const DETAILS = 40
const VISITORS = 500

/** Plays one scenario: load, fault, load, quiet, comparison. */
export async function play(plan: Plan, { rate, seconds }: Timing): Promise<ScenarioResult> {
  const inspector = startWorker('inspector', { target: plan.target, prefix: PREFIX })
  try {
    const obstacle = await inspector.ask<string | null>('connect')
    if (obstacle !== null) return cannot(plan.name, `cannot connect: ${obstacle}`)
    const port = await inspector.ask<number>('startDemo')
    const load = startWorker('load', {
      port,
      rate,
      visitors: plan.visitors ?? VISITORS,
    } satisfies LoadOptions)
    try {
      await load.ask('start')
      await wait(seconds * 1000)
      const before = await inspector.ask<Held>('held')
      await inspector.ask('mark')
      let lostByRedis: Rebased = { sessions: 0, increments: 0 }
      const times = await plan.fault({
        async rebase(known) {
          const lost = await load.ask<Rebased>('rebase', known)
          lostByRedis = {
            sessions: lostByRedis.sessions + lost.sessions,
            increments: lostByRedis.increments + lost.increments,
          }
        },
        async back() {
          await load.ask('mark')
          return Date.now()
        },
      })
      await wait(seconds * 1000)
      await load.ask('stop')
      const figures = await load.ask<LoadFigures>('figures')
      const seen = await inspector.ask<Seen>('seen')

      const clients = await plan.clients()
      const compared = await compare(inspector, clients)
      const found = compared.dump
      const verdict = await load.ask<Verdict>('verify', found)
      const inWindow = ({ at }: { readonly at: number }) =>
        times.mayLose !== undefined && at >= times.mayLose.from && at <= times.mayLose.to
      const lostInWindow = verdict.missing.filter(inWindow)
      const gone = verdict.missing.filter((write) => !inWindow(write))
      const after = await inspector.ask<Held>('held')

      const lost = seen.statuses.find(({ at, state }) => at >= times.at && state === 'lost')
      const connected = seen.statuses.findLast(({ state }) => state === 'connected')
      const fresh = connected && seen.windows.find((at) => at >= connected.at)
      const since = (moment: number | null | undefined, from: number) =>
        moment === null || moment === undefined ? null : moment - from
      const wrong = [...figures.wrong, ...verdict.wrong, ...compared.different]
      const result: Omit<ScenarioResult, 'broken'> = {
        name: plan.name,
        obstacle: null,
        noticed: since(lost?.at, times.at),
        connected: since(lost && connected?.at, times.back),
        fresh: since(lost && fresh, times.back),
        resumed: since(figures.resumedAt, times.back),
        lossesTold: seen.statuses.filter(({ state }) => state === 'lost').length,
        load: figures,
        lostByRedis: {
          sessions: lostByRedis.sessions,
          increments: lostByRedis.increments + lostInWindow.length,
        },
        gone: gone.map(({ what, at }) => `${what}, acknowledged at ${new Date(at).toISOString()}`),
        wrong: wrong.slice(0, 30),
        wrongCount: figures.wrongCount + verdict.wrong.length + compared.different.length,
        zombies: zombies(found),
        settled: compared.settled,
        sessions: Object.keys(found).length,
        slowestWindow: seen.slowestWindow,
        before,
        after,
      }
      return { ...result, broken: [...broken(result, plan, connected?.state), ...seen.reported] }
    } finally {
      await load.stop()
    }
  } finally {
    await inspector.stop()
  }
}

/** Reads the list and the database until they say the same, as long as that may take. */
async function compare(
  inspector: ReturnType<typeof startWorker>,
  clients: readonly Redis[],
): Promise<{ readonly dump: Dump; readonly different: string[]; readonly settled: number | null }> {
  const began = performance.now()
  for (;;) {
    const found = await dump(clients, PREFIX)
    const rows = await inspector.ask<readonly SessionRow[]>('rows').catch((error: Error) => error.message)
    const different =
      typeof rows === 'string' ? [`the list is not answered: ${rows}`] : differences(rows, found)
    const late = performance.now() - began > SETTLING
    if (different.length > 0 && !late) {
      await wait(100)
      continue
    }
    const settled = different.length > 0 ? null : performance.now() - began
    if (different.length === 0) {
      const ids = Object.keys(found).slice(0, DETAILS)
      const details = await inspector.ask<readonly (SessionDetail | null)[]>('details', ids)
      const open = ids.map((id, index) => detailDifference(id, details[index] ?? null, found[id]))
      different.push(...open.filter((each) => each !== null))
    }
    return { dump: found, different, settled }
  }
}

function broken(
  result: Omit<ScenarioResult, 'broken'>,
  { loss }: Plan,
  last: SeenStatus['state'] | undefined,
): string[] {
  const { noticed, fresh, resumed, lossesTold, gone, wrongCount, zombies: left, settled } = result
  const found: string[] = []
  if (loss === 'told' && noticed === null) found.push('the fault was not told of')
  if (loss === 'none' && lossesTold > 0) found.push(`a lost connection was told of ${lossesTold} times`)
  if (noticed !== null && last !== 'connected') found.push('the connection did not come back')
  if (noticed !== null && (fresh === null || fresh > RECOVERY_TARGET)) {
    found.push(`a fresh list came after ${fresh === null ? 'no time that was waited' : `${fresh} ms`}`)
  }
  if (resumed === null) found.push('no operation was acknowledged any more')
  if (gone.length > 0) found.push(`${gone.length} acknowledged writes are gone beyond what Redis lost`)
  if (wrongCount > 0) found.push(`${wrongCount} answers were wrong`)
  if (left.length > 0) found.push(`${left.length} zombies`)
  if (settled === null) found.push('the list did not become what a plain client finds')
  return found
}

export const cannot = (name: string, obstacle: string): ScenarioResult => ({
  name,
  obstacle,
  noticed: null,
  connected: null,
  fresh: null,
  resumed: null,
  lossesTold: 0,
  load: { asked: 0, acknowledged: 0, failed: {}, unsent: 0, p50: Number.NaN, p99: Number.NaN },
  lostByRedis: { sessions: 0, increments: 0 },
  gone: [],
  wrong: [],
  wrongCount: 0,
  zombies: [],
  settled: null,
  sessions: 0,
  slowestWindow: Number.NaN,
  before: null,
  after: null,
  broken: [obstacle],
})
