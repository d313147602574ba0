import type { FormatId } from '#shared/formats.ts'
import { fromBinary } from '../bytes.ts'
import { RISK_DEFAULTS } from './defaults.ts'
import type { SampledId } from './id-quality.ts'

interface Group {
  readonly key: string
  readonly sample: SampledId[]
  count: number
  /** Of the generator that chooses the sample: the same rows give the same sample, so that estimates do not waver. */
  chance: number
}

/** Ids in groups that one generator may have made: of one library and one length. Of each a sample, spread over all. */
export class IdGroups {
  readonly #groups = new Map<string, Group>()

  /** The part that is made by the library: what is before the last colon is a namespace. */
  static tokenOf(id: string): string {
    return id.slice(id.lastIndexOf(':') + 1)
  }

  static keyOf(id: string, library: FormatId): string {
    return `${library} ${id.length - id.lastIndexOf(':') - 1}`
  }

  /** @param id a byte a character @param createdAt epoch milliseconds */
  add(id: string, library: FormatId, createdAt: number | null): void {
    const key = IdGroups.keyOf(id, library)
    let group = this.#groups.get(key)
    if (group === undefined) {
      if (this.#groups.size >= RISK_DEFAULTS.idGroups) return
      group = { key, sample: [], count: 0, chance: 1 }
      this.#groups.set(key, group)
    }
    group.count += 1
    const { sample, count } = group
    group.chance = (Math.imul(group.chance, 1_664_525) + 1_013_904_223) >>> 0
    // Reservoir sampling: each of the group has the same chance, however many there are.
    const place =
      sample.length < RISK_DEFAULTS.sampledIds ? sample.length : Math.floor((group.chance / 2 ** 32) * count)
    if (place < RISK_DEFAULTS.sampledIds)
      sample[place] = { id: fromBinary(IdGroups.tokenOf(id)).toString(), createdAt }
  }

  /** The largest first. */
  get groups(): readonly Group[] {
    return [...this.#groups.values()].sort((a, b) => b.count - a.count)
  }
}
