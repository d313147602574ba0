import type { FieldEvent, TimelineChange } from '#shared/timeline.ts'
import { fromBinary, toBytes } from '../bytes.ts'
import { EXPIRY_TOLERANCE } from '../index/row-table.ts'
import type { KeptEntry } from './entry-ring.ts'
import type { Note } from './notes.ts'
import type { Snapshot } from './snapshot.ts'

/** Notifications that say that a field was written, and what they are called here. */
export const FIELD_WORDS: ReadonlyMap<string, FieldEvent['kind']> = new Map([
  ['hset', 'fieldChanged'],
  ['hincrby', 'fieldChanged'],
  ['hincrbyfloat', 'fieldChanged'],
  ['hdel', 'fieldRemoved'],
  ['hexpired', 'fieldRemoved'],
])
/** Notifications that say how a key came or went. */
const COMINGS: ReadonlySet<string> = new Set(['rename_to', 'restore', 'copy_to', 'move_to'])
const GOINGS: ReadonlySet<string> = new Set(['expired', 'evicted', 'del', 'rename_from', 'move_from'])

/** What explains an entry, beside what changed. */
export type Cause = Pick<KeptEntry, 'by' | 'told' | 'heard' | 'since'>

/** A key is there that was not: a new session, or one under a new id. */
export function beginning(
  { state, configuredTtl, expiresAt }: Pick<Snapshot, 'state' | 'configuredTtl' | 'expiresAt'>,
  note: Note | null,
): TimelineChange {
  if (note?.rotatedFrom != null) return { kind: 'rotated', from: toId(note.rotatedFrom), to: null }
  return { kind: 'created', state, ttl: configuredTtl, expiresAt: expiresAt ?? null }
}

/**
 * Told by the server, or judged by the expiry that was known: one who had time left was deleted.
 * @param now epoch milliseconds
 */
export function ending(expiresAt: number | null, note: Note | null, now: number): TimelineChange {
  if (note?.rotatedTo != null) return { kind: 'rotated', from: null, to: toId(note.rotatedTo) }
  const heard = note?.heard.findLast((word) => GOINGS.has(word))
  const over = expiresAt !== null && expiresAt <= now + EXPIRY_TOLERANCE
  const expired = heard === undefined ? over && note?.by == null : heard === 'expired'
  return { kind: expired ? 'expired' : 'deleted', expiresAt }
}

/** Who did it, and how it became known. */
export function causeOf(change: TimelineChange, note: Note | null, since: number | null): Cause {
  const told = note !== null && (note.by !== null || note.heard.length > 0)
  const words = change.kind === 'created' ? COMINGS : GOINGS
  const notable = change.kind === 'created' || change.kind === 'expired' || change.kind === 'deleted'
  const heard = (notable ? note?.heard.findLast((word) => words.has(word)) : undefined) ?? null
  // An expiry that our write has left alone was moved by somebody else.
  const foreign = change.kind === 'ttlChanged' && change.ttl === null && note?.keepsExpiry === true
  const by = change.kind === 'expired' ? null : foreign ? 'outside' : (note?.by ?? 'outside')
  return { by, told, heard, since: told ? null : since }
}

const toId = (key: string) => toBytes(fromBinary(key))
