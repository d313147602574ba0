import type { BulkCounts, BulkOutcome, BulkRow, FrozenList } from '#shared/bulk.ts'
import { BULK_OUTCOMES } from '#shared/bulk.ts'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { RowFormat, SessionState } from '#shared/model.ts'
import { LIMITS } from '#shared/model.ts'
import { fromBinary, toBytes } from '../bytes.ts'
import { keepsRelated } from '../formats/registry.ts'
import { toCell } from '../index/fresh-row.ts'
import { findFlaws } from '../index/judge.ts'
import { MessageReader } from '../index/message-reader.ts'
import { RawValues } from '../index/raw-values.ts'
import { orNull } from '../index/row-table.ts'
import type { LibrarySession } from '../index/session-list.ts'
import { TextCache } from '../index/text-cache.ts'
import { MARK_BYTES } from './bulk-scripts.ts'

const STATES: readonly SessionState[] = ['session', 'incomplete', 'foreign']
const TOP_USERS = 5
/** Instead of the moment at which a key expires: there is none, and the server cannot tell. */
const NO_END = -1
const NOT_TOLD = -3
/** Formats that fit one byte; there is a handful, each with some encodings. */
const MOST_FORMATS = 255
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
  /** Places in #known; 0 for none. */
  readonly #formats: Uint8Array
  readonly #known: (RowFormat | null)[] = [null]
  readonly #libraries: (id: string) => LibrarySession | null
  /** Place in BULK_OUTCOMES plus one; 0 before the action. */
  readonly #outcomes: Uint8Array
  #order: Uint32Array | null = null
  #gone = 0
  #tellsExpiry = true

  /**
   * @param most keys that may be added
   * @param libraries what is known of a session of another library; the server tells of ours alone
   */
  constructor(most: number, libraries: (id: string) => LibrarySession | null = () => null) {
    this.#libraries = libraries
    this.#formats = new Uint8Array(most)
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
      const expiry = reader.integer()
      this.#expiries[place] = expiry
      if (expiry === NOT_TOLD) this.#tellsExpiry = false
      if (!this.isSession(place)) this.#addLibrary(place, id)
      this.#sizes[place] = reader.integer()
      const length = reader.text()
      reply.copy(this.#marks, place * MARK_BYTES, reader.end - length, reader.end)
    }
  }

  #addLibrary(place: number, id: string): void {
    const found = this.#libraries(id)
    if (found === null) return
    const known = this.#known.indexOf(found.format)
    const at = known >= 0 ? known : this.#known.length
    if (at > MOST_FORMATS) return
    this.#known[at] = found.format
    this.#formats[place] = at
    this.#users[place] = found.user
    this.#lastAccessed[place] = found.lastAccessedAt ?? Number.NaN
    this.#expiries[place] = found.endsAt ?? NO_END
  }

  /** Whether its library keeps further keys beside it. */
  mayHaveRelated(place: number): boolean {
    const format = this.#format(place)
    return format !== null && keepsRelated(format.id)
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
  summary(): Pick<FrozenList, 'total' | 'states' | 'libraries' | 'gone' | 'users' | 'latest'> & {
    /** Bytes of all DUMPs. */
    readonly bytes: number
    /** Whether the server tells the moment at which a key expires. */
    readonly tellsExpiry: boolean
  } {
    const states = { session: 0, incomplete: 0, foreign: 0 }
    const users = new Map<string, { readonly user: Bytes; keys: number }>()
    let anonymous = 0
    let bytes = 0
    let [sessions, withRelated] = [0, 0]
    for (let place = 0; place < this.size; place += 1) {
      bytes += this.bytes(place)
      if (this.#formats[place] === 0) states[this.#state(place)] += 1
      else sessions += 1
      if (this.mayHaveRelated(place)) withRelated += 1
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
      libraries: { sessions, withRelated },
      gone: this.#gone,
      users: {
        count: users.size,
        anonymous,
        top: [...users.values()].sort((a, b) => b.keys - a.keys).slice(0, TOP_USERS),
      },
      latest: first === undefined || at === null ? null : { user: this.#users[first] ?? null, at },
      bytes,
      tellsExpiry: this.#tellsExpiry,
    }
  }

  #state(place: number): SessionState {
    return STATES[this.#states[place] ?? 0] ?? 'session'
  }

  #format(place: number): RowFormat | null {
    return this.#known[this.#formats[place] ?? 0] ?? null
  }

  #row(place: number): BulkRow {
    const expiry = this.#expiries[place] ?? NO_END
    const format = this.#format(place)
    return {
      id: toBytes(fromBinary(this.id(place))),
      user: this.#users[place] ?? null,
      state: this.#state(place),
      format: format === null ? null : { name: format.name, encoding: format.encoding },
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
