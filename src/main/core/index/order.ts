import type { Sort } from '#shared/model.ts'
import type { RowTable } from './row-table.ts'
import { SLICE_STEPS, type Sliced } from './sliced.ts'
import type { SortColumn } from './sort-column.ts'
import { sortSlots } from './sort-slots.ts'

const NONE = new Uint32Array(0)

/** Says whether the row in a slot belongs to an order. */
export type SlotPredicate = (slot: number) => boolean

/**
 * The rows that match a predicate in the order of a column, those without a value last. It is told what comes, sees
 * for itself what has gone, and takes both in when it is next asked: in one pass, however many there are. Rows without a
 * value, which may be most, are only put in their own order when somebody looks there.
 */
export class Order {
  readonly #table: RowTable
  readonly #by: SortColumn
  readonly #byId: SortColumn
  readonly #matches: SlotPredicate | null
  #valued: Uint32Array = NONE
  #empty: Uint32Array = NONE
  /** Further ones without a value, in no order yet: they come behind the others. */
  #loose: Uint32Array = NONE
  #added: number[] = []
  #stale = false
  #restedAt = 0
  #built = false

  constructor(table: RowTable, by: SortColumn, byId: SortColumn, matches: SlotPredicate | null) {
    this.#table = table
    this.#by = by
    this.#byId = byId
    this.#matches = matches
  }

  get length(): number {
    return this.#valued.length + this.#empty.length + this.#loose.length
  }

  /** Whether it has taken in all that it was told. */
  get current(): boolean {
    return !this.#stale && this.#added.length === 0
  }

  /** Rows that it was told of and has not taken in. */
  get backlog(): number {
    return this.#added.length
  }

  /** Whether it can be looked at up to a position, or its end. */
  isArranged(reach = Number.POSITIVE_INFINITY): boolean {
    return this.#built && (this.#loose.length === 0 || reach <= this.#valued.length)
  }

  added(slot: number): void {
    this.#added.push(slot)
  }

  /** A slot is no longer alive. */
  removed(): void {
    this.#stale = true
  }

  /** Sorts the rows that there are; what is told meanwhile is taken in by {@link sync}. */
  *build(): Sliced {
    // At one moment: a slot that is freed and taken again meanwhile would be met twice.
    this.#added = []
    this.#stale = false
    const slots: number[] = []
    for (let slot = 0; slot < this.#table.end; slot += 1) if (this.#table.alive(slot)) slots.push(slot)
    yield
    const [valued, empty] = yield* this.#parted(slots)
    yield* sortSlots(valued, this.#by, this.#byId)
    this.#valued = valued
    this.#empty = NONE
    this.#loose = empty
    this.#built = true
  }

  /** Takes those rows of another order of the same column that match.  */
  *buildFrom(other: Order): Sliced {
    const [valued, empty, loose] = other.parts()
    this.#added = [...other.#added]
    this.#stale = other.#stale
    const marks = yield* this.#marked()
    const ownValued = yield* marked(valued, marks)
    const ownEmpty = yield* marked(empty, marks)
    this.#loose = yield* marked(loose, marks)
    this.#empty = ownEmpty
    this.#valued = ownValued
    this.#built = true
  }

  /**
   * Judges the rows of another order of the same column anew, where the predicate's answers change by themselves. Both
   * are put in order to their ends.
   * @returns whether any did
   */
  *refilter(other: Order): Sliced<boolean> {
    yield* this.sync()
    yield* this.arrange()
    const [valued, empty] = this.parts()
    yield* other.arrange()
    yield* this.buildFrom(other)
    yield* this.sync()
    yield* this.arrange()
    return !sameSlots(valued, this.#valued) || !sameSlots(empty, this.#empty)
  }

  /** Whether the last {@link sync} or {@link arrange} is so long ago that another one costs little beside what else is done. */
  get rested(): boolean {
    return performance.now() >= this.#restedAt
  }

  /** Takes in what came and what went. */
  *sync(): Sliced {
    if (this.current) return
    const began = performance.now()
    const added = this.#added
    const stale = this.#stale
    this.#added = []
    this.#stale = false
    const [valued, empty] = yield* this.#parted(added)
    yield* sortSlots(valued, this.#by, this.#byId)
    const nextValued = yield* this.#merge(this.#valued, valued, stale, this.#by)
    const nextEmpty = yield* this.#merge(this.#empty, NONE, stale, null)
    const loose = yield* this.#merge(this.#loose, NONE, stale, null)
    this.#loose = empty.length === 0 ? loose : joined(loose, empty)
    this.#empty = nextEmpty
    this.#valued = nextValued
    this.#rest(began)
  }

  /** Puts the rows that it has in order up to a position, to its end where none is given; after a {@link sync}. */
  *arrange(reach = Number.POSITIVE_INFINITY): Sliced {
    if (this.isArranged(reach)) return
    const began = performance.now()
    const sorted = this.#loose.slice()
    yield* sortSlots(sorted, this.#byId, this.#byId)
    this.#empty = yield* this.#merge(this.#empty, sorted, false, null)
    this.#loose = NONE
    this.#rest(began)
  }

  #rest(began: number): void {
    const now = performance.now()
    this.#restedAt = Math.max(this.#restedAt, now + REST * (now - began))
  }

  /**
   * Slots from a position on, as far as they are arranged. Values are turned round in the other direction; rows without
   * one stay last.
   */
  slice(offset: number, limit: number, direction: Sort['direction']): number[] {
    const slots: number[] = []
    const end = Math.min(this.length, offset + limit)
    for (let position = offset; position < end; position += 1) slots.push(this.#at(position, direction))
    return slots
  }

  /** Where a slot stands, or -1 when it is not in this order; to be asked when it is arranged to its end. */
  position(slot: number, direction: Sort['direction']): number {
    const valued = this.#by.has(slot)
    const part = valued ? this.#valued : this.#empty
    const place = this.#lowerBound(part, slot, valued ? this.#by : null, 0)
    if (part[place] !== slot) return -1
    if (!valued) return this.#valued.length + place
    return direction === 'ascending' ? place : part.length - 1 - place
  }

  /** All slots, in no order that one could rely on. */
  parts(): readonly [valued: Uint32Array, empty: Uint32Array, loose: Uint32Array] {
    return [this.#valued, this.#empty, this.#loose]
  }

  #at(position: number, direction: Sort['direction']): number {
    const { length } = this.#valued
    const behind = position - length
    if (behind >= this.#empty.length) return this.#loose[behind - this.#empty.length] as number
    if (behind >= 0) return this.#empty[behind] as number
    return this.#valued[direction === 'ascending' ? position : length - 1 - position] as number
  }

  /** Those that match, with a value and without. */
  *#parted(slots: readonly number[]): Sliced<readonly [valued: Uint32Array, empty: Uint32Array]> {
    const valued: number[] = []
    const empty: number[] = []
    for (let i = 0; i < slots.length; i += 1) {
      const slot = slots[i] as number
      if (i % SLICE_STEPS === SLICE_STEPS - 1) yield
      if (!this.#table.alive(slot) || !(this.#matches?.(slot) ?? true)) continue
      if (this.#by.has(slot)) valued.push(slot)
      else empty.push(slot)
    }
    return [Uint32Array.from(valued), Uint32Array.from(empty)]
  }

  /** By slot: 1 for those that match. Slot by slot, since a row's columns lie beside those of its neighbours in the table. */
  *#marked(): Sliced<Uint8Array> {
    const marks = new Uint8Array(this.#table.end)
    for (let slot = 0; slot < marks.length; slot += 1) {
      if (slot % FILTER_STEPS === 0) yield
      if (this.#table.alive(slot) && (this.#matches?.(slot) ?? true)) marks[slot] = 1
    }
    return marks
  }

  /** Puts sorted slots among sorted slots, and leaves out those that are no longer alive. */
  *#merge(
    slots: Uint32Array,
    fresh: Uint32Array,
    stale: boolean,
    by: SortColumn | null,
  ): Sliced<Uint32Array> {
    if (fresh.length === 0 && !stale) return slots
    const merged = new Uint32Array(slots.length + fresh.length)
    let count = 0
    let from = 0
    for (let next = 0; next <= fresh.length; next += 1) {
      const incoming = fresh[next]
      const to = incoming === undefined ? slots.length : this.#lowerBound(slots, incoming, by, from)
      if (stale) {
        for (; from < to; from += 1) {
          const slot = slots[from] as number
          if (this.#table.alive(slot)) merged[count++] = slot
          if (from % SLICE_STEPS === 0) yield
        }
      } else {
        merged.set(slots.subarray(from, to), count)
        count += to - from
        from = to
      }
      if (incoming !== undefined) merged[count++] = incoming
      if (next % MERGE_STEPS === MERGE_STEPS - 1) yield
    }
    return merged.length === count ? merged : merged.slice(0, count)
  }

  #isBefore(a: number, b: number, by: SortColumn | null): boolean {
    return (by?.compare(a, b) || this.#byId.compare(a, b)) < 0
  }

  /** The first position at or after `low` whose slot does not come before this one. */
  #lowerBound(slots: Uint32Array, slot: number, by: SortColumn | null, low: number): number {
    // In growing strides first: what is merged in lies close to what was merged in before it.
    let stride = 1
    while (low + stride < slots.length && this.#isBefore(slots[low + stride] as number, slot, by)) {
      low += stride + 1
      stride *= 2
    }
    let high = Math.min(slots.length, low + stride + 1)
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#isBefore(slots[middle] as number, slot, by)) low = middle + 1
      else high = middle
    }
    return low
  }
}

function* marked(slots: Uint32Array, marks: Uint8Array): Sliced<Uint32Array> {
  const kept = new Uint32Array(slots.length)
  let count = 0
  for (let i = 0; i < slots.length; i += 1) {
    if (i % SLICE_STEPS === 0) yield
    const slot = slots[i] as number
    if (marks[slot] === 1) kept[count++] = slot
  }
  return kept.slice(0, count)
}

function joined(first: Uint32Array, second: Uint32Array): Uint32Array {
  const both = new Uint32Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

const sameSlots = (a: Uint32Array, b: Uint32Array): boolean =>
  a.length === b.length && a.every((slot, position) => slot === b[position])

/** Times as long as a sync took, for which another one may be put off. */
const REST = 40

/** Between two looks at the clock: a predicate may read text, and a search reads some twenty rows. */
const FILTER_STEPS = 4096
const MERGE_STEPS = 512
