import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FORMAT_IDS } from '#shared/formats.ts'
import { RISK_THRESHOLDS } from '#shared/risks.ts'
import { judgeTtl } from './ttl-rules.ts'

const NOW = Date.parse('2026-04-02T12:00:00Z')
const MINUTE = 60_000
const judge = (library: (typeof FORMAT_IDS)[number], redis: number | null, inside: number | null) =>
  judgeTtl(
    {
      library,
      expiresAt: redis === null ? null : NOW + redis * MINUTE,
      inside: inside === null ? null : NOW + inside * MINUTE,
    },
    NOW,
  )

describe('how sessions end', () => {
  it('misses a TTL where the library sets one, and not where there is none by design', () => {
    for (const library of FORMAT_IDS) {
      const expected = library === 'auth-js' ? null : library === 'other' ? 'unknown_no_ttl' : 'no_ttl'
      expect([library, judge(library, null, 30)]).toEqual([library, expected])
    }
  })

  it('says when the two ends differ, but for what the library does by itself', () => {
    expect(judge('guide', 30, 30)).toBeNull()
    expect(judge('guide', 30, 20)).toBe('ttl_disagrees')
    expect(judge('guide', 20, 30)).toBe('ttl_disagrees')
    // A touch moves the TTL alone.
    expect(judge('connect-redis', 30, 5)).toBeNull()
    expect(judge('connect-redis', 30, -600)).toBeNull()
    expect(judge('connect-redis', 5, 30)).toBe('ttl_disagrees')
    // Its hash lives five minutes longer.
    expect(judge('spring-session', 35, 30)).toBeNull()
    expect(judge('spring-session', 30, 30)).toBeNull()
    expect(judge('spring-session', 60, 30)).toBe('ttl_disagrees')
    expect(judge('spring-session', 4, -1)).toBeNull()
    // It slides within its absolute end.
    expect(judge('aspnet-core', 20, 600)).toBeNull()
    expect(judge('aspnet-core', 900, 600)).toBe('ttl_disagrees')
    expect(judge('auth-js', 20, 60)).toBe('ttl_disagrees')
    expect(judge('phpredis', 20, 60)).toBeNull()
  })

  it('finds what its library refuses already and Redis still has', () => {
    expect(judge('auth-js', null, -10)).toBe('ended_inside')
    expect(judge('fastify-session', 30, -10)).toBe('ended_inside')
    expect(judge('spring-session', 30, -10)).toBe('ended_inside')
    expect(judge('connect-redis', 30, -10)).toBeNull()
  })

  it('never minds a difference within the tolerance', () => {
    const { ttlTolerance } = RISK_THRESHOLDS
    fc.assert(
      fc.property(
        fc.constantFrom(...FORMAT_IDS),
        fc.integer({ min: ttlTolerance, max: 1e10 }),
        fc.integer({ min: -ttlTolerance, max: ttlTolerance }),
        (library, left, difference) => {
          const facts = { library, expiresAt: NOW + left, inside: NOW + left + difference }
          expect(judgeTtl(facts, NOW)).toBeNull()
        },
      ),
    )
  })
})
