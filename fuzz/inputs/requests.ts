import fc from 'fast-check'
import { hostileText } from './hostile.ts'

/**
 * One request, or what pretends to be one. In its text HOST, SID and CSRF in braces are filled in when it is sent.
 * `proper`: its framing is right, so that it must be answered, whatever is in it. `ambiguous`: two servers in a row
 * could disagree on where it ends, so that what follows in it must not count as a request. `broken`: anything else.
 */
export interface Request {
  readonly kind: 'proper' | 'ambiguous' | 'broken'
  readonly bytes: Uint8Array
}

type Header = readonly [name: string, value: string]

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')
const headText = (line: string, headers: readonly Header[]) =>
  `${line}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`

const HOST: Header = ['Host', '{HOST}']
const SESSION: readonly Header[] = [
  ['Cookie', 'sid={SID}'],
  ['X-CSRF-Token', '{CSRF}'],
]
const FORM: Header = ['Content-Type', 'application/x-www-form-urlencoded']

const PATHS = ['/session', '/login', '/increment', '/ttl', '/logout', '/', '/page/main.js', '/none'] as const
const METHODS = ['GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE', 'PUT', 'PATCH'] as const

const headerValue = hostileText.map((text) => text.slice(0, 2000).replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '_'))

const cookie = fc.oneof(
  { weight: 5, arbitrary: fc.constant('sid={SID}') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'sid=',
      'sid',
      '=;=;;%',
      'sid=*',
      'sid=%E0%A4%A',
      'sid={SID}; sid=other',
      'sid="{SID}"',
      '__proto__=x; constructor=y',
      `sid=${'a'.repeat(3000)}`,
      'a=b; '.repeat(2000),
    ),
  },
  { weight: 2, arbitrary: headerValue.map((text) => `sid=${text}`) },
)

const extraHeader: fc.Arbitrary<Header> = fc.oneof(
  fc.constantFrom<Header>(
    ['Origin', 'http://{HOST}'],
    ['Origin', 'https://evil.example'],
    ['Sec-Fetch-Site', 'cross-site'],
    ['X-CSRF-Token', 'wrong'],
    ['Content-Type', 'application/json'],
    ['Content-Type', 'multipart/form-data; boundary=x'],
    ['Content-Encoding', 'gzip'],
    ['Upgrade', 'websocket'],
    ['Connection', 'close'],
    ['Range', 'bytes=0-1'],
    ['X-HTTP-Method-Override', 'DELETE'],
  ),
  fc.tuple(fc.constantFrom('X-A', 'Accept', 'Referer', 'Origin', 'Content-Type'), headerValue),
)

const body = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('username=ada', 'ttl=60', '{"username":"ada","ttl":60}', '') },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.tuple(fc.constantFrom('username', 'ttl', '__proto__', 'x'), hostileText), {
        maxLength: 4,
      })
      .map((pairs) =>
        pairs
          .map(([name, value]) => `${name}=${encodeURIComponent(value.slice(0, 20_000).toWellFormed())}`)
          .join('&'),
      ),
  },
  { weight: 3, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 2, arbitrary: hostileText.map((text) => text.slice(0, 40_000)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `${'['.repeat(15_000)}`,
      `{"username":${'{"a":'.repeat(2500)}1${'}'.repeat(2500)}}`,
      `{"ttl":${'9'.repeat(10_000)}}`,
      '{"__proto__":{"ttl":1},"ttl":"1e3"}',
      `${'a=b&'.repeat(4000)}`,
      '%',
      '%E0%A4%A=%00',
    ),
  },
)

const chunked = (text: string, size: number): Buffer => {
  const bytes = Buffer.from(text)
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size)
    parts.push(latin(`${part.length.toString(16)}\r\n`), part, latin('\r\n'))
  }
  return Buffer.concat([...parts, latin('0\r\n\r\n')])
}

const proper: fc.Arbitrary<Request> = fc
  .record({
    method: fc.oneof(fc.constantFrom('GET', 'POST', 'POST'), fc.constantFrom(...METHODS)),
    path: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...PATHS) },
      {
        weight: 1,
        arbitrary: fc.webPath().map((path) => `/${path.slice(0, 500)}`),
      },
    ),
    cookie,
    extra: fc.array(extraHeader, { maxLength: 3 }),
    token: fc.boolean(),
    body,
    chunk: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(1, 7, 4096) },
    ),
  })
  .map(({ method, path, cookie: cookies, extra, token, body: text, chunk }) => {
    const sends = method !== 'GET' && method !== 'HEAD'
    const length: readonly Header[] = !sends
      ? []
      : chunk > 0
        ? [['Transfer-Encoding', 'chunked']]
        : [['Content-Length', String(Buffer.byteLength(text))]]
    const headers = [
      HOST,
      ['Cookie', cookies] as const,
      ...(token ? SESSION.slice(1) : []),
      ...extra,
      ...length,
    ]
    if (sends && !extra.some(([name]) => name === 'Content-Type')) headers.push(FORM)
    const content = !sends ? '' : chunk > 0 ? chunked(text, Math.max(chunk, text.length / 400)) : text
    return {
      kind: 'proper',
      bytes: Buffer.concat([latin(headText(`${method} ${path} HTTP/1.1`, headers)), Buffer.from(content)]),
    }
  })

const SMUGGLED = headText('GET /smuggled HTTP/1.1', [HOST])
const smuggling = (headers: readonly Header[], content: string): Request => ({
  kind: 'ambiguous',
  bytes: latin(headText('POST /login HTTP/1.1', [HOST, FORM, ...headers]) + content),
})
const TWO = `0\r\n\r\n${SMUGGLED}`
const CL = 'Content-Length'
const TE = 'Transfer-Encoding'

/** Shapes of request smuggling: RFC 9112, 6.3 and 11.2, and what is known of servers that took them. */
const AMBIGUOUS: readonly Request[] = [
  smuggling(
    [
      [CL, String(TWO.length)],
      [TE, 'chunked'],
    ],
    TWO,
  ),
  smuggling(
    [
      [TE, 'chunked'],
      [CL, '4'],
    ],
    TWO,
  ),
  smuggling(
    [
      [CL, '0'],
      [CL, String(SMUGGLED.length)],
    ],
    SMUGGLED,
  ),
  ...['+0', '-1', '0x0', '0 0', '0,1', '0a', '9'.repeat(30), ''].map((length) =>
    smuggling([[CL, length]], SMUGGLED),
  ),
  ...['chunked, identity', 'xchunked', 'identity', 'chunked;q=1', '"chunked"', 'chunked, xchunked'].map(
    (coding) => smuggling([[TE, coding]], TWO),
  ),
  smuggling(
    [
      ['Transfer-Encoding ', 'chunked'],
      [CL, '0'],
    ],
    TWO,
  ),
  smuggling([['Content-Length ', '5']], SMUGGLED),
  ...['g', '0x0', '-0', '+0', 'f'.repeat(20), '1\n', ' 0'].map((size) =>
    smuggling([[TE, 'chunked']], `${size}\r\n\r\n${SMUGGLED}`),
  ),
  smuggling([[TE, 'chunked']], `1\r\na${SMUGGLED}`),
]

const BROKEN: readonly string[] = [
  '\r\n\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: {HOST}\r\nHost: {HOST}\r\n\r\n',
  'GET / HTTP/1.1\nHost: {HOST}\n\n',
  'GET /session HTTP/0.9\r\n\r\n',
  'GET /session\r\n',
  'GET /session HTTP/1.1\r\nHost: {HOST}\r\n',
  'POST /login HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 100\r\n\r\nusername=',
  'POST /login HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nuser',
  'POST /login HTTP/1.1\r\nHost: {HOST}\r\nExpect: 100-continue\r\nContent-Length: 12\r\n\r\n',
  'POST /login HTTP/1.1\r\nHost: {HOST}\r\nExpect: something\r\nContent-Length: 0\r\n\r\n',
  'CONNECT evil.example:443 HTTP/1.1\r\nHost: {HOST}\r\n\r\n',
  'GET http://evil.example/ HTTP/1.1\r\nHost: {HOST}\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
  `GET /${'a'.repeat(30_000)} HTTP/1.1\r\nHost: {HOST}\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Long: ${'a'.repeat(30_000)}\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: {HOST}\r\n${'X: y\r\n'.repeat(2500)}\r\n`,
  `GET / HTTP/1.1\r\nHost: {HOST}\r\nX\u0000: y\r\n\r\n`,
  'GET / HTTP/1.1\r\nHost: {HOST}\r\n folded: yes\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: {HOST}\r\nX: a\rb\r\n\r\n',
  `POST /login HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\na\r\n0\r\n\r\n`,
  `POST /login HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${'T: x\r\n'.repeat(3000)}\r\n`,
  `POST /login HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 5000000\r\n\r\n${'x'.repeat(100_000)}`,
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '*1\r\n$4\r\nPING\r\n',
]

const broken: fc.Arbitrary<Request> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(...BROKEN).map((text) => ({ kind: 'broken' as const, bytes: latin(text) })),
  },
  {
    weight: 2,
    arbitrary: fc.uint8Array({ maxLength: 400 }).map((bytes) => ({ kind: 'broken' as const, bytes })),
  },
  {
    // A proper one with some of its bytes changed, or its end cut off.
    weight: 4,
    arbitrary: fc
      .tuple(
        proper,
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 255 })), {
          maxLength: 5,
        }),
        fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
      )
      .map(([{ bytes }, changes, share]) => {
        const copy = Buffer.from(bytes.subarray(0, Math.ceil(bytes.length * share)))
        for (const [place, byte] of changes) copy[Math.floor(place * (copy.length - 1))] = byte
        return { kind: 'broken' as const, bytes: copy }
      }),
  },
)

export const properRequest = proper
export const anyRequest: fc.Arbitrary<Request> = fc.oneof(
  { weight: 4, arbitrary: proper },
  { weight: 4, arbitrary: broken },
)
export const ambiguousRequest: fc.Arbitrary<Request> = fc.constantFrom(...AMBIGUOUS)
