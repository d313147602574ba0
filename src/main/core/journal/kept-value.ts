import type { Bytes } from '#shared/bytes.ts'
import type { KeptValue } from '#shared/timeline.ts'
import { fromBytes, toBytes } from '../bytes.ts'
import { trimUtf8 } from '../index/fresh-row.ts'
import { TIMELINE_DEFAULTS } from './defaults.ts'

/** What is known of a value: its beginning, or all of it. */
export interface KnownValue {
  readonly value: Bytes
  /** Bytes of the whole. */
  readonly size: number
  readonly cut: boolean
}

/** At most so many bytes of a value, from its beginning. */
export function keepBeginning({ value, size, cut }: KnownValue, most: number): KeptValue {
  const bytes = lengthOf(value)
  if (bytes <= most) return { value, skipped: 0, size, whole: !cut }
  return { value: part(value, 0, most), skipped: 0, size, whole: false }
}

/**
 * Two values of a field as an event keeps them: where they are too long for it, from just before they differ, so that
 * one sees what has changed.
 */
export function keepBoth(old: KnownValue, now: KnownValue): readonly [KeptValue, KeptValue] {
  const { entryValueBytes: most, leadBytes } = TIMELINE_DEFAULTS
  if (lengthOf(old.value) <= most && lengthOf(now.value) <= most)
    return [keepBeginning(old, most), keepBeginning(now, most)]
  const [a, b] = [fromBytes(old.value), fromBytes(now.value)]
  const length = Math.min(a.length, b.length)
  let at = 0
  while (at < length && a[at] === b[at]) at += 1
  let from = Math.max(0, at - leadBytes)
  // Not from within a character, of which both have the same beginning.
  while (from > 0 && ((a[from] ?? 0) & 0xc0) === 0x80) from -= 1
  const keep = ({ value, size, cut }: KnownValue, length: number): KeptValue => ({
    value: part(value, from, from + most),
    skipped: from,
    size,
    whole: from === 0 && length <= most && !cut,
  })
  return [keep(old, a.length), keep(now, b.length)]
}

/** Bytes that it takes in memory, about. */
export const sizeOfKept = (kept: KeptValue | null): number => (kept === null ? 0 : lengthOf(kept.value))

export const lengthOf = (value: Bytes): number =>
  typeof value === 'string' ? Buffer.byteLength(value) : Math.floor((value.base64.length * 3) / 4)

/** A copy: a slice of a text would keep the whole of it in memory. */
function part(value: Bytes, from: number, to: number): Bytes {
  const bytes = fromBytes(value)
  const piece = bytes.subarray(from, to)
  return toBytes(typeof value === 'string' && to < bytes.length ? trimUtf8(piece) : piece)
}
