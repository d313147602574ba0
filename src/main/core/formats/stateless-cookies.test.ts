import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { statelessCookie } from './stateless-cookies.ts'

const IRON =
  'Fe26.2*1*c8d3a1f0b2e49d7a6f5c4b3a29180706f5e4d3c2b1a09f8e7d6c5b4a39281706*Yk3vQ0m5bT1zX8wL2nR7pA*k9Jm2xVb8Qw1Zr5Tn7Lc3A*1775133296789*0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9*s9GdKf2hQx7Lm4Tn8Wb1Zc5Vr3Yp6Jk0Ae2Ui4Ot9Xs~2'

it('tells cookies that hold the whole session, of which nothing is in Redis', () => {
  const secure = `${randomBytes(60).toString('base64')};${randomBytes(24).toString('base64')}`
  expect(statelessCookie(IRON)?.name).toBe('iron-session')
  expect(statelessCookie(encodeURIComponent(IRON))?.name).toBe('iron-session')
  expect(statelessCookie(secure)?.name).toBe('@fastify/secure-session')
  expect(statelessCookie(encodeURIComponent(secure))?.reason).toMatch(/nothing of it is in Redis/)
})

it('leaves other cookies alone', () => {
  for (const value of [
    '',
    's%3Aabc.def',
    'eyJhbGciOiJIUzI1NiJ9.e30.abc',
    '%E0%A4%A',
    'Fe26.2',
    `${'a'.repeat(40)};b`,
  ]) {
    expect(statelessCookie(value), value).toBeNull()
  }
})
