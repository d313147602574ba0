import fc from 'fast-check'
import type { Outcome, Surface } from './campaign.ts'
import {
  anyFrame,
  callFrame,
  encodeCall,
  encodeClose,
  encodeFrame,
  type Said,
  textFrames,
} from './inputs/frames.ts'
import { head, type Opening, opening, PROPER } from './inputs/upgrades.ts'
import { keepLocal } from './places.ts'
import { cutAt, talk } from './talk.ts'
import type { WebSocketHello } from './targets/websocket.ts'

/** All that one client sends over one connection. */
interface Conversation {
  readonly opening: Opening
  readonly said: readonly Said[]
  /** Where it is cut into writes, between 0 and 1. */
  readonly cuts: readonly number[]
  readonly ending: 'end' | 'reset' | 'close'
}

/** Milliseconds: the target waits a second for a request. */
const WITHIN = 5000
/** A call that connects to a silent server is answered after eight seconds. */
const WITHIN_CALLS = 12_000
/** The first of the numbers of the calls that must be answered. */
const FIRST = 1_000_000

const conversation: fc.Arbitrary<Conversation> = fc.record({
  opening,
  said: fc.oneof(
    fc.array(anyFrame, { maxLength: 10, size: 'max' }),
    fc.array(callFrame, { minLength: 1, maxLength: 10, size: 'max' }),
  ),
  cuts: fc.oneof(
    { weight: 3, arbitrary: fc.constant<readonly number[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }) },
  ),
  ending: fc.constantFrom('end', 'end', 'reset', 'close'),
})

async function converse(
  { opening: first, said, cuts, ending }: Conversation,
  { port, cookie, token, places }: WebSocketHello,
  tab: number,
): Promise<Outcome> {
  const filled = Buffer.from(
    Buffer.from(first.bytes)
      .toString('latin1')
      .replaceAll('{PORT}', String(port))
      .replaceAll('{COOKIE}', cookie)
      .replaceAll('{TOKEN}', token),
    'latin1',
  )
  const bytes = said.map((each, index) => {
    if (each.kind === 'bytes') return Buffer.from(each.bytes)
    if (each.kind === 'frame') return encodeFrame(each)
    const arg = keepLocal(each.name, each.arg, places)
    return encodeCall({ id: FIRST + index, name: each.name, arg, tab }, each.fragments)
  })
  // Calls alone must all be answered. Whatever else there is may end the connection, and what follows is then unread.
  const calls = first.kind === 'in' && said.every(({ kind }) => kind === 'call') ? said.length : 0
  const repliesIn = (received: Buffer) => {
    const end = received.indexOf('\r\n\r\n')
    return end < 0 ? [] : textFrames(received.subarray(end + 4)).filter((text) => text.includes('"reply":'))
  }
  const closing = ending === 'close' ? [encodeClose()] : []
  const statusOf = (all: Buffer) => all.toString('latin1', 0, 12)
  const isIn = (all: Buffer) => statusOf(all) === 'HTTP/1.1 101'
  const { received, took } = await talk({
    port,
    chunks: cutAt(Buffer.concat([filled, ...bytes, ...(calls > 0 ? [] : closing)]), cuts),
    ...(calls > 0
      ? { until: (all: Buffer) => repliesIn(all).length >= calls }
      : first.kind === 'in'
        ? {}
        : { until: (all: Buffer) => all.length > 0 }),
    // One who was not let in never lets go by himself.
    ending:
      first.kind === 'in' ? (ending === 'reset' ? 'reset' : 'end') : (all) => (isIn(all) ? 'end' : 'stay'),
    within: calls > 0 ? WITHIN_CALLS : WITHIN,
  })
  const replies = repliesIn(received)
  // On a machine that is busy with other things even a proper request may be late.
  const late = statusOf(received) === 'HTTP/1.1 408'
  if (first.kind === 'in' && ending !== 'reset' && !isIn(received) && !late)
    throw new Error(`a proper upgrade was refused: ${received.toString('latin1').slice(0, 100)}`)
  if (replies.length < calls && !late) throw new Error(`${replies.length} of ${calls} calls were answered`)
  const internal = replies.find((text) => text.includes('"code":"internal"'))
  if (internal !== undefined) throw new Error(`a call failed as internal: ${internal}`)
  const answered = replies.filter((text) => text.includes('"reply":{"ok":true')).length
  const inputs = said.length + 1
  return { inputs, answered, refused: inputs - answered, longest: took }
}

/** Somebody well-behaved is still served. */
async function probe({ port, cookie }: WebSocketHello): Promise<void> {
  const upgrade = head('GET /socket HTTP/1.1', PROPER)
    .toString()
    .replaceAll('{PORT}', String(port))
    .replaceAll('{COOKIE}', cookie)
  const { received } = await talk({
    port,
    // A call of no tab: the inputs may have closed any.
    chunks: [Buffer.from(upgrade), encodeCall({ id: 7, name: 'tabs.list', arg: {}, tab: 0 }, 1)],
    until: (all) => all.includes('{"id":7,"reply":{"ok":true'),
    ending: 'end',
    within: WITHIN_CALLS,
  })
  if (!received.includes('{"id":7,"reply":{"ok":true')) {
    throw new Error(`a proper client is not served: ${received.toString('latin1').slice(0, 200)}`)
  }
}

/** The socket of the web host: what comes over the wire before, during and after the upgrade. */
export const webSocketSurface: Surface<readonly Conversation[], WebSocketHello> = {
  name: 'websocket',
  arbitrary: fc.array(conversation, { minLength: 1, maxLength: 12, size: 'max' }),
  async send(conversations, target) {
    if (target.ended !== null) throw new Error(`crashed: ${target.ended}`)
    const tab = await target.take<number>('prepare', WITHIN_CALLS)
    const outcomes = await Promise.all(conversations.map((each) => converse(each, target.hello, tab)))
    await probe(target.hello)
    if (target.ended !== null) throw new Error(`crashed: ${target.ended}`)
    const reported = await target.take<string | null>('reported', WITHIN_CALLS)
    if (reported !== null) throw new Error(`reported as unexpected: ${reported}`)
    return {
      inputs: outcomes.reduce((sum, { inputs }) => sum + inputs, 0),
      answered: outcomes.reduce((sum, { answered }) => sum + answered, 0),
      refused: outcomes.reduce((sum, { refused }) => sum + refused, 0),
      longest: Math.max(...outcomes.map(({ longest }) => longest)),
    }
  },
}
