import type { Redis } from 'ioredis'
import type { Bytes } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import { LIMITS, RESERVED_FIELDS, type SessionDetail, type SessionField } from '#shared/model.ts'
import { fromBytes, toBytes } from '../bytes.ts'
import { toAppError } from '../connection/redis-errors.ts'
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
  client: Redis,
  prefix: string,
  id: Bytes,
  clock: () => number,
): Promise<SessionDetail | null> {
  const key = keyOf(prefix, id)
  // Apart from the transaction, which a command that is not allowed would end.
  const memory = client.memory('USAGE', key).catch(() => null)
  const replies = await client
    .multi()
    .type(key)
    .pttl(key)
    // The plain form: hgetallBuffer() makes an object of it, whose names must be text.
    .callBuffer('HGETALL', key)
    .exec()
    .catch((error: unknown) => {
      throw toAppError(error)
    })
  const [type, ttl, hash] = replies ?? []
  if (type?.[0] || ttl?.[0]) throw toAppError(type?.[0] ?? ttl?.[0])
  if (type?.[1] === 'none' || typeof ttl?.[1] !== 'number') return null
  const isHash = type?.[1] === 'hash'
  if (isHash && hash?.[0]) throw toAppError(hash[0])
  const read = readHash(isHash ? hash?.[1] : [])
  return {
    id,
    key: toBytes(key),
    ...read,
    state: isHash ? read.state : 'foreign',
    type: String(type?.[1]),
    problem: isHash ? read.problem : foreignProblem(String(type?.[1])),
    expiresAt: ttl[1] < 0 ? null : clock() + ttl[1],
    memory: await memory,
  }
}

/** What a hash tells of a session. @param reply its names and values in turn, as HGETALL answers them */
export function readHash(
  reply: unknown,
): Pick<SessionDetail, 'state' | 'problem' | 'createdAt' | 'lastAccessedAt' | 'configuredTtl' | 'fields'> {
  const values = hashFields(reply)
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
    fields: values.map(([name, value]) => toField(name, value)).sort(reservedLast),
  }
}

/** The whole value of one field. @throws AppError `session_gone` when the key or the field has gone. */
export async function readField(client: Redis, prefix: string, id: Bytes, field: Bytes): Promise<Bytes> {
  const value = await client.hgetBuffer(keyOf(prefix, id), fromBytes(field)).catch((error: unknown) => {
    throw toAppError(error)
  })
  if (value === null)
    throw new AppError('session_gone', 'This field has gone: it was removed, or its session ended.')
  return toBytes(value)
}

/** HGETALL's flat reply as pairs. */
function hashFields(reply: unknown): readonly (readonly [Buffer, Buffer])[] {
  const flat = Array.isArray(reply) ? (reply as readonly Buffer[]) : []
  const fields: [Buffer, Buffer][] = []
  for (let i = 0; i < flat.length; i += 2) {
    const [name, value] = flat.slice(i, i + 2)
    if (name !== undefined && value !== undefined) fields.push([name, value])
  }
  return fields
}

function toField(name: Buffer, value: Buffer): SessionField {
  const cut = value.length > LIMITS.previewBytes
  const shown = toBytes(name)
  return {
    name: shown,
    value: toBytes(cut ? trimUtf8(value.subarray(0, LIMITS.previewBytes)) : value),
    size: value.length,
    cut,
    reserved: typeof shown === 'string' && RESERVED.has(shown),
  }
}

const rank = ({ name, reserved }: SessionField): string =>
  reserved
    ? `1${(RESERVED_FIELDS as readonly unknown[]).indexOf(name)}`
    : `0${typeof name === 'string' ? name : name.base64}`

const reservedLast = (a: SessionField, b: SessionField): number => (rank(a) < rank(b) ? -1 : 1)
