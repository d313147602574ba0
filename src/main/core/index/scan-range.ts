/**
 * The places in a table of keys, as SCAN walks through it: its cursor is the number of a bucket, counted up from the
 * highest bit down, so that read backwards, as a binary fraction, it rises from 0 to 1 whatever the size of the table and
 * however that changes on the way (`dictScan` in Redis's dict.c, `hashtableScan` in Valkey's hashtable.c; a node of a
 * cluster puts its slots into the cursor, and does not go by this). A scan may therefore begin at any place and end at any.
 */
const BITS = 64
const WHOLE = 1n << BigInt(BITS)
/** Places where a part may begin, in a whole scan: the buckets of a table that small are in any larger one too. */
const PARTS = 256n

const reversed = (value: bigint): bigint => {
  const bits = value.toString(2).padStart(BITS, '0')
  return BigInt(`0b${[...bits].reverse().join('')}`)
}

/** @param cursor of 64 bits, as a decimal number */
const placeOf = (cursor: string): bigint => reversed(BigInt(cursor))

/** A part of a server's keys, which is scanned by cursors of its own. */
export class ScanRange {
  #cursor: string
  #place: bigint
  #end: bigint

  /** All keys, unless said otherwise. */
  constructor(place = 0n, end = WHOLE) {
    this.#cursor = String(reversed(place))
    this.#place = place
    this.#end = end
  }

  /** Where it goes on. */
  get cursor(): string {
    return this.#cursor
  }

  /** Every key of it has been met. */
  get done(): boolean {
    return this.#place >= this.#end
  }

  /** How much of it is left, as a part of the whole table. */
  get left(): number {
    return Number(this.#end - this.#place) / Number(WHOLE)
  }

  /**
   * Moves it on to where the server says that it goes on.
   * @returns false where that is not further on: this server's cursors are no places
   */
  advance(cursor: string): boolean {
    const place = cursor === '0' ? WHOLE : placeOf(cursor)
    const isFurther = place > this.#place
    this.#cursor = cursor
    this.#place = place
    return isFurther
  }

  /** Cuts it in two. @returns the latter half; null where it is too small for that */
  split(): ScanRange | null {
    const step = WHOLE / PARTS
    const middle = ((this.#place + this.#end) / 2n / step) * step
    if (middle <= this.#place) return null
    const latter = new ScanRange(middle, this.#end)
    this.#end = middle
    return latter
  }
}
