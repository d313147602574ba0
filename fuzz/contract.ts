import type { Surface } from './campaign.ts'
import { type Call, callSequence } from './inputs/calls.ts'
import type { CallsResult } from './targets/contract.ts'

/** Milliseconds for a sequence of calls: some connect to servers that never answer, one after the other. */
const WITHIN = 120_000

/** Every call of the contract, by name, with whatever arguments, against a real Redis. */
export const contractSurface: Surface<readonly Call[], unknown> = {
  name: 'contract',
  arbitrary: callSequence,
  async send(calls, target) {
    const { answered, refused, longest, broken } = await target.take<CallsResult>(calls, WITHIN)
    if (broken !== null) throw new Error(broken)
    return { inputs: calls.length, answered, refused, longest }
  },
}
