import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IdMap } from './id-map.ts'

describe('a map from ids to slots', () => {
  it('holds what a Map would, after any changes', () => {
    const change = fc.record({ id: fc.integer({ min: 0, max: 200 }), gone: fc.boolean() })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 2000 }), (changes) => {
        const ids: string[] = []
        const map = new IdMap((slot) => ids[slot] ?? '')
        const model = new Map<string, number>()
        for (const { id: number, gone } of changes) {
          const id = `id-${number}`
          if (gone) {
            map.delete(id)
            model.delete(id)
          } else {
            const slot = ids.push(id) - 1
            map.set(id, slot)
            model.set(id, slot)
          }
        }
        for (let number = 0; number <= 200; number += 1) {
          expect(map.get(`id-${number}`)).toBe(model.get(`id-${number}`) ?? -1)
        }
      }),
    )
  })

  it('tells apart ids that differ in a single bit, and grows with them', () => {
    const ids = Array.from({ length: 50_000 }, (_, i) => String.fromCharCode(i & 255, i >> 8))
    const map = new IdMap((slot) => ids[slot] ?? '')
    ids.forEach((id, slot) => {
      map.set(id, slot)
    })
    expect(ids.filter((id, slot) => map.get(id) !== slot)).toEqual([])
    expect(map.get('')).toBe(-1)
  })
})
