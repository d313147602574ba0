import { Truncated, Undecodable } from './budget.ts'

/** Reads bytes in order; every method throws {@link Truncated} where there are too few. */
export class ByteReader {
  readonly bytes: Buffer
  at: number
  readonly end: number

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  get left(): number {
    return this.end - this.at
  }

  /** Where the next `count` bytes begin, which are then read. */
  #step(count: number): number {
    if (count < 0) throw new Undecodable('A length in it is below 0.')
    if (count > this.end - this.at) throw new Truncated()
    const start = this.at
    this.at += count
    return start
  }

  take(count: number): Buffer {
    const start = this.#step(count)
    return this.bytes.subarray(start, start + count)
  }

  /** As {@link take}, of bytes that nobody looks at. */
  pass(count: number): void {
    this.#step(count)
  }

  peek(): number {
    if (this.at >= this.end) throw new Truncated()
    return this.bytes[this.at] as number
  }

  u8(): number {
    return this.bytes[this.#step(1)] as number
  }
  i8(): number {
    return this.bytes.readInt8(this.#step(1))
  }
  u16(): number {
    return this.bytes.readUInt16BE(this.#step(2))
  }
  i16(): number {
    return this.bytes.readInt16BE(this.#step(2))
  }
  u32(): number {
    return this.bytes.readUInt32BE(this.#step(4))
  }
  i32(): number {
    return this.bytes.readInt32BE(this.#step(4))
  }
  u64(): bigint {
    return this.bytes.readBigUInt64BE(this.#step(8))
  }
  i64(): bigint {
    return this.bytes.readBigInt64BE(this.#step(8))
  }
  f32(): number {
    return this.bytes.readFloatBE(this.#step(4))
  }
  f64(): number {
    return this.bytes.readDoubleBE(this.#step(8))
  }
  u16le(): number {
    return this.bytes.readUInt16LE(this.#step(2))
  }
  u32le(): number {
    return this.bytes.readUInt32LE(this.#step(4))
  }
  i32le(): number {
    return this.bytes.readInt32LE(this.#step(4))
  }
  /** A length of eight bytes; one that no memory holds counts as more than there is. */
  u64le(): number {
    const value = this.bytes.readBigUInt64LE(this.#step(8))
    if (value > BigInt(this.end)) throw new Truncated()
    return Number(value)
  }

  /** As {@link take}, one character a byte: to make a Buffer of a short piece takes longer than to read it. */
  latin1(count: number): string {
    const start = this.#step(count)
    return this.bytes.toString('latin1', start, start + count)
  }

  /** The bytes up to one that ends them, which is read too. @param most bytes before it */
  until(end: number, most: number): Buffer {
    const start = this.at
    this.passUntil(end, most)
    return this.bytes.subarray(start, this.at - 1)
  }

  /** The same, one character a byte. */
  latin1Until(end: number, most: number): string {
    const start = this.at
    this.passUntil(end, most)
    return this.bytes.toString('latin1', start, this.at - 1)
  }

  /** As {@link until}, of bytes that nobody looks at: a few, which a loop finds sooner than a call does. */
  passUntil(end: number, most: number): void {
    const last = Math.min(this.end, this.at + most + 1)
    for (let at = this.at; at < last; at += 1) {
      if (this.bytes[at] !== end) continue
      this.at = at + 1
      return
    }
    if (last === this.end) throw new Truncated()
    throw new Undecodable(`A part of it is longer than ${most} bytes.`)
  }

  expect(byte: number): void {
    const found = this.u8()
    if (found !== byte) {
      throw new Undecodable(`At byte ${this.at - 1} stands ${shown(found)} where ${shown(byte)} should.`)
    }
  }
}

const shown = (byte: number): string =>
  byte > 0x20 && byte < 0x7f ? `“${String.fromCharCode(byte)}”` : `0x${byte.toString(16).padStart(2, '0')}`
