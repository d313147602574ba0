import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { END_TOLERANCE, endsDisagree, isOverInside, trueEnd } from './ends.ts'
import { FORMAT_IDS, type FormatId, type InnerExpiry } from './formats.ts'

const MINUTE = 60_000
const of = (format: FormatId, at: number | null, more: Partial<InnerExpiry> = {}) =>
  ({ format, role: 'session', expiry: { at, from: 'x', ...more } }) as const

describe('what ends a session', () => {
  it('is Redis where nothing inside says anything', () => {
    expect(trueEnd(1_000_000, null)).toEqual({ by: 'redis', at: 1_000_000, disagree: false })
    expect(trueEnd(null, null)).toEqual({ by: 'nothing', at: null, disagree: false })
    expect(trueEnd(1_000_000, of('flask-session', null))).toEqual({
      ...{ by: 'redis', at: 1_000_000, disagree: false },
    })
  })

  it('is the earlier of the two where the library looks at its own', () => {
    const session = of('fastify-session', 900_000)
    expect(trueEnd(1_000_000, session)).toEqual({ by: 'inside', at: 900_000, disagree: true })
    expect(trueEnd(800_000, session)).toEqual({ by: 'redis', at: 800_000, disagree: true })
    expect(trueEnd(null, session)).toEqual({ by: 'inside', at: 900_000, disagree: true })
  })

  it('is Redis where the library does not, and the difference is told all the same', () => {
    for (const library of ['guide', 'django-cache'] as const) {
      const session = of(library, 900_000)
      expect(trueEnd(1_000_000, session)).toEqual({ by: 'redis', at: 1_000_000, disagree: true })
      expect(trueEnd(null, session)).toEqual({ by: 'nothing', at: null, disagree: true })
    }
  })

  it('is no disagreement where the library itself makes them differ so', () => {
    const spring = of('spring-session', 1_000_000)
    expect(trueEnd(1_300_000, spring)).toEqual({ by: 'inside', at: 1_000_000, disagree: false })
    expect(trueEnd(1_400_000, spring)).toEqual({ by: 'inside', at: 1_000_000, disagree: true })
    expect(trueEnd(900_000, spring)).toEqual({ by: 'redis', at: 900_000, disagree: true })
    const withoutTtl = of('auth-js', 1_000_000)
    expect(trueEnd(null, withoutTtl)).toEqual({ by: 'inside', at: 1_000_000, disagree: false })
    expect(trueEnd(9_000_000, withoutTtl)).toEqual({ by: 'inside', at: 1_000_000, disagree: false })
    expect(trueEnd(500_000, withoutTtl)).toEqual({ by: 'redis', at: 500_000, disagree: true })
    const touched = of('connect-redis', 1_000_000)
    expect(trueEnd(9_000_000, touched)).toEqual({ by: 'redis', at: 9_000_000, disagree: false })
    expect(trueEnd(null, touched)).toEqual({ by: 'nothing', at: null, disagree: true })
    const sliding = of('aspnet-core', 1_000_000, { slides: true })
    expect(trueEnd(100_000, sliding)).toEqual({ by: 'redis', at: 100_000, disagree: false })
    expect(trueEnd(9_000_000, sliding)).toMatchObject({ disagree: true })
    expect(trueEnd(100_000, of('aspnet-core', 1_000_000))).toMatchObject({ disagree: true })
  })

  it('is Redis for what a library keeps beside its sessions', () => {
    const index = { ...of('spring-session', 900_000), role: 'index' } as const
    expect(trueEnd(9_000_000, index)).toEqual({ by: 'redis', at: 9_000_000, disagree: false })
  })

  it('is no disagreement within the tolerance, of no library', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FORMAT_IDS),
        fc.integer({ min: 0, max: 1e10 }),
        fc.integer({ min: -END_TOLERANCE, max: END_TOLERANCE }),
        (library, inside, difference) => {
          expect(endsDisagree(library, inside + difference, inside)).toBe(false)
        },
      ),
    )
  })
})

it('tells what a library refuses by now from what lives on as it means it to', () => {
  expect(isOverInside('auth-js', 0, MINUTE)).toBe(true)
  expect(isOverInside('fastify-session', 0, END_TOLERANCE)).toBe(false)
  expect(isOverInside('connect-redis', 0, 600 * MINUTE)).toBe(false)
  expect(isOverInside('spring-session', 0, 5 * MINUTE)).toBe(false)
  expect(isOverInside('spring-session', 0, 6 * MINUTE)).toBe(true)
})
