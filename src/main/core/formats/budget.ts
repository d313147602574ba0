import { FORMAT_LIMITS, type FormatLimits } from './limits.ts'

/** Why a value, or the rest of it, cannot be decoded. The message is a sentence for the screen. */
export class Undecodable extends Error {
  override readonly name: string = 'Undecodable'
}

/** The bytes end before the value does. */
export class Truncated extends Undecodable {
  override readonly name = 'Truncated'
  constructor(message = 'The value ends before it is complete.') {
    super(message)
  }
}

/** A limit was met. */
export class OverLimit extends Undecodable {
  override readonly name = 'OverLimit'
}

/** Values between two looks at the clock. */
const STRIDE = 256

/** What is left of the limits while one value is decoded. Each method throws {@link OverLimit} where nothing is. */
export class Budget {
  readonly limits: FormatLimits
  #deadline: number | null = null
  #items = 0
  #bytes = 0
  #depth = 0

  constructor(limits: FormatLimits = FORMAT_LIMITS) {
    this.limits = limits
  }

  /** A value begins. */
  item(): void {
    this.#items += 1
    if (this.#items > this.limits.items) {
      throw new OverLimit(`It has more than ${this.limits.items.toLocaleString('en')} values.`)
    }
    if (this.#items % STRIDE === 0) this.time()
  }

  /** The first look begins the time: most values end before there is one, and a clock costs as much as some of them. */
  time(): void {
    const now = performance.now()
    this.#deadline ??= now + this.limits.milliseconds
    if (now > this.#deadline) {
      throw new OverLimit(`Decoding it takes longer than ${this.limits.milliseconds} ms.`)
    }
  }

  /** Bytes go into the tree. */
  bytes(count: number): void {
    this.#bytes += count
    if (this.#bytes > this.limits.treeBytes) {
      throw new OverLimit(`Decoded it takes more than ${inMegabytes(this.limits.treeBytes)}.`)
    }
  }

  /** Values inside a value begin; {@link leave} is their end. After a failure the budget is spent, and nobody leaves. */
  enter(): void {
    this.#depth += 1
    if (this.#depth > this.limits.depth) {
      throw new OverLimit(`Values lie within values more than ${this.limits.depth} deep.`)
    }
  }

  leave(): void {
    this.#depth -= 1
  }

  /** @throws OverLimit for more bytes than are decoded at all */
  whole(size: number): void {
    if (size > this.limits.bytes) {
      throw new OverLimit(
        `It has ${inMegabytes(size)}; values up to ${inMegabytes(this.limits.bytes)} are decoded.`,
      )
    }
  }
}

const inMegabytes = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
