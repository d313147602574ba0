import { AppError } from '#shared/errors.ts'
import type { DecodedSession, FormatId, RelatedKey, SessionEdit, SessionSummary } from '#shared/formats.ts'
import { aspnetCore } from './aspnet-core.ts'
import { authJs } from './auth-js.ts'
import { Budget, OverLimit, Undecodable } from './budget.ts'
import { connectRedis } from './connect-redis.ts'
import { djangoCache } from './django-cache.ts'
import { djangoRedisSessions } from './django-redis-sessions.ts'
import { applyEdits } from './edits.ts'
import { fastifySession } from './fastify-session.ts'
import { flaskSession } from './flask-session.ts'
import { guide } from './guide.ts'
import { laravel } from './laravel.ts'
import { FORMAT_LIMITS, type FormatLimits, PEEK_LIMITS } from './limits.ts'
import { isDeeperThan, undecodedIn } from './nodes.ts'
import { other } from './other.ts'
import { toUndecodable } from './parsed.ts'
import { phpredis } from './phpredis.ts'
import { redisSessionStore } from './redis-session-store.ts'
import { type Content, type SessionFormat, SURE, type Summary, type Written } from './session-format.ts'
import { springSession } from './spring-session.ts'
import { StoredSession } from './stored-session.ts'

/** Of two that are equally sure, the first is taken. */
export const FORMATS: readonly SessionFormat[] = [
  guide,
  connectRedis,
  fastifySession,
  authJs,
  springSession,
  flaskSession,
  djangoCache,
  djangoRedisSessions,
  phpredis,
  laravel,
  redisSessionStore,
  aspnetCore,
  other,
]

/** The formats that a key could be in at all, so that a list does not ask each for every key. */
const IN_HASHES = [guide, springSession, aspnetCore]
const IN_JSON = [connectRedis, fastifySession, authJs, flaskSession, redisSessionStore, other]
const IN_STRINGS = FORMATS.filter(
  (format) => ![guide, connectRedis, fastifySession, aspnetCore].includes(format),
)
const IN_SETS = [springSession]

function candidates(stored: StoredSession): readonly SessionFormat[] {
  if (stored.type === 'hash') return IN_HASHES
  if (stored.type !== 'string') return IN_SETS
  return stored.startsAsObject ? IN_JSON : IN_STRINGS
}

/**
 * Fields of a hash that rows of a list need, format by format; a hash that lacks the first of a format's is not in it. Our
 * own are read anyway.
 */
export const SUMMARY_GROUPS: readonly (readonly string[])[] = IN_HASHES.filter(
  (format) => format !== guide,
).map(({ fields }) => fields)

export const SUMMARY_FIELDS: readonly string[] = SUMMARY_GROUPS.flat()

const WITH_RELATED: ReadonlySet<FormatId> = new Set(
  FORMATS.filter((format) => format.keepsRelated).map(({ id }) => id),
)

/** Whether a library keeps further keys beside a session, which go with it. */
export const keepsRelated = (id: FormatId): boolean => WITH_RELATED.has(id)

export interface Detected {
  readonly format: SessionFormat
  /** 1 to 100. */
  readonly confidence: number
}

/** The format of one key, from its name, its type and the beginning of its value; null where it is none that is known. */
export function detect(stored: StoredSession): Detected | null {
  let best: Detected | null = null
  for (const format of candidates(stored)) {
    const confidence = format.detect(stored)
    if (confidence > (best?.confidence ?? SURE.no)) best = { format, confidence }
    if (confidence >= SURE.certain) break
  }
  return best
}

export interface RowSummary {
  readonly summary: SessionSummary
  /** Who and when are to be asked of the worker: {@link summariseFully} there. Null in the summary until then. */
  readonly needsWorker: boolean
}

/**
 * A row of a list, from the beginning of a value: at most `PEEK_BYTES` of a string, the {@link SUMMARY_FIELDS} of a hash.
 * @returns null for a key in no format that is known
 */
export function summarise(stored: StoredSession): RowSummary | null {
  const detected = detect(stored)
  if (detected === null) return null
  const needsWorker = detected.format.isHostile(stored)
  return { summary: toSummary(detected, needsWorker ? {} : summaryOf(detected, stored)), needsWorker }
}

/** The same with who and when for every format. To be run in the worker. */
export function summariseFully(stored: StoredSession): SessionSummary | null {
  const detected = detect(stored)
  return detected === null ? null : toSummary(detected, summaryOf(detected, stored))
}

function summaryOf({ format }: Detected, stored: StoredSession): Summary {
  try {
    return format.summarise(stored, new Budget(PEEK_LIMITS))
  } catch {
    // What cannot be decoded has nobody to show; the detail tells why.
    return {}
  }
}

const toSummary = ({ format, confidence }: Detected, summary: Summary): SessionSummary => ({
  format: format.id,
  name: format.name,
  encoding: summary.encoding ?? '',
  confidence,
  role: summary.role ?? 'session',
  user: summary.user ?? null,
  createdAt: summary.createdAt ?? null,
  lastSeenAt: summary.lastSeenAt ?? null,
  expiry: summary.expiry ?? null,
  lifetime: summary.lifetime ?? null,
})

/**
 * A session decoded: its fields, and each part that could not be decoded, with the reason. It never throws, and it takes no
 * more than the limits.
 * @param stored with its value or all of its fields as a whole
 * @returns null for a key in no format that is known
 */
export function decode(stored: StoredSession, limits: FormatLimits = FORMAT_LIMITS): DecodedSession | null {
  const detected = detect(stored)
  return detected === null ? null : toDecoded(detected, contentWithin(detected.format, stored, limits))
}

/**
 * The keys that its library keeps beside a session. To be run in the worker.
 * @param stored with its value or all of its fields as a whole
 * @returns null for a session that cannot be decoded, so that it cannot be told
 */
export function relatedOf(stored: StoredSession): readonly RelatedKey[] | null {
  const session = decode(stored)
  // What a pointer or an index tells of is not its own.
  if (session === null || session.role !== 'session') return []
  return session.root === null ? null : session.related
}

/** A session that could not be decoded at all. @param reason a sentence for the screen */
export function undecodedSession(stored: StoredSession, reason: string): DecodedSession | null {
  const detected = detect(stored)
  return detected === null ? null : toDecoded(detected, undecodedContent(reason, sizeOf(stored)))
}

function toDecoded({ format, confidence }: Detected, content: Content): DecodedSession {
  const { root } = content
  return {
    format: format.id,
    name: format.name,
    encoding: content.encoding,
    confidence,
    role: content.role ?? 'session',
    user: content.user ?? null,
    createdAt: content.createdAt ?? null,
    lastSeenAt: content.lastSeenAt ?? null,
    expiry: content.expiry ?? null,
    root,
    undecoded: [...(root === null ? [] : undecodedIn(root)), ...(content.undecoded ?? [])],
    related: content.related ?? [],
    readOnly: format.readOnly ?? content.readOnly ?? null,
    locked: content.locked ?? [],
    ttlNote: format.ttlNote,
  }
}

function contentWithin(format: SessionFormat, stored: StoredSession, limits: FormatLimits): Content {
  const size = sizeOf(stored)
  try {
    const budget = new Budget(limits)
    budget.whole(size)
    const content = format.decode(stored, budget)
    if (content.root !== null && isDeeperThan(content.root, limits.depth)) {
      throw new OverLimit(`Values lie within values more than ${limits.depth} deep.`)
    }
    return content
  } catch (error) {
    return undecodedContent(toUndecodable(error).message, size)
  }
}

/** For a value of which nothing could be made: it shows as bytes. */
const undecodedContent = (reason: string, size: number): Content => ({
  encoding: 'unknown',
  root: null,
  undecoded: [{ path: null, reason, size }],
  readOnly: 'It was not decoded, so that an edit could damage it.',
})

export const sizeOf = ({ type, size, fields }: StoredSession): number =>
  type === 'hash' ? fields.all().reduce((sum, [name, value]) => sum + name.length + value.length, 0) : size

/**
 * A session with some edits made, in its library's encoding; every byte that was not edited is as it was.
 * The paths are those of the tree that {@link decode} makes of the same bytes.
 * @returns what is to be written, guarded by what was shown and with the key's TTL kept
 * @throws AppError `unsupported` where this session is not edited, `invalid_value`, `invalid_field`, and `conflict` where
 * there is no such place in it
 */
export function encode(
  stored: StoredSession,
  edits: readonly SessionEdit[],
  limits: FormatLimits = FORMAT_LIMITS,
): Written {
  const decoded = decode(stored, limits)
  const format = FORMATS.find(({ id }) => id === decoded?.format)
  if (decoded === null || format?.edit === undefined || decoded.readOnly !== null) {
    throw new AppError(
      'unsupported',
      decoded?.readOnly ?? 'This key is in no format that the inspector writes.',
    )
  }
  for (const edit of edits) refuseLocked(edit, decoded)
  const apply = format.edit
  if (stored.type === 'hash') {
    const changed = edits.map((edit) => asAppError(() => apply(stored, edit, new Budget(limits))))
    return {
      kind: 'fields',
      fields: changed.flatMap((written) => (written.kind === 'fields' ? written.fields : [])),
    }
  }
  const edited = applyEdits(stored, edits, (before, edit) => {
    const written = asAppError(() => apply(before, edit, new Budget(limits)))
    return written.kind === 'value' ? withValue(before, written.value) : before
  })
  return { kind: 'value', value: edited.value }
}

function refuseLocked({ path }: SessionEdit, { locked }: DecodedSession): void {
  const lock = locked.find((kept) => kept.path.every((position, step) => path[step] === position))
  if (lock !== undefined) throw new AppError('reserved_field', `This part is not edited. ${lock.reason}`)
}

function asAppError<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof AppError) throw error
    if (!(error instanceof Undecodable)) throw error
    throw new AppError(
      'unsupported',
      `This session was not decoded whole, so it is not edited. ${error.message}`,
    )
  }
}

const withValue = ({ keyBytes, type, expiresAt }: StoredSession, value: Buffer): StoredSession =>
  new StoredSession({ key: keyBytes, type, value, ...(expiresAt === undefined ? {} : { expiresAt }) })
