import { randomBytes } from 'node:crypto'
import type { RedisClient } from './connection/redis-client.ts'
import { toAppError } from './connection/redis-errors.ts'
import { Script } from './store/script.ts'
import { formatTimestamp } from './store/timestamp.ts'

const USERS = ['ada', 'grace', 'alan', 'barbara', 'donald', 'edsger', 'frances', 'john', 'katherine', 'ken']
const PAGES = ['/', '/pricing', '/docs', '/cart', '/account', '/search?q=redis']
const ITEMS = ['keyboard', 'notebook', 'lamp', 'coffee', 'cable', 'backpack']
const TTLS = [30, 60, 300, 900, 1800, 3600, 86_400]
/** Sessions made at the same time: enough to fill the connection, few enough to leave others room. */
const BATCH = 500

const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T
const upTo = (most: number): number => Math.floor(Math.random() * most)

/**
 * As the store lays a session out, with the rest of its TTL, in one step: nobody sees a sample before it has its age.
 * KEYS: the session. ARGV: milliseconds left, then pairs of field and value.
 */
const ADD = `
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return redis.call('PEXPIRE', KEYS[1], ARGV[1])`

/**
 * Fills a prefix with sessions as a shop might leave them: different users, ages, carts and TTLs, some of them near
 * their end.
 * @param onWrite told of each key that was written
 * @returns the ids
 * @throws AppError
 */
export async function addSampleSessions(
  client: RedisClient,
  prefix: string,
  count: number,
  clock: () => number = Date.now,
  onWrite: (key: string) => void = () => {},
): Promise<readonly string[]> {
  const script = new Script(client, ADD, 1, { name: 'add a sample session', argv: { pairsFrom: 1 } })
  const ids: string[] = []
  const add = async () => {
    const ttl = pick(TTLS)
    const elapsed = upTo(ttl)
    const madeAt = clock() - 1000 * elapsed
    const moment = formatTimestamp(madeAt)
    const id = randomBytes(32).toString('base64url')
    const fields = {
      ...sampleData(madeAt),
      created_at: moment,
      last_accessed_at: moment,
      session_ttl: String(ttl),
    }
    await script.run(prefix + id, String(1000 * (ttl - elapsed)), Object.entries(fields).flat())
    ids.push(id)
    onWrite(prefix + id)
  }
  try {
    while (ids.length < count)
      await Promise.all(Array.from({ length: Math.min(BATCH, count - ids.length) }, add))
  } catch (error) {
    throw toAppError(script.nameRefused(error))
  }
  return ids
}

function sampleData(madeAt: number): Record<string, string> {
  const cart = Array.from({ length: upTo(4) }, () => ({
    item: pick(ITEMS),
    quantity: 1 + upTo(3),
    price: upTo(9000) / 100,
  }))
  return {
    username: pick(USERS),
    page_views: String(1 + upTo(60)),
    last_page: pick(PAGES),
    theme: pick(['light', 'dark']),
    csrf_token: randomBytes(32).toString('base64url'),
    ...(cart.length > 0
      ? { cart: JSON.stringify({ items: cart, updated_at: new Date(madeAt).toISOString() }) }
      : {}),
  }
}
