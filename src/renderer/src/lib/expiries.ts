import type { ListSummary } from '#shared/model.ts'
import { formatCount, formatDuration, plural } from './format.ts'

export type Expiries = ListSummary['expiries']

/** Bars of the chart. The horizons that the core takes part into as many whole seconds or minutes. */
export const EXPIRY_BARS = 60

/** Bars from `first` up to and with `last`. */
export interface BarSpan {
  readonly first: number
  readonly last: number
}

/** The bars of a drag, in whichever direction it went. */
export const barSpan = (a: number, b: number): BarSpan => ({ first: Math.min(a, b), last: Math.max(a, b) })

/** The horizon of the chart in seconds. */
export const horizonOf = ({ bucketMs, all }: Expiries): number => (bucketMs * all.length) / 1000

/** The whole seconds of remaining TTL that these bars stand for. */
export function spanSeconds({ bucketMs }: Expiries, { first, last }: BarSpan) {
  const from = Math.floor((first * bucketMs) / 1000)
  return { from, to: Math.max(from + 1, Math.ceil(((last + 1) * bucketMs) / 1000)) }
}

const UNITS = ['d', 'h', 'min', 's'] as const

/** `4 to 5 min`, `50 s to 2 min`, `less than 30 s`: a span of time from now, its unit said once where both share it. */
export function spanWords({ from, to }: { readonly from: number; readonly to: number }): string {
  if (from === 0) return `less than ${formatDuration(to)}`
  const [start, end] = [formatDuration(from), formatDuration(to)]
  const shared = UNITS.find((unit) => /^\d+ \w+$/.test(start) && start.endsWith(` ${unit}`))
  const same = shared !== undefined && /^\d+ \w+$/.test(end) && end.endsWith(` ${shared}`)
  return same ? `${start.slice(0, -shared.length - 1)} to ${end}` : `${start} to ${end}`
}

const sum = (counts: readonly number[], { first, last }: BarSpan): number =>
  counts.slice(first, last + 1).reduce((total, count) => total + count, 0)

/** "212 sessions expire in 4 to 5 min", and how many of them match where a filter leaves some out. */
export function barWords(expiries: Expiries, span: BarSpan): string {
  const all = sum(expiries.all, span)
  const matched = sum(expiries.matched, span)
  const seconds = spanSeconds(expiries, span)
  const said = `${plural(all, 'session')} ${all === 1 ? 'expires' : 'expire'} in ${spanWords(seconds)}`
  return all === matched ? said : `${said}; ${formatCount(matched)} match`
}

/** The chart in a sentence or two, for those who do not see it. */
export function chartWords(expiries: Expiries): string {
  const { all, later } = expiries
  const whole = barSpan(0, all.length - 1)
  const within = sum(all, whole)
  if (within + later === 0) return 'No session expires.'
  const peak = all.indexOf(Math.max(...all))
  const most = within === 0 ? '' : ` The most at once: ${barWords(expiries, barSpan(peak, peak))}.`
  const rest = later === 0 ? '' : ` ${plural(later, 'session')} later.`
  return `${barWords(expiries, whole)}.${most}${rest}`
}

/** What a bar that is not empty is drawn with at least, of the highest: one session among thousands is seen. */
const LEAST_SHARE = 0.06

/** Heights of the bars, from 0 to 1. */
export function barHeights({ all, matched }: Expiries) {
  const most = Math.max(1, ...all)
  const height = (count: number) => (count === 0 ? 0 : Math.max(LEAST_SHARE, count / most))
  return { all: all.map(height), matched: matched.map(height) }
}

/** Seconds between two marks of the axis. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3600),
  ...[1, 2, 7, 14, 30, 90, 180].map((days) => days * 86_400),
]

/** Seconds from now that are written on the axis: round ones, at most `most` of them, the first being now. */
export function axisMarks(horizon: number, most: number): readonly number[] {
  const step = STEPS.find((seconds) => horizon / seconds <= Math.max(1, most - 1)) ?? horizon
  return Array.from({ length: Math.floor(horizon / step) + 1 }, (_, mark) => mark * step)
}

/** The bars that a span of seconds covers; null where none of it is on the chart. */
export function barsOf(
  { bucketMs, all }: Expiries,
  span: { readonly from: number | null; readonly to: number | null },
): BarSpan | null {
  const first = Math.floor(((span.from ?? 0) * 1000) / bucketMs)
  const last = span.to === null ? all.length - 1 : Math.ceil((span.to * 1000) / bucketMs) - 1
  if (first >= all.length || last < first) return null
  return { first, last: Math.min(last, all.length - 1) }
}
