import { expect, it } from 'vitest'
import { ttlLevel, ttlShare } from './ttl-level.ts'

const now = 1_000_000
const left = (seconds: number, configuredTtl: number | null = 100) => ({
  expiresAt: now + seconds * 1000,
  configuredTtl,
})

it('is calm above half, low under a quarter and critical under a tenth of the configured TTL', () => {
  const levels = [100, 51, 50, 25, 24.9, 10, 9.9, 0.1].map((seconds) => ttlLevel(left(seconds), now))
  expect(levels).toEqual(['calm', 'calm', 'steady', 'steady', 'low', 'low', 'critical', 'critical'])
})

it('is expired from the very instant on', () => {
  expect(ttlLevel(left(0), now)).toBe('expired')
})

it('says that a key has no expiry', () => {
  expect(ttlLevel({ expiresAt: null, configuredTtl: 100 }, now)).toBe('unlimited')
})

it('takes no side where no configured TTL is known', () => {
  expect(ttlLevel(left(1, null), now)).toBe('steady')
  expect(ttlShare(left(1, null), now)).toBeNull()
})

it('never shares more than all, even where the key outlives its configured TTL', () => {
  expect(ttlShare(left(500), now)).toBe(1)
})
