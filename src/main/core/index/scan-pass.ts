import type { ScanReply } from './key-reader.ts'
import { ScanRange } from './scan-range.ts'

/** Replies in a row whose cursors were places, before they are taken for places. */
const CONVINCING = 4
/** Keys in a part that is worth cutting: the last batch of its first half goes into the second, whose keys come twice. */
const WORTHWHILE = 4000

/** One pass over all keys of one server. */
export class ScanPass {
  /** What is left of it. */
  #ranges: readonly ScanRange[] = [new ScanRange()]
  #scanned = 0
  #inOrder = 0
  #isCut = false

  get ranges(): readonly ScanRange[] {
    return this.#ranges
  }

  /** Every key has been met. */
  get done(): boolean {
    return this.#ranges.length === 0
  }

  /** Keys looked at so far, about: SCAN only promises COUNT as a hint. */
  get scanned(): number {
    return this.#scanned
  }

  /**
   * Moves a part on after a batch. Not where the part has not come to where the batch began: a scan that is stopped and
   * resumed asks for a batch twice.
   */
  advance(range: ScanRange, cursor: string, count: number, reply: ScanReply): void {
    if (cursor !== range.cursor || !this.#ranges.includes(range)) return
    this.#scanned += count
    if (range.advance(reply.cursor)) this.#inOrder += 1
    else this.#doubt()
    this.#ranges = this.#ranges.filter(({ done }) => !done)
  }

  /** Cuts its largest part in two, where the server's cursors have been found to allow for that. */
  cut(): void {
    if (this.#inOrder < CONVINCING) return
    const largest = this.#ranges.reduce((a, b) => (b.left > a.left ? b : a))
    const met = 1 - this.#ranges.reduce((sum, { left }) => sum + left, 0)
    if ((largest.left / met) * this.#scanned < WORTHWHILE) return
    const latter = largest.split()
    if (latter === null) return
    this.#ranges = [...this.#ranges, latter]
    this.#isCut = true
  }

  /** A server whose cursors are no places is scanned from one end to the other; anew, where it has been cut already. */
  #doubt(): void {
    this.#inOrder = Number.NEGATIVE_INFINITY
    if (!this.#isCut) return
    this.#ranges = [new ScanRange()]
    this.#scanned = 0
  }
}
