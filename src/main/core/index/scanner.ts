import type { Redis } from 'ioredis'
import { toBinary } from '../bytes.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { prefixPattern } from './glob.ts'

export interface ScanBatch {
  /** Ids found, as binary strings. SCAN may name one twice, in one batch or in two. */
  readonly ids: readonly string[]
  /** Keys of the database looked at so far in this pass, about: SCAN only promises COUNT as a hint. */
  readonly scanned: number
  readonly done: boolean
}

/** One pass over the keys of a prefix, a batch at a time: whoever asks for the next batch sets the pace. */
export class ScanPass {
  readonly #client: Redis
  readonly #pattern: string
  readonly #prefixLength: number
  #cursor = '0'
  #scanned = 0
  #done = false

  constructor(client: Redis, prefix: string) {
    this.#client = client
    this.#pattern = prefixPattern(prefix)
    this.#prefixLength = Buffer.byteLength(prefix)
  }

  get done(): boolean {
    return this.#done
  }

  /**
   * @param count keys to look at, about
   * @throws AppError; the same batch is read again by the next call
   */
  async next(count: number): Promise<ScanBatch> {
    try {
      const [cursor, keys] = await this.#client.scanBuffer(
        this.#cursor,
        'MATCH',
        this.#pattern,
        'COUNT',
        count,
      )
      this.#cursor = cursor.toString()
      this.#scanned += count
      this.#done = this.#cursor === '0'
      return {
        ids: [...new Set(keys.map((key) => toBinary(key.subarray(this.#prefixLength))))],
        scanned: this.#scanned,
        done: this.#done,
      }
    } catch (error) {
      throw toAppError(error)
    }
  }
}
