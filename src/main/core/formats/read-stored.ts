import { createHash } from 'node:crypto'
import type { Bytes } from '#shared/bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { hashFields as hashReply, keyOf } from '../index/session-detail.ts'
import { FORMAT_LIMITS, PEEK_BYTES } from './limits.ts'
import { hashFields, StoredSession } from './stored-session.ts'

/**
 * A key as decoders take it, whole where the limits allow: a longer string with its beginning alone, of which nothing is
 * decoded but whose it is. Not of one moment: edits compare what they change.
 * @param clock epoch milliseconds
 * @returns null where there is no such key
 * @throws AppError
 */
export async function readStored(
  client: RedisClient,
  prefix: string,
  id: Bytes,
  clock: () => number,
): Promise<StoredSession | null> {
  const key = keyOf(prefix, id)
  try {
    const type = await client.type(key)
    if (type === 'none') return null
    const left = client.pttl(key)
    const [content, ttl] = await Promise.all([readContent(client, key, type), left])
    if (ttl === -2) return null
    return new StoredSession({ key, type, ...content, expiresAt: ttl < 0 ? null : clock() + ttl })
  } catch (error) {
    throw toAppError(error)
  }
}

async function readContent(client: RedisClient, key: Buffer, type: string) {
  if (type === 'hash') return { fields: hashFields(hashReply(await client.callBuffer('HGETALL', key))) }
  if (type !== 'string') return {}
  // One byte more tells that there is more.
  const value = await client.getrangeBuffer(key, 0, FORMAT_LIMITS.bytes)
  if (value.length <= FORMAT_LIMITS.bytes) return { value }
  return { value: value.subarray(0, PEEK_BYTES), size: await client.strlen(key) }
}

/** By which an edit knows again what it is about: the string, or each field of a hash in the order of its tree. */
export const marksOf = ({ type, value, fields }: StoredSession): readonly string[] =>
  type === 'hash' ? fields.all().map(([name, held]) => markOf(name, held)) : [markOf(value)]

function markOf(...parts: readonly Buffer[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest('base64')
}
