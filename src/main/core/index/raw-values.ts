import { parseTimestampBytes } from '../store/timestamp.ts'
import type { TextCache } from './text-cache.ts'

const ZERO = 0x30
/** Decimal digits that a number may have and still be exact as a double. */
const MOST_DIGITS = 16

/**
 * The values of one key as they lie in a reply: where each of them begins and ends. A Buffer or a string for each of
 * millions would cost more than all that is done with them.
 */
export class RawValues {
  readonly #buffer: Buffer
  readonly #starts: number[] = []
  readonly #ends: number[] = []

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  /** The same for values that lie apart. */
  static of(values: readonly (Buffer | null)[]): RawValues {
    const raw = new RawValues(Buffer.concat(values.map((value) => value ?? Buffer.alloc(0))))
    let end = 0
    values.forEach((value, place) => {
      end += value?.length ?? 0
      raw.put(place, end, value?.length ?? -1)
    })
    return raw
  }

  /** @param length -1 for a value that is absent */
  put(place: number, end: number, length: number): void {
    this.#starts[place] = length < 0 ? -1 : end - length
    this.#ends[place] = end
  }

  has(place: number): boolean {
    return (this.#starts[place] ?? -1) >= 0
  }

  bytes(place: number): Buffer {
    return this.#buffer.subarray(Math.max(0, this.#starts[place] ?? 0), this.#ends[place])
  }

  /** Epoch milliseconds; NaN where the value is absent or no moment. */
  moment(place: number): number {
    if (!this.has(place)) return Number.NaN
    return parseTimestampBytes(this.#buffer, this.#starts[place] ?? 0, this.#ends[place] ?? 0)
  }

  /** A whole number above 0 as Redis writes one, without sign or leading zeros; NaN for anything else. */
  wholeNumber(place: number): number {
    const [start, end] = [this.#starts[place] ?? -1, this.#ends[place] ?? -1]
    if (start < 0 || end === start || this.#buffer[start] === ZERO) return Number.NaN
    if (end - start > MOST_DIGITS) return Number.NaN
    let number = 0
    for (let at = start; at < end; at += 1) {
      const digit = (this.#buffer[at] as number) - ZERO
      if (digit < 0 || digit > 9) return Number.NaN
      number = 10 * number + digit
    }
    return Number.isSafeInteger(number) ? number : Number.NaN
  }

  /** The text of a value that is ASCII and no longer than `most` characters; null for any other. */
  plain(place: number, most: number, texts: TextCache): string | null {
    const [start, end] = [this.#starts[place] ?? 0, this.#ends[place] ?? 0]
    return end - start > most ? null : texts.ascii(this.#buffer, start, end)
  }
}
