import type { Bytes } from '#shared/bytes.ts'
import type { KeptValue, TimelineChange, Turn } from '#shared/timeline.ts'
import { fromBinary, toBytes } from '../bytes.ts'
import type { KeptEntry } from './entry-ring.ts'
import type { Moment } from './session-log.ts'
import type { Timeline } from './timeline.ts'

/** Rises when the shape of the text changes. */
export const EXPORT_VERSION = 1

interface ExportOptions {
  /** Null where nothing was ever kept of the prefix. */
  readonly timeline: Timeline | null
  readonly prefix: string
  /** One session, by its id's bytes; null for all. */
  readonly key: string | null
  /** Epoch milliseconds. */
  readonly now: number
}

/** All that is kept, as JSON text for people and programs; docs/timeline.md has its shape. */
export function exportTimeline({ timeline, prefix, key, now }: ExportOptions): string {
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
    id: key === null ? null : toId(key),
    since: moment(status?.since ?? null),
    dropped: status?.dropped ?? 0,
    events: [...entries.values()].sort((a, b) => a.number - b.number).map(toEvent),
    sessions: logs.map(([each, log]) => ({ id: toId(each), moments: log.moments.map(toMoment) })),
  }
  return `${JSON.stringify(text, null, 2)}\n`
}

function toEvent({ number, at, key, user, by, told, heard, since, change, moment: after }: KeptEntry) {
  return {
    number,
    at: moment(at),
    id: key === null ? null : toId(key),
    user,
    by,
    told,
    heard,
    since: moment(since),
    ...toWhat(change),
    moment: after,
  }
}

function toWhat(change: TimelineChange): object {
  switch (change.kind) {
    case 'created':
    case 'expired':
    case 'deleted':
      return { ...change, expiresAt: moment(change.expiresAt) }
    case 'fieldAdded':
    case 'fieldChanged':
    case 'fieldRemoved':
      return { ...change, old: value(change.old), new: value(change.new) }
    case 'touched':
    case 'ttlChanged':
      return { ...change, expiry: turn(change.expiry) }
    case 'gap':
      return { ...change, from: moment(change.from) }
    default:
      return change
  }
}

function toMoment({ number, at, snapshot }: Moment): object {
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
      name,
      value: text,
      ...(cut ? { cut, size } : {}),
    })),
  }
}

/** Whole values are what they are; of parts it is said which. */
const value = (kept: KeptValue | null): Bytes | object | null =>
  kept === null || kept.whole
    ? (kept?.value ?? null)
    : { part: kept.value, from: kept.skipped, size: kept.size }

const turn = (expiry: Turn<number | null> | null): object | null =>
  expiry === null ? null : { old: moment(expiry.old), new: moment(expiry.new) }

const toId = (key: string): Bytes => toBytes(fromBinary(key))

/** ISO 8601 in UTC; epoch milliseconds where that is further away than a calendar reaches. */
function moment(epoch: number | null): string | number | null {
  if (epoch === null) return null
  const date = new Date(epoch)
  return Number.isNaN(date.getTime()) ? epoch : date.toISOString()
}
