import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { SessionStore } from './store/session-store.ts'

const USERS = ['ada', 'grace', 'alan', 'barbara', 'donald', 'edsger', 'frances', 'john', 'katherine', 'ken']
const PAGES = ['/', '/pricing', '/docs', '/cart', '/account', '/search?q=redis']
const ITEMS = ['keyboard', 'notebook', 'lamp', 'coffee', 'cable', 'backpack']
const TTLS = [30, 60, 300, 900, 1800, 3600, 86_400]
/** Sessions made at the same time: enough to fill the connection, few enough to leave others room. */
const BATCH = 500

const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T
const upTo = (most: number): number => Math.floor(Math.random() * most)

/**
 * Fills a prefix with sessions as a shop might leave them: different users, ages, carts and TTLs, some of them near
 * their end.
 * @param onWrite told of each key that was written
 * @returns the ids
 */
export async function addSampleSessions(
  client: Redis,
  prefix: string,
  count: number,
  clock: () => number = Date.now,
  onWrite: (key: string) => void = () => {},
): Promise<readonly string[]> {
  let madeAt = 0
  const store = new SessionStore({ client, prefix, clock: () => madeAt })
  const ids: string[] = []
  while (ids.length < count) {
    const batch = Array.from({ length: Math.min(BATCH, count - ids.length) }, () => {
      const ttl = pick(TTLS)
      const elapsed = upTo(ttl)
      // The clock is read when the call is made, so that each sample has an age of its own.
      madeAt = clock() - 1000 * elapsed
      const id = store.createSession(sampleData(madeAt), ttl).then((made) => {
        onWrite(store.keyOf(made))
        return made
      })
      return { id, remaining: 1000 * (ttl - elapsed) }
    })
    const made = await Promise.all(batch.map(({ id }) => id))
    ids.push(...made)
    const aging = client.pipeline()
    for (const [position, id] of made.entries()) {
      aging.pexpire(store.keyOf(id), batch[position]?.remaining ?? 1000)
    }
    // Told before and after: the answer of a pipeline comes later than what is read meanwhile.
    for (const id of made) onWrite(store.keyOf(id))
    await aging.exec()
    for (const id of made) onWrite(store.keyOf(id))
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
