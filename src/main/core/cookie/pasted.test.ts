import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COOKIE_LIMITS } from '#shared/cookies.ts'
import { type PastedCookie, parsePasted } from './pasted.ts'

const cookies = (text: string): readonly (readonly [string | null, string])[] =>
  parsePasted(text).cookies.map(({ name, value }: PastedCookie) => [name, value])

describe('what is pasted', () => {
  it('is a value alone', () => {
    expect(cookies('s%3Aabc.def')).toEqual([[null, 's%3Aabc.def']])
    expect(cookies('  "s:abc.def=" \n')).toEqual([[null, 's:abc.def=']])
    // The padding of base64 makes no name of what is before it.
    for (const value of [
      'YWJj=',
      'YWJjZA==',
      'YWJjZA==--AAAAAAAAAAAAAAAA--BBBBBBBBBBBBBBBBBBBBBB==',
      'YWI=;AAAA',
    ])
      expect(cookies(value)).toEqual([[null, value]])
  })

  it('is pairs, with or without the header’s name, some of one name', () => {
    const pairs = [
      ['connect.sid', 's%3Aabc.def'],
      ['theme', 'dark'],
      ['connect.sid', 's%3Aold.def'],
    ]
    const text = 'connect.sid=s%3Aabc.def; theme=dark; connect.sid=s%3Aold.def'
    expect(cookies(text)).toEqual(pairs)
    expect(cookies(`Cookie: ${text}`)).toEqual(pairs)
    expect(cookies(`cookie:${text};`)).toEqual(pairs)
    expect(cookies(`Accept: */*\nCookie: ${text}\n\n:method: GET`)).toEqual(pairs)
    expect(cookies(`cookie\n${text}`)).toEqual(pairs)
    expect(parsePasted(text).source).toBe('cookie')
  })

  it('is Set-Cookie headers, of which the attributes are none', () => {
    const text = 'Set-Cookie: sid=abc; Path=/; HttpOnly\nset-cookie: theme=dark; Max-Age=60\nid=x; Domain=a.b'
    expect(cookies(text)).toEqual([
      ['sid', 'abc'],
      ['theme', 'dark'],
      ['id', 'x'],
    ])
    expect(parsePasted(text).source).toBe('set-cookie')
  })

  it('is a row of a browser’s table of cookies, or of curl’s file', () => {
    expect(cookies('connect.sid\ts%3Aabc.def\tlocalhost\t/\tSession')).toEqual([
      ['connect.sid', 's%3Aabc.def'],
    ])
    expect(cookies('#HttpOnly_a.b\tFALSE\t/\tTRUE\t0\tsid\tabc')).toEqual([['sid', 'abc']])
  })

  it('keeps names like __proto__ as names', () => {
    expect(cookies('__proto__=x; constructor=y; .AspNetCore.Session=z')).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['.AspNetCore.Session', 'z'],
    ])
  })

  it('has a cookie in chunks as one, whatever their order', () => {
    expect(cookies('__Secure-authjs.session-token.1=def; a=b; __Secure-authjs.session-token.0=abc')).toEqual([
      ['a', 'b'],
      ['__Secure-authjs.session-token', 'abcdef'],
    ])
  })

  it('is bounded, and says what was left out', () => {
    const many = Array.from({ length: COOKIE_LIMITS.cookies + 7 }, (_, at) => `c${at}=v${at}`).join('; ')
    expect(parsePasted(many)).toMatchObject({ cookies: { length: COOKIE_LIMITS.cookies }, more: 7 })
  })
})

describe('a curl command', () => {
  const expected = [
    ['connect.sid', 's%3Aabc.d%2Bf'],
    ['q', 'a"b\'c'],
  ]

  it('of Chrome, for bash', () => {
    const text = `curl 'http://localhost:3000/' \\
  -H 'Accept: text/html' \\
  -b $'connect.sid=s%3Aabc.d%2Bf; q=a"b\\u0027c' \\
  -H 'User-Agent: x' --compressed`
    expect(cookies(text)).toEqual(expected)
    expect(parsePasted(text).source).toBe('curl')
  })

  it('of Firefox, with escapes of bash', () => {
    expect(
      cookies(`curl 'http://localhost/' -H $'Cookie: connect.sid=s%3Aabc.d%2Bf; q=a"b\\'c' -X POST`),
    ).toEqual(expected)
  })

  it('of Chrome, for cmd', () => {
    const text =
      'curl ^"http://localhost:3000/^" ^\r\n  -H ^"Accept: */*^" ^\r\n  -b ^"connect.sid=s^%^3Aabc.d^%^2Bf; q=a^\\^"b\'c^"'
    expect(cookies(text)).toEqual(expected)
  })

  it('of an older Chrome, for cmd', () => {
    expect(
      cookies('curl "http://localhost/" -H "Cookie: connect.sid=s"^%"3Aabc.d"^%"2Bf; a=b" --compressed'),
    ).toEqual([
      ['connect.sid', 's%3Aabc.d%2Bf'],
      ['a', 'b'],
    ])
  })

  it('that a person has written', () => {
    for (const option of [
      '-b sid=abc',
      '-bsid=abc',
      '-sSb sid=abc',
      '--cookie sid=abc',
      '--cookie=sid=abc',
      '-H "cookie:  sid=abc"',
    ])
      expect(cookies(`$ curl http://localhost ${option} -d a=b`), option).toEqual([['sid', 'abc']])
    // A file to read them from is none.
    expect(cookies('curl -b cookies.txt http://localhost')).toEqual([])
  })
})

describe('hostile text', () => {
  const pieces = fc.constantFrom(
    ...[
      'curl ',
      'Cookie:',
      'Set-Cookie: ',
      '=',
      ';',
      "'",
      '"',
      "$'",
      '\\',
      '^',
      '\n',
      '\t',
      '%',
      ' -H ',
      ' -b ',
      '\u0000',
      's:',
      '==--',
    ],
  )
  const text = fc
    .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 60 })
    .map((parts) => parts.join(''))

  it('never throws', () => {
    fc.assert(
      fc.property(text, (hostile) => {
        for (const { name, value } of parsePasted(hostile).cookies) {
          expect(typeof value).toBe('string')
          expect(name === null || name !== '').toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('takes no longer than its length, whatever it repeats', () => {
    const length = COOKIE_LIMITS.pasted
    for (const piece of [
      '=',
      ';',
      "'",
      '"',
      'a=',
      'a\t',
      '^"',
      "$'\\",
      'curl ',
      'Cookie:',
      '\n',
      '==--',
      ' -H ',
      'a;',
      '; path=',
    ]) {
      for (const before of ['', 'curl ', 'Cookie: ', 'a.session-token.1=x;']) {
        const began = performance.now()
        parsePasted(before + piece.repeat(length / piece.length))
        expect(performance.now() - began, `${before}${piece}`).toBeLessThan(1000)
      }
    }
  })
})
