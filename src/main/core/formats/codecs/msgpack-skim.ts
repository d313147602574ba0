import type { TreeEntry } from '#shared/formats.ts'
import { type Budget, Undecodable } from '../budget.ts'
import { ByteReader } from '../byte-reader.ts'
import { Nodes } from '../nodes.ts'
import { type Parsed, runParser } from '../parsed.ts'
import { parseMsgpack } from './msgpack.ts'

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

/**
 * Of the outermost map, the entries alone whose names are wanted; the others are passed over without a node for anything
 * in them. For rows of a list.
 */
export function skimMsgpack(bytes: Buffer, budget: Budget, isWanted: (name: string) => boolean): Parsed {
  const reader = new ByteReader(bytes)
  const nodes = new Nodes(budget)
  const entries: TreeEntry[] = []
  return runParser(
    (into) => {
      const code = reader.u8()
      const count = code === 0xde ? reader.u16() : code === 0xdf ? reader.u32() : code & 0x0f
      into({ type: 'map', entries })
      for (let left = count; left > 0; left -= 1) {
        const nameStart = reader.at
        skip(reader)
        const start = reader.at
        skip(reader)
        const name = textOf(bytes, nameStart, start)
        if (name === null || !isWanted(name)) continue
        const { root } = parseMsgpack(bytes.subarray(start, reader.at), budget)
        if (root !== null) entries.push([nodes.string(name), root])
      }
    },
    () => reader.at,
  )
}

/** Passes over one value and what is in it. */
function skip(reader: ByteReader): void {
  for (let left = 1; left > 0; left -= 1) {
    const code = reader.u8()
    if (code <= 0x7f || code >= 0xe0 || code === 0xc0 || code === 0xc2 || code === 0xc3) continue
    if (code <= 0x8f) left += 2 * (code & 0x0f)
    else if (code <= 0x9f) left += code & 0x0f
    else if (code <= 0xbf) reader.pass(code & 0x1f)
    else left += skipLong(reader, code)
  }
}

/** @returns values that follow inside */
function skipLong(reader: ByteReader, code: number): number {
  if (code === 0xdc || code === 0xdd) return code === 0xdc ? reader.u16() : reader.u32()
  if (code === 0xde || code === 0xdf) return 2 * (code === 0xde ? reader.u16() : reader.u32())
  const width = LENGTH_WIDTH.get(code)
  if (width !== undefined) {
    const length = width === 1 ? reader.u8() : width === 2 ? reader.u16() : reader.u32()
    reader.pass(length + (code >= 0xc7 && code <= 0xc9 ? 1 : 0))
    return 0
  }
  const bytes = FIXED_BYTES.get(code)
  if (bytes === undefined)
    throw new Undecodable(`It is no MessagePack: byte ${reader.at - 1} is never used there.`)
  reader.pass(bytes)
  return 0
}
