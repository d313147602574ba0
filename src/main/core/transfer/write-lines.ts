import type { Bytes } from '#shared/bytes.ts'
import {
  type ExportForm,
  type LeftOut,
  type Redaction,
  type ServerName,
  TRANSFER_FORMAT,
  TRANSFER_VERSION,
} from '#shared/transfer.ts'
import { toBytes } from '../bytes.ts'
import type { Content, Dumped, HashField } from './record.ts'
import type { Redactable, Redactor } from './redact.ts'

export interface Header {
  readonly form: ExportForm
  readonly prefix: string
  readonly exportedAt: number
  readonly server: ServerName | null
  /** Of the payloads; null where it is not known. */
  readonly rdbVersion: number | null
  /** Sessions that were asked for. */
  readonly sessions: number
  readonly redacted: Redaction
}

export const headerText = (header: Header): string =>
  line({
    format: TRANSFER_FORMAT,
    version: TRANSFER_VERSION,
    form: header.form,
    ...(header.redacted === 'nothing' ? {} : { redacted: header.redacted }),
    exported_at: new Date(header.exportedAt).toISOString(),
    prefix: header.prefix,
    ...(header.server === null ? {} : { server: header.server }),
    ...(header.rdbVersion === null ? {} : { rdb_version: header.rdbVersion }),
    sessions: header.sessions,
  })

/** The last line: a file that lacks it was cut. */
export const endText = (sessions: number, gone: number, leftOut: readonly LeftOut[]): string =>
  line({ end: true, sessions, gone, left_out: leftOut })

export interface SessionLine {
  readonly id: Buffer
  readonly prefix: string
  /** As TYPE names it. */
  readonly type: string
  /** When it was read and when it ends, epoch milliseconds; null for never. */
  readonly readAt: number
  readonly expiresAt: number | null
  readonly holds: Content | Dumped
}

export function sessionText(
  { id, prefix, type, readAt, expiresAt, holds }: SessionLine,
  redactor: Redactor,
): string {
  return line({
    id: redactor.id(id),
    key: redactor.key(prefix, id),
    type,
    ttl_ms: expiresAt === null ? null : Math.max(0, expiresAt - readAt),
    expires_at: expiresAt === null ? null : calendarTime(expiresAt),
    expires_at_ms: expiresAt,
    ...members(holds, (value, name = null) => redactor.value(value, name, id), redactor),
  })
}

type Say = (value: Buffer, name?: Bytes | null) => Redactable

function members(holds: Content | Dumped, say: Say, redactor: Redactor): object {
  switch (holds.type) {
    case 'dump':
      return {
        dump: holds.dump.toString('base64'),
        ...(holds.mark === null ? {} : { content: holds.mark }),
      }
    case 'hash':
      return hashMembers(holds.fields, say, redactor)
    case 'string':
      return { value: say(holds.value) }
    case 'zset':
      return {
        items: holds.items.map(({ member, score }) => ({ member: say(member), score: scoreWord(score) })),
      }
    default:
      return { items: holds.items.map((item) => say(item)) }
  }
}

/** Names that are text are members of one object; the others, which JSON cannot have as names, are listed. */
function hashMembers(hash: readonly HashField[], say: Say, redactor: Redactor): object {
  const fields: [string, Redactable][] = []
  const expiries: [string, number][] = []
  const binary: object[] = []
  for (const { name, value, expiresAt } of hash) {
    const given = toBytes(name)
    const shown = redactor.name(given)
    // A session without one of its names is none that could be restored.
    const held = shown === given ? say(value, given) : { redacted: null }
    if (typeof shown === 'string') {
      fields.push([shown, held])
      if (expiresAt !== null) expiries.push([shown, expiresAt])
    } else {
      const expiry = expiresAt === null ? {} : { expires_at_ms: expiresAt }
      binary.push({ name: shown, value: held, ...expiry })
    }
  }
  return {
    // fromEntries defines its members, so that `__proto__` is a name like any other.
    fields: Object.fromEntries(fields),
    ...(expiries.length === 0 ? {} : { field_expires_at_ms: Object.fromEntries(expiries) }),
    ...(binary.length === 0 ? {} : { binary_fields: binary }),
  }
}

/** JSON has no infinite numbers. */
const scoreWord = (score: number) => (Number.isFinite(score) ? score : score > 0 ? 'inf' : '-inf')

/** For people; null where a calendar does not reach. */
function calendarTime(epoch: number): string | null {
  const date = new Date(epoch)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

const line = (value: object): string => `${JSON.stringify(value)}\n`
