import { expect, it } from 'vitest'
import { fuzz, type Surface } from './campaign.ts'
import { contractSurface } from './contract.ts'
import { httpSurface } from './http.ts'
import { webSocketSurface } from './websocket.ts'

/** `npm run fuzz` sends a hundred thousand; here enough to see that what is merged can be fuzzed and stands some of it. */
const INPUTS = 2000
/** Others than in the runs before, and named by the failure. */
const seed = Math.floor(Math.random() * 2 ** 31)

const run = async <Run, Hello>(surface: Surface<Run, Hello>) => {
  const report = await fuzz(surface, { inputs: INPUTS, seed })
  expect(report.failures).toEqual([])
  expect(report.inputs).toBeGreaterThanOrEqual(INPUTS)
  // That something was reached behind the refusals.
  expect(report.answered).toBeGreaterThan(INPUTS / 20)
  expect(report.refused).toBeGreaterThan(INPUTS / 20)
}

it(
  'answers or refuses every call with whatever arguments, and holds on to nothing',
  () => run(contractSurface),
  120_000,
)

it('stands whatever bytes come to its WebSocket', () => run(webSocketSurface), 120_000)

it('stands whatever bytes come to the demo server', () => run(httpSurface), 120_000)
