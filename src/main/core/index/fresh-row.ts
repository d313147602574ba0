import type { Bytes } from '#shared/bytes.ts'
import { LIMITS, RESERVED_FIELDS } from '#shared/model.ts'
import { toBinary, toBytes } from '../bytes.ts'
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
}

/** @param now when PTTL was answered, epoch milliseconds */
export function toFreshRow({ id, values, type, ttl }: RawKey, now: number): FreshRow {
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
      cells: [],
    }
  }
  const { flaws, createdAt, lastAccessedAt, configuredTtl } = judgeHash(values)
  const cells = values.slice(RESERVED_FIELDS.length).map((value) => value && toCell(value))
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
