import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSecretName, LEFT_OUT, withoutSecrets } from './secret-names.ts'

describe('names', () => {
  it.each([
    ...['password', 'passwd', 'Passwort', 'user_password', 'userPassword', 'PASSWORD_HASH', 'pwd', 'db.pass'],
    ...['secret', 'client-secret', 'session_secret', 'csrfSecret', 'token', 'access_token', 'accesstoken'],
    ...[
      'refreshToken',
      'csrfmiddlewaretoken',
      '_csrf',
      'XSRF-TOKEN',
      'api_key',
      'apikey',
      'apiKey',
      'X-API-Key',
    ],
    ...[
      'authorization',
      'Authorization',
      'auth',
      'authKey',
      'cookie',
      'set-cookie',
      'private_key',
      'privateKey',
    ],
    ...[
      'credential',
      'credentials',
      'otp',
      'otp_code',
      'totp',
      'pin',
      'user_pin',
      'PINCode: pin',
      'jwt',
      'idToken',
    ],
    ...[
      'requirepass',
      'masterauth',
      'tls-key-file-pass',
      'AUTH',
      'sessionAttr:password',
      'passphrase',
      'MFA',
    ],
  ])('%s is a secret’s', (name) => expect(isSecretName(name)).toBe(true))

  it.each([
    ...['username', 'user', 'page_views', 'theme', 'cart', 'created_at', 'last_accessed_at', 'session_ttl'],
    ...['author', 'authority', 'shipping', 'spinner', 'opinion', 'compass', 'passenger', 'bypassed', 'key'],
    ...['keyboard', 'monkey', 'hotpink', 'option', 'pinned', '', ' ', 'é', '日本語', 'last_page', 'design'],
  ])('%s is none', (name) => expect(isSecretName(name)).toBe(false))
})

describe('texts', () => {
  it.each([
    ['{"user":"ada","password":"hunter2"}', '{"user":"ada","password":"<left out>"}'],
    ['{"token":{"id":["hunter2",1]},"a":2}', '{"token":"<left out>","a":2}'],
    ['[{"pin": 1234 }, {"pin":5678}]', '[{"pin": "<left out>"}, {"pin":"<left out>"}]'],
    [
      '{"a":"\\"password\\":","secret":"hun\\"ter2"',
      '{"a":"\\"password\\":<left out>","secret":"<left out>"',
    ],
    ['{"password":"hunter2', '{"password":"<left out>"'],
    ['{"pass\\u0077ord":"hunter2"}', '{"pass\\u0077ord":"<left out>"}'],
    ['{"data":"{\\"password\\":\\"hunter2\\"}"}', '{"data":"{\\"password\\":\\"<left out>\\"}"}'],
    ['a=1&password=hunter2&b=2', 'a=1&password=<left out>'],
    ['Cookie: sid=hunter2', 'Cookie:<left out>'],
    ['user|s:3:"ada";password|s:7:"hunter2";', 'user|s:3:"ada";password|<left out>'],
    ['a:1:{s:8:"password";s:7:"hunter2";}', 'a:1:{s:8:"password";<left out>'],
    ['/reset-password?x=hunter2', '/reset-password?<left out>'],
    ['Bearer hunter2hunter2', '<left out>'],
    ['is eyJhbGciOiJI.eyJzdWIiOiIx.abc here', 'is <left out> here'],
    ['-----BEGIN RSA PRIVATE KEY-----\nhunter2', '<left out>'],
  ])('%s', (text, expected) => expect(withoutSecrets(text)).toBe(expected))

  it.each([
    'The token was refreshed',
    '{"items":[{"item":"lamp","price":2.5}]}',
    'dark',
    '',
    '{',
    '"',
    '/pricing',
  ])('leaves %s as it is', (text) => expect(withoutSecrets(text)).toBe(text))

  it('hides a secret anywhere in any JSON, also where that is cut off', () => {
    const secret = fc.stringMatching(/^[a-z]{20}$/)
    const json = fc.jsonValue({ maxDepth: 3 })
    fc.assert(
      fc.property(
        secret,
        json,
        json,
        fc.constantFrom('password', 'apiKey', 'x-csrf-token'),
        (value, a, b, name) => {
          const held = fc.sample(fc.constantFrom(value, [a, value], { in: value, b }), 1)[0]
          const text = JSON.stringify({ a, nested: [a, { b, [name]: held, after: b }], b })
          for (const cut of [text.length, text.indexOf(value) + 12]) {
            expect(withoutSecrets(text.slice(0, cut))).not.toContain(value.slice(0, 6))
          }
        },
      ),
    )
  })

  it('leaves valid JSON valid', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify({ token: value, value })
        expect(JSON.parse(withoutSecrets(text))).toMatchObject({ token: LEFT_OUT })
      }),
    )
  })
})
