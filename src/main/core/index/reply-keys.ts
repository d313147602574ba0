import type { ReadPlan } from './columns.ts'
import type { RawKey } from './fresh-row.ts'
import type { MessageReader } from './message-reader.ts'
import { RawValues } from './raw-values.ts'
import { ELSEWHERE } from './read-script.ts'

const GONE = -2

/**
 * The keys of a reply of the scripts that read batches, one after the other, as places in it: of a key that nobody wants
 * nothing is made.
 */
export class ReplyKeys {
  /** Of the key that it stands at, where that is a hash. One for all: it is the next key's after {@link next}. */
  readonly values: RawValues
  readonly #reader: MessageReader
  readonly #plan: ReadPlan
  #keyStart = 0
  #keyEnd = 0
  #isHash = false
  #count = 0
  #type = ''
  #peekStart = -1
  #peekEnd = -1
  #peekSize = 0
  #ttl = 0
  #size = -1

  /** @param reader at the first key */
  constructor(reader: MessageReader, plan: ReadPlan) {
    this.#reader = reader
    this.#plan = plan
    this.values = new RawValues(reader.buffer)
  }

  /** Goes on to the next key. @returns false at the end */
  next(): boolean {
    const reader = this.#reader
    if (reader.done) return false
    const length = reader.text()
    this.#keyStart = reader.end - length
    this.#keyEnd = reader.end
    this.#peekStart = -1
    this.#isHash = reader.atArray
    if (this.#isHash) {
      this.#count = reader.array()
      if (this.#count === 1 && reader.atArray) this.#peek()
      else {
        this.#type = 'hash'
        for (let place = 0; place < this.#count; place += 1) {
          const held = reader.text()
          this.values.put(place, reader.end, held)
        }
      }
    } else {
      const named = reader.text()
      this.#type = reader.buffer.toString('latin1', reader.end - named, reader.end)
    }
    this.#ttl = reader.integer()
    this.#size = this.#plan.size ? reader.integer() : -1
    return true
  }

  /** Read on another node by now. */
  get isElsewhere(): boolean {
    return !this.#isHash && this.#type === ELSEWHERE
  }

  get isGone(): boolean {
    return this.#ttl === GONE || this.#type === 'none'
  }

  /** A hash of our own, or one that has begun as such. */
  get isOurs(): boolean {
    return this.#isHash && this.#count <= this.#plan.fields.length
  }

  /** @param skip bytes of the prefix */
  id(skip: number): string {
    return this.#reader.buffer.toString('latin1', this.#keyStart + skip, this.#keyEnd)
  }

  /** The whole key. */
  get key(): Buffer {
    return this.#reader.buffer.subarray(this.#keyStart, this.#keyEnd)
  }

  raw(id: string): RawKey {
    const type = this.#type
    const ttl = this.#ttl
    const size = this.#size
    if (this.#isHash) return { id, values: this.values, type, ttl, size, hasExtras: !this.isOurs }
    if (this.#peekStart < 0) return { id, values: null, type, ttl, size }
    const start = this.#reader.buffer.subarray(this.#peekStart, this.#peekEnd)
    return { id, values: null, type, ttl, size, peek: { start, size: this.#peekSize } }
  }

  /** A string's beginning and its length, in an array of their own. */
  #peek(): void {
    const reader = this.#reader
    this.#isHash = false
    this.#type = 'string'
    reader.array()
    const length = reader.text()
    this.#peekStart = reader.end - length
    this.#peekEnd = reader.end
    this.#peekSize = reader.integer()
  }
}
