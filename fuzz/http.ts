import fc from 'fast-check'
import type { Outcome, Surface } from './campaign.ts'
import { ambiguousRequest, anyRequest, properRequest, type Request } from './inputs/requests.ts'
import { cutAt, talk } from './talk.ts'
import type { HttpHello, HttpTurn } from './targets/http.ts'

/** All that one client sends over one connection. */
interface Conversation {
  readonly requests: readonly Request[]
  /** Where it is cut into writes, between 0 and 1. */
  readonly cuts: readonly number[]
  readonly ending: 'end' | 'reset' | 'stay'
}

/** Milliseconds: the target's timeouts are half a second at most. */
const WITHIN = 6000
const STATUSES: ReadonlySet<number> = new Set([
  100, 200, 400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 417, 431, 501, 505,
])

const conversation: fc.Arbitrary<Conversation> = fc.record({
  requests: fc.oneof(
    { weight: 4, arbitrary: fc.array(properRequest, { minLength: 1, maxLength: 8, size: 'max' }) },
    { weight: 4, arbitrary: fc.array(anyRequest, { minLength: 1, maxLength: 8, size: 'max' }) },
    { weight: 1, arbitrary: ambiguousRequest.map((request) => [request]) },
  ),
  cuts: fc.oneof(
    { weight: 3, arbitrary: fc.constant<readonly number[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }) },
  ),
  ending: fc.oneof(
    { weight: 40, arbitrary: fc.constant<Conversation['ending']>('end') },
    { weight: 10, arbitrary: fc.constant<Conversation['ending']>('reset') },
    { weight: 1, arbitrary: fc.constant<Conversation['ending']>('stay') },
  ),
})

const statusesIn = (received: Buffer): number[] =>
  [...received.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3}) [A-Z]/g)].map(([, status]) => Number(status))
/** `100 Continue` is not the answer yet. */
const finalOnes = (statuses: readonly number[]) => statuses.filter((status) => status >= 200)

async function converse(
  { requests, cuts, ending }: Conversation,
  { port }: HttpHello,
  { sid, csrf }: HttpTurn,
): Promise<Outcome> {
  const fill = ({ bytes }: Request) =>
    Buffer.from(
      Buffer.from(bytes)
        .toString('latin1')
        .replaceAll('{HOST}', `127.0.0.1:${port}`)
        .replaceAll('{SID}', sid)
        .replaceAll('{CSRF}', csrf),
      'latin1',
    )
  const isProper = requests.every(({ kind }) => kind === 'proper')
  const { received, took } = await talk({
    port,
    chunks: cutAt(Buffer.concat(requests.map(fill)), cuts),
    ...(isProper ? { until: (all: Buffer) => finalOnes(statusesIn(all)).length >= requests.length } : {}),
    ending,
    within: WITHIN,
  })
  const statuses = statusesIn(received)
  const wrong = statuses.find((status) => !STATUSES.has(status))
  if (wrong !== undefined)
    throw new Error(`answered with ${wrong}: ${received.toString('latin1').slice(-300)}`)
  const finals = finalOnes(statuses)
  if (isProper && finals.length === 0) throw new Error('a proper request was not answered')
  const [request] = requests
  if (request?.kind === 'ambiguous' && (finals.length > 1 || finals.some((status) => status < 400))) {
    throw new Error(`a request that could be two was taken: ${finals.join(', ')}`)
  }
  const answered = finals.filter((status) => status < 400).length
  return { inputs: requests.length, answered, refused: requests.length - answered, longest: took }
}

/** Somebody well-behaved is still served. */
async function probe({ port }: HttpHello): Promise<void> {
  const { received } = await talk({
    port,
    chunks: [Buffer.from(`GET /session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)],
    until: (all) => finalOnes(statusesIn(all)).length > 0,
    ending: 'end',
    within: WITHIN,
  })
  const [status] = finalOnes(statusesIn(received))
  if (status !== 200) throw new Error(`a proper client is not served: ${status}`)
}

/** The demo server's HTTP, from raw bytes to forms. */
export const httpSurface: Surface<readonly Conversation[], HttpHello> = {
  name: 'http',
  arbitrary: fc.array(conversation, { minLength: 1, maxLength: 40, size: 'max' }),
  async send(conversations, target) {
    if (target.ended !== null) throw new Error(`crashed: ${target.ended}`)
    const turn = await target.take<HttpTurn>(null, WITHIN)
    const outcomes = await Promise.all(conversations.map((each) => converse(each, target.hello, turn)))
    await probe(target.hello)
    const after = await target.take<HttpTurn>(null, WITHIN)
    if (after.reported !== null) throw new Error(`reported as unexpected: ${after.reported}`)
    if (after.smuggled) throw new Error('a smuggled request was taken for one')
    return {
      inputs: outcomes.reduce((sum, { inputs }) => sum + inputs, 0),
      answered: outcomes.reduce((sum, { answered }) => sum + answered, 0),
      refused: outcomes.reduce((sum, { refused }) => sum + refused, 0),
      longest: Math.max(...outcomes.map(({ longest }) => longest)),
    }
  },
}
