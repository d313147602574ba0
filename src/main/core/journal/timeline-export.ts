import type { Bytes } from '#shared/bytes.ts'
import type { KeptValue, TimelineChange, Turn } from '#shared/timeline.ts'
import type { Redaction } from '#shared/transfer.ts'
import { fromBinary, fromBytes } from '../bytes.ts'
import { Redactor } from '../transfer/redact.ts'
import type { KeptEntry } from './entry-ring.ts'
import type { Moment } from './session-log.ts'
import type { Timeline } from './timeline.ts'

/** Rises when the shape of the text changes. */
export const EXPORT_VERSION = 2

interface ExportOptions {
  /** Null where nothing was ever kept of the prefix. */
  readonly timeline: Timeline | null
  readonly prefix: string
  /** One session, by its id's bytes; null for all. */
  readonly key: string | null
  /** Epoch milliseconds. */
  readonly now: number
  readonly redact: Redaction
}

/** All that is kept, as JSON text for people and programs; docs/timeline.md has its shape. */
export function exportTimeline({ timeline, prefix, key, now, redact }: ExportOptions): string {
  const redactor = new Redactor(redact)
  const status = timeline?.status
  const logs = [...(timeline?.logs ?? [])].filter(([each]) => key === null || each === key)
  const entries = new Map<number, KeptEntry>()
  for (const entry of timeline?.entries(key) ?? []) entries.set(entry.number, entry)
  // A session's own entries are kept when those of the prefix have made room for later ones.
  for (const [, log] of logs) for (const entry of log.entries) entries.set(entry.number, entry)
  const text = {
    format: 'redis-session-inspector/timeline',
    version: EXPORT_VERSION,
    exportedAt: moment(now),
    prefix,
    id: key === null ? null : redactor.id(fromBinary(key)),
    redacted: redact,
    since: moment(status?.since ?? null),
    dropped: status?.dropped ?? 0,
    events: [...entries.values()]
      .sort((a, b) => a.number - b.number)
      .map((entry) => toEvent(entry, redactor)),
    sessions: logs.map(([each, log]) => ({
      id: redactor.id(fromBinary(each)),
      moments: log.moments.map((kept) => toMoment(kept, fromBinary(each), redactor)),
    })),
  }
  return `${JSON.stringify(text, null, 2)}\n`
}

function toEvent(entry: KeptEntry, redactor: Redactor) {
  const { number, at, key, user, by, told, heard, since, change, moment: after } = entry
  const id = key === null ? null : fromBinary(key)
  return {
    number,
    at: moment(at),
    id: id === null ? null : redactor.id(id),
    user: redactor.words(user),
    by,
    told,
    heard,
    since: moment(since),
    ...toWhat(change, id, redactor),
    moment: after,
  }
}

function toWhat(change: TimelineChange, id: Buffer | null, redactor: Redactor): object {
  switch (change.kind) {
    case 'created':
    case 'expired':
    case 'deleted':
      return { ...change, expiresAt: moment(change.expiresAt) }
    case 'fieldAdded':
    case 'fieldChanged':
    case 'fieldRemoved':
      return {
        ...change,
        field: change.field === null ? null : redactor.name(change.field),
        old: value(change.old, change.field, id, redactor),
        new: value(change.new, change.field, id, redactor),
      }
    case 'rotated':
      return {
        ...change,
        from: change.from === null ? null : redactor.id(fromBytes(change.from)),
        to: change.to === null ? null : redactor.id(fromBytes(change.to)),
      }
    case 'touched':
    case 'ttlChanged':
      return { ...change, expiry: turn(change.expiry) }
    case 'gap':
      return { ...change, from: moment(change.from) }
    default:
      return change
  }
}

function toMoment({ number, at, snapshot }: Moment, id: Buffer, redactor: Redactor): object {
  if (snapshot === null) return { number, at: moment(at), exists: false }
  const { type, configuredTtl, expiresAt, fields } = snapshot
  return {
    number,
    at: moment(at),
    exists: true,
    type,
    ttl: configuredTtl,
    expiresAt: moment(expiresAt ?? null),
    fields: [...fields.values()].map(({ name, value: text, size, cut }) => ({
      name: redactor.name(name),
      value: redactor.bytes(text, name, id),
      ...(cut ? { cut, size } : {}),
    })),
  }
}

/** Whole values are what they are; of parts it is said which. */
function value(kept: KeptValue | null, field: Bytes | null, id: Buffer | null, redactor: Redactor) {
  if (kept === null) return null
  const held = redactor.bytes(kept.value, field, id)
  return kept.whole ? held : { part: held, from: kept.skipped, size: kept.size }
}

const turn = (expiry: Turn<number | null> | null): object | null =>
  expiry === null ? null : { old: moment(expiry.old), new: moment(expiry.new) }

/** ISO 8601 in UTC; epoch milliseconds where that is further away than a calendar reaches. */
function moment(epoch: number | null): string | number | null {
  if (epoch === null) return null
  const date = new Date(epoch)
  return Number.isNaN(date.getTime()) ? epoch : date.toISOString()
}
