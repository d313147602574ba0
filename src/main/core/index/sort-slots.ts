import { SLICE_STEPS, type Sliced } from './sliced.ts'
import type { SortColumn } from './sort-column.ts'

/** Up to this many a comparison sort costs less than a radix sort, whose counters alone take 256 KB a pass. */
const COMPARED = 2048

/**
 * Sorts slots by a column, those with the same value by another: radix sorts by one word after the other, each only
 * over what the words before left equal. A comparison sort of a million strings takes seconds, and cannot be left off.
 */
export function* sortSlots(slots: Uint32Array, by: SortColumn, thenBy: SortColumn): Sliced {
  const compare = (a: number, b: number) => by.compare(a, b) || thenBy.compare(a, b)
  yield* sortRange(slots, { column: by, next: thenBy, compare }, 0)
}

interface Stage {
  readonly column: SortColumn
  /** Sorts what has the same value in this column; null where none has. */
  readonly next: SortColumn | null
  readonly compare: (a: number, b: number) => number
}

function* sortRange(slots: Uint32Array, stage: Stage, depth: number): Sliced {
  if (slots.length <= COMPARED) {
    slots.sort(stage.compare)
    yield
    return
  }
  const { column } = stage
  const ranks = depth === 0 ? yield* rank(slots, column) : null
  const keys = ranks ?? new Float64Array(slots.length)
  let same = true
  for (let i = 0; i < slots.length; i += 1) {
    const key = ranks === null ? column.word(slots[i] as number, depth) : (keys[i] as number)
    keys[i] = key
    if (key !== keys[0]) same = false
    if (i % SLICE_STEPS === 0) yield
  }
  if (!same) yield* radixSort(slots, keys)
  let start = 0
  for (let runs = 1; start < slots.length; runs += 1) {
    if (runs % RUNS === 0) yield
    const key = keys[start] as number
    let end = start + 1
    while (end < slots.length && keys[end] === key) end += 1
    if (end - start > 1 && end - start <= FEW) insertionSort(slots, start, end, stage.compare)
    else if (end - start > 1) {
      const run = slots.subarray(start, end)
      if (ranks === null && !column.ends(key, depth)) yield* sortRange(run, stage, depth + 1)
      else if (stage.next !== null) {
        const { next } = stage
        yield* sortRange(run, { column: next, next: null, compare: (a, b) => next.compare(a, b) }, 0)
      }
    }
    start = end
  }
}

/** Beyond so many different values, finding them costs more than it saves. */
const MOST_VALUES = 50_000

/**
 * Fields often have few values that many rows share: these are sorted, and each row has the rank of its own.
 * @returns null where there are too many, or where the column has numbers for values already
 */
function* rank(slots: Uint32Array, column: SortColumn): Sliced<Float64Array | null> {
  if (column.cell === undefined) return null
  const places = new Map<string, number>()
  /** A row that has the value, by the value's place. */
  const examples: number[] = []
  const ranks = new Float64Array(slots.length)
  for (let i = 0; i < slots.length; i += 1) {
    const slot = slots[i] as number
    const value = column.cell(slot)
    let place = places.get(value)
    if (place === undefined) {
      place = examples.push(slot) - 1
      if (place >= MOST_VALUES) return null
      places.set(value, place)
    }
    ranks[i] = place
    if (i % SLICE_STEPS === 0) yield
  }
  const sorted = examples.map((_, place) => place)
  const compare = (a: number, b: number) => column.compare(examples[a] as number, examples[b] as number)
  sorted.sort(compare)
  yield
  const rankOf = new Float64Array(examples.length)
  let last = 0
  sorted.forEach((place, position) => {
    // What differs in its case alone has the same value.
    const before = sorted[position - 1]
    if (before !== undefined && compare(before, place) !== 0) last += 1
    rankOf[place] = last
  })
  for (let i = 0; i < ranks.length; i += 1) {
    ranks[i] = rankOf[ranks[i] as number] as number
    if (i % SLICE_STEPS === 0) yield
  }
  return ranks
}

/** Runs of equal words between two looks at the clock. */
const RUNS = 128
/** Up to this many, calling the sort of the platform costs more than sorting. */
const FEW = 24

function insertionSort(
  slots: Uint32Array,
  start: number,
  end: number,
  compare: (a: number, b: number) => number,
): void {
  for (let next = start + 1; next < end; next += 1) {
    const slot = slots[next] as number
    let at = next
    for (; at > start && compare(slots[at - 1] as number, slot) > 0; at -= 1) {
      slots[at] = slots[at - 1] as number
    }
    slots[at] = slot
  }
}

const DIGIT = 16
const VALUES = 1 << DIGIT

/** Sorts slots along with their keys, by the least significant 16 bits first; digits that all share cost nothing. */
function* radixSort(slots: Uint32Array, keys: Float64Array): Sliced {
  const length = slots.length
  let bits: Uint16Array = new Uint16Array(keys.buffer, keys.byteOffset, 4 * length)
  toOrdered(keys)
  yield
  let from: Uint32Array = slots
  let to: Uint32Array = new Uint32Array(length)
  let spare: Uint16Array = new Uint16Array(4 * length)
  for (let digit = 0; digit < 4; digit += 1) {
    const counts = new Uint32Array(VALUES)
    for (let i = 0; i < length; i += 1) {
      const value = bits[4 * i + digit] as number
      counts[value] = (counts[value] as number) + 1
    }
    yield
    if (counts[bits[digit] as number] === length) continue
    let sum = 0
    for (let value = 0; value < VALUES; value += 1) {
      const count = counts[value] as number
      counts[value] = sum
      sum += count
    }
    for (let i = 0; i < length; i += 1) {
      const value = bits[4 * i + digit] as number
      const place = counts[value] as number
      counts[value] = place + 1
      to[place] = from[i] as number
      for (let part = 0; part < 4; part += 1) spare[4 * place + part] = bits[4 * i + part] as number
      if (i % (4 * SLICE_STEPS) === 0) yield
    }
    const sorted = from
    from = to
    to = sorted
    const used = bits
    bits = spare
    spare = used
  }
  if (from !== slots) slots.set(from)
  const own = new Uint16Array(keys.buffer, keys.byteOffset, 4 * length)
  if (bits !== own) own.set(bits)
  fromOrdered(keys)
}

/** Doubles in the order of their bits, read as an unsigned number: IEEE 754's sign made the other way round. */
function toOrdered(keys: Float64Array): void {
  const halves = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length)
  for (let high = 1; high < halves.length; high += 2) {
    const value = halves[high] as number
    if (value < SIGN) halves[high] = value + SIGN
    else {
      halves[high] = ~value
      halves[high - 1] = ~(halves[high - 1] as number)
    }
  }
}

function fromOrdered(keys: Float64Array): void {
  const halves = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length)
  for (let high = 1; high < halves.length; high += 2) {
    const value = halves[high] as number
    if (value >= SIGN) halves[high] = value - SIGN
    else {
      halves[high] = ~value
      halves[high - 1] = ~(halves[high - 1] as number)
    }
  }
}

const SIGN = 0x8000_0000
