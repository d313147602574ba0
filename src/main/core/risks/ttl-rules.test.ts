import { describe, expect, it } from 'vitest'
import { END_TOLERANCE, trueEnd } from '#shared/ends.ts'
import { FORMAT_IDS, type FormatId } from '#shared/formats.ts'
import { decode, summariseFully } from '../formats/registry.ts'
import type { StoredSession } from '../formats/stored-session.ts'
import { aspnet, storedHash } from '../formats/testing/fixtures.ts'
import { KEYS } from '../formats/testing/keys.ts'
import { readPlan } from '../index/columns.ts'
import { withSummary } from '../index/row-format.ts'
import { type FreshRow, RowTable } from '../index/row-table.ts'
import { endFactsOf } from './row-facts.ts'
import { judgeTtl } from './ttl-rules.ts'

const NOW = Date.parse('2026-04-02T12:00:00Z')
const MINUTE = 60_000
const DAY = 86_400_000

/** Minutes from now on, for both ends. */
function judge(library: FormatId, redis: number | null, inside: number | null) {
  const moment = (minutes: number | null) => (minutes === null ? null : NOW + minutes * MINUTE)
  const [expiresAt, at] = [moment(redis), moment(inside)]
  const { by, disagree } = trueEnd(expiresAt, {
    ...{ format: library, role: 'session' },
    expiry: { at, from: '' },
  })
  const end = at === null ? null : { at, first: by === 'inside', disputed: disagree }
  return judgeTtl({ library, expiresAt, inside: end }, NOW)
}

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
    expect(judge('aspnet-core', 900, 600)).toBe('ttl_disagrees')
    expect(judge('auth-js', 20, 60)).toBe('ttl_disagrees')
    expect(judge('auth-js', 600, 60)).toBeNull()
    expect(judge('django-cache', 20, 60)).toBe('ttl_disagrees')
    expect(judge('phpredis', 20, null)).toBeNull()
  })

  it('finds what its library refuses already and Redis still has', () => {
    expect(judge('auth-js', null, -10)).toBe('ended_inside')
    expect(judge('fastify-session', 30, -10)).toBe('ended_inside')
    expect(judge('spring-session', 30, -10)).toBe('ended_inside')
    expect(judge('connect-redis', 30, -10)).toBeNull()
  })
})

describe('list, detail and report', () => {
  const plan = readPlan([])
  /** As far as nothing but its ends is concerned. */
  function slotOf(table: RowTable, stored: StoredSession, expiresAt: number | null): number {
    const summary = summariseFully(stored)
    if (summary === null) throw new Error('It is in no format.')
    const isOurs = summary.format === 'guide'
    const row: FreshRow = {
      id: stored.key,
      type: stored.type,
      flaws: stored.type === 'hash' && !isOurs ? 7 : 0,
      createdAt: (isOurs ? summary.createdAt : null) ?? Number.NaN,
      lastAccessedAt: (isOurs ? summary.lastSeenAt : null) ?? Number.NaN,
      configuredTtl: isOurs ? Number(stored.fields.get('session_ttl')?.toString()) : Number.NaN,
      expiresAt: expiresAt ?? Number.NaN,
      cells: [],
    }
    return table.put(isOurs ? row : withSummary(row, summary, plan, NOW), [], 1)
  }

  it('never contradict each other about ends, whatever library wrote a session', () => {
    const seen = new Set<string>()
    const absolute = storedHash('app:absolute', aspnet.absolute)
    const within = storedHash('app:within', { ...aspnet.sliding, absexp: aspnet.absolute.absexp })
    for (const stored of [...KEYS.map(([, each]) => each), absolute, within]) {
      const decoded = decode(stored)
      const inside = decoded?.expiry?.at ?? NOW
      const moments = [0, END_TOLERANCE, 5 * MINUTE, 5 * MINUTE + END_TOLERANCE, DAY].flatMap((away) =>
        [away - 1, away + 1].flatMap((exact) => [inside - exact, inside + exact]),
      )
      for (const expiresAt of [null, ...moments]) {
        const table = new RowTable()
        const slot = slotOf(table, stored, expiresAt)
        const row = table.inside(slot)
        const detail = trueEnd(expiresAt, decoded)
        const where = `${stored.key} with ${expiresAt === null ? 'no TTL' : expiresAt - inside}`
        expect([table.isDisputed(slot), row?.disputed ?? false], where).toEqual([
          detail.disagree,
          detail.disagree,
        ])
        expect(row?.first ?? false, where).toBe(detail.by === 'inside')
        expect(table.endsAt(slot), where).toBe(detail.at)
        // Before its end, within what the library allows it after that, and after all of it.
        for (const now of [inside - DAY, inside + MINUTE, inside + DAY]) {
          if (expiresAt !== null && expiresAt <= now) continue
          const found = judgeTtl(endFactsOf(table, slot), now)
          if (found === 'ttl_disagrees') expect(detail.disagree, where).toBe(true)
          if (detail.disagree) expect(['ttl_disagrees', 'no_ttl', 'ended_inside'], where).toContain(found)
          if (found === 'ended_inside') expect(detail.by, where).toBe('inside')
          if (decoded?.role === 'session') seen.add(`${decoded.format} ${found} ${detail.disagree}`)
        }
      }
    }
    // It has met what it is about.
    expect([...seen].filter((each) => each.endsWith('ttl_disagrees true')).sort()).toEqual([
      'aspnet-core ttl_disagrees true',
      'auth-js ttl_disagrees true',
      'connect-redis ttl_disagrees true',
      'fastify-session ttl_disagrees true',
      'guide ttl_disagrees true',
      'spring-session ttl_disagrees true',
    ])
  })
})
