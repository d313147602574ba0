/**
 * The values of one key as they lie in a reply: where each of them begins and ends. A Buffer for each of millions would
 * cost more than all that is done with them.
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

  length(place: number): number {
    return this.has(place) ? (this.#ends[place] ?? 0) - (this.#starts[place] ?? 0) : 0
  }

  bytes(place: number): Buffer {
    return this.#buffer.subarray(Math.max(0, this.#starts[place] ?? 0), this.#ends[place])
  }

  /** The value's bytes, one character each; null where it is absent. */
  binary(place: number): string | null {
    const start = this.#starts[place] ?? -1
    return start < 0 ? null : this.#buffer.toString('latin1', start, this.#ends[place])
  }

  isAscii(place: number): boolean {
    const end = this.#ends[place] ?? 0
    for (let at = this.#starts[place] ?? end; at < end; at += 1) {
      if ((this.#buffer[at] as number) > 127) return false
    }
    return true
  }
}
