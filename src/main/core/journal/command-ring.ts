/** The last things, oldest first: at most so many, and at most so many bytes of them; one at least. */
export class Ring<T extends { readonly bytes: number }> {
  readonly #slots: (T | undefined)[]
  readonly #mostBytes: number
  #first = 0
  #length = 0
  #bytes = 0

  constructor(most: number, mostBytes: number) {
    this.#slots = new Array<T | undefined>(most)
    this.#mostBytes = mostBytes
  }

  get length(): number {
    return this.#length
  }

  get bytes(): number {
    return this.#bytes
  }

  get first(): T | undefined {
    return this.#slots[this.#first]
  }

  push(item: T): void {
    if (this.#length === this.#slots.length) this.#drop()
    this.#slots[(this.#first + this.#length) % this.#slots.length] = item
    this.#length += 1
    this.grow(item.bytes)
  }

  /** One of them takes more bytes than when it came. */
  grow(bytes: number): void {
    this.#bytes += bytes
    while (this.#bytes > this.#mostBytes && this.#length > 1) this.#drop()
  }

  clear(): void {
    while (this.#length > 0) this.#drop()
  }

  /** From the newest to the oldest. */
  *backwards(): Generator<T, void> {
    for (let at = this.#length - 1; at >= 0; at -= 1) {
      const item = this.#slots[(this.#first + at) % this.#slots.length]
      if (item !== undefined) yield item
    }
  }

  #drop(): void {
    this.#bytes -= this.#slots[this.#first]?.bytes ?? 0
    this.#slots[this.#first] = undefined
    this.#first = (this.#first + 1) % this.#slots.length
    this.#length -= 1
  }
}
