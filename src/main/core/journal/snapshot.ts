import { createHash } from 'node:crypto'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import { type SessionDetail, type SessionState, USER_FIELD } from '#shared/model.ts'
import type { Expiry } from '#shared/timeline.ts'
import { TIMELINE_DEFAULTS } from './defaults.ts'
import { type KnownValue, keepBeginning, lengthOf } from './kept-value.ts'

/** A field at one moment; `digest` where the value is less than what was read of it. */
export interface KnownField extends KnownValue {
  readonly name: Bytes
  readonly reserved: boolean
  readonly digest: string | null
}

/** A session as it was read whole at one moment. */
export interface Snapshot {
  readonly type: string
  readonly state: SessionState
  readonly createdAt: number | null
  readonly lastAccessedAt: number | null
  /** Seconds. */
  readonly configuredTtl: number | null
  /** Undefined where it was not read. */
  readonly expiresAt: Expiry | undefined
  /** By `bytesId` of the name, in the order of the session's detail. */
  readonly fields: ReadonlyMap<string, KnownField>
}

/** What of a session's detail a snapshot keeps. */
export type ReadSession = Pick<
  SessionDetail,
  'type' | 'state' | 'createdAt' | 'lastAccessedAt' | 'configuredTtl' | 'fields'
> & { readonly expiresAt: Expiry | undefined }

/**
 * @param before the snapshot before it: what is the same is shared with it, so that a hundred moments of a session
 * take little more than one
 */
export function takeSnapshot(session: ReadSession, before: Snapshot | null): Snapshot {
  const { type, state, createdAt, lastAccessedAt, configuredTtl, expiresAt } = session
  const fields = new Map<string, KnownField>()
  let room = TIMELINE_DEFAULTS.momentBytes
  for (const { name, value, size, cut, reserved } of session.fields) {
    const id = bytesId(name)
    const bytes = lengthOf(value)
    const fresh: KnownField =
      bytes <= room
        ? { name, value, size, cut, reserved, digest: null }
        : {
            name,
            value: keepBeginning({ value, size, cut }, TIMELINE_DEFAULTS.beginningBytes).value,
            size,
            cut: true,
            reserved,
            digest: digestOf(value),
          }
    room -= Math.min(room, bytes)
    const known = before?.fields.get(id)
    const shared = known !== undefined && known.digest === fresh.digest && sameField(known, fresh)
    fields.set(id, shared ? known : fresh)
  }
  return { type, state, createdAt, lastAccessedAt, configuredTtl, expiresAt, fields }
}

/** As far as the values were read: of one that travels cut, its end may differ unseen. */
export function sameField(a: KnownField, b: KnownField): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  if (a.digest === null && b.digest === null) return bytesId(a.value) === bytesId(b.value)
  return (a.digest ?? digestOf(a.value)) === (b.digest ?? digestOf(b.value))
}

/** Who is logged in, or null. */
export function userOf(snapshot: Snapshot): string | null {
  const value = snapshot.fields.get(bytesId(USER_FIELD))?.value
  return value === undefined ? null : shownUser(value)
}

export const shownUser = (value: Bytes | null): string | null =>
  typeof value === 'string' && value !== '' ? value.slice(0, TIMELINE_DEFAULTS.userCharacters) : null

/** Bytes that it takes beyond those of the snapshot before it. */
export function ownBytes(snapshot: Snapshot, before: Snapshot | null): number {
  let bytes = 0
  for (const [id, field] of snapshot.fields)
    if (before?.fields.get(id) !== field) bytes += lengthOf(field.value) + lengthOf(field.name)
  return bytes
}

const digestOf = (value: Bytes): string => createHash('sha1').update(bytesId(value)).digest('base64')
