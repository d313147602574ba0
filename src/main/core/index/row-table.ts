import type { Bytes } from '#shared/bytes.ts'
import { endsDisagree, guideEnd } from '#shared/ends.ts'
import type { InsideEnd, RowFormat, SessionState } from '#shared/model.ts'
import { fromBinary, toBytes } from '../bytes.ts'
import { IdMap } from './id-map.ts'
import { foreignProblem, hashProblem, markerProblem } from './judge.ts'

/** A session as it was read. Moments are epoch milliseconds and NaN where there is none. */
export interface FreshRow {
  /** The id's bytes, one character each. */
  readonly id: string
  /** Redis TYPE. */
  readonly type: string
  /** What a hash lacks for being a session, of `Flaw`; 0 for nothing. */
  readonly flaws: number
  readonly createdAt: number
  readonly lastAccessedAt: number
  /** Seconds: our own, or the lifetime that another library's session tells. */
  readonly configuredTtl: number
  /** When Redis ends the key. */
  readonly expiresAt: number
  /** Values of the columns that were asked for, in their order. */
  readonly cells: readonly (Bytes | null)[]
  /** Of another library's format. @default null */
  readonly format?: RowFormat | null
  /** Who and when are still to be asked of the decoder's worker. @default false */
  readonly pending?: boolean
  /** The end that a session of another library has inside. @default null */
  readonly inside?: InsideEnd | null
  /** Milliseconds that a session of another library had left when it was read. @default NaN */
  readonly left?: number
}

/**
 * PTTL is relative and read over a network, so the moment computed from it wavers by the time a reply takes. A
 * difference of fewer milliseconds than this is no change.
 */
export const EXPIRY_TOLERANCE = 250

export const sameExpiry = (a: number | null, b: number | null): boolean =>
  a === b || (a !== null && b !== null && Math.abs(a - b) <= EXPIRY_TOLERANCE)

/** Moments that other libraries' rows reckon from the expiry waver with it. */
const nearMoment = (a: number, b: number): boolean => sameMoment(a, b) || Math.abs(a - b) <= EXPIRY_TOLERANCE

const sameMoment = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b))

export const sameCell = (a: Bytes | null, b: Bytes | null): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a?.base64 === b?.base64)

/** What a row keeps of its end inside, as bits. */
const INSIDE = { first: 1, disputed: 2 } as const
const insideBits = (inside: InsideEnd | null): number =>
  inside === null ? 0 : (inside.first ? INSIDE.first : 0) | (inside.disputed ? INSIDE.disputed : 0)

/** Whether it is a session that some library is known to have written. */
const isLibrarySession = (format: RowFormat): boolean => format.role === 'session' && format.id !== 'other'

/** A moment or a number as it is kept, NaN for none. */
export const orNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value

const FIRST_CAPACITY = 1024

/**
 * The rows of a list as columns, by slot. What a slot holds never changes while it is alive: a row that changes moves
 * to another slot, so that orders, which find slots by what they hold, can follow later. A slot that is no longer
 * alive keeps what it held until it is freed.
 */
export class RowTable {
  #capacity = 0
  /** Slots below this one have been used. */
  #used = 0
  #size = 0
  readonly #free: number[] = []
  readonly #slots = new IdMap((slot) => this.id(slot))
  readonly #types: string[] = ['hash']
  #ids: string[] = []
  #alive: Uint8Array = new Uint8Array(0)
  #type: Uint8Array = new Uint8Array(0)
  #flaws: Uint8Array = new Uint8Array(0)
  /** Places in `#formats`; 0 for none. */
  #format: Uint8Array = new Uint8Array(0)
  readonly #formats: (RowFormat | null)[] = [null]
  /** By place in `#formats`: whether it is a session, and the longest that one had left, in milliseconds. */
  readonly #librarySessions: boolean[] = [false]
  readonly #longest: number[] = [0]
  #pending: Uint8Array = new Uint8Array(0)
  #pendingCount = 0
  #revision: Uint32Array = new Uint32Array(0)
  #stamp: Uint32Array = new Uint32Array(0)
  #pass: Uint32Array = new Uint32Array(0)
  #createdAt: Float64Array = new Float64Array(0)
  #lastAccessedAt: Float64Array = new Float64Array(0)
  #configuredTtl: Float64Array = new Float64Array(0)
  #expiresAt: Float64Array = new Float64Array(0)
  #insideAt: Float64Array = new Float64Array(0)
  #inside: Uint8Array = new Uint8Array(0)
  /** By column; the places of columns that were given up are taken by later ones. */
  readonly #cells: ((Bytes | null)[] | null)[] = []

  /** Rows that are alive. */
  get size(): number {
    return this.#size
  }

  /** All slots are below this one. */
  get end(): number {
    return this.#used
  }

  /** The slot of an id, or -1. */
  find(id: string): number {
    return this.#slots.get(id)
  }

  alive(slot: number): boolean {
    return this.#alive[slot] === 1
  }

  id(slot: number): string {
    return this.#ids[slot] ?? ''
  }

  idBytes(slot: number): Bytes {
    return toBytes(fromBinary(this.id(slot)))
  }

  type(slot: number): string {
    return this.#types[this.#type[slot] ?? 0] ?? 'hash'
  }

  state(slot: number): SessionState {
    if (this.#type[slot] !== 0) return 'foreign'
    return this.#flaws[slot] === 0 ? 'session' : 'incomplete'
  }

  format(slot: number): RowFormat | null {
    return this.#formats[this.#format[slot] ?? 0] ?? null
  }

  /** Whether who and when are still to be asked of the decoder's worker. */
  pending(slot: number): boolean {
    return this.#pending[slot] === 1
  }

  /** Rows of which that is so. */
  get pendingCount(): number {
    return this.#pendingCount
  }

  /** A session, ours or that of a library which is known. */
  isSession(slot: number): boolean {
    return this.#librarySessions[this.#format[slot] ?? 0] === true || this.state(slot) === 'session'
  }

  problem(slot: number): string | null {
    if (this.#librarySessions[this.#format[slot] ?? 0] === true) return null
    const format = this.format(slot)
    if (format !== null && format.role !== 'session') return markerProblem(format)
    return this.#type[slot] === 0 ? hashProblem(this.#flaws[slot] ?? 0) : foreignProblem(this.type(slot))
  }

  createdAt(slot: number): number | null {
    return orNull(this.#createdAt[slot])
  }

  lastAccessedAt(slot: number): number | null {
    return orNull(this.#lastAccessedAt[slot])
  }

  /** Of a session of our own. */
  configuredTtl(slot: number): number | null {
    return this.#format[slot] === 0 ? orNull(this.#configuredTtl[slot]) : null
  }

  /**
   * Seconds that each access gives a session: as configured; as its library says in it; else, of a library that says
   * nothing, the longest that any of its sessions here had left when it was read.
   */
  lifetime(slot: number): number | null {
    const own = this.lifetimeInside(slot)
    const format = this.#format[slot] ?? 0
    if (own !== null || this.#librarySessions[format] !== true) return own
    const longest = this.#longest[format] ?? 0
    return longest > 0 ? longest / 1000 : null
  }

  expiresAt(slot: number): number | null {
    return orNull(this.#expiresAt[slot])
  }

  /** What a hash lacks for being a session, of `FLAWS`. */
  flaws(slot: number): number {
    return this.#flaws[slot] ?? 0
  }

  /** The same, as far as the session itself says it. */
  lifetimeInside(slot: number): number | null {
    return orNull(this.#configuredTtl[slot])
  }

  /** Whether a session's library ends it, before Redis does. */
  endsInside(slot: number): boolean {
    return ((this.#inside[slot] ?? 0) & INSIDE.first) !== 0
  }

  /** When a session ends by whichever is first, Redis or its library. */
  endsAt(slot: number): number | null {
    return this.endsInside(slot) ? orNull(this.#insideAt[slot]) : this.expiresAt(slot)
  }

  /** Whether Redis's TTL and what is inside differ, and not by the library's own working. */
  isDisputed(slot: number): boolean {
    if (this.state(slot) !== 'session') return ((this.#inside[slot] ?? 0) & INSIDE.disputed) !== 0
    const at = this.#ownEnd(slot)
    return at !== null && endsDisagree('guide', this.expiresAt(slot), at)
  }

  /** The end that a session says inside. */
  inside(slot: number): InsideEnd | null {
    const at = this.state(slot) === 'session' ? this.#ownEnd(slot) : orNull(this.#insideAt[slot])
    return at === null ? null : { at, first: this.endsInside(slot), disputed: this.isDisputed(slot) }
  }

  revision(slot: number): number {
    return this.#revision[slot] ?? 0
  }

  cell(slot: number, column: number): Bytes | null {
    return this.#cells[column]?.[slot] ?? null
  }

  /** Which set of columns this row was read with: {@link put}'s `stamp`. */
  stamp(slot: number): number {
    return this.#stamp[slot] ?? 0
  }

  /** The pass over all keys that last met this row. */
  pass(slot: number): number {
    return this.#pass[slot] ?? 0
  }

  /** For loops over very many rows: the moments as they are kept, NaN where there is none. */
  get expiries(): Float64Array {
    return this.#expiresAt
  }

  /** The same for {@link endsAt}. */
  ending(slot: number): number {
    return (this.endsInside(slot) ? this.#insideAt[slot] : this.#expiresAt[slot]) ?? Number.NaN
  }

  /** @returns where a further column is kept */
  addColumn(): number {
    // Filled: an array that begins far from its start would be kept as a slow dictionary.
    const cells = new Array<Bytes | null>(this.#used).fill(null)
    const place = this.#cells.indexOf(null)
    if (place >= 0) this.#cells[place] = cells
    return place >= 0 ? place : this.#cells.push(cells) - 1
  }

  dropColumn(column: number): void {
    this.#cells[column] = null
  }

  /**
   * Whether a row holds just this already, expiries compared with tolerance.
   * @param columns where the cells of the fresh row belong
   */
  holds(slot: number, row: FreshRow, columns: readonly number[]): boolean {
    return (
      this.#flaws[slot] === row.flaws &&
      this.type(slot) === row.type &&
      this.#format[slot] === this.#formatCode(row.format ?? null) &&
      this.pending(slot) === (row.pending ?? false) &&
      sameMoment(this.#createdAt[slot] ?? 0, row.createdAt) &&
      (row.format == null ? sameMoment : nearMoment)(this.#lastAccessedAt[slot] ?? 0, row.lastAccessedAt) &&
      sameMoment(this.#configuredTtl[slot] ?? 0, row.configuredTtl) &&
      sameMoment(this.#insideAt[slot] ?? 0, row.inside?.at ?? Number.NaN) &&
      this.#inside[slot] === insideBits(row.inside ?? null) &&
      sameExpiry(this.expiresAt(slot), orNull(row.expiresAt)) &&
      columns.every((column, position) => sameCell(this.cell(slot, column), row.cells[position] ?? null))
    )
  }

  /** Notes that a row was met, and with which set of columns it was read. */
  mark(slot: number, stamp: number, pass: number): void {
    this.#stamp[slot] = stamp
    if (pass > 0) this.#pass[slot] = pass
  }

  /**
   * Puts a row into a slot of its own; the one that its id had before is alive no longer.
   * @param before what {@link find} says of its id
   * @returns the slot
   */
  put(
    row: FreshRow,
    columns: readonly number[],
    revision: number,
    before: number = this.find(row.id),
  ): number {
    const slot = this.#free.pop() ?? this.#used++
    if (slot >= this.#capacity) this.#grow()
    this.#ids[slot] = before < 0 ? row.id : this.id(before)
    this.#alive[slot] = 1
    this.#type[slot] = this.#typeCode(row.type)
    this.#flaws[slot] = row.flaws
    this.#revision[slot] = revision
    this.#pass[slot] = before < 0 ? 0 : this.pass(before)
    this.#createdAt[slot] = row.createdAt
    const seen = before < 0 ? Number.NaN : (this.#lastAccessedAt[before] ?? Number.NaN)
    this.#lastAccessedAt[slot] =
      row.format != null && nearMoment(seen, row.lastAccessedAt) ? seen : row.lastAccessedAt
    const format = this.#formatCode(row.format ?? null)
    this.#format[slot] = format
    if (row.left !== undefined && row.left > (this.#longest[format] ?? 0)) this.#longest[format] = row.left
    this.#insideAt[slot] = row.inside?.at ?? Number.NaN
    this.#inside[slot] = insideBits(row.inside ?? null)
    this.#pending[slot] = row.pending ? 1 : 0
    if (row.pending) this.#pendingCount += 1
    if (before >= 0 && this.pending(before)) this.#pendingCount -= 1
    this.#configuredTtl[slot] = row.configuredTtl
    // Wavering is no change, also where something else has changed.
    const known = before < 0 ? Number.NaN : (this.#expiresAt[before] ?? Number.NaN)
    this.#expiresAt[slot] = sameExpiry(known, row.expiresAt) ? known : row.expiresAt
    for (let i = 0; i < columns.length; i += 1) {
      const cells = this.#cells[columns[i] ?? -1]
      if (cells) cells[slot] = row.cells[i] ?? null
    }
    this.#slots.set(this.id(slot), slot)
    if (before >= 0) this.#alive[before] = 0
    else this.#size += 1
    return slot
  }

  /** The row has gone; its slot keeps what it held until it is freed. */
  remove(slot: number): void {
    this.#slots.delete(this.id(slot))
    this.#alive[slot] = 0
    this.#size -= 1
    if (this.pending(slot)) this.#pendingCount -= 1
  }

  /** No order knows of this slot any more: it may hold another row. */
  free(slot: number): void {
    this.#ids[slot] = ''
    for (const cells of this.#cells) if (cells) cells[slot] = null
    this.#free.push(slot)
  }

  /** What is inside a session of our own is in columns of its own already. */
  #ownEnd(slot: number): number | null {
    return guideEnd(this.lastAccessedAt(slot), this.configuredTtl(slot))
  }

  #typeCode(type: string): number {
    const code = this.#types.indexOf(type)
    if (code >= 0) return code
    // Types beyond those of Redis come from modules, of which nobody has 250.
    return this.#types.length < 255 ? this.#types.push(type) - 1 : 254
  }

  #formatCode(format: RowFormat | null): number {
    if (format === null) return 0
    const same = this.#formats.indexOf(format)
    if (same > 0) return same
    const code = this.#formats.findIndex(
      (known) =>
        known !== null &&
        known.id === format.id &&
        known.role === format.role &&
        known.encoding === format.encoding,
    )
    if (code >= 0) return code
    // A handful of libraries, each with a few encodings.
    if (this.#formats.length === 255) return 254
    this.#librarySessions.push(isLibrarySession(format))
    this.#longest.push(0)
    return this.#formats.push(format) - 1
  }

  #grow(): void {
    const capacity = Math.max(FIRST_CAPACITY, Math.ceil(this.#capacity * 1.5))
    const bytes = (old: Uint8Array) => copyInto(new Uint8Array(capacity), old)
    const words = (old: Uint32Array) => copyInto(new Uint32Array(capacity), old)
    const moments = (old: Float64Array) => copyInto(new Float64Array(capacity), old)
    this.#alive = bytes(this.#alive)
    this.#type = bytes(this.#type)
    this.#flaws = bytes(this.#flaws)
    this.#format = bytes(this.#format)
    this.#pending = bytes(this.#pending)
    this.#revision = words(this.#revision)
    this.#stamp = words(this.#stamp)
    this.#pass = words(this.#pass)
    this.#createdAt = moments(this.#createdAt)
    this.#lastAccessedAt = moments(this.#lastAccessedAt)
    this.#configuredTtl = moments(this.#configuredTtl)
    this.#expiresAt = moments(this.#expiresAt)
    this.#insideAt = moments(this.#insideAt)
    this.#inside = bytes(this.#inside)
    this.#capacity = capacity
  }
}

function copyInto<T extends Uint8Array | Uint32Array | Float64Array>(wide: T, old: T): T {
  wide.set(old)
  return wide
}
