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
