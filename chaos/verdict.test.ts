import { describe, expect, it } from 'vitest'
import type { SessionRow } from '#shared/model.ts'
import { differences, zombies } from './check.ts'
import type { DumpedKey } from './dump.ts'
import { SessionModel } from './model.ts'
import { flatness, type Sample, slopeOf } from './soak.ts'

const key = (views: number, change: Partial<DumpedKey> = {}): DumpedKey => ({
  type: 'hash',
  fields: {
    created_at: 'then',
    last_accessed_at: 'then',
    session_ttl: '60',
    username: 'ada',
    csrf_token: 't',
    page_views: String(views),
  },
  expiresAt: 1_000_000,
  ...change,
})
const model = () => new SessionModel('a', 'ada', 't', { views: 1, ttl: 60 })

describe('what a visitor knows of a session', () => {
  const fine = { problem: null, lost: [] }

  it('lets a write that failed be done or not, and nothing else', () => {
    const session = model()
    expect(session.incremented(2)).toEqual(fine)
    session.incrementFailed()
    expect(session.shown(3, 60)).toEqual(fine)
    expect(model().shown(2, 60).problem).toContain('page views 2')
    expect(model().shown(1, 61).problem).toContain('TTL of 61')
    expect(model().incremented(3).problem).toContain('became 3')
  })

  it('tells acknowledged writes that are gone, and goes on from there', () => {
    const session = model()
    session.incremented(2)
    session.incremented(3)
    session.ttlSet(90)
    expect(session.shown(2, 60)).toEqual({ problem: null, lost: [expect.any(Number), expect.any(Number)] })
    expect(session.shown(2, 60)).toEqual(fine)
    expect(session.incremented(2)).toEqual({ problem: null, lost: [expect.any(Number)] })
    expect(session.judge(key(2))).toEqual(fine)
    expect(session.judge(key(3)).problem).toContain('at most 2')
  })

  it('takes for lost by Redis what it is known not to have', () => {
    const session = model()
    session.incremented(2)
    session.incremented(3)
    expect(session.rebase(key(2))).toBe(1)
    expect(session.judge(key(2))).toEqual(fine)
  })

  it('knows whose session it is', () => {
    const other = key(1, { fields: { ...key(1).fields, username: 'eve' } })
    expect(model().judge(other).problem).toContain('belongs to eve')
  })
})

it('tells each way in which a list is not what is there', () => {
  const row = {
    id: 'a',
    state: 'session',
    type: 'hash',
    problem: null,
    format: null,
    createdAt: null,
    lastAccessedAt: null,
    configuredTtl: 60,
    expiresAt: 1_000_000,
    cells: ['ada', '1'],
    revision: 1,
  } satisfies SessionRow
  expect(differences([row], { a: key(1) })).toEqual([])
  expect(differences([row], {})).toEqual(['a is shown and is not there'])
  expect(differences([], { a: key(1) })).toEqual(['a is there and is not shown'])
  expect(differences([row], { a: key(2) })[0]).toContain('"views":"2"')
  expect(differences([row], { a: key(1, { expiresAt: 1_009_000 }) })[0]).toContain('ends at 1009000')
})

it('takes for a zombie what lacks a reserved field or an end', () => {
  const { created_at: _, ...rest } = key(1).fields
  expect(
    zombies({
      a: key(1),
      b: key(1, { expiresAt: null }),
      c: key(1, { fields: rest }),
      d: key(1, { type: 'set' }),
    }),
  ).toEqual(['b', 'c', 'd'])
})

it('tells what grows from what stays', () => {
  const samples = (heap: (at: number) => number): Sample[] =>
    Array.from({ length: 30 }, (_, index) => ({
      at: index * 10,
      heap: heap(index),
      rss: 0,
      handles: 10,
      kept: 1,
      redisClients: 2,
    }))
  const mb = 1024 * 1024
  expect(flatness(samples((at) => 100 * mb + (at % 3) * mb))).toEqual([])
  expect(flatness(samples((at) => (100 + at) * mb))[0]).toContain('the heap grew')
  expect(
    slopeOf(
      samples((at) => at * 10),
      'heap',
    ),
  ).toBeCloseTo(3600)
})
