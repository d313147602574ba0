import type { ListSummary } from '#shared/model.ts'
import { sessionStanding } from '#shared/session-state.ts'
import type { RowTable } from './row-table.ts'
import { SLICE_STEPS, type Sliced } from './sliced.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Milliseconds that a chart of expiries may reach: the first that most rows expire within is taken. */
const HORIZONS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 4, 7, 14, 30, 60, 90, 180, 365].map((days) => days * DAY),
]
/** The share of the rows with an expiry that must lie within the horizon. */
const MOST = 0.95

/** Rows whose parts are told between two looks at the clock: each takes about a microsecond. */
const PART_STEPS = 1024

/**
 * Counts rows by state and by when they expire. Slot by slot, since a row's columns lie beside those of its neighbours
 * in the table: in the order of the list it took ten times as long.
 * @param matched the slots that match the filter, in parts; null where all do
 * @param now epoch milliseconds
 */
export function* summarize(
  table: RowTable,
  matched: readonly Uint32Array[] | null,
  buckets: number,
  now: number,
): Sliced<Omit<ListSummary, 'revision'>> {
  const horizon = yield* findHorizon(table, now)
  const bucketMs = horizon / buckets
  const bucketOf = (expiresAt: number) => Math.floor(Math.max(0, expiresAt - now) / bucketMs)
  const all = new Array<number>(buckets).fill(0)
  let later = 0
  const states = { active: 0, idle: 0, expiring: 0, expired: 0, withoutTtl: 0, other: 0 }
  const matching = new Array<number>(buckets).fill(0)
  const marks = matched === null ? null : yield* marksOf(matched, table.end)
  /** Its library refuses it already, and Redis may keep it for ever: it ends no more. */
  const isOver = (slot: number, endsAt: number) => endsAt <= now && table.endsInside(slot)
  for (let slot = 0; slot < table.end; slot += 1) {
    if (slot % SLICE_STEPS === 0) yield
    if (!table.alive(slot)) continue
    const endsAt = table.endsAt(slot)
    const isMatch = marks === null || marks[slot] === 1
    if (isMatch) {
      const inside = table.endsInside(slot)
      states[sessionStanding(table.isSession(slot), endsAt, table.lifetime(slot), inside, now)] += 1
    }
    if (endsAt === null || isOver(slot, endsAt)) continue
    const bucket = bucketOf(endsAt)
    if (bucket >= buckets) {
      later += 1
      continue
    }
    all[bucket] = (all[bucket] as number) + 1
    if (isMatch) matching[bucket] = (matching[bucket] as number) + 1
  }
  return { at: now, states, expiries: { bucketMs, all, matched: matching, later } }
}

/** By slot: 1 for those in the parts. */
function* marksOf(parts: readonly Uint32Array[], end: number): Sliced<Uint8Array> {
  const marks = new Uint8Array(end)
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 1) {
      if (i % SLICE_STEPS === 0) yield
      marks[part[i] as number] = 1
    }
  }
  return marks
}

/** Counts rows by the part that their ids belong to. */
export function* countParts(
  table: RowTable,
  partOf: (id: string) => string,
): Sliced<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (let slot = 0; slot < table.end; slot += 1) {
    if (slot % PART_STEPS === 0) yield
    if (!table.alive(slot)) continue
    const part = partOf(table.id(slot))
    counts.set(part, (counts.get(part) ?? 0) + 1)
  }
  return counts
}

function* findHorizon(table: RowTable, now: number): Sliced<number> {
  const within = new Array<number>(HORIZONS.length + 1).fill(0)
  let expiring = 0
  for (let slot = 0; slot < table.end; slot += 1) {
    if (slot % SLICE_STEPS === 0) yield
    const left = table.ending(slot) - now
    if (Number.isNaN(left) || !table.alive(slot) || (left <= 0 && table.endsInside(slot))) continue
    let first = 0
    while (first < HORIZONS.length && left > (HORIZONS[first] as number)) first += 1
    within[first] = (within[first] as number) + 1
    expiring += 1
  }
  let sum = 0
  for (const [position, horizon] of HORIZONS.entries()) {
    sum += within[position] as number
    if (sum >= MOST * expiring) return horizon
  }
  return HORIZONS.at(-1) ?? DAY
}
