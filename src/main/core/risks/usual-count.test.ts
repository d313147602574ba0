import { expect, it } from 'vitest'
import { UsualCount } from './usual-count.ts'

const spread = (n: number): number => Math.imul(n, 0x9e3779b1) >>> 0
function countOf(sessions: readonly number[]): UsualCount {
  const usual = new UsualCount()
  // One after the other in turn, as rows come.
  for (let round = 0; round < Math.max(...sessions); round += 1)
    sessions.forEach((count, user) => {
      if (round < count) usual.note(spread(user))
    })
  return usual
}

it('is the median of what users have, the lower of two', () => {
  expect(countOf([1, 2, 3, 40, 500]).median()).toBe(3)
  expect(countOf([1, 2, 3, 9, 40, 500]).median()).toBe(3)
})

it('is not known of a few users', () => {
  expect(countOf([3, 3, 3, 90]).median()).toBeNull()
  expect(new UsualCount().median()).toBeNull()
})

it('is near the truth for many more users than are counted', () => {
  const sessions = Array.from({ length: 50_000 }, (_, user) => 1 + (user % 11))
  const median = countOf(sessions).median() ?? 0
  expect(median).toBeGreaterThanOrEqual(5)
  expect(median).toBeLessThanOrEqual(7)
})
