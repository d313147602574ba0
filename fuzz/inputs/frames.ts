import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { sentCall } from './calls.ts'
import { hostileText } from './hostile.ts'

/** A frame of a WebSocket (RFC 6455, 5.2), right or wrong in each of its parts. */
export interface Frame {
  readonly kind: 'frame'
  readonly final: boolean
  /** The three reserved bits. */
  readonly reserved: number
  readonly opcode: number
  readonly masked: boolean
  readonly payload: Uint8Array
  /** How its length is written; `huge` says more than there is, and more than anybody takes. */
  readonly length: 'shortest' | 'longer' | 'huge' | 'negative'
}

/** A frame that the server takes and must answer. */
export interface CallFrame {
  readonly kind: 'call'
  readonly name: unknown
  readonly arg: unknown
  /** In so many fragments. */
  readonly fragments: number
}

export interface RawBytes {
  readonly kind: 'bytes'
  readonly bytes: Uint8Array
}

export type Said = Frame | CallFrame | RawBytes

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** JSON that costs more than its length. */
const BOMBS = [
  '['.repeat(100_000),
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `{"id":1,"name":"app.info","arg":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
  `{"id":1,"name":"session.watch","arg":${'['.repeat(9000)}${']'.repeat(9000)}}`,
  `{"id":1,"name":"list.window","arg":{"columns":[${'"a",'.repeat(50_000)}"a"]}}`,
  `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join(',')}}`,
  `{"id":1,"name":"${'\\u0000'.repeat(50_000)}","arg":{}}`,
  `{"id":1${',"id":1'.repeat(20_000)},"name":"app.info","arg":{}}`,
  `{"id":1,"name":"app.info","arg":${'9'.repeat(100_000)}}`,
  `{"id":1,"name":"app.info","arg":{"__proto__":{"ok":true}},"__proto__":{"id":2}}`,
].map((text) => Buffer.from(text))

const NO_UTF8 = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x22, 0xc0, 0x80, 0x22]].map(
  (bytes) => Buffer.from(bytes),
)

const payload: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 50, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  { weight: 40, arbitrary: hostileText.map((text) => Buffer.from(text)) },
  { weight: 40, arbitrary: fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)) },
  {
    weight: 20,
    arbitrary: fc
      .record({ id: fc.jsonValue({ maxDepth: 1 }), name: fc.jsonValue(), arg: fc.jsonValue() })
      .map((frame) => Buffer.from(JSON.stringify(frame))),
  },
  { weight: 20, arbitrary: fc.constantFrom(...NO_UTF8) },
  { weight: 3, arbitrary: fc.constantFrom(...BOMBS) },
)

const opcode = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Object.values(OPCODE)) },
  { weight: 1, arbitrary: fc.nat({ max: 15 }) },
)

const frame: fc.Arbitrary<Frame> = fc.record({
  kind: fc.constant('frame'),
  final: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  reserved: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 7 }) }),
  opcode,
  masked: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  payload,
  length: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Frame['length']>('shortest') },
    { weight: 1, arbitrary: fc.constantFrom<Frame['length']>('longer', 'huge', 'negative') },
  ),
})

export const callFrame: fc.Arbitrary<CallFrame> = fc
  .record({
    asked: sentCall,
    fragments: fc.oneof(
      { weight: 5, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: 5 }) },
    ),
  })
  .map(({ asked, fragments }) => ({
    kind: 'call',
    name: jsonOf(asked.name),
    arg: jsonOf(asked.arg),
    fragments,
  }))

/** What is left of a value that JSON cannot say. */
function jsonOf(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null')
  } catch {
    return null
  }
}

export const anyFrame: fc.Arbitrary<Said> = fc.oneof(
  { weight: 6, arbitrary: frame },
  { weight: 3, arbitrary: callFrame },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('bytes' as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
  },
)

export function encodeFrame({
  final,
  reserved,
  opcode: code,
  masked,
  payload: bytes,
  length,
}: Frame): Buffer {
  const head = [(final ? 0x80 : 0) | (reserved << 4) | code]
  const mask = masked ? 0x80 : 0
  const wide = (high: number, low: number) => {
    const wideLength = Buffer.alloc(8)
    wideLength.writeUInt32BE(high, 0)
    wideLength.writeUInt32BE(low, 4)
    return [mask | 127, ...wideLength]
  }
  if (length === 'huge') head.push(...wide(0x7f, 0xffff_ffff))
  else if (length === 'negative') head.push(...wide(0xffff_ffff, 0xffff_ffff))
  else if (length === 'longer' || bytes.length > 0xffff) head.push(...wide(0, bytes.length))
  else if (bytes.length > 125) head.push(mask | 126, bytes.length >> 8, bytes.length & 0xff)
  else head.push(mask | bytes.length)
  if (!masked) return Buffer.concat([Buffer.from(head), bytes])
  const key = randomBytes(4)
  const hidden = Buffer.from(bytes)
  for (let index = 0; index < hidden.length; index += 1)
    hidden[index] = (bytes[index] ?? 0) ^ (key[index % 4] ?? 0)
  return Buffer.concat([Buffer.from(head), key, hidden])
}

const whole = (payloadBytes: Uint8Array, code: number, final = true): Frame => ({
  kind: 'frame',
  final,
  reserved: 0,
  opcode: code,
  masked: true,
  payload: payloadBytes,
  length: 'shortest',
})

/** A call as a client sends it, under a number that its reply will have. */
export function encodeCall(
  { id, name, arg, tab }: { id: number; name: unknown; arg: unknown; tab: number },
  fragments: number,
): Buffer {
  const text = Buffer.from(JSON.stringify({ id, name, arg, tab }))
  const size = Math.ceil(text.length / fragments)
  const parts = Array.from({ length: fragments }, (_, index) =>
    text.subarray(index * size, (index + 1) * size),
  )
  return Buffer.concat(
    parts.map((part, index) =>
      encodeFrame(whole(part, index === 0 ? OPCODE.text : OPCODE.continuation, index === parts.length - 1)),
    ),
  )
}

export const encodeClose = (): Buffer => encodeFrame(whole(Buffer.from([0x03, 0xe8]), OPCODE.close))

/** The text frames among what a server sent, which fragments and masks nothing. */
export function textFrames(bytes: Buffer): string[] {
  const texts: string[] = []
  for (let at = 0; at + 2 <= bytes.length; ) {
    const code = (bytes[at] ?? 0) & 0x0f
    let length = (bytes[at + 1] ?? 0) & 0x7f
    at += 2
    if (length === 126) {
      if (at + 2 > bytes.length) break
      length = bytes.readUInt16BE(at)
      at += 2
    } else if (length === 127) {
      if (at + 8 > bytes.length) break
      length = Number(bytes.readBigUInt64BE(at))
      at += 8
    }
    if (at + length > bytes.length) break
    if (code === OPCODE.text) texts.push(bytes.toString('utf8', at, at + length))
    at += length
  }
  return texts
}
