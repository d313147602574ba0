import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { secretKindOf } from './secrets.ts'

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl'

describe('secrets', () => {
  it.each([
    ['password', 'hunter22', 'passwords'],
    ['userPassword', 'hunter22', 'passwords'],
    ['pin', '4711', 'passwords'],
    ['user_pin', '4711', 'passwords'],
    ['recoveryCodes', 'ab12-cd34', 'passwords'],
    ['hash', '$2b$12$abcdefghijklmnopqrstuv', 'passwords'],
    ['access_token', 'ya29.a0AfH6SMBx', 'tokens'],
    ['refreshToken', 'abcdef123456', 'tokens'],
    ['claims', JWT, 'tokens'],
    ['header', 'Bearer abcdefghijklmnop1234', 'tokens'],
    ['apiKey', 'abcd1234abcd', 'private_keys'],
    ['client_secret', 'abcd1234abcd', 'private_keys'],
    ['anything', '-----BEGIN RSA PRIVATE KEY-----\nMIIE', 'private_keys'],
    ['aws', 'AKIAIOSFODNN7EXAMPLE', 'private_keys'],
    ['card', '4111 1111 1111 1111', 'cards'],
    ['cvv', '123', 'cards'],
    ['mfaSecret', 'JBSWY3DPEHPK3PXP', 'other_secrets'],
  ] as const)('%s is told by its name or its value', (name, value, kind) => {
    expect(secretKindOf(name, value)).toBe(kind)
  })

  it.each([
    ['csrf_token', 'q83vEjRWeJCrze8SNFZ4'],
    ['_csrfToken', 'q83vEjRWeJCrze8SNFZ4'],
    ['_token', 'q83vEjRWeJCrze8SNFZ4'],
    ['csrfSecret', 'q83vEjRWeJCrze8SNFZ4'],
    ['nonce', 'abcdef12345'],
    ['state', 'abcdef12345'],
    ['sessionToken', '7b1f0c5e-6a0a-4c9e-8f3e-0123456789ab'],
    ['_auth_user_hash', 'a1b2c3d4e5f6'],
    ['code_verifier', 'abcdef12345'],
    ['password_changed_at', '2026-04-02T12:34:56Z'],
    ['has_password', 'true'],
    ['passwordResetRequired', 'false'],
    ['tokenType', 'Bearer'],
    ['token_count', '31'],
    ['token_expires_at', '1775133296'],
    ['username', 'ada'],
    ['shipping', 'express to Berlin'],
    ['pinned', 'yes, it is'],
    ['compass', 'north north east'],
    ['page_views', '31'],
    ['password', ''],
    ['password', 'true'],
    ['cvv', 'ok'],
  ])('%s: %s is none', (name, value) => {
    expect(secretKindOf(name, value)).toBeNull()
  })

  it('finds a JWT wherever it stands, and under whatever name but that of a CSRF token', () => {
    const part = fc.string({ unit: fc.constantFrom(...'abcXYZ019_-'), minLength: 10, maxLength: 60 })
    fc.assert(
      fc.property(part, part, part, fc.constantFrom('x', 'data', 'Profile'), (a, b, c, name) => {
        expect(secretKindOf(name, `is eyJ${a}.eyJ${b}.${c}`)).toBe('tokens')
      }),
    )
  })

  it('takes any name and any text in its stride', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ maxLength: 300 }), (name, value) => {
        secretKindOf(name, value)
      }),
      { numRuns: 2000 },
    )
    const began = performance.now()
    secretKindOf('text', '4'.repeat(1_000_000))
    secretKindOf('text', 'eyJ'.repeat(300_000))
    secretKindOf('text', '-----BEGIN A '.repeat(100_000))
    secretKindOf('x'.repeat(100_000), '1 '.repeat(300_000))
    expect(performance.now() - began).toBeLessThan(500)
  })
})
