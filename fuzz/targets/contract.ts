// An inspector of its own, to be called with whatever arguments.
import { setTimeout as wait } from 'node:timers/promises'
import { isCallName } from '#shared/contract.ts'
import { ERROR_CODES } from '#shared/errors.ts'
import type { Endpoint, Reply } from '#shared/transport.ts'
import { createInspector } from '../../src/main/core/services.ts'
import type { Call } from '../inputs/calls.ts'
import { keepLocal } from '../places.ts'
import { keepInspector } from './keeper.ts'
import { serve, startPlaces } from './serve.ts'
import { seedSessions } from './sessions.ts'

/** How a sequence of calls ended. */
export interface CallsResult {
  readonly answered: number
  readonly refused: number
  /** Milliseconds. */
  readonly longest: number
  /** What must not be, in words; null where all is well. */
  readonly broken: string | null
}

/** Milliseconds: connecting to a server that stays silent takes the longest, through SSH and by Sentinels most of all. */
const BOUND = 40_000

const { client, places } = await startPlaces()
const reported: string[] = []
const inspector = createInspector({
  host: 'web',
  version: '1',
  redisUrl: null,
  log: (line) => reported.push(line),
})
// Events cross a transport as well: whatever they carry must be JSON.
const attach = () => inspector.attach((_, payload) => void JSON.stringify(payload))
const endpoints: [Endpoint, Endpoint] = [attach(), attach()]
const plainProperties = Object.getOwnPropertyNames(Object.prototype).length

const keeper = await keepInspector(() => endpoints[0], places.redis)

async function take(input: unknown): Promise<CallsResult> {
  await keeper.prepare()
  await seedSessions(client)
  reported.length = 0
  let [answered, refused, longest] = [0, 0, 0]
  let broken: string | null = null
  const ask = async (call: Call) => {
    const arg = keepLocal(call.name, call.arg, places)
    const began = performance.now()
    const late = new AbortController()
    const reply = await Promise.race([
      endpoints[call.client].dispatch(call.name, arg, keeper.tab),
      wait(BOUND, null, { signal: late.signal }).catch(() => null),
    ])
    late.abort()
    longest = Math.max(longest, performance.now() - began)
    if (reply?.ok) answered += 1
    else refused += 1
    broken ??= wrongIn(call, reply)
  }
  const underWay: Promise<void>[] = []
  for (const call of input as readonly Call[]) {
    const asked = ask(call)
    underWay.push(asked)
    if (call.wait) await asked
  }
  await Promise.all(underWay)
  const [line] = reported
  if (line !== undefined) broken = `reported as unexpected: ${line}`
  if (Object.getOwnPropertyNames(Object.prototype).length !== plainProperties)
    broken = 'Object.prototype has changed'
  return { answered, refused, longest, broken }
}

/** What a reply must never be. */
function wrongIn({ name }: Call, reply: Reply | null): string | null {
  const call = typeof name === 'string' ? name.slice(0, 60) : typeof name
  if (reply === null) return `${call} was not answered within ${BOUND} ms`
  try {
    JSON.stringify(reply)
  } catch (error) {
    return `${call} answered what is no JSON: ${error}`
  }
  if (reply.ok) return isCallName(name) ? null : `${call} is no call and was answered`
  if (reply.code === 'internal') return `${call} failed as internal: ${reported.at(-1)}`
  if (!ERROR_CODES.includes(reply.code)) return `${call} was refused with no known code: ${reply.code}`
  if (reply.message.trim() === '') return `${call} was refused without a word`
  // In a tab that is closed nothing is looked at.
  const isRight = isCallName(name)
    ? reply.code !== 'unknown_call'
    : ['unknown_call', 'tab_closed'].includes(reply.code)
  return isRight ? null : `${call} was refused as ${reply.code}`
}

async function settle(): Promise<void> {
  await keeper.settle()
  for (const endpoint of endpoints) endpoint.close()
  endpoints[0] = attach()
  endpoints[1] = attach()
  await client.flushall()
  reported.length = 0
}

await keeper.prepare()
serve({ hello: {}, take, settle }, client)
