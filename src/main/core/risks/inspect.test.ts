import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixture, php, python, ruby, spring, storedHash, storedString } from '../formats/testing/fixtures.ts'
import { inspect } from './inspect.ts'

const CARD = '4111111111111111'
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl'
const TIMES = {
  created_at: '2026-04-02T12:34:56+00:00',
  last_accessed_at: '2026-04-02T12:34:56+00:00',
  session_ttl: '900',
}

describe('an inspection', () => {
  it('names the fields that hold secrets, and holds no value', () => {
    const stored = storedHash('session:a', {
      ...TIMES,
      username: 'ada',
      csrf_token: 'q83vEjRWeJCrze8SNFZ4',
      password: 'hunter22',
      profile: JSON.stringify({ cards: [{ number: CARD }, { number: CARD }], tokens: { id_token: JWT } }),
    })
    const found = inspect(stored)
    expect(found.secrets).toEqual([
      { kind: 'passwords', field: 'password' },
      { kind: 'cards', field: 'profile.cards.number' },
      { kind: 'tokens', field: 'profile.tokens.id_token' },
    ])
    expect(JSON.stringify(found)).not.toMatch(/hunter22|4111|eyJ|q83v/)
  })

  it('looks into what libraries wrote', () => {
    const cookie = { originalMaxAge: 3_600_000, expires: '2035-01-01T00:00:00.000Z', path: '/' }
    const express = JSON.stringify({ cookie, passport: { user: 7 }, oauth: { access_token: 'abcdef123456' } })
    expect(inspect(storedString('sess:a', express)).secrets).toEqual([
      { kind: 'tokens', field: 'oauth.access_token' },
    ])
    for (const value of Object.values(python)) inspect(storedString(value.key, value.value))
    for (const value of Object.values(ruby)) inspect(storedString(value.key, value.value))
    for (const value of Object.values(php)) inspect(storedString('PHPREDIS_SESSION:a', value))
    const [name = ''] = Object.keys(spring)
    expect(inspect(storedHash('spring:session:sessions:a', fixture(spring, name))).bytes).toBeGreaterThan(100)
  })

  it('does not tell names that are ids or secrets themselves', () => {
    const devices = { '4711': { password: 'hunter22' }, [JWT]: { password: 'hunter23' } }
    const found = inspect(storedHash('session:a', { ...TIMES, devices: JSON.stringify(devices) }))
    expect(found.secrets).toEqual([{ kind: 'passwords', field: 'devices.*.password' }])
  })

  it('tells the bytes of a session, and its largest field', () => {
    const large = 'x'.repeat(60_000)
    const hash = inspect(storedHash('session:a', { ...TIMES, cart: large }))
    expect(hash.largest).toEqual({ name: 'cart', bytes: 60_000 })
    expect(hash.bytes).toBeGreaterThan(60_000)
    const json = inspect(
      storedString('sess:a', JSON.stringify({ cookie: { path: '/' }, cart: [large, large] })),
    )
    expect(json.largest).toEqual({ name: 'cart', bytes: 120_000 })
  })

  it('says where nothing could be decoded, and what a pointer points to', () => {
    expect(inspect(storedString('session:a', Buffer.from([0xff, 0xfe, 0x00]))).undecoded).toBe(true)
    const pointer = storedString('user:session:by-user-id:7', 'user:session:abc')
    expect(inspect(pointer)).toMatchObject({ pointsTo: 'user:session:abc', secrets: [] })
  })

  it('takes whatever bytes there are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, name) => {
        inspect(storedString('session:a', Buffer.from(bytes)))
        inspect(storedHash('session:a', { [name]: Buffer.from(bytes) }))
      }),
      { numRuns: 300 },
    )
  })
})
