import { connect, createServer, type Server } from 'node:net'
import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { RowReader } from './row-reader.ts'

const redis = useRedis()
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close()
})

/** Passes everything on to the real Redis, and lets `between` happen after the first of two commands about a key. */
async function relayThatWaits(key: string, between: () => Promise<unknown>): Promise<number> {
  const relay: Server = createServer((client) => {
    const upstream = connect(redis.port, '127.0.0.1')
    upstream.pipe(client)
    client.on('close', () => upstream.destroy())
    client.on('data', async (data) => {
      const second = data.toString('latin1').includes(key) ? data.indexOf('\r\n*') + 2 : 0
      upstream.write(data.subarray(0, second))
      if (second > 0) await between()
      upstream.write(data.subarray(second))
    })
  })
  closers.push(() => relay.close())
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  return (relay.address() as { port: number }).port
}

it('takes a session that ends while it is read for one that has gone, not for a hash without fields', async () => {
  const time = '2026-04-02T12:34:56+00:00'
  await redis.client.hset('session:a', { created_at: time, last_accessed_at: time, session_ttl: '60' })
  const port = await relayThatWaits('session:a', () => redis.client.unlink('session:a'))
  const client = new Redis({ host: '127.0.0.1', port })
  closers.push(() => client.disconnect())
  const reader = new RowReader({ client, prefix: 'session:', clock: Date.now })
  expect(await reader.read(['a'], [])).toEqual({ rows: [], gone: ['a'] })
})

it('says that it may not look for field names, instead of finding none', async () => {
  await redis.client.hset('session:a', 'theme', 'dark')
  await redis.client.set('session:b', 'no hash')
  await redis.client.call('ACL', 'SETUSER', 'viewer', 'on', '>pw', '~*', '&*', '+@all', '-hscan')
  const reader = (client: Redis) => new RowReader({ client, prefix: 'session:', clock: Date.now })
  expect(await reader(redis.client).fieldNames(['a', 'b', 'gone'])).toEqual(['theme'])
  const viewer = reader(redis.connect({ username: 'viewer', password: 'pw' }))
  await expect(viewer.fieldNames(['a'])).rejects.toMatchObject({
    code: 'no_permission',
    details: { command: 'HSCAN' },
  })
})
