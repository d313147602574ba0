import type { Bytes } from '#shared/bytes.ts'
import { RESERVED_FIELDS } from '#shared/model.ts'
import type { Expiry, FieldEvent, TimelineChange, Turn } from '#shared/timeline.ts'
import type { RowSource } from '../index/list-observer.ts'
import { sameCell, sameExpiry } from '../index/row-table.ts'
import { TIMELINE_DEFAULTS } from './defaults.ts'
import { keepBeginning, keepBoth } from './kept-value.ts'
import { type KnownField, type Snapshot, sameField } from './snapshot.ts'

/** What a row and a snapshot both tell of a session's time. */
interface Vitals {
  readonly type: string
  readonly lastAccessedAt: number | null
  readonly configuredTtl: number | null
  /** Undefined where it was not read. */
  readonly expiresAt: Expiry | undefined
}

/**
 * By how many milliseconds an expiry must differ to have been changed, where nothing else says so: it is reckoned when
 * the answer is read, and that may wait for whatever this process is busy with.
 */
const WAVER = 2500
/** How much later an expiry is, in milliseconds, when the session is touched twice in the second of one timestamp. */
const SAME_SECOND = 1250

const RESERVED: ReadonlySet<unknown> = new Set(RESERVED_FIELDS)

/**
 * What happened to a key from one row to the next; by kind alone, of what the list reads.
 * @param expected somebody told of a change, so that the expiry may be taken at its word
 */
export function rowChanges(
  source: RowSource,
  before: number,
  after: number,
  expected: boolean,
): readonly TimelineChange[] {
  const { table } = source
  const [old, now] = [vitalsOf(source, before), vitalsOf(source, after)]
  if (old.type !== now.type) return [{ kind: 'typeChanged', type: { old: old.type, new: now.type } }]
  const changes: TimelineChange[] = []
  for (const { column, place } of source.comparable(before)) {
    if (column.kind === 'size' || RESERVED.has(column.name)) continue
    const [was, is] = [table.cell(before, place), table.cell(after, place)]
    if (!sameCell(was, is)) changes.push(unkept(kindOf(was, is), column.name))
  }
  for (const name of lostReserved(old, now)) changes.push(unkept('fieldChanged', name))
  return [...changes, ...timeChanges(old, now, expected)]
}

/** The same of a session that is read whole, with values. */
export function snapshotChanges(
  before: Snapshot,
  after: Snapshot,
  expected: boolean,
): readonly TimelineChange[] {
  if (before.type !== after.type)
    return [{ kind: 'typeChanged', type: { old: before.type, new: after.type } }]
  const times = timeChanges(before, after, expected)
  const told = new Set(times.map(({ kind }) => kind))
  const isTold = (name: Bytes) =>
    (name === 'last_accessed_at' &&
      (told.has('touched') || told.has('ttlChanged')) &&
      later(before, after)) ||
    (name === 'session_ttl' && ttlTurn(before, after) !== null)
  const names = new Set([...before.fields.keys(), ...after.fields.keys()])
  const differing = [...names]
    .map((id) => [before.fields.get(id), after.fields.get(id)] as const)
    .filter(([old, now]) => !(old !== undefined && now !== undefined && sameField(old, now)))
    .filter(([old, now]) => !isTold(old?.name ?? now?.name ?? ''))
  const most = TIMELINE_DEFAULTS.fieldsAtOnce
  const changes: TimelineChange[] = differing.slice(0, most).map(([old, now]) => fieldEvent(old, now))
  if (differing.length > most)
    changes.push({ ...unkept('fieldChanged', null), more: differing.length - most })
  return [...changes, ...times]
}

/** A field of a session whose values are not kept has changed; null where it is not known which. */
export const unkept = (kind: FieldEvent['kind'], field: Bytes | null): FieldEvent => ({
  kind,
  field,
  old: null,
  new: null,
  more: 0,
})

const kindOf = (old: unknown, now: unknown): FieldEvent['kind'] =>
  old == null ? 'fieldAdded' : now == null ? 'fieldRemoved' : 'fieldChanged'

function fieldEvent(old: KnownField | undefined, now: KnownField | undefined): FieldEvent {
  const most = TIMELINE_DEFAULTS.entryValueBytes
  const kind = kindOf(old, now)
  const field = old?.name ?? now?.name ?? ''
  if (old !== undefined && now !== undefined) {
    const [before, after] = keepBoth(old, now)
    return { kind, field, old: before, new: after, more: 0 }
  }
  return {
    kind,
    field,
    old: old === undefined ? null : keepBeginning(old, most),
    new: now === undefined ? null : keepBeginning(now, most),
    more: 0,
  }
}

/**
 * An access, another TTL, another expiry. The store sets the fields and the expiry in one step, so one event tells of
 * all: a new TTL is an access too.
 */
function timeChanges(old: Vitals, now: Vitals, expected: boolean): readonly TimelineChange[] {
  const moved =
    old.expiresAt !== undefined && now.expiresAt !== undefined && !sameExpiry(old.expiresAt, now.expiresAt)
  const expiry: Turn<Expiry> | null =
    old.expiresAt === undefined || now.expiresAt === undefined
      ? null
      : { old: old.expiresAt, new: moved ? now.expiresAt : old.expiresAt }
  const ttl = ttlTurn(old, now)
  if (ttl !== null) return [{ kind: 'ttlChanged', ttl, expiry }]
  if (later(old, now)) return [{ kind: 'touched', expiry }]
  if (!moved) return []
  const by = (now.expiresAt ?? 0) - (old.expiresAt ?? 0)
  if (!expected && old.expiresAt !== null && now.expiresAt !== null && Math.abs(by) <= WAVER) return []
  const again = old.expiresAt !== null && now.expiresAt !== null && now.lastAccessedAt !== null
  if (again && by > 0 && by <= SAME_SECOND) return [{ kind: 'touched', expiry }]
  return [{ kind: 'ttlChanged', ttl: null, expiry }]
}

function ttlTurn({ configuredTtl: old }: Vitals, { configuredTtl: now }: Vitals): Turn<number> | null {
  return old === null || now === null || old === now ? null : { old, new: now }
}

const later = ({ lastAccessedAt: old }: Vitals, { lastAccessedAt: now }: Vitals): boolean =>
  old !== null && now !== null && now > old

/** Reserved fields that have come, gone, become unreadable, or gone back in time: that is no access. */
function lostReserved(old: RowVitals, now: RowVitals): readonly string[] {
  const names: string[] = []
  if (old.createdAt !== now.createdAt) names.push('created_at')
  if (old.lastAccessedAt !== now.lastAccessedAt && !later(old, now)) names.push('last_accessed_at')
  if (old.configuredTtl !== now.configuredTtl && ttlTurn(old, now) === null) names.push('session_ttl')
  return names
}

interface RowVitals extends Vitals {
  readonly createdAt: number | null
}

const vitalsOf = ({ table }: RowSource, slot: number): RowVitals => ({
  type: table.type(slot),
  createdAt: table.createdAt(slot),
  lastAccessedAt: table.lastAccessedAt(slot),
  configuredTtl: table.configuredTtl(slot),
  expiresAt: table.expiresAt(slot),
})
