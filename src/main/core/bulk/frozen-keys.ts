import type { BulkCounts, BulkOutcome, BulkRow, FrozenList } from '#shared/bulk.ts'
import { BULK_OUTCOMES } from '#shared/bulk.ts'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { SessionState } from '#shared/model.ts'
import { LIMITS } from '#shared/model.ts'
import { fromBinary, toBytes } from '../bytes.ts'
import { toCell } from '../index/fresh-row.ts'
import { findFlaws } from '../index/judge.ts'
import { MessageReader } from '../index/message-reader.ts'
import { RawValues } from '../index/raw-values.ts'
import { orNull } from '../index/row-table.ts'
import { TextCache } from '../index/text-cache.ts'
import { MARK_BYTES } from './bulk-scripts.ts'

const STATES: readonly SessionState[] = ['session', 'incomplete', 'foreign']
const TOP_USERS = 5
/** Places below which a moment and a place fit one exact number. */
const PLACES = 2 ** 20

/** The keys of a frozen list, in columns: there may be a million of them. */
export class FrozenKeys {
  readonly #ids: string[] = []
  readonly #users: (Bytes | null)[] = []
  readonly #texts = new TextCache()
  readonly #states: Uint8Array
  readonly #lastAccessed: Float64Array
  readonly #expiries: Float64Array
  readonly #sizes: Uint32Array
  readonly #marks: Buffer
  /** Place in BULK_OUTCOMES plus one; 0 before the action. */
  readonly #outcomes: Uint8Array
  #order: Uint32Array | null = null
  #gone = 0

  /** @param most keys that may be added */
  constructor(most: number) {
    this.#states = new Uint8Array(most)
    this.#lastAccessed = new Float64Array(most)
    this.#expiries = new Float64Array(most)
    this.#sizes = new Uint32Array(most)
    this.#marks = Buffer.alloc(most * MARK_BYTES)
    this.#outcomes = new Uint8Array(most)
  }

  get size(): number {
    return this.#ids.length
  }

  id(place: number): string {
    return this.#ids[place] ?? ''
  }

  isSession(place: number): boolean {
    return this.#states[place] === 0
  }

  /** Bytes of its DUMP. */
  bytes(place: number): number {
    return this.#sizes[place] ?? 0
  }

  /** What these are known again by, one after the other; see bulk-scripts.ts. */
  marks(places: readonly number[]): Buffer {
    const marks = Buffer.allocUnsafe(places.length * MARK_BYTES)
    for (const [at, place] of places.entries())
      this.#marks.copy(marks, at * MARK_BYTES, place * MARK_BYTES, (place + 1) * MARK_BYTES)
    return marks
  }

  /** Adds keys as the script FREEZE answers them. @param ids those that it was asked for */
  add(ids: readonly string[], reply: Buffer): void {
    const reader = new MessageReader(reply)
    const values = new RawValues(reply)
    reader.array()
    reader.integer()
    for (const id of ids) {
      const place = this.#ids.length
      if (reader.atArray) {
        const count = reader.array()
        for (let at = 0; at < count; at += 1) {
          const length = reader.text()
          values.put(at, reader.end, length)
        }
        this.#states[place] = findFlaws(values) === 0 ? 0 : 1
        this.#lastAccessed[place] = values.moment(1)
        this.#users.push(
          values.has(3)
            ? (values.plain(3, LIMITS.cellCharacters, this.#texts) ?? toCell(values.bytes(3)))
            : null,
        )
      } else {
        if (reader.text() < 0) {
          this.#gone += 1
          continue
        }
        this.#states[place] = 2
        this.#lastAccessed[place] = Number.NaN
        this.#users.push(null)
      }
      this.#ids.push(id)
      this.#expiries[place] = reader.integer()
      this.#sizes[place] = reader.integer()
      const length = reader.text()
      reply.copy(this.#marks, place * MARK_BYTES, reader.end - length, reader.end)
    }
  }

  setOutcome(place: number, outcome: BulkOutcome): void {
    this.#outcomes[place] = BULK_OUTCOMES.indexOf(outcome) + 1
  }

  isJudged(place: number): boolean {
    return this.#outcomes[place] !== 0
  }

  counts(): BulkCounts {
    const counts = BULK_OUTCOMES.map(() => 0)
    for (let place = 0; place < this.size; place += 1) {
      const outcome = (this.#outcomes[place] ?? 0) - 1
      if (outcome >= 0) counts[outcome] = (counts[outcome] ?? 0) + 1
    }
    return Object.fromEntries(BULK_OUTCOMES.map((name, at) => [name, counts[at] ?? 0])) as BulkCounts
  }

  /** @param outcome only those of which this came; null for all */
  rows(
    offset: number,
    limit: number,
    outcome: BulkOutcome | null,
  ): { readonly rows: readonly BulkRow[]; readonly total: number } {
    const code = outcome === null ? -1 : BULK_OUTCOMES.indexOf(outcome) + 1
    const order = this.#byActivity()
    const places = code < 0 ? order : order.filter((place) => this.#outcomes[place] === code)
    return {
      rows: Array.from(places.subarray(offset, offset + limit), (place) => this.#row(place)),
      total: places.length,
    }
  }

  /** What they are all together. */
  summary(): Pick<FrozenList, 'total' | 'states' | 'gone' | 'users' | 'latest'> & {
    /** Bytes of all DUMPs. */
    readonly bytes: number
    /** Whether the server tells the moment at which a key expires. */
    readonly tellsExpiry: boolean
  } {
    const states = { session: 0, incomplete: 0, foreign: 0 }
    const users = new Map<string, { readonly user: Bytes; keys: number }>()
    let anonymous = 0
    let bytes = 0
    for (let place = 0; place < this.size; place += 1) {
      states[this.#state(place)] += 1
      bytes += this.bytes(place)
      const user = this.#users[place] ?? null
      if (user === null || user === '') anonymous += 1
      else {
        const name = bytesId(user)
        const known = users.get(name)
        if (known === undefined) users.set(name, { user, keys: 1 })
        else known.keys += 1
      }
    }
    const [first] = this.#byActivity()
    const at = first === undefined ? null : orNull(this.#lastAccessed[first])
    return {
      total: this.size,
      states,
      gone: this.#gone,
      users: {
        count: users.size,
        anonymous,
        top: [...users.values()].sort((a, b) => b.keys - a.keys).slice(0, TOP_USERS),
      },
      latest: first === undefined || at === null ? null : { user: this.#users[first] ?? null, at },
      bytes,
      tellsExpiry: this.#expiries[0] !== -3,
    }
  }

  #state(place: number): SessionState {
    return STATES[this.#states[place] ?? 0] ?? 'session'
  }

  #row(place: number): BulkRow {
    const expiry = this.#expiries[place] ?? -1
    return {
      id: toBytes(fromBinary(this.id(place))),
      user: this.#users[place] ?? null,
      state: this.#state(place),
      lastAccessedAt: orNull(this.#lastAccessed[place]),
      expiresAt: expiry < 0 ? null : expiry,
      outcome: BULK_OUTCOMES[(this.#outcomes[place] ?? 0) - 1] ?? null,
    }
  }

  /**
   * Places, whoever was active last first. Sorted as numbers of a second and a place each, since comparing a million by a
   * function would hold everything else up.
   */
  #byActivity(): Uint32Array {
    if (this.#order?.length === this.size) return this.#order
    const keys = new Float64Array(this.size)
    for (let place = 0; place < this.size; place += 1) {
      const second = Math.floor((this.#lastAccessed[place] ?? 0) / 1000)
      keys[place] = (second > 0 ? second : 0) * PLACES + place
    }
    keys.sort().reverse()
    this.#order = Uint32Array.from(keys, (key) => key % PLACES)
    return this.#order
  }
}
