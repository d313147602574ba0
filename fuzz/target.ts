import { forkSource } from '../scripts/fork-source.ts'
import type { Measure } from './targets/measure.ts'
import type { FromTarget, ToTarget } from './targets/serve.ts'

/** A process with the part of the app that is fuzzed: it may crash, hang or leak without taking us along. */
export interface Target<Hello> {
  readonly hello: Hello
  /** Whether it still runs; the last that it said where it does not. */
  readonly ended: string | null
  /** Has it do what an input says. @throws Error when it crashes, or does not answer within `within` milliseconds */
  take<Result>(input: unknown, within: number): Promise<Result>
  /** What it holds on to once the inputs are over. @throws Error */
  measure(): Promise<Measure>
  stop(): Promise<void>
}

/** Milliseconds for a target to start, and to be measured. */
const PATIENCE = 60_000
/** Characters of what a target has printed that are kept. */
const KEPT = 4000

export async function startTarget<Hello>(name: string): Promise<Target<Hello>> {
  const child = forkSource(new URL(`./targets/${name}.ts`, import.meta.url), [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let printed = ''
  const keep = (chunk: Buffer) => {
    printed = (printed + chunk.toString()).slice(-KEPT)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  let ended: string | null = null
  const exit = new Promise<void>((resolve) =>
    child.once('exit', (code, signal) => {
      ended = `the process ended (${signal ?? code}): ${printed.trim()}`
      resolve()
    }),
  )

  const hear = (within: number): Promise<FromTarget> =>
    new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer)
        child.off('message', onMessage)
      }
      const onMessage = (message: FromTarget) => {
        done()
        resolve(message)
      }
      const timer = setTimeout(() => {
        done()
        child.kill('SIGKILL')
        reject(new Error(`hangs: no answer within ${within} ms`))
      }, within)
      child.once('message', onMessage)
      void exit.then(() => {
        done()
        reject(new Error(`crashed: ${ended}`))
      })
    })
  const ask = async (message: ToTarget, within: number): Promise<FromTarget> => {
    if (ended !== null) throw new Error(`crashed: ${ended}`)
    const heard = hear(within)
    child.send(message)
    const answer = await heard
    if ('failed' in answer) throw new Error(answer.failed)
    return answer
  }

  const first = await hear(PATIENCE)
  if (!('hello' in first)) throw new Error('The target said something else than hello.')
  return {
    hello: first.hello as Hello,
    get ended() {
      return ended
    },
    async take<Result>(input: unknown, within: number) {
      const answer = await ask({ input }, within)
      return ('result' in answer ? answer.result : undefined) as Result
    },
    async measure() {
      const answer = await ask({ measure: true }, PATIENCE)
      if (!('measured' in answer)) throw new Error('The target was not measured.')
      return answer.measured
    },
    async stop() {
      if (ended === null) child.kill('SIGTERM')
      await exit
    },
  }
}
