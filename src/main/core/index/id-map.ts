/** Shards: a Map that grows moves all that it holds at once, which takes 100 ms at a million entries. */
const SHARDS = 256

/** From ids to slots. */
export class IdMap {
  readonly #shards = Array.from({ length: SHARDS }, () => new Map<string, number>())

  /** The slot of an id, or -1. */
  get(id: string): number {
    return this.#shard(id).get(id) ?? -1
  }

  set(id: string, slot: number): void {
    this.#shard(id).set(id, slot)
  }

  delete(id: string): void {
    this.#shard(id).delete(id)
  }

  /** By the last characters, which differ also where ids have a namespace or a time in front. */
  #shard(id: string): Map<string, number> {
    const last = id.length - 1
    const hash = last < 1 ? last : 31 * id.charCodeAt(last) + id.charCodeAt(last - 1)
    return this.#shards[hash & (SHARDS - 1)] as Map<string, number>
  }
}
