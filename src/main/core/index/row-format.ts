import type { Bytes } from '#shared/bytes.ts'
import { trueEnd } from '#shared/ends.ts'
import type { SessionSummary } from '#shared/formats.ts'
import { type InsideEnd, LIMITS, type RowFormat, USER_FIELD } from '#shared/model.ts'
import { SUMMARY_FIELDS, summarise } from '../formats/registry.ts'
import { type HashFields, StoredSession } from '../formats/stored-session.ts'
import type { ReadPlan } from './columns.ts'
import { type RawKey, toCell, toFreshRow } from './fresh-row.ts'
import type { RawValues } from './raw-values.ts'
import { type FreshRow, orNull } from './row-table.ts'
import type { TextCache } from './text-cache.ts'

/** What a filter calls the format that a key is in, which is no field of ours. */
const FORMAT_NAME = 'format'

/** The beginning of a string, and the bytes of the whole. */
export interface Peek {
  readonly start: Buffer
  readonly size: number
}

/** What rows are made with. */
export interface RowContext {
  readonly plan: ReadPlan
  /** When the keys were read, epoch milliseconds. */
  readonly now: number
  readonly texts: TextCache
}

/**
 * The row of a key that is no session of our own.
 * @param key the whole key
 * @returns also what the worker is to be asked, null for nothing
 */
export function toOtherRow(
  raw: RawKey,
  key: Buffer,
  { plan, now, texts }: RowContext,
): readonly [row: FreshRow, ask: StoredSession | null] {
  const row = toFreshRow(raw, plan, now, texts)
  return withFormat(row, toStored(raw, key, plan, row.expiresAt), plan, now)
}

function toStored({ type, peek, values }: RawKey, key: Buffer, plan: ReadPlan, end: number): StoredSession {
  const expiresAt = Number.isNaN(end) ? null : end
  if (values !== null) {
    return new StoredSession({
      key,
      type: 'hash',
      fields: summaryFields(values, plan.fields.length),
      expiresAt,
    })
  }
  if (peek === undefined) return new StoredSession({ key, type, expiresAt })
  return new StoredSession({ key, type, value: peek.start, size: peek.size, expiresAt })
}

const PLACES: ReadonlyMap<string, number> = new Map(SUMMARY_FIELDS.map((name, at) => [name, at]))
const NAMES: readonly Buffer[] = SUMMARY_FIELDS.map((name) => Buffer.from(name))

/** The fields that were read, apart from what they were read of, which the next key takes. */
function summaryFields(values: RawValues, from: number): HashFields {
  const found = NAMES.map((_, at) => (values.has(from + at) ? values.bytes(from + at) : null))
  return {
    get: (name) => found[PLACES.get(name) ?? -1] ?? null,
    all: () =>
      found.flatMap((value, at): (readonly [Buffer, Buffer])[] =>
        value === null ? [] : [[NAMES[at] as Buffer, value]],
      ),
  }
}

/** A row with who and when by what its library wrote. */
function withFormat(
  row: FreshRow,
  stored: StoredSession,
  plan: ReadPlan,
  now: number,
): readonly [row: FreshRow, ask: StoredSession | null] {
  const found = summarise(stored)
  if (found === null || found.summary.format === 'guide') return [row, null]
  const { summary, needsWorker } = found
  return [withSummary(row, summary, plan, now, needsWorker), needsWorker ? stored : null]
}

/** @param pending who and when are still to be asked of the worker */
export function withSummary(
  row: FreshRow,
  summary: SessionSummary,
  plan: ReadPlan,
  now: number,
  pending = false,
): FreshRow {
  const inside = insideEnd(row, summary)
  // Written out: to spread a row costs more than all else that is done with it here.
  return {
    id: row.id,
    type: row.type,
    flaws: row.flaws,
    format: formatOf(summary),
    pending,
    expiresAt: row.expiresAt,
    configuredTtl: summary.lifetime ?? Number.NaN,
    inside,
    left: (inside?.first ? inside.at : row.expiresAt) - now,
    createdAt: summary.createdAt ?? row.createdAt,
    lastAccessedAt: summary.lastSeenAt ?? row.lastAccessedAt,
    cells: plan.cells.map((source, place): Bytes | null => {
      const cell = row.cells[place] ?? null
      if (cell !== null || source.kind !== 'field') return cell
      const field = plan.fields[source.at]
      if (field === USER_FIELD) return summary.user === null ? null : userCell(summary.user)
      return field === FORMAT_NAME && summary.confidence > 0 ? summary.format : null
    }),
  }
}

/** ASCII, which most names are, needs no encoding to be cut. */
const userCell = (user: string): Bytes =>
  user.length <= LIMITS.cellCharacters && /^[ -~]*$/.test(user) ? user : toCell(Buffer.from(user))

/** One for all rows of a format, by its id: there is a handful of them. */
const known = new Map<string, RowFormat[]>()
let knownCount = 0

const formatOf = ({ format: id, name, encoding, role }: SessionSummary): RowFormat =>
  intern(id, name, encoding, role)

export const internFormat = ({ id, name, encoding, role }: RowFormat): RowFormat =>
  intern(id, name, encoding, role)

/** By its parts: to make a key of them, or the format that is known already, takes as long as to look for it. */
function intern(id: RowFormat['id'], name: string, encoding: string, role: RowFormat['role']): RowFormat {
  const alike = known.get(id) ?? []
  for (const before of alike) if (before.encoding === encoding && before.role === role) return before
  const format: RowFormat = { id, name, encoding, role }
  // An encoding is no text of the session's, but whoever writes one that is should not fill the memory.
  if (knownCount < MOST_FORMATS) {
    known.set(id, [...alike, format])
    knownCount += 1
  }
  return format
}
const MOST_FORMATS = 250

function insideEnd({ expiresAt }: FreshRow, summary: SessionSummary): InsideEnd | null {
  const at = summary.expiry?.at ?? null
  if (at === null || summary.role !== 'session') return null
  const { by, disagree } = trueEnd(orNull(expiresAt), summary)
  return { at, first: by === 'inside', disputed: disagree }
}
