import type { Bytes } from '#shared/bytes.ts'
import { LIMITS } from '#shared/model.ts'
import { toBinary, toBytes } from '../bytes.ts'
import { type CellSource, type ReadPlan, valueAtPath } from './columns.ts'
import { judgeHash } from './judge.ts'
import type { FreshRow } from './row-table.ts'

/** A key as either way of reading has it: the values of the plan's fields, or null for a key that is no hash. */
export interface RawKey {
  readonly id: string
  readonly values: readonly (Buffer | null)[] | null
  /** Redis TYPE. */
  readonly type: string
  /** Milliseconds; negative for none. */
  readonly ttl: number
  /** Bytes of memory; negative where it was not asked for or may not be told. */
  readonly size: number
}

/** @param now when PTTL was answered, epoch milliseconds */
export function toFreshRow({ id, values, type, ttl, size }: RawKey, plan: ReadPlan, now: number): FreshRow {
  const expiresAt = ttl < 0 ? Number.NaN : now + ttl
  if (values === null) {
    const none = Number.NaN
    return {
      id,
      type,
      flaws: 0,
      createdAt: none,
      lastAccessedAt: none,
      configuredTtl: none,
      expiresAt,
      cells: plan.size ? plan.cells.map((source) => toSourceCell(source, [], size)) : [],
    }
  }
  const { flaws, createdAt, lastAccessedAt, configuredTtl } = judgeHash(values)
  const cells = plan.cells.map((source) => toSourceCell(source, values, size))
  return {
    id,
    type: 'hash',
    flaws,
    createdAt: createdAt ?? Number.NaN,
    lastAccessedAt: lastAccessedAt ?? Number.NaN,
    configuredTtl: configuredTtl ?? Number.NaN,
    expiresAt,
    cells,
  }
}

function toSourceCell(source: CellSource, values: readonly (Buffer | null)[], size: number): Bytes | null {
  if (source.kind === 'size') return size < 0 ? null : String(size)
  const value = values[source.at]
  if (value) return toCell(value)
  const json = source.kind === 'path' ? values[source.json] : null
  const found = source.kind === 'path' && json ? valueAtPath(json.toString(), source.path) : null
  return found === null ? null : toCell(Buffer.from(found))
}

/** Long values are cut before they are decoded; text then by characters, so that none is cut in half. */
export function toCell(value: Buffer): Bytes {
  const most = LIMITS.cellCharacters
  if (value.length <= most) return shortCell(value)
  const cell = toBytes(value.length <= 4 * most ? value : trimUtf8(value.subarray(0, 4 * most)))
  if (typeof cell !== 'string') return { base64: value.subarray(0, most).toString('base64') }
  const characters = [...cell]
  return characters.length <= most && value.length <= 4 * most
    ? cell
    : `${characters.slice(0, most).join('')}…`
}

/** ASCII, which most values are, needs no look at whether it is UTF-8 apart from decoding it. */
function shortCell(value: Buffer): Bytes {
  for (let i = 0; i < value.length; i += 1) if ((value[i] as number) > 127) return toBytes(value)
  return toBinary(value)
}

/** Drops a character that the cut went through from the end. */
export function trimUtf8(buffer: Buffer): Buffer {
  let end = buffer.length
  while (end > 0 && end > buffer.length - 4 && ((buffer[end - 1] ?? 0) & 0xc0) === 0x80) end -= 1
  const lead = buffer[end - 1] ?? 0
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return end - 1 + length > buffer.length ? buffer.subarray(0, end - 1) : buffer
}
