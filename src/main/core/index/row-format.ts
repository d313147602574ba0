import type { Bytes } from '#shared/bytes.ts'
import { type SessionSummary, trueEnd } from '#shared/formats.ts'
import { type InsideEnd, type RowFormat, USER_FIELD } from '#shared/model.ts'
import { SUMMARY_FIELDS, summarise } from '../formats/registry.ts'
import { hashFields, StoredSession } from '../formats/stored-session.ts'
import type { ReadPlan } from './columns.ts'
import { toCell } from './fresh-row.ts'
import type { RawValues } from './raw-values.ts'
import { type FreshRow, orNull } from './row-table.ts'

/** What a filter calls the format that a key is in, which is no field of ours. */
const FORMAT_NAME = 'format'

/** The beginning of a string, and the bytes of the whole. */
export interface Peek {
  readonly start: Buffer
  readonly size: number
}

/** A key that another library may have written, as far as a list reads it. */
export interface PeekedKey {
  readonly key: Buffer
  /** Redis TYPE. */
  readonly type: string
  /** Of a string that may be read. */
  readonly peek: Peek | null
  /** Of a hash that is none of ours: the plan's fields, then the {@link SUMMARY_FIELDS}. */
  readonly values: RawValues | null
}

export function toStored({ key, type, peek, values }: PeekedKey, plan: ReadPlan, end: number): StoredSession {
  const expiresAt = Number.isNaN(end) ? null : end
  if (values !== null) {
    const from = plan.fields.length
    const entries = SUMMARY_FIELDS.flatMap((name, at): [Buffer, Buffer][] =>
      values.has(from + at) ? [[Buffer.from(name), values.bytes(from + at)]] : [],
    )
    return new StoredSession({ key, type: 'hash', fields: hashFields(entries), expiresAt })
  }
  if (peek === null) return new StoredSession({ key, type, expiresAt })
  return new StoredSession({ key, type, value: peek.start, size: peek.size, expiresAt })
}

/**
 * A row with who and when by what its library wrote.
 * @param now when it was read, epoch milliseconds
 * @returns also what the worker is to be asked, null for nothing
 */
export function withFormat(
  row: FreshRow,
  stored: StoredSession,
  plan: ReadPlan,
  now: number,
): readonly [row: FreshRow, ask: StoredSession | null] {
  const found = summarise(stored)
  if (found === null || found.summary.format === 'guide') return [row, null]
  const { summary, needsWorker } = found
  return [{ ...withSummary(row, summary, plan, now), pending: needsWorker }, needsWorker ? stored : null]
}

export function withSummary(row: FreshRow, summary: SessionSummary, plan: ReadPlan, now: number): FreshRow {
  const { format: id, name, encoding, role, confidence } = summary
  const format: RowFormat = { id, name, encoding, role }
  const inside = role === 'session' ? insideEnd(row, summary) : null
  return {
    ...row,
    format,
    pending: false,
    configuredTtl: summary.lifetime ?? Number.NaN,
    inside,
    left: (inside?.first ? inside.at : row.expiresAt) - now,
    createdAt: summary.createdAt ?? row.createdAt,
    lastAccessedAt: summary.lastSeenAt ?? row.lastAccessedAt,
    cells: plan.cells.map((source, place): Bytes | null => {
      const cell = row.cells[place] ?? null
      if (cell !== null || source.kind !== 'field') return cell
      const field = plan.fields[source.at]
      if (field === USER_FIELD) return summary.user === null ? null : toCell(Buffer.from(summary.user))
      return field === FORMAT_NAME && confidence > 0 ? id : null
    }),
  }
}

function insideEnd({ expiresAt }: FreshRow, { expiry }: SessionSummary): InsideEnd | null {
  if (expiry === null || expiry.at === null) return null
  const { by, disagree } = trueEnd(orNull(expiresAt), expiry)
  return { at: expiry.at, first: by === 'inside', disputed: disagree }
}
