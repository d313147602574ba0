/** What the beginning of an RDB file tells. */
export interface RdbHead {
  readonly version: number
  /** `Redis 7.0.15`; null where it is not told. */
  readonly savedBy: string | null
  /** Keys of its first database; null where they are not told. */
  readonly keys: number | null
}

/** Bytes of a file that hold all that is looked for, unless it has functions; these come before the keys. */
export const RDB_HEAD_BYTES = 64 * 1024

const OP = { aux: 0xfa, resizeDb: 0xfb, selectDb: 0xfe, function2: 0xf5, eof: 0xff } as const

/**
 * Reads the beginning of an RDB file as far as it goes.
 * Source of the layout: https://rdb.fnordig.de/file_format.html
 * @returns null for what is no RDB file
 */
export function readRdbHead(bytes: Buffer): RdbHead | null {
  const version = /^REDIS(\d{4})/.exec(bytes.toString('latin1', 0, 9))?.[1]
  if (version === undefined) return null
  const head = { version: Number(version), savedBy: null as string | null, keys: null as number | null }
  const reader = new Reader(bytes, 9)
  try {
    for (;;) {
      const op = reader.byte()
      if (op === OP.aux) {
        const [name, value] = [reader.text(), reader.text()]
        if (name === 'redis-ver') head.savedBy ??= `Redis ${value}`
        if (name === 'valkey-ver') head.savedBy = `Valkey ${value}`
      } else if (op === OP.function2) reader.text()
      else if (op === OP.selectDb) reader.length()
      else {
        if (op === OP.resizeDb) head.keys = reader.length()
        // A file without a database is one without keys.
        if (op === OP.eof) head.keys = 0
        return head
      }
    }
  } catch (error) {
    if (error instanceof RangeError) return head
    throw error
  }
}

/** Reads on; a RangeError is thrown where the bytes end. */
class Reader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  byte(): number {
    this.#at += 1
    return this.#bytes.readUInt8(this.#at - 1)
  }

  length(): number {
    const first = this.byte()
    const kind = first >> 6
    if (kind === 0) return first & 0x3f
    if (kind === 1) return ((first & 0x3f) << 8) | this.byte()
    if (first === 0x80) return this.#take(4).readUInt32BE()
    if (first === 0x81) return Number(this.#take(8).readBigUInt64BE())
    throw new RangeError('not a plain length')
  }

  /** A string, also where it is kept as a number; one that is compressed is passed over. */
  text(): string {
    const first = this.#bytes.readUInt8(this.#at)
    if (first >> 6 !== 3) return this.#take(this.length()).toString('latin1')
    this.#at += 1
    if (first === 0xc0) return String(this.#take(1).readInt8())
    if (first === 0xc1) return String(this.#take(2).readInt16LE())
    if (first === 0xc2) return String(this.#take(4).readInt32LE())
    const compressed = this.length()
    this.length()
    this.#take(compressed)
    return ''
  }

  #take(count: number): Buffer {
    if (this.#at + count > this.#bytes.length) throw new RangeError('the bytes end here')
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }
}
