import type { z } from 'zod'
import { type Bytes, bytesSchema } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import { RESERVED_FIELDS } from '#shared/model.ts'
import { type ImportSource, REDACTED, TRANSFER_FORMAT, TRANSFER_VERSION } from '#shared/transfer.ts'
import { fromBytes } from '../bytes.ts'
import { formatTimestamp } from '../store/timestamp.ts'
import { dumpLine, endLine, hashLine, headerLine, itemsLine, scoredLine, stringLine } from './line-schemas.ts'
import type { Content, Dumped, HashField, SessionRecord } from './record.ts'

/** What a line of a file is. */
export type ParsedLine =
  | { readonly kind: 'session'; readonly record: SessionRecord }
  | { readonly kind: 'end'; readonly sessions: number }
  /** Something of it was left out when it was exported. */
  | { readonly kind: 'redacted'; readonly id: Bytes | null; readonly reason: string }
  /** @param id as far as it can be told */
  | { readonly kind: 'invalid'; readonly id: Bytes | null; readonly reason: string }

/**
 * The header of an export; null where the value is none.
 * @throws AppError for one that this inspector does not read
 */
export function parseHeader(value: unknown): ImportSource | null {
  if (memberOf(value, 'format') !== TRANSFER_FORMAT) return null
  const version = memberOf(value, 'version')
  if (version !== TRANSFER_VERSION) {
    throw new AppError(
      'invalid_argument',
      `This export has version ${JSON.stringify(version)?.slice(0, 20) ?? 'none'} of the format, and this inspector reads version ${TRANSFER_VERSION}. Use the inspector that wrote it.`,
    )
  }
  const parsed = headerLine.safeParse(value)
  if (!parsed.success) {
    throw new AppError(
      'invalid_argument',
      `The first line of this export is damaged: ${reasonOf(parsed.error)}`,
    )
  }
  const { form, prefix, exported_at: exportedAt, server, redacted = 'nothing' } = parsed.data
  const at = Date.parse(exportedAt ?? '')
  return { form, prefix, exportedAt: Number.isNaN(at) ? null : at, server: server ?? null, redacted }
}

/**
 * @param prefix the one that the file names, outside which no key may lie; null where it names none
 * @param now epoch milliseconds, for what lives so many seconds from now on
 */
export function parseLine(value: unknown, prefix: string | null, now: number): ParsedLine {
  const end = endLine.safeParse(value)
  if (end.success) return { kind: 'end', sessions: end.data.sessions }
  const given = bytesSchema.safeParse(memberOf(value, 'id'))
  const id = given.success ? given.data : null
  const invalid = (reason: string): ParsedLine => ({ kind: 'invalid', id, reason })
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('It is no JSON object.')
  }
  const redacted = whyRedacted(value)
  if (redacted !== null) return { kind: 'redacted', id, reason: redacted }
  const schema = schemaOf(value)
  if (typeof schema === 'string') return invalid(schema)
  const parsed = schema.safeParse(value)
  if (!parsed.success) return invalid(reasonOf(parsed.error))
  const line = parsed.data as Line
  const own = fromBytes(line.id)
  if (line.key !== undefined) {
    const outside = whyOutside(fromBytes(line.key), own, prefix)
    if (outside !== null) return invalid(outside)
  }
  const expiry = expiryOf(line)
  if (typeof expiry === 'string') return invalid(expiry)
  const holds = holdingOf(line, now)
  if (typeof holds === 'string') return invalid(holds)
  return { kind: 'session', record: { id: own, expiry, holds } }
}

/** What stands for what was left out is no value, and is never written as one; nor is it where somebody took it for text. */
function whyRedacted(value: object): string | null {
  if (isRedacted(memberOf(value, 'id')) || isRedacted(memberOf(value, 'key')))
    return 'Its id was redacted when it was exported, so it cannot be restored. Export it again with its id.'
  const fields = memberOf(value, 'fields')
  const names = typeof fields === 'object' && fields !== null ? Object.entries(fields) : []
  const binary = memberOf(value, 'binary_fields')
  const items = memberOf(value, 'items')
  const held: readonly (readonly [string, unknown])[] = [
    ...names,
    ...(Array.isArray(binary) ? binary : []).map((field) => ['', memberOf(field, 'value')] as const),
    ['', memberOf(value, 'value')],
    ...(Array.isArray(items) ? items : []).map((item) => ['', memberOf(item, 'member') ?? item] as const),
  ]
  const lacks = held.filter(([, member]) => isRedacted(member))
  if (lacks.length === 0) return null
  const named = lacks.map(([name]) => name).filter((name) => name !== '')
  const what =
    named.length === 0
      ? 'Secrets in it were'
      : `${namesInWords(named)} ${named.length === 1 ? 'was' : 'were'}`
  return `${what} redacted when it was exported, so it cannot be restored. Export it again without redaction.`
}

function isRedacted(member: unknown): boolean {
  if (typeof member === 'string') return member.includes(REDACTED)
  return typeof member === 'object' && member !== null && Object.hasOwn(member, 'redacted')
}

const MOST_NAMES = 5
const namesInWords = (names: readonly string[]): string => {
  const some = names.slice(0, MOST_NAMES).map((name) => name.slice(0, 40))
  return names.length > MOST_NAMES
    ? `${some.join(', ')} and ${names.length - MOST_NAMES} more`
    : some.join(', ')
}

type Line =
  | z.output<typeof hashLine>
  | z.output<typeof stringLine>
  | z.output<typeof itemsLine>
  | z.output<typeof scoredLine>
  | z.output<typeof dumpLine>

/** The schema of a line, chosen first: a union's mistakes say nothing about the one that was meant. */
function schemaOf(value: object): z.ZodType | string {
  if (Object.hasOwn(value, 'dump')) return dumpLine
  const type = memberOf(value, 'type')
  switch (type) {
    case 'hash':
    case undefined:
      return hashLine
    case 'string':
      return stringLine
    case 'list':
    case 'set':
      return itemsLine
    case 'zset':
      return scoredLine
    default:
      return 'Its type is none that has a readable form: hash, string, list, set or zset.'
  }
}

/** A key is its prefix and its id: one that says otherwise is not written anywhere. */
function whyOutside(key: Buffer, id: Buffer, prefix: string | null): string | null {
  if (prefix === null) return null
  if (key.equals(Buffer.concat([Buffer.from(prefix), id]))) return null
  return key.subarray(0, Buffer.byteLength(prefix)).equals(Buffer.from(prefix))
    ? 'Its key is not the prefix and its id.'
    : `Its key lies outside the prefix ${prefix} of the file.`
}

function expiryOf(line: Line): SessionRecord['expiry'] | string {
  const seconds = 'ttl' in line ? line.ttl : undefined
  if (line.expires_at_ms !== undefined && seconds !== undefined) {
    return 'It has both ttl and expires_at_ms. Leave one of them out.'
  }
  if (typeof line.expires_at_ms === 'number') return { at: line.expires_at_ms }
  if (typeof seconds === 'number') return { seconds }
  if (line.expires_at_ms === null || seconds === null) return null
  return 'It does not say when it ends: give ttl (seconds) or expires_at_ms, or null for never.'
}

function holdingOf(line: Line, now: number): Content | Dumped | string {
  if ('dump' in line) {
    return { type: 'dump', dump: Buffer.from(line.dump, 'base64'), mark: line.content ?? null }
  }
  if ('fields' in line) return hashOf(line, now)
  if ('value' in line) return { type: 'string', value: fromBytes(line.value) }
  if (line.type === 'zset') {
    return {
      type: 'zset',
      items: line.items.map(({ member, score }) => ({
        member: fromBytes(member),
        score: typeof score === 'number' ? score : score === 'inf' ? Infinity : -Infinity,
      })),
    }
  }
  return { type: line.type, items: line.items.map(fromBytes) }
}

function hashOf(line: z.output<typeof hashLine>, now: number): Content | string {
  const expiries = new Map(line.field_expires_at_ms ?? [])
  const fields: HashField[] = line.fields.map(([name, value]) => ({
    name: Buffer.from(name),
    value: fromBytes(value),
    expiresAt: expiries.get(name) ?? null,
  }))
  for (const { name, value, expires_at_ms: expiresAt = null } of line.binary_fields ?? []) {
    fields.push({ name: fromBytes(name), value: fromBytes(value), expiresAt })
  }
  const names = new Set(fields.map(({ name }) => name.toString('latin1')))
  if (names.size < fields.length) return 'It names a field twice.'
  for (const name of expiries.keys()) {
    if (!names.has(Buffer.from(name).toString('latin1'))) return 'It has the expiry of a field that it lacks.'
  }
  if (fields.length === 0) return 'It has no fields, and Redis keeps no empty hash.'
  if (typeof line.ttl === 'number') addReserved(fields, names, line.ttl, now)
  return { type: 'hash', fields }
}

/** What is written by hand with a TTL is to become a session: it gets the reserved fields that it lacks. */
function addReserved(fields: HashField[], names: ReadonlySet<string>, ttl: number, now: number): void {
  const time = formatTimestamp(now)
  const values = { created_at: time, last_accessed_at: time, session_ttl: String(ttl) }
  for (const name of RESERVED_FIELDS) {
    if (names.has(name)) continue
    fields.push({ name: Buffer.from(name), value: Buffer.from(values[name]), expiresAt: null })
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined

/** The first mistake, in a sentence. */
function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues
  if (issue === undefined) return 'It cannot be read.'
  const path = issue.path.map(String).join('.')
  const where = path === '' ? '' : `${path.length > 60 ? `${path.slice(0, 60)}…` : path}: `
  const text = `${where}${issue.message.slice(0, 300)}`
  return /[.!?]$/.test(text) ? text : `${text}.`
}
