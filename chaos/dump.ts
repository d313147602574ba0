import type { Redis } from 'ioredis'

/** A key as a plain client reads it. */
export interface DumpedKey {
  readonly type: string
  /** Empty for a key that is no hash. */
  readonly fields: Readonly<Record<string, string>>
  /** When it expires, epoch milliseconds; null for never. */
  readonly expiresAt: number | null
}

/** What is under a prefix, by id. */
export type Dump = Readonly<Record<string, DumpedKey>>

/** Reads all keys with a prefix, one batch after the other: whole only while nobody writes. */
export async function dump(clients: readonly Redis[], prefix: string): Promise<Dump> {
  const keys: Record<string, DumpedKey> = {}
  for (const client of clients) {
    let cursor = '0'
    do {
      const [next, found] = await client.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1000)
      cursor = next
      for (const [key, value] of await Promise.all(found.map((name) => read(client, name)))) {
        if (value !== null) keys[key.slice(prefix.length)] = value
      }
    } while (cursor !== '0')
  }
  return keys
}

async function read(client: Redis, key: string): Promise<readonly [string, DumpedKey | null]> {
  const [type, left] = await Promise.all([client.type(key), client.pttl(key)])
  if (type === 'none') return [key, null]
  const fields = type === 'hash' ? await client.hgetall(key) : {}
  return [key, { type, fields, expiresAt: left < 0 ? null : Date.now() + left }]
}
