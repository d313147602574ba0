import type { Redis } from 'ioredis'

const TIME = '2026-04-02T12:34:56+00:00'
const RESERVED = { created_at: TIME, last_accessed_at: TIME, session_ttl: '900' }

/** A handful of keys of every kind, as the inputs name them; what inputs before have left is gone. */
export async function seedSessions(client: Redis): Promise<void> {
  await client
    .pipeline()
    .flushall()
    .hset('session:a', { ...RESERVED, username: 'ada', theme: 'dark' })
    .expire('session:a', 900)
    .hset('session:b', { ...RESERVED, username: 'grace', page_views: '3' })
    .expire('session:b', 900)
    .hset('session:json', { ...RESERVED, cart: '{"items":[1,2,{"sku":"x"}]}', theme: 'dark' })
    .expire('session:json', 900)
    .hset('session:fragment', { theme: 'dark' })
    .set('session:text', 'old')
    .rpush('session:list', 'x')
    .hset(Buffer.from([...Buffer.from('session:'), 0xff]), { theme: Buffer.from([0xff, 0]) })
    .hset('app:a', { ...RESERVED, username: 'ada' })
    .expire('app:a', 900)
    .exec()
}
