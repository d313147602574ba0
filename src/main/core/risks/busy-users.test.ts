import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BusyUsers } from './busy-users.ts'

it('finds exactly the users who have so many sessions, whatever they are called', () => {
  const name = fc.oneof(fc.string({ maxLength: 3 }), fc.constant({ base64: '/w==' }), fc.constant('/w=='))
  fc.assert(
    fc.property(fc.array(name, { maxLength: 200 }), fc.integer({ min: 1, max: 10 }), (users, least) => {
      const busy = new BusyUsers(least)
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
