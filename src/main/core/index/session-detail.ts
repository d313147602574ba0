import type { ChainableCommander } from 'ioredis'
import type { Bytes } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import {
  LIMITS,
  RESERVED_FIELDS,
  type SessionDetail,
  type SessionField,
  type ShownValue,
} from '#shared/model.ts'
import { fromBytes, toBinary, toBytes } from '../bytes.ts'
import { transactions } from '../connection/permissions.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { refusedIn, toAppError } from '../connection/redis-errors.ts'
import { extrasCommand, readExtrasPlainly, refusedOn, toExtras } from './detail-extras.ts'
import { trimUtf8 } from './fresh-row.ts'
import { findFlaws, foreignProblem, hashProblem } from './judge.ts'
import { RawValues } from './raw-values.ts'
import { orNull } from './row-table.ts'

const RESERVED = new Set<string>(RESERVED_FIELDS)

export const keyOf = (prefix: string, id: Bytes): Buffer =>
  Buffer.concat([Buffer.from(prefix), fromBytes(id)])

/**
 * One key as it is at one moment: type, expiry and fields are read in one transaction.
 * @returns null when there is no such key
 * @throws AppError
 */
export async function readSessionDetail(
  client: RedisClient,
  prefix: string,
  id: Bytes,
  clock: () => number,
): Promise<SessionDetail | null> {
  const key = keyOf(prefix, id)
  // Apart from the transaction, which a command that is not allowed would end.
  const memory = client.memory('USAGE', key).catch(() => null)
  const replies = await readTogether(client, key).catch((error: unknown) => {
    throw toAppError(error)
  })
  const [type, ttl, hash, script] = replies
  if (type?.[0] || ttl?.[0]) throw toAppError(type?.[0] ?? ttl?.[0])
  if (type?.[1] === 'none' || typeof ttl?.[1] !== 'number') return null
  const isHash = type?.[1] === 'hash'
  if (isHash && hash?.[0]) throw toAppError(hash[0])
  const values = isHash ? hashFields(hash?.[1]) : []
  const names = values.map(([name]) => name)
  const { fieldTtls, text, fingerprint } =
    script === undefined
      ? await readExtrasPlainly(client, key, String(type?.[1]), names)
      : toExtras(client, script[1], isHash)
  const now = clock()
  const ends = new Map((fieldTtls ?? []).map(([name, left]) => [toBinary(name), now + left]))
  const read = readHash(values, ends)
  return {
    id,
    key: toBytes(key),
    ...read,
    state: isHash ? read.state : 'foreign',
    type: String(type?.[1]),
    problem: isHash ? read.problem : foreignProblem(String(type?.[1])),
    expiresAt: ttl[1] < 0 ? null : now + ttl[1],
    memory: await memory,
    hasFieldTtls: fieldTtls !== null,
    value: text === null ? null : toShown(text.start, text.size),
    fingerprint,
  }
}

/**
 * What a hash tells of a session.
 * @param values its fields, as {@link hashFields} reads them
 * @param ends when fields end by themselves, epoch milliseconds, by their name as a byte a character
 */
export function readHash(
  values: readonly (readonly [Buffer, Buffer])[],
  ends: ReadonlyMap<string, number> = new Map(),
): Pick<SessionDetail, 'state' | 'problem' | 'createdAt' | 'lastAccessedAt' | 'configuredTtl' | 'fields'> {
  const reservedValue = (name: string) =>
    values.find(([field]) => field.equals(Buffer.from(name)))?.[1] ?? null
  const reserved = RawValues.of(RESERVED_FIELDS.map(reservedValue))
  const flaws = findFlaws(reserved)
  return {
    state: flaws === 0 ? 'session' : 'incomplete',
    problem: hashProblem(flaws),
    createdAt: orNull(reserved.moment(0)),
    lastAccessedAt: orNull(reserved.moment(1)),
    configuredTtl: orNull(reserved.wholeNumber(2)),
    fields: values
      .map(([name, value]) => toField(name, value, ends.get(toBinary(name)) ?? null))
      .sort(reservedLast),
  }
}

type Replies = readonly (readonly [Error | null, unknown] | undefined)[]

/**
 * TYPE, PTTL, HGETALL and, where scripts may be run, the extras, all of one moment. A script that is refused ends the
 * transaction with nothing done, so that it is sent once more without; while memory is full, one right after the other.
 */
async function readTogether(client: RedisClient, key: Buffer): Promise<Replies> {
  if (!transactions.allowed(client)) return readApart(client, key)
  try {
    return await readInTransaction(client, key)
  } catch (error) {
    if (!isTransactionRefused(error)) throw error
    transactions.note(client, false)
    // Where MULTI was taken and EXEC was not, some servers would queue all that follows.
    await client.discard().catch(() => {})
    return readApart(client, key)
  }
}

/** The same one after the other. The time comes last: a session that ends in between has gone, and holds nothing. */
async function readApart(client: RedisClient, key: Buffer): Promise<Replies> {
  const [type, hash, ttl] =
    (await client.pipeline().type(key).callBuffer('HGETALL', key).pttl(key).exec()) ?? []
  return ttl?.[1] === -2 ? [[null, 'none'], ttl] : [type, ttl, hash]
}

/** MULTI or EXEC may not be run: the commands in between say nothing of that. */
function isTransactionRefused(error: unknown): boolean {
  const words = error instanceof Error && 'previousErrors' in error ? error.previousErrors : []
  return [error, ...(Array.isArray(words) ? words : [])].some(
    (each) => each instanceof Error && /NOPERM.*'(multi|exec)'/i.test(each.message),
  )
}

async function readInTransaction(client: RedisClient, key: Buffer): Promise<Replies> {
  const basics = (together: ChainableCommander) =>
    together
      .type(key)
      .pttl(key)
      // The plain form: hgetallBuffer() makes an object of it, whose names must be text.
      .callBuffer('HGETALL', key)
  if (!refusedOn(client).scripts) {
    try {
      return await atOnce(client, (together) => basics(together).callBuffer(...extrasCommand(client, key)))
    } catch (error) {
      if (!isAborted(error)) throw error
    }
  }
  const replies = await atOnce(client, basics)
  refusedOn(client).scripts = true
  return replies
}

/** In a transaction, which a server whose memory is full refuses, also one that only reads; then one after the other. */
async function atOnce(
  client: RedisClient,
  add: (together: ChainableCommander) => ChainableCommander,
): Promise<Replies> {
  try {
    return (await add(client.multi()).exec()) ?? []
  } catch (error) {
    if (!isAborted(error) || !isFull(error)) throw error
    return (await add(client.pipeline()).exec()) ?? []
  }
}

const isFull = (error: unknown): boolean => /^OOM/.test(refusedIn(error as Error).message)
const isAborted = (error: unknown): boolean => error instanceof Error && /^EXECABORT/.test(error.message)

/** The whole value of one field. @throws AppError `session_gone` when the key or the field has gone. */
export async function readField(
  client: RedisClient,
  prefix: string,
  id: Bytes,
  field: Bytes,
): Promise<Bytes> {
  const value = await client.hgetBuffer(keyOf(prefix, id), fromBytes(field)).catch((error: unknown) => {
    throw toAppError(error)
  })
  if (value === null)
    throw new AppError('session_gone', 'This field has gone: it was removed, or its session ended.')
  return toBytes(value)
}

/** A whole string. @throws AppError `session_gone`; `invalid_value` for one of more than `LIMITS.valueBytes` */
export async function readValue(client: RedisClient, prefix: string, id: Bytes): Promise<Bytes> {
  const key = keyOf(prefix, id)
  // One byte more tells that there is more, and asks for no more of what may be 512 MB.
  const value = await client.getrangeBuffer(key, 0, LIMITS.valueBytes).catch((error: unknown) => {
    throw toAppError(error)
  })
  if (value.length > LIMITS.valueBytes) {
    throw new AppError(
      'invalid_value',
      `This value has more than ${LIMITS.valueBytes / 1024 / 1024} MB, so only its beginning is shown. Read it with the redis-cli line.`,
    )
  }
  // GETRANGE answers an absent key like an empty one.
  if (value.length === 0 && (await client.exists(key)) === 0)
    throw new AppError('session_gone', 'This key has expired or was deleted.')
  return toBytes(value)
}

/** HGETALL's flat reply as pairs. */
export function hashFields(reply: unknown): readonly (readonly [Buffer, Buffer])[] {
  const flat = Array.isArray(reply) ? (reply as readonly Buffer[]) : []
  const fields: [Buffer, Buffer][] = []
  for (let i = 0; i < flat.length; i += 2) {
    const [name, value] = flat.slice(i, i + 2)
    if (name !== undefined && value !== undefined) fields.push([name, value])
  }
  return fields
}

function toField(name: Buffer, value: Buffer, expiresAt: number | null): SessionField {
  const shown = toBytes(name)
  return {
    name: shown,
    ...toShown(value.subarray(0, LIMITS.previewBytes), value.length),
    reserved: typeof shown === 'string' && RESERVED.has(shown),
    expiresAt,
  }
}

/** @param start the value, or its first `LIMITS.previewBytes` @param size of the whole */
function toShown(start: Buffer, size: number): ShownValue {
  const cut = size > start.length
  return { value: toBytes(cut ? trimUtf8(start) : start), size, cut }
}

const rank = ({ name, reserved }: SessionField): string =>
  reserved
    ? `1${(RESERVED_FIELDS as readonly unknown[]).indexOf(name)}`
    : `0${typeof name === 'string' ? name : name.base64}`

const reservedLast = (a: SessionField, b: SessionField): number => (rank(a) < rank(b) ? -1 : 1)
