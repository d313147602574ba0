import type { SampledId } from './id-quality.ts'

/** Ids from where on their order says something. */
const LEAST = 20
/** Rank correlation from where on ids go with the time. */
const STRONG = 0.9
/** Of so many numbers in a range one is a session: from there on the range is dense. */
const DENSE = 1 / 100_000
const [YEAR_2000, YEAR_2100] = [946_684_800, 4_102_444_800]

interface Estimate {
  readonly bits: number
  readonly how: string
}

/** What all ids begin with before their numbers: `user-` of `user-17`. Null where they are not made so. */
function numbersOf(ids: readonly string[]): readonly bigint[] | null {
  const [first = ''] = ids
  const stem = /^(.*?)\d+$/s.exec(first)?.[1]
  if (stem === undefined) return null
  const numbers: bigint[] = []
  for (const id of ids) {
    const digits = id.startsWith(stem) ? id.slice(stem.length) : ''
    if (!/^\d{1,30}$/.test(digits)) return null
    numbers.push(BigInt(digits))
  }
  return numbers
}

/** Whether ids are numbers of a range that is so full that one hits a session soon. @param population all of them */
export function isDense(ids: readonly string[], population: number): Estimate | null {
  if (ids.length < 5) return null
  const numbers = numbersOf(ids)
  if (numbers === null) return null
  const [least, most] = numbers.reduce(
    ([low, high], each) => [each < low ? each : low, each > high ? each : high] as const,
    [numbers[0] ?? 0n, numbers[0] ?? 0n] as const,
  )
  const range = Number(most - least) + 1
  if (population / range < DENSE) return null
  const bits = Math.max(0, Math.log2(range / population))
  const inSequence =
    bits < 2 ? 'They count up: who has one has the next ones too.' : 'They are numbers of a small range.'
  return {
    bits,
    how: `${inSequence} ${population.toLocaleString('en')} lie within ${range.toLocaleString('en')} numbers.`,
  }
}

/** Whether ids are the moment at which they were made, or begin with it: in seconds, milliseconds or microseconds. */
export function looksLikeClock(sample: readonly SampledId[]): Estimate | null {
  if (sample.length < 5) return null
  const numbers = numbersOf(sample.map(({ id }) => id))
  if (numbers === null) return null
  for (const [unit, perSecond] of UNITS) {
    const moments = numbers.map((number) => Number(number) / perSecond)
    if (!moments.every((at) => at > YEAR_2000 && at < YEAR_2100)) continue
    // Any ten digits could be a second of this century: they must also lie close together.
    const spread = Math.max(...moments) - Math.min(...moments)
    if (spread > (YEAR_2100 - YEAR_2000) / 20) continue
    return {
      bits: Math.log2(Math.max(1, spread * perSecond)),
      how: `They are the time at which they were made, in ${unit}: who knows about when somebody logged in tries that.`,
    }
  }
  return null
}

const UNITS: readonly (readonly [unit: string, perSecond: number])[] = [
  ['seconds', 1],
  ['milliseconds', 1e3],
  ['microseconds', 1e6],
  ['nanoseconds', 1e9],
]

/** Whether ids sort by when their sessions were made, as ULIDs, ObjectIds and the like do: by Spearman's rank correlation. */
export function isTimeOrdered(sample: readonly SampledId[]): boolean {
  const known = sample.flatMap(({ id, createdAt }) => (createdAt === null ? [] : [{ id, createdAt }]))
  if (known.length < LEAST) return false
  const byTime = ranks(known.map(({ createdAt }) => createdAt))
  // Sessions of one moment say nothing about an order.
  if (new Set(known.map(({ createdAt }) => createdAt)).size < LEAST / 2) return false
  return Math.abs(correlation(ranks(known.map(({ id }) => id)), byTime)) > STRONG
}

/** The place of each in the order; those alike share the middle of theirs. */
function ranks<T extends string | number>(values: readonly T[]): readonly number[] {
  const order = values
    .map((value, at) => ({ value, at }))
    .sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0))
  const found = new Array<number>(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to + 1 < order.length && order[to + 1]?.value === order[from]?.value) to += 1
    for (let at = from; at <= to; at += 1) found[order[at]?.at ?? 0] = (from + to) / 2
    from = to + 1
  }
  return found
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanA, meanB] = [mean(a), mean(b)]
  let [both, squareA, squareB] = [0, 0, 0]
  for (let at = 0; at < a.length; at += 1) {
    const [x, y] = [(a[at] ?? 0) - meanA, (b[at] ?? 0) - meanB]
    both += x * y
    squareA += x * x
    squareB += y * y
  }
  return squareA === 0 || squareB === 0 ? 0 : both / Math.sqrt(squareA * squareB)
}
