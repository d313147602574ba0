import { setImmediate } from 'node:timers/promises'

/** Milliseconds that one slice of a long computation may take before everything else has its turn. */
const SLICE = 2

/** A computation that may be left off at each `yield`. */
export type Sliced<T = void> = Generator<undefined, T>

/** Steps of a loop between two looks at the clock. */
export const SLICE_STEPS = 16_384

/** Runs a long computation in slices, so that calls are answered and replies taken in meanwhile. */
export async function runSliced<T>(computation: Sliced<T>): Promise<T> {
  let began = performance.now()
  for (;;) {
    const { done, value } = computation.next()
    if (done) return value
    if (performance.now() - began < SLICE) continue
    await setImmediate()
    began = performance.now()
  }
}
