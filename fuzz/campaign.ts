import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import { startTarget, type Target } from './target.ts'
import type { Measure } from './targets/measure.ts'

/** What became of one run of inputs. */
export interface Outcome {
  readonly inputs: number
  readonly answered: number
  readonly refused: number
  /** Milliseconds. */
  readonly longest: number
}

/** How one part of the app is fuzzed. */
export interface Surface<Run, Hello> {
  readonly name: string
  readonly arbitrary: fc.Arbitrary<Run>
  /** Sends a run of inputs. @throws Error for a promise that is broken */
  send(run: Run, target: Target<Hello>): Promise<Outcome>
}

export interface CampaignOptions {
  readonly inputs: number
  readonly seed: number
  readonly onProgress?: (inputs: number) => void
}

export interface Failure {
  readonly seed: number
  readonly path: string
  readonly message: string
  /** As short as it could be made. */
  readonly input: string
}

export interface Report {
  readonly name: string
  readonly seed: number
  readonly inputs: number
  readonly answered: number
  readonly refused: number
  /** Milliseconds. */
  readonly longest: number
  readonly seconds: number
  /** Once the first inputs had warmed it up; null where it did not live to see that. */
  readonly before: Measure | null
  readonly after: Measure | null
  readonly failures: readonly Failure[]
}

/** The share of the inputs that warm the target up: compiled code and filled rings are no leak. */
const WARM_UP = 0.2
/** Runs with one seed. */
const ROUND = 20
/** How often, and at which distance in milliseconds, it is looked once more whether what was held on to is still there. */
const LOOKS = 9
const LOOK_EVERY = 5000
/** Failures after which it is enough. */
const ENOUGH = 3
/** Milliseconds for a failure to be made small in. */
const SHRINKING = 30_000

/** Sends inputs until there were so many, and says what came of it. */
export async function fuzz<Run, Hello>(
  surface: Surface<Run, Hello>,
  { inputs, seed, onProgress }: CampaignOptions,
): Promise<Report> {
  const began = performance.now()
  const tally = { inputs: 0, answered: 0, refused: 0, longest: 0 }
  const failures: Failure[] = []
  let before: Measure | null = null
  let target = await startTarget<Hello>(surface.name)
  const alive = async () => {
    if (target.ended === null) return target
    // What it held on to before is gone with it.
    before = null
    target = await startTarget<Hello>(surface.name)
    return target
  }
  try {
    for (let round = 0; tally.inputs < inputs && failures.length < ENOUGH; round += 1) {
      let failedAt: number | null = null
      const property = fc.asyncProperty(surface.arbitrary, async (run) => {
        // It is small enough: with what is left nothing is tried any more.
        if (failedAt !== null && performance.now() - failedAt > SHRINKING) return
        try {
          const outcome = await surface.send(run, await alive())
          if (failedAt !== null) return
          tally.inputs += outcome.inputs
          tally.answered += outcome.answered
          tally.refused += outcome.refused
          tally.longest = Math.max(tally.longest, outcome.longest)
        } catch (error) {
          failedAt ??= performance.now()
          throw error
        }
      })
      const result = await fc.check(property, {
        seed: seed + round,
        numRuns: ROUND,
        includeErrorInReport: true,
      })
      if (result.failed && result.counterexample !== null) {
        failures.push({
          seed: seed + round,
          path: result.counterexamplePath ?? '',
          message: messageOf(result.errorInstance),
          input: legible(fc.stringify(result.counterexample[0])).slice(0, 4000),
        })
      }
      if (before === null && tally.inputs >= inputs * WARM_UP) before = await (await alive()).measure()
      onProgress?.(tally.inputs)
    }
    let after = before === null ? null : await (await alive()).measure()
    // What goes by itself within the longest wait that there is, such as an attempt to connect, is no leak.
    for (let look = 0; look < LOOKS && leaks(before, after, seed).length > 0; look += 1) {
      await wait(LOOK_EVERY)
      after = await (await alive()).measure()
    }
    return {
      name: surface.name,
      seed,
      ...tally,
      seconds: (performance.now() - began) / 1000,
      before,
      after: before === null ? null : after,
      failures: [...failures, ...leaks(before, after, seed)],
    }
  } finally {
    await target.stop()
  }
}

/** Bytes as text, a byte a character. */
const legible = (input: string): string =>
  input.replaceAll(/(?:Buffer|Uint8Array)\.from\(\[([\d,]*)\]\)/g, (_, bytes: string) =>
    JSON.stringify(Buffer.from(bytes.split(',').filter(Boolean).map(Number)).toString('latin1')),
  )

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Bytes by which the heap may be larger: what V8 compiles and caches late comes to about one megabyte. */
const HEAP_MARGIN = 6 * 1024 * 1024
/** Handles of one kind, and Redis clients, by which there may be more. */
const HANDLE_MARGIN = 2

/** @returns a failure for each kind of thing of which more is held on to than before */
export function leaks(before: Measure | null, after: Measure | null, seed: number): Failure[] {
  if (before === null || after === null) return []
  const found: string[] = []
  if (after.heap - before.heap > HEAP_MARGIN) {
    found.push(`the heap grew from ${before.heap} to ${after.heap} bytes`)
  }
  for (const [kind, now] of Object.entries(after.handles)) {
    const then = before.handles[kind] ?? 0
    if (now - then > HANDLE_MARGIN) found.push(`${kind}: ${then} before, ${now} after`)
  }
  if (after.redisClients > before.redisClients) {
    found.push(`Redis clients: ${before.redisClients} before, ${after.redisClients} after`)
  }
  return found.map((message) => ({ seed, path: '', message: `leaks: ${message}`, input: '' }))
}
