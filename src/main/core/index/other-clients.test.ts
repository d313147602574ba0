import { describe, expect, it, vi } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { watchOthers } from './other-clients.ts'

const redis = useRedis()

function watch(client = redis.connect()) {
  const told: boolean[] = []
  return { told, client, stop: watchOthers(client, (alone) => told.push(alone)) }
}

describe('watching for other clients', () => {
  it('is alone while only its own connection is busy, not while another one is, and again after that', async () => {
    const { told, client, stop } = watch()
    const busy = setInterval(() => client.set('own', 'x'.repeat(1000)).catch(() => {}), 1)
    await vi.waitFor(() => expect(told.at(-1)).toBe(true), 3000)
    const other = setInterval(() => redis.client.set('other', 'x'.repeat(1000)).catch(() => {}), 5)
    await vi.waitFor(() => expect(told.at(-1)).toBe(false), 3000)
    clearInterval(other)
    await vi.waitFor(() => expect(told.at(-1)).toBe(true), 3000)
    clearInterval(busy)
    stop()
  })

  it('is never alone where it may not ask', async () => {
    await redis.client.call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '&*', '+@all', '-info')
    const { told, stop } = watch(
      redis.connect({ username: 'plain', password: 'pw', enableReadyCheck: false }),
    )
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(2), 5000)
    expect(new Set(told)).toEqual(new Set([false]))
    stop()
  })
})
