import { bytesId } from '#shared/bytes.ts'
import type { SessionRow } from '#shared/model.ts'

/** The part of the list that is on the screen. */
export interface ListView {
  readonly offset: number
  readonly rows: readonly SessionRow[]
  /** Rows that match the filter. */
  readonly matched: number
  /** Where the selected session stands, or null. */
  readonly position: number | null
}

/** How many rows would appear, go or move if `next` took the place of `shown`. */
export function updatesBetween(shown: ListView, next: ListView): number {
  const before = shown.rows.map((row) => bytesId(row.id))
  const after = new Map(next.rows.map((row, index) => [bytesId(row.id), next.offset + index]))
  const places: number[] = []
  let missing = 0
  let sameOrder = true
  before.forEach((id, index) => {
    const place = after.get(id)
    if (place === undefined) missing += 1
    else places.push(place)
    if (place !== shown.offset + index) sameOrder = false
  })
  // Rows that only follow after the shown ones move nothing.
  if (sameOrder) return 0
  const added = after.size - places.length
  return Math.max(missing, added, places.length - longestRise(places), Math.abs(next.matched - shown.matched))
}

/** The length of the longest rising run that one gets by leaving places out: the rows that kept their order. */
function longestRise(places: readonly number[]): number {
  const tails: number[] = []
  for (const place of places) {
    const at = tails.findIndex((tail) => tail >= place)
    if (at === -1) tails.push(place)
    else tails[at] = place
  }
  return tails.length
}

/** The shown rows in their shown order, with the values of `next`. */
export function keepOrder(shown: ListView, next: ListView): ListView {
  const latest = new Map(next.rows.map((row) => [bytesId(row.id), row]))
  return { ...shown, rows: shown.rows.map((row) => latest.get(bytesId(row.id)) ?? row) }
}

/** Shown rows that are surely no longer in the list: expired, or absent although `next` is the whole list. */
export function goneRows(shown: ListView, next: ListView, now: number): ReadonlySet<string> {
  const present = new Set(next.rows.map((row) => bytesId(row.id)))
  const whole = next.offset === 0 && next.rows.length === next.matched
  const gone = shown.rows.filter(
    (row) => !present.has(bytesId(row.id)) && (whole || (row.expiresAt !== null && row.expiresAt <= now)),
  )
  return new Set(gone.map((row) => bytesId(row.id)))
}

/** `next`, with the objects of `shown` where nothing of a row has changed, so that only changed rows render. */
export function reuseRows(shown: readonly SessionRow[], next: readonly SessionRow[]): readonly SessionRow[] {
  const known = new Map(shown.map((row) => [bytesId(row.id), row]))
  return next.map((row) => {
    const old = known.get(bytesId(row.id))
    return old !== undefined && old.revision === row.revision && sameCells(old.cells, row.cells) ? old : row
  })
}

/** The cells follow the columns of choice, which change without a new revision of the row. */
const sameCells = (a: SessionRow['cells'], b: SessionRow['cells']): boolean =>
  a.length === b.length &&
  a.every((cell, index) => {
    const other = b[index] ?? null
    return cell === null || other === null ? cell === other : bytesId(cell) === bytesId(other)
  })

/** Rows of `next` that are new in the list, as far as it can be told: as many as it has grown by. */
export function newRows(before: ListView, next: ListView): ReadonlySet<string> {
  const known = new Set(before.rows.map((row) => bytesId(row.id)))
  // A stretch that slid by a screenful is not full of news.
  const grown = Math.max(0, next.matched - before.matched)
  const added = next.rows.map((row) => bytesId(row.id)).filter((id) => !known.has(id))
  return new Set(added.slice(0, grown))
}
