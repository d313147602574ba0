import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonChanges } from './json-changes.ts'

it('names the places that differ, and what was and is there', () => {
  const old = '{"items":[{"item":"lamp","quantity":1}],"coupon":"A","note":null}'
  const now = '{"items":[{"item":"lamp","quantity":2},{"item":"cable"}],"note":"x"}'
  expect(jsonChanges(old, now)).toEqual([
    { path: 'items[0].quantity', old: '1', new: '2' },
    { path: 'items[1]', old: null, new: '{"item":"cable"}' },
    { path: 'coupon', old: '"A"', new: null },
    { path: 'note', old: 'null', new: '"x"' },
  ])
})

it('takes nothing for JSON that is no object or array', () => {
  expect(jsonChanges('31', '32')).toBeNull()
  expect(jsonChanges('{"a":1', '{"a":1}')).toBeNull()
  expect(jsonChanges('{"__proto__":{"a":1}}', '{}')).toEqual([
    { path: '__proto__', old: '{"a":1}', new: null },
  ])
})

it('finds something exactly where two values are not the same', () => {
  const value = fc.oneof(
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
    fc.array(fc.jsonValue({ maxDepth: 2 })),
  )
  fc.assert(
    fc.property(value, value, (a, b) => {
      const [old, now] = [JSON.stringify(a), JSON.stringify(b)]
      expect(jsonChanges(old, old)).toEqual([])
      const changes = jsonChanges(old, now)
      // The order of an object's members is no difference.
      const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
      expect(changes?.length === 0).toBe(same)
    }),
  )
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  // Not as an array: an empty object is no empty array.
  return {
    members: Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  }
}
