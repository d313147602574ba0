import type { HistoryOutcome } from '#shared/history.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import type { KeyChange, KeyState } from '../store/key-state.ts'
import { type Obstacle, revert } from './revert.ts'

/** What takes a write back. */
export interface Reversible {
  /** Keys that it is about. */
  readonly count: number
  /** What it holds of them as they were. */
  readonly bytes: number
  /** Whether it brings this key back, which the write has deleted. Left out where that is not known key by key. */
  bringsBack?(key: Buffer): boolean
  /**
   * @param force also where the keys have changed since
   * @returns what came of it, or what stood in the way; then nothing was written
   * @throws AppError; then nothing was written
   */
  revert(force: boolean, onProgress: (done: number) => void): Promise<Reverted | Obstacle>
}

export interface Reverted {
  /** What takes that back again; null where nothing was written. */
  readonly inverse: Reversible | null
  /** What is left to be taken back, and why, where it broke off. */
  readonly rest: { readonly reversible: Reversible; readonly error: unknown } | null
  /** The keys that were written. */
  readonly keys: readonly (string | Buffer)[]
  /** What it did to each of a few; empty for many. */
  readonly changes: readonly KeyChange[]
  /** Those of them that exist now; only the first few of many. */
  readonly existing: readonly (string | Buffer)[]
  /** How many were taken back, and how many were not. */
  readonly counts: HistoryOutcome['counts']
}

/** Few keys, taken back all or none. */
export class KeyChanges implements Reversible {
  readonly count = 1
  readonly bytes: number
  readonly #client: RedisClient
  readonly #changes: readonly KeyChange[]

  constructor(client: RedisClient, changes: readonly KeyChange[]) {
    this.#client = client
    this.#changes = changes
    this.bytes = changes.reduce((sum, { before }) => sum + sizeOf(before), 0)
  }

  bringsBack(key: Buffer): boolean {
    return this.#changes.some(
      ({ key: changed, before, after }) =>
        before.dump !== null && after.sha === null && Buffer.from(changed).equals(key),
    )
  }

  async revert(force: boolean): Promise<Reverted | Obstacle> {
    const result = await revert(this.#client, this.#changes, force)
    if ('kind' in result) return result
    return {
      inverse: new KeyChanges(this.#client, result),
      rest: null,
      keys: result.map(({ key }) => key),
      changes: result,
      existing: this.#changes
        .filter(({ before, part }) => before.dump !== null && part === undefined)
        .map(({ key }) => key),
      counts: { done: 1, expired: 0, changed: 0, gone: 0 },
    }
  }
}

const sizeOf = ({ dump, fields, value }: KeyState): number =>
  (dump?.length ?? 0) + (value?.length ?? 0) + (fields ?? []).reduce((sum, word) => sum + word.length, 0)
