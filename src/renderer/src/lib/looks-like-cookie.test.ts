import { expect, it } from 'vitest'
import { looksLikeCookie } from './looks-like-cookie.ts'

const SIGNATURE = 'iT4ZxQ%2Bv8mK0sN2pL5rW7yB9cD1eF3gH6jK8mN0pQ2'

it('knows headers, commands and cookies of sessions', () => {
  for (const text of [
    'Cookie: a=b',
    'set-cookie:a=b; Path=/',
    "curl 'http://localhost/' -H 'Cookie: a=b'",
    `s%3AabcDEF123456.${SIGNATURE}`,
    `connect.sid=s%3AabcDEF123456.${SIGNATURE}`,
    'theme=dark; PHPSESSID=q8h1k2l3m4n5o6p7q8r9s0t1u2',
    '_shop_session=0123456789abcdef',
  ])
    expect(looksLikeCookie(text), text).toBe(true)
})

it('leaves filters and ids alone', () => {
  for (const text of [
    '',
    'ada',
    'user:ada ttl<5m',
    'cart.items>3',
    'theme=dark',
    'session=abc',
    'size>4kb | is:idle',
    'kJ3fAbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-A',
  ])
    expect(looksLikeCookie(text), text).toBe(false)
})
