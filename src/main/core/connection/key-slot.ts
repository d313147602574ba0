import { randomBytes } from 'node:crypto'
import calculateSlot from 'cluster-key-slot'
import { fromBinary } from '../bytes.ts'

/** The slot of a cluster that a key lies in. */
export const slotOf = (key: string | Buffer): number => calculateSlot(key)

/** The slots of keys that begin alike. @returns the slot of the key of an id, which is a byte a character */
export function slotsUnder(prefix: string): (id: string) => number {
  const isPlain = /^[\0-\x7f]*$/
  const bytes = Buffer.from(prefix)
  return (id) =>
    // The key as text is made of its characters, which is faster than by a Buffer.
    isPlain.test(prefix) && isPlain.test(id)
      ? calculateSlot(prefix + id)
      : calculateSlot(Buffer.concat([bytes, fromBinary(id)]))
}

/** What is between the first braces of the keys of a prefix, so that all of them lie in one slot. */
export const hasHashTag = (prefix: string): boolean => /^[^{]*\{[^}]+\}/.test(prefix)

const DIGITS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
/** Where the three characters are that are chosen: before the last one, which holds a part of a byte only. */
const CHOSEN = 39

/**
 * An id of 32 random bytes whose key lies in the same slot as another key, so that one step can be about both. Three of
 * its 43 characters are chosen for that: it stays as unguessable as it was.
 * @returns null where no id can: the prefix alone decides the slot, and it is another
 */
export function idInSlotOf(key: string, prefix: string): string | null {
  const wanted = slotOf(key)
  const id = randomBytes(32).toString('base64url')
  const slot = slotOf(prefix + id)
  if (slot === wanted) return id
  if (hasHashTag(prefix)) return null
  const put = (text: string, at: number, digit: string) => text.slice(0, at) + digit + text.slice(at + 1)
  // A checksum that begins with 0 is linear: what one character changes in it is the same whatever the others are.
  const [first, second, third] = [CHOSEN, CHOSEN + 1, CHOSEN + 2].map((at) =>
    DIGITS.map((digit) => ({ digit, change: slotOf(prefix + put(id, at, digit)) ^ slot })),
  ) as [Change[], Change[], Change[]]
  const pairs = new Map(
    first.flatMap((a) => second.map((b) => [a.change ^ b.change, a.digit + b.digit] as const)),
  )
  for (const { digit, change } of third) {
    const pair = pairs.get(slot ^ wanted ^ change)
    if (pair !== undefined) return id.slice(0, CHOSEN) + pair + digit + id.slice(CHOSEN + 3)
  }
  // One in millions.
  return idInSlotOf(key, prefix)
}

interface Change {
  readonly digit: string
  readonly change: number
}
