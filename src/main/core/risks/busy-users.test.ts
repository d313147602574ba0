import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BusyUsers } from './busy-users.ts'

it('finds exactly the users who have so many sessions, whatever they are called', () => {
  const name = fc.oneof(fc.string({ maxLength: 3 }), fc.constant({ base64: '/w==' }), fc.constant('/w=='))
  fc.assert(
    fc.property(fc.array(name, { maxLength: 200 }), fc.integer({ min: 1, max: 10 }), (users, least) => {
      const busy = new BusyUsers({ least })
      for (const user of users) busy.note(user)
      for (const user of users) busy.count(user)
      const counts = new Map<string, number>()
      for (const user of users) counts.set(JSON.stringify(user), (counts.get(JSON.stringify(user)) ?? 0) + 1)
      const expected = [...counts].filter(([, count]) => count >= least)
      expect(new Map(busy.found().map(({ user, sessions }) => [JSON.stringify(user), sessions]))).toEqual(
        new Map(expected),
      )
      for (const user of users) expect(busy.has(user)).toBe((counts.get(JSON.stringify(user)) ?? 0) >= least)
    }),
  )
})

describe('from where on a user has very many', () => {
  const rule = { least: 20, timesUsual: 4, always: 100 }
  function found(sessions: readonly number[]): readonly number[] {
    const busy = new BusyUsers(rule)
    const users = sessions.flatMap((count, user) => Array.from({ length: count }, () => `user-${user}`))
    for (const user of users) busy.note(user)
    for (const user of users) busy.count(user)
    return busy.found().map((each) => each.sessions)
  }

  it('is a number that no person comes to, where users have a few', () => {
    expect(found([1, 1, 2, 3, 3, 19, 20])).toEqual([20])
    expect(found([25, 1])).toEqual([25])
  })

  it('is several times what is usual, where all have more than that', () => {
    expect(found([15, 15, 15, 15, 15, 30, 60])).toEqual([60])
    expect(found(Array.from({ length: 10 }, () => 40))).toEqual([])
  })

  it('is never beyond what is wrong whoever has it', () => {
    expect(found([60, 60, 60, 60, 99, 100])).toEqual([100])
    expect(found(Array.from({ length: 6 }, () => 400))).toHaveLength(6)
  })
})
