/**
 * Reads what `cmsgpack.pack` writes of text, integers, booleans and arrays, from one value to the next without making
 * anything of what lies between. A library would make a Buffer or a decoded string of each of millions of values,
 * and text it must not decode: ids and values may be any bytes.
 * Source: https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export class MessageReader {
  readonly buffer: Buffer
  #at: number

  /** @param at where to begin */
  constructor(buffer: Buffer, at = 0) {
    this.buffer = buffer
    this.#at = at
  }

  get done(): boolean {
    return this.#at >= this.buffer.length
  }

  /** Whether an array comes next. */
  get atArray(): boolean {
    const lead = this.#lead
    return (lead & 0xf0) === 0x90 || lead === 0xdc || lead === 0xdd
  }

  /** How many values the array has that comes next; they follow. */
  array(): number {
    const lead = this.#lead
    this.#at += 1
    if ((lead & 0xf0) === 0x90) return lead & 0x0f
    if (lead === 0xdc) return this.#unsigned(2)
    if (lead === 0xdd) return this.#unsigned(4)
    return this.#unexpected(lead)
  }

  /** The length of the text that comes next, or -1 for false or nil; then the text ends at {@link end}. */
  text(): number {
    const lead = this.#lead
    this.#at += 1
    let length: number
    if ((lead & 0xe0) === 0xa0) length = lead & 0x1f
    else if (lead === 0xd9) length = this.#unsigned(1)
    else if (lead === 0xda) length = this.#unsigned(2)
    else if (lead === 0xdb) length = this.#unsigned(4)
    else if (lead === 0xc2 || lead === 0xc0) return -1
    else return this.#unexpected(lead)
    this.#at += length
    return length
  }

  /** Where the last value ends. */
  get end(): number {
    return this.#at
  }

  /** The number that comes next, or -1 for false. */
  integer(): number {
    const lead = this.#lead
    this.#at += 1
    if (lead < 0x80) return lead
    if (lead >= 0xe0) return lead - 0x100
    switch (lead) {
      case 0xc2:
        return -1
      case 0xcc:
        return this.#unsigned(1)
      case 0xcd:
        return this.#unsigned(2)
      case 0xce:
        return this.#unsigned(4)
      case 0xd0:
        return this.#signed(1)
      case 0xd1:
        return this.#signed(2)
      case 0xd2:
        return this.#signed(4)
      case 0xcf:
      case 0xd3:
        this.#at += 8
        return Number(this.buffer.readBigInt64BE(this.#at - 8))
      case 0xcb:
        // Lua knows no integers: what is too wide for a long is packed as the double that it is.
        this.#at += 8
        return this.buffer.readDoubleBE(this.#at - 8)
      default:
        return this.#unexpected(lead)
    }
  }

  get #lead(): number {
    return this.buffer[this.#at] ?? 0xc1
  }

  #unsigned(bytes: number): number {
    this.#at += bytes
    return this.buffer.readUIntBE(this.#at - bytes, bytes)
  }

  #signed(bytes: number): number {
    this.#at += bytes
    return this.buffer.readIntBE(this.#at - bytes, bytes)
  }

  #unexpected(lead: number): never {
    throw new TypeError(
      `The script's answer has 0x${lead.toString(16)} at ${this.#at}, which it never packs.`,
    )
  }
}
