import type { Bytes } from '#shared/bytes.ts'
import { LIMITS } from '#shared/model.ts'
import { toBytes } from '../bytes.ts'
import { type CellSource, type ReadPlan, valueAtPath } from './columns.ts'
import { findFlaws } from './judge.ts'
import type { RawValues } from './raw-values.ts'
import type { Peek } from './row-format.ts'
import type { FreshRow } from './row-table.ts'
import type { TextCache } from './text-cache.ts'

/** A key as either way of reading has it: the values of the plan's fields, or null for a key that is no hash. */
export interface RawKey {
  readonly id: string
  readonly values: RawValues | null
  /** Redis TYPE. */
  readonly type: string
  /** Milliseconds; negative for none. */
  readonly ttl: number
  /** Bytes of memory; negative where it was not asked for or may not be told. */
  readonly size: number
  /** Of a string that may be read. */
  readonly peek?: Peek
  /** After the plan's fields, the values hold those that tell of other libraries. */
  readonly hasExtras?: boolean
}

/** @param now when PTTL was answered, epoch milliseconds @param texts makes strings of the cells */
export function toFreshRow(
  { id, values, type, ttl, size }: RawKey,
  plan: ReadPlan,
  now: number,
  texts: TextCache,
): FreshRow {
  const cells: (Bytes | null)[] = []
  if (values !== null || plan.size) {
    for (const source of plan.cells) cells.push(toSourceCell(source, values, size, texts))
  }
  return {
    id,
    type: values === null ? type : 'hash',
    flaws: values === null ? 0 : findFlaws(values),
    createdAt: values === null ? Number.NaN : values.moment(0),
    lastAccessedAt: values === null ? Number.NaN : values.moment(1),
    configuredTtl: values === null ? Number.NaN : values.wholeNumber(2),
    expiresAt: ttl < 0 ? Number.NaN : now + ttl,
    cells,
  }
}

function toSourceCell(
  source: CellSource,
  values: RawValues | null,
  size: number,
  texts: TextCache,
): Bytes | null {
  if (source.kind === 'size') return size < 0 ? null : String(size)
  if (values?.has(source.at)) {
    // ASCII, which most values are, needs no decoding.
    return values.plain(source.at, LIMITS.cellCharacters, texts) ?? toCell(values.bytes(source.at))
  }
  if (source.kind === 'field' || !values?.has(source.json)) return null
  const found = valueAtPath(values.bytes(source.json).toString(), source.path)
  return found === null ? null : toCell(Buffer.from(found))
}

/** Long values are cut before they are decoded; text then by characters, so that none is cut in half. */
export function toCell(value: Buffer): Bytes {
  const most = LIMITS.cellCharacters
  const cell = toBytes(value.length <= 4 * most ? value : trimUtf8(value.subarray(0, 4 * most)))
  if (typeof cell !== 'string') return { base64: value.subarray(0, most).toString('base64') }
  const characters = [...cell]
  return characters.length <= most && value.length <= 4 * most
    ? cell
    : `${characters.slice(0, most).join('')}…`
}

/** Drops a character that the cut went through from the end. */
export function trimUtf8(buffer: Buffer): Buffer {
  let end = buffer.length
  while (end > 0 && end > buffer.length - 4 && ((buffer[end - 1] ?? 0) & 0xc0) === 0x80) end -= 1
  const lead = buffer[end - 1] ?? 0
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return end - 1 + length > buffer.length ? buffer.subarray(0, end - 1) : buffer
}
