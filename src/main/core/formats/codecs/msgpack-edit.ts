import type { NewValue, SessionEdit } from '#shared/formats.ts'
import type { Budget } from '../budget.ts'
import { invalidValue, isWholeText, numberText, planEdit, spliceBytes } from '../edits.ts'
import type { Spans } from '../parsed.ts'
import { parseMsgpack } from './msgpack.ts'

/**
 * One edit of a MessagePack value; all else stays as it is, to the byte. What is edited keeps the width of its length or
 * number where the new one fits into it, and takes the smallest that does where not.
 * @throws AppError `invalid_value`, `invalid_field`, `conflict`
 */
export function editMsgpack(bytes: Buffer, edit: SessionEdit, budget: Budget): Buffer {
  const spans: Spans = new Map()
  const plan = planEdit(parseMsgpack(bytes, budget, spans), edit, spans)
  const { span, node } = plan
  const parts = span.parts ?? []
  if (plan.kind === 'set') {
    return spliceBytes(bytes, {
      start: span.start,
      end: span.end,
      by: encode(plan.value, bytes[span.start] ?? 0),
    })
  }
  const [start, end] = span.count ?? [span.start, span.start]
  const count = parts.length + (plan.kind === 'add' ? 1 : -1)
  const header = { start, end, by: container(node.type === 'list' ? LIST : MAP, count, bytes[start] ?? 0) }
  if (plan.kind === 'remove') {
    const [from, to] = parts[plan.position] ?? [0, 0]
    return spliceBytes(bytes, header, { start: from, end: to, by: Buffer.alloc(0) })
  }
  const name = plan.name === null ? Buffer.alloc(0) : sized(TEXT, Buffer.from(plan.name))
  return spliceBytes(bytes, header, {
    start: span.end,
    end: span.end,
    by: Buffer.concat([name, encode(plan.value)]),
  })
}

/** The codes of one kind of value: of those up to `fixMost` in one byte, then with a length of 1, 2 and 4 bytes. */
interface Kind {
  readonly fix: number
  readonly fixMost: number
  readonly codes: readonly { readonly code: number; readonly width: 1 | 2 | 4 }[]
}
const TEXT: Kind = {
  fix: 0xa0,
  fixMost: 31,
  codes: [
    { code: 0xd9, width: 1 },
    { code: 0xda, width: 2 },
    { code: 0xdb, width: 4 },
  ],
}
const BINARY: Kind = {
  fix: 0,
  fixMost: -1,
  codes: [
    { code: 0xc4, width: 1 },
    { code: 0xc5, width: 2 },
    { code: 0xc6, width: 4 },
  ],
}
const LIST: Kind = {
  fix: 0x90,
  fixMost: 15,
  codes: [
    { code: 0xdc, width: 2 },
    { code: 0xdd, width: 4 },
  ],
}
const MAP: Kind = {
  fix: 0x80,
  fixMost: 15,
  codes: [
    { code: 0xde, width: 2 },
    { code: 0xdf, width: 4 },
  ],
}

const fitsWidth = (count: number, width: number): boolean => count < 256 ** width

/** @param was the code that stood there */
function container(kind: Kind, count: number, was: number): Buffer {
  const kept = kind.codes.find(({ code, width }) => code === was && fitsWidth(count, width))
  if (kept === undefined && count <= kind.fixMost) return Buffer.of(kind.fix + count)
  const chosen = kept ?? kind.codes.find(({ width }) => fitsWidth(count, width))
  if (chosen === undefined) throw invalidValue('This is more than MessagePack has room for.')
  const bytes = Buffer.alloc(1 + chosen.width)
  bytes[0] = chosen.code
  bytes.writeUIntBE(count, 1, chosen.width)
  return bytes
}

const sized = (kind: Kind, bytes: Buffer, was = 0): Buffer =>
  Buffer.concat([container(kind, bytes.length, was), bytes])

function encode(value: NewValue, was = 0): Buffer {
  switch (value.type) {
    case 'text':
      return sized(TEXT, Buffer.from(value.value), was)
    case 'bytes':
      return sized(BINARY, Buffer.from(value.base64, 'base64'), was)
    case 'number':
      return encodeNumber(numberText(value.text), was)
    case 'boolean':
      return Buffer.of(value.value ? 0xc3 : 0xc2)
    case 'null':
      return Buffer.of(0xc0)
    case 'list':
      return Buffer.concat([
        container(LIST, value.items.length, was),
        ...value.items.map((item) => encode(item)),
      ])
    case 'map':
      return Buffer.concat([
        container(MAP, value.entries.length, was),
        ...value.entries.flatMap(([name, entry]) => [sized(TEXT, Buffer.from(name)), encode(entry)]),
      ])
  }
}

interface IntegerCode {
  readonly code: number
  readonly least: bigint
  readonly most: bigint
  readonly width: number
}
const integer = (code: number, width: number, isSigned: boolean): IntegerCode => {
  const bits = BigInt(8 * width)
  return isSigned
    ? { code, width, least: -(2n ** (bits - 1n)), most: 2n ** (bits - 1n) - 1n }
    : { code, width, least: 0n, most: 2n ** bits - 1n }
}
/** The smallest first. */
const INTEGERS: readonly IntegerCode[] = [
  integer(0xcc, 1, false),
  integer(0xd0, 1, true),
  integer(0xcd, 2, false),
  integer(0xd1, 2, true),
  integer(0xce, 4, false),
  integer(0xd2, 4, true),
  integer(0xcf, 8, false),
  integer(0xd3, 8, true),
]
const [FLOAT_32, FLOAT_64] = [0xca, 0xcb]

function encodeNumber(text: string, was: number): Buffer {
  const isFloat = was === FLOAT_32 || was === FLOAT_64
  if (isFloat || !isWholeText(text)) {
    const value = Number(text)
    if (!Number.isFinite(value)) throw invalidValue('This number is larger than a double can be.')
    const isShort = was === FLOAT_32 && Math.fround(value) === value
    const bytes = Buffer.alloc(isShort ? 5 : 9)
    bytes[0] = isShort ? FLOAT_32 : FLOAT_64
    if (isShort) bytes.writeFloatBE(value, 1)
    else bytes.writeDoubleBE(value, 1)
    return bytes
  }
  return encodeWhole(BigInt(text.replace('+', '')), was)
}

function encodeWhole(value: bigint, was: number): Buffer {
  const fits = ({ least, most }: IntegerCode): boolean => value >= least && value <= most
  const kept = INTEGERS.find((known) => known.code === was && fits(known))
  if (kept === undefined && value >= -32n && value <= 127n) return Buffer.of(Number(value) & 0xff)
  const chosen = kept ?? INTEGERS.find(fits)
  if (chosen === undefined)
    throw invalidValue('MessagePack’s whole numbers have 64 bits. Write it as text, or with a fraction.')
  const bytes = Buffer.alloc(1 + chosen.width)
  bytes[0] = chosen.code
  for (let place = 0; place < chosen.width; place += 1) {
    bytes[chosen.width - place] = Number((value >> BigInt(8 * place)) & 0xffn)
  }
  return bytes
}
