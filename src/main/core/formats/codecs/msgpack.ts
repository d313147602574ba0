import type { TreeEntry, TreeNode } from '#shared/formats.ts'
import { type Budget, Undecodable } from '../budget.ts'
import { ByteReader } from '../byte-reader.ts'
import { bool, float, Nodes, nothing, whole } from '../nodes.ts'
import { type Done, type Into, type Parsed, runParser, type Spans } from '../parsed.ts'

/*
 * MessagePack. A parser of our own: @msgpack/msgpack and msgpackr answer plain objects and numbers, without where a value
 * stands and in how many bytes an integer was written, so that an edit could not keep the others as they are; the former
 * also refuses a map with the name `__proto__`. Source: https://github.com/msgpack/msgpack/blob/master/spec.md
 */

/** Bytes of the length that follows these codes: binary, extensions, texts. */
const LENGTH_WIDTH: ReadonlyMap<number, 1 | 2 | 4> = new Map([
  ...[0xc4, 0xc7, 0xd9].map((code) => [code, 1] as const),
  ...[0xc5, 0xc8, 0xda].map((code) => [code, 2] as const),
  ...[0xc6, 0xc9, 0xdb].map((code) => [code, 4] as const),
])
/** Bytes that follow these: numbers, and extensions of a fixed length with their type. */
const FIXED_BYTES: ReadonlyMap<number, number> = new Map([
  ...[0xca, 0xce, 0xd2].map((code) => [code, 4] as const),
  ...[0xcb, 0xcf, 0xd3].map((code) => [code, 8] as const),
  ...[0xcc, 0xd0].map((code) => [code, 1] as const),
  ...[0xcd, 0xd1, 0xd4].map((code) => [code, 2] as const),
  [0xd5, 3],
  [0xd6, 5],
  [0xd7, 9],
  [0xd8, 17],
])
/** Names longer than this tell nothing. */
const MOST_NAME_BYTES = 64

/** A name that is a short text; null for others. */
function textOf(bytes: Buffer, start: number, end: number): string | null {
  const code = bytes[start] ?? 0
  if (end - start > MOST_NAME_BYTES) return null
  if (code >= 0xa0 && code <= 0xbf) return bytes.toString('latin1', start + 1, end)
  return code === 0xd9 ? bytes.toString('latin1', start + 2, end) : null
}

/** The extension type of a timestamp. */
const TIMESTAMP = -1

/** Whether the bytes begin as a map does, which a session is. */
export function looksLikeMsgpackMap(bytes: Buffer): boolean {
  const first = bytes[0] ?? 0
  const second = bytes[1] ?? 0
  if (first === 0x80) return bytes.length === 1
  if (first > 0x80 && first <= 0x8f) return isNameStart(second)
  if (first === 0xde) return isNameStart(bytes[3] ?? 0)
  return first === 0xdf && isNameStart(bytes[5] ?? 0)
}

/** Texts, integers and binary are what names are made of. */
const isNameStart = (byte: number): boolean =>
  byte <= 0x7f ||
  (byte >= 0xa0 && byte <= 0xbf) ||
  (byte >= 0xc4 && byte <= 0xc6) ||
  (byte >= 0xcc && byte <= 0xd3) ||
  (byte >= 0xd9 && byte <= 0xdb) ||
  byte >= 0xe0

/** Of the outermost map, the entries alone whose names are wanted; the others are passed over. For rows of a list. */
export function skimMsgpack(bytes: Buffer, budget: Budget, isWanted: (name: string) => boolean): Parsed {
  const reader = new ByteReader(bytes)
  const parser = new MsgpackParser(reader, budget)
  return runParser(
    (into) => parser.wanted(isWanted, into),
    () => reader.at,
  )
}

export function parseMsgpack(bytes: Buffer, budget: Budget, spans?: Spans): Parsed {
  const reader = new ByteReader(bytes)
  const parser = new MsgpackParser(reader, budget, spans)
  return runParser(
    (into) => parser.value(into),
    () => reader.at,
  )
}

class MsgpackParser {
  readonly #reader: ByteReader
  readonly #budget: Budget
  readonly #nodes: Nodes
  readonly #spans: Spans | undefined

  constructor(reader: ByteReader, budget: Budget, spans?: Spans) {
    this.#reader = reader
    this.#budget = budget
    this.#nodes = new Nodes(budget)
    this.#spans = spans
  }

  value(into: Into): Done {
    const reader = this.#reader
    this.#budget.item()
    const start = reader.at
    const code = reader.u8()
    const done = (node: TreeNode): Done => {
      into(node)
      this.#spans?.set(node, { start, end: reader.at })
    }
    if (code <= 0x7f) return done(whole(code))
    if (code >= 0xe0) return done(whole(code - 0x100))
    if (code <= 0x8f) return this.#map(code & 0x0f, start, into)
    if (code <= 0x9f) return this.#list(code & 0x0f, start, into)
    if (code <= 0xbf) return done(this.#nodes.text(reader.take(code & 0x1f)))
    switch (code) {
      case 0xdc:
        return this.#list(reader.u16(), start, into)
      case 0xdd:
        return this.#list(reader.u32(), start, into)
      case 0xde:
        return this.#map(reader.u16(), start, into)
      case 0xdf:
        return this.#map(reader.u32(), start, into)
      default:
        return done(this.#scalar(code))
    }
  }

  wanted(isWanted: (name: string) => boolean, into: Into): Done {
    const reader = this.#reader
    const code = reader.u8()
    const count = code === 0xde ? reader.u16() : code === 0xdf ? reader.u32() : code & 0x0f
    const entries: TreeEntry[] = []
    into({ type: 'map', entries })
    for (let left = count; left > 0; left -= 1) {
      const start = reader.at
      this.#skip()
      const name = textOf(reader.bytes, start, reader.at)
      if (name === null || !isWanted(name)) {
        this.#skip()
        continue
      }
      this.value((value) => {
        entries.push([this.#nodes.string(name), value])
      })
    }
  }

  /** Passes over one value and what is in it. */
  #skip(): void {
    const reader = this.#reader
    for (let left = 1; left > 0; left -= 1) {
      const code = reader.u8()
      if (code <= 0x7f || code >= 0xe0 || code === 0xc0 || code === 0xc2 || code === 0xc3) continue
      if (code <= 0x8f) left += 2 * (code & 0x0f)
      else if (code <= 0x9f) left += code & 0x0f
      else if (code <= 0xbf) reader.take(code & 0x1f)
      else left += this.#skipLong(code)
    }
  }

  /** @returns values that follow inside */
  #skipLong(code: number): number {
    const reader = this.#reader
    if (code === 0xdc || code === 0xdd) return code === 0xdc ? reader.u16() : reader.u32()
    if (code === 0xde || code === 0xdf) return 2 * (code === 0xde ? reader.u16() : reader.u32())
    const width = LENGTH_WIDTH.get(code)
    if (width !== undefined) {
      const length = width === 1 ? reader.u8() : width === 2 ? reader.u16() : reader.u32()
      reader.take(length + (code >= 0xc7 && code <= 0xc9 ? 1 : 0))
      return 0
    }
    const bytes = FIXED_BYTES.get(code)
    if (bytes === undefined)
      throw new Undecodable(`It is no MessagePack: byte ${reader.at - 1} is never used there.`)
    reader.take(bytes)
    return 0
  }

  #scalar(code: number): TreeNode {
    const reader = this.#reader
    switch (code) {
      case 0xc0:
        return nothing()
      case 0xc2:
      case 0xc3:
        return bool(code === 0xc3)
      case 0xc4:
        return this.#nodes.bytes(reader.take(reader.u8()))
      case 0xc5:
        return this.#nodes.bytes(reader.take(reader.u16()))
      case 0xc6:
        return this.#nodes.bytes(reader.take(reader.u32()))
      case 0xc7:
        return this.#extension(reader.u8())
      case 0xc8:
        return this.#extension(reader.u16())
      case 0xc9:
        return this.#extension(reader.u32())
      case 0xca:
        return float(reader.f32(), 'float32')
      case 0xcb:
        return float(reader.f64())
      case 0xcc:
        return whole(reader.u8())
      case 0xcd:
        return whole(reader.u16())
      case 0xce:
        return whole(reader.u32())
      case 0xcf:
        return whole(reader.u64())
      case 0xd0:
        return whole(reader.i8())
      case 0xd1:
        return whole(reader.i16())
      case 0xd2:
        return whole(reader.i32())
      case 0xd3:
        return whole(reader.i64())
      case 0xd9:
        return this.#nodes.text(reader.take(reader.u8()))
      case 0xda:
        return this.#nodes.text(reader.take(reader.u16()))
      case 0xdb:
        return this.#nodes.text(reader.take(reader.u32()))
      case 0xc1:
        throw new Undecodable(`It is no MessagePack: byte ${reader.at - 1} is never used there.`)
      default:
        // fixext 1, 2, 4, 8, 16
        return this.#extension(1 << (code - 0xd4))
    }
  }

  #extension(length: number): TreeNode {
    const type = this.#reader.i8()
    const data = this.#reader.take(length)
    const at = type === TIMESTAMP ? timestamp(data) : null
    if (at !== null) return { type: 'date', at }
    return this.#nodes.undecoded(
      `MessagePack’s extension ${type}: only the application knows what it is.`,
      data,
    )
  }

  #list(count: number, start: number, into: Into): Done {
    const items: TreeNode[] = []
    const node: TreeNode = { type: 'list', items }
    this.#parts(node, count, start, into, () => {
      this.value((item) => {
        items.push(item)
      })
    })
  }

  #map(count: number, start: number, into: Into): Done {
    const entries: TreeEntry[] = []
    const node: TreeNode = { type: 'map', entries }
    this.#parts(node, count, start, into, () => {
      let name: TreeNode | undefined
      this.value((key) => {
        name = key
      })
      this.value((value) => {
        if (name !== undefined) entries.push([name, value])
      })
    })
  }

  #parts(node: TreeNode, count: number, start: number, into: Into, read: () => Done): Done {
    const reader = this.#reader
    const header: [number, number] = [start, reader.at]
    into(node)
    const parts: [number, number][] = []
    this.#budget.enter()
    for (let left = count; left > 0; left -= 1) {
      const partStart = reader.at
      read()
      parts.push([partStart, reader.at])
    }
    this.#budget.leave()
    this.#spans?.set(node, { start, end: reader.at, parts, count: header })
  }
}

/** Epoch milliseconds; null for a length that timestamps do not have. */
function timestamp(data: Buffer): number | null {
  switch (data.length) {
    case 4:
      return 1000 * data.readUInt32BE(0)
    case 8: {
      const high = data.readUInt32BE(0)
      return 1000 * ((high & 3) * 2 ** 32 + data.readUInt32BE(4)) + Math.floor((high >>> 2) / 1e6)
    }
    case 12:
      return 1000 * Number(data.readBigInt64BE(4)) + Math.floor(data.readUInt32BE(0) / 1e6)
    default:
      return null
  }
}
