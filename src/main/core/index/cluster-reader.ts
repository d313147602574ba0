import type { ClusterClient, Holding } from '../connection/cluster-client.ts'
import { slotsUnder } from '../connection/key-slot.ts'
import type { ReadPlan } from './columns.ts'
import {
  byFrequency,
  KeyReader,
  type KeyReaderOptions,
  type ReadReply,
  type ReadResult,
} from './key-reader.ts'
import type { ListReader } from './list-reader.ts'

/**
 * Reads the keys of a cluster, each on the master that serves its slot: one call for all of a batch that lie on the
 * same one. What has moved meanwhile is read by itself, wherever it is. Keys that nobody serves are left out: they stay
 * as they were.
 */
export class ClusterReader implements ListReader {
  readonly #options: KeyReaderOptions
  readonly #client: ClusterClient
  readonly #slotOf: (id: string) => number
  /** Follows a key to where it is. */
  readonly #wherever: KeyReader
  #readers: readonly (readonly [id: string, reader: KeyReader])[] = []

  constructor(options: KeyReaderOptions & { readonly client: ClusterClient }) {
    this.#options = options
    this.#client = options.client
    this.#slotOf = slotsUnder(options.prefix)
    this.#wherever = new KeyReader(options)
  }

  get shards(): readonly KeyReader[] {
    return this.#current().map(([, reader]) => reader)
  }

  get scripted(): boolean {
    return this.#wherever.scripted && this.shards.every(({ scripted }) => scripted)
  }

  reset(): void {
    this.#wherever.reset()
    for (const shard of this.shards) shard.reset()
  }

  async read(ids: readonly string[], plan: ReadPlan, take: (reply: ReadReply) => void): Promise<void> {
    await Promise.all(this.#parted(ids).map(([reader, some]) => reader.read(some, plan, take)))
  }

  async fieldNames(ids: readonly string[]): Promise<readonly string[]> {
    const counts = new Map<string, number>()
    const found = await Promise.all(this.#parted(ids).map(([reader, some]) => reader.fieldCounts(some)))
    for (const some of found)
      for (const [name, count] of some) counts.set(name, (counts.get(name) ?? 0) + count)
    return byFrequency(counts)
  }

  async holdings(): Promise<ReadonlyMap<KeyReader, Holding>> {
    const readers = this.#current()
    const holdings = await this.#client.holdings()
    return new Map(
      readers.flatMap(([id, reader]) => {
        const holding = holdings.get(id)
        return holding === undefined ? [] : [[reader, holding] as const]
      }),
    )
  }

  /** One reader for each master, which stays as long as its connection: it keeps replies in their order. */
  #current(): readonly (readonly [id: string, reader: KeyReader])[] {
    const { shards } = this.#client
    const isCurrent =
      shards.length === this.#readers.length &&
      shards.every(({ id, client }, place) => {
        const [known, reader] = this.#readers[place] ?? []
        return id === known && client === reader?.client
      })
    if (!isCurrent) {
      this.#readers = shards.map(({ id, client }) => {
        const known = this.#readers.find(([name, reader]) => name === id && reader.client === client)
        return known ?? [id, new KeyReader({ ...this.#options, client, elsewhere: this.#elsewhere })]
      })
    }
    return this.#readers
  }

  #parted(ids: readonly string[]): readonly (readonly [KeyReader, readonly string[]])[] {
    const readers = new Map(this.#current())
    const parts = new Map<KeyReader, string[]>()
    for (const id of ids) {
      const shard = this.#client.shardOfSlot(this.#slotOf(id))
      const reader = readers.get(shard?.id ?? '')
      if (reader === undefined) continue
      const part = parts.get(reader)
      if (part === undefined) parts.set(reader, [id])
      else part.push(id)
    }
    return [...parts]
  }

  readonly #elsewhere = async (ids: readonly string[], plan: ReadPlan): Promise<ReadResult> => {
    const served = ids.filter((id) => this.#client.shardOfSlot(this.#slotOf(id)) !== undefined)
    const found = await Promise.all(served.map((id) => this.#wherever.readApart([id], plan)))
    return { rows: found.flatMap(({ rows }) => rows), gone: found.flatMap(({ gone }) => gone) }
  }
}
