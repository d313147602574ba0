import { describe, expect, it } from 'vitest'
import type { SessionDetail, SessionField } from '#shared/model.ts'
import { compareFacts, compareFields } from './session-differences.ts'

const field = (name: string, value: string, more: Partial<SessionField> = {}): SessionField => ({
  name,
  value,
  size: value.length,
  cut: false,
  reserved: false,
  expiresAt: null,
  ...more,
})
const session = (fields: readonly SessionField[], more: Partial<SessionDetail> = {}): SessionDetail => ({
  id: 'a',
  key: 'session:a',
  state: 'session',
  type: 'hash',
  problem: null,
  createdAt: 1000,
  lastAccessedAt: 2000,
  configuredTtl: 60,
  expiresAt: 62_000,
  memory: 100,
  fields,
  hasFieldTtls: true,
  value: null,
  fingerprint: null,
  ...more,
})
const states = (left: readonly SessionField[], right: readonly SessionField[]) =>
  compareFields(session(left), session(right)).map(({ name, state }) => [name, state])

describe('the fields of two sessions', () => {
  it('are equal, different, or on one side alone; reserved ones last', () => {
    expect(
      states(
        [field('created_at', 'x', { reserved: true }), field('a', '1'), field('b', '1'), field('c', '1')],
        [field('b', '2'), field('c', '1'), field('d', '1'), field('created_at', 'x', { reserved: true })],
      ),
    ).toEqual([
      ['a', 'left'],
      ['b', 'different'],
      ['c', 'equal'],
      ['d', 'right'],
      ['created_at', 'equal'],
    ])
  })

  it('are told apart by their bytes: text is not the binary that it looks like', () => {
    const binary = { name: { base64: '/w==' }, value: { base64: 'AP8=' }, size: 2 }
    expect(states([field('', '', binary)], [field('', '', binary)])).toEqual([[binary.name, 'equal']])
    expect(states([field('a', 'AP8=')], [field('a', '', { value: binary.value, size: 4 })])).toEqual([
      ['a', 'different'],
    ])
  })

  it('are laid open where both are JSON, place by place', () => {
    const [cart] = compareFields(
      session([field('cart', '{"items":[{"id":1},{"id":2}],"total":3}')]),
      session([field('cart', '{"items":[{"id":1},{"id":5}],"coupon":"x","total":3}')]),
    )
    expect(cart?.places).toEqual([
      { path: 'items[1].id', old: '2', new: '5' },
      { path: 'coupon', old: null, new: '"x"' },
    ])
    const [spaced] = compareFields(session([field('a', '{"b":1}')]), session([field('a', '{ "b": 1 }')]))
    expect(spaced).toMatchObject({ state: 'different', places: null })
  })

  it('that travel cut are only said to be equal when the whole of both was compared', () => {
    const cut = { cut: true, size: 100_000 }
    const [left, right] = [session([field('a', 'xy', cut)]), session([field('a', 'xy', cut)])]
    expect(compareFields(left, right)[0]).toMatchObject({ state: 'alike' })
    expect(compareFields(left, right, () => 'xyz')[0]).toMatchObject({
      state: 'equal',
      left: { value: 'xyz' },
    })
    const [differs] = compareFields(left, right, (side) => (side === 'left' ? 'xyz' : 'xya'))
    expect(differs).toMatchObject({ state: 'different' })
    const longer = session([field('a', 'xy', { cut: true, size: 100_001 })])
    expect(compareFields(left, longer)[0]).toMatchObject({ state: 'different' })
  })

  it('differ where one of them ends by itself', () => {
    expect(states([field('a', '1', { expiresAt: 5000 })], [field('a', '1')])).toEqual([['a', 'different']])
    expect(states([field('a', '1', { expiresAt: 5000 })], [field('a', '1', { expiresAt: 9000 })])).toEqual([
      ['a', 'equal'],
    ])
  })

  it('stand beside the value of a string, which has no name', () => {
    const text = session([], { type: 'string', state: 'foreign', value: { value: 'x', size: 1, cut: false } })
    expect(compareFields(text, session([field('a', '1')]))).toMatchObject([
      { name: null, state: 'left' },
      { name: 'a', state: 'right' },
    ])
  })
})

describe('what is known of two sessions', () => {
  it('is compared as it is shown', () => {
    const facts = compareFacts(
      session([]),
      session([], { configuredTtl: 1800, createdAt: 1400, expiresAt: null }),
    )
    expect(facts.filter(({ equal }) => !equal).map(({ label, left, right }) => [label, left, right])).toEqual(
      [
        ['TTL', '1 min', '30 min'],
        ['Expires', expect.any(String), 'never'],
      ],
    )
  })
})
