/** Shards: a table that grows moves all that it holds at once, which takes 50 ms at a million entries. */
const SHARD_BITS = 6
/** Entries of a shard at first, a power of two; one more than FULL of them are taken, and it doubles. */
const FIRST_ENTRIES = 16
const FULL = 0.6
const FREE = -1

/**
 * From ids to slots, by open addressing. A Map of strings would hash each of them anew and keep it a second time: it
 * took a third of what the main process spends on a scan, and 50 bytes a row where these are 15.
 */
export class IdMap {
  readonly #idOf: (slot: number) => string
  readonly #shards = Array.from({ length: 1 << SHARD_BITS }, () => new Shard())
  /** Ids come from whoever fills the database, who must not be able to choose what collides. */
  readonly #seed = (Math.random() * 2 ** 32) | 0
  /** Whoever puts an id in has looked for it just before. */
  #lastId = ''
  #lastHash = 0

  /** @param idOf the id in a slot that was set, until it is set to another one or deleted */
  constructor(idOf: (slot: number) => string) {
    this.#idOf = idOf
  }

  /** The slot of an id, or -1. */
  get(id: string): number {
    const hash = this.#hash(id)
    const shard = this.#shard(hash)
    const at = this.#find(shard, id, hash)
    return at < 0 ? -1 : shard.slot(at)
  }

  set(id: string, slot: number): void {
    const hash = this.#hash(id)
    const shard = this.#shard(hash)
    const at = this.#find(shard, id, hash)
    if (at < 0) shard.add(hash, slot)
    else shard.put(at, hash, slot)
  }

  delete(id: string): void {
    const hash = this.#hash(id)
    const shard = this.#shard(hash)
    const at = this.#find(shard, id, hash)
    if (at >= 0) shard.remove(at)
  }

  #shard(hash: number): Shard {
    return this.#shards[hash >>> (32 - SHARD_BITS)] as Shard
  }

  #find(shard: Shard, id: string, hash: number): number {
    for (let at = shard.first(hash); shard.slot(at) !== FREE; at = shard.next(at)) {
      if (shard.hash(at) === hash && this.#idOf(shard.slot(at)) === id) return at
    }
    return -1
  }

  /** FNV-1a, its bits then mixed as MurmurHash3 does, since the low ones choose the entry and the high ones the shard. */
  #hash(id: string): number {
    if (id === this.#lastId && id !== '') return this.#lastHash
    let hash = this.#seed
    for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x0100_0193)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
    hash ^= hash >>> 16
    this.#lastId = id
    this.#lastHash = hash
    return hash
  }
}

/** Entries of a hash and a slot, side by side: a search that meets others on its way stays in one cache line. */
class Shard {
  #entries = new Int32Array(2 * FIRST_ENTRIES).fill(FREE)
  #mask = FIRST_ENTRIES - 1
  #size = 0

  /** Where the search for a hash begins. */
  first(hash: number): number {
    return hash & this.#mask
  }

  next(at: number): number {
    return (at + 1) & this.#mask
  }

  hash(at: number): number {
    return this.#entries[2 * at] as number
  }

  slot(at: number): number {
    return this.#entries[2 * at + 1] as number
  }

  put(at: number, hash: number, slot: number): void {
    this.#entries[2 * at] = hash
    this.#entries[2 * at + 1] = slot
  }

  add(hash: number, slot: number): void {
    if (this.#size >= FULL * (this.#mask + 1)) this.#grow()
    this.#insert(hash, slot)
    this.#size += 1
  }

  /** Takes an entry out and moves those behind it up, so that no search ends before them. */
  remove(at: number): void {
    this.#size -= 1
    let gap = at
    for (let from = this.next(gap); this.slot(from) !== FREE; from = this.next(from)) {
      const hash = this.hash(from)
      const fromFirst = (from - this.first(hash)) & this.#mask
      const fromGap = (from - gap) & this.#mask
      if (fromFirst < fromGap) continue
      this.put(gap, hash, this.slot(from))
      gap = from
    }
    this.put(gap, FREE, FREE)
  }

  #insert(hash: number, slot: number): void {
    let at = this.first(hash)
    while (this.slot(at) !== FREE) at = this.next(at)
    this.put(at, hash, slot)
  }

  #grow(): void {
    const old = this.#entries
    this.#entries = new Int32Array(2 * old.length).fill(FREE)
    this.#mask = 2 * this.#mask + 1
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] !== FREE) this.#insert(old[i] as number, old[i + 1] as number)
    }
  }
}
