import fc from 'fast-check'
import { hostileText } from './hostile.ts'

/** `\r\n`-separated; what stands in braces is filled in when it is sent: PORT, COOKIE and TOKEN. */
export interface Opening {
  /** `in` is a proper upgrade with the cookie; `altered` is none any more, or without it; `bytes` is anything. */
  readonly kind: 'in' | 'altered' | 'bytes'
  readonly bytes: Uint8Array
}

type Header = readonly [name: string, value: string]

export const PROPER: readonly Header[] = [
  ['Host', '127.0.0.1:{PORT}'],
  ['Origin', 'http://127.0.0.1:{PORT}'],
  ['Cookie', '{COOKIE}'],
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Sec-WebSocket-Version', '13'],
]

export const head = (line: string, headers: readonly Header[]): Buffer =>
  Buffer.from(`${line}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`, 'latin1')

const LINES = [
  'GET /socket HTTP/1.1',
  'GET /socket HTTP/1.0',
  'GET /socket HTTP/2.0',
  'POST /socket HTTP/1.1',
  'GET /other HTTP/1.1',
  'GET /?token={TOKEN} HTTP/1.1',
  'GET /?token=wrong HTTP/1.1',
  'GET http://127.0.0.1:{PORT}/socket HTTP/1.1',
  'CONNECT 127.0.0.1:{PORT} HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'HEAD / HTTP/1.1',
  'GET  /socket HTTP/1.1',
  'GET /socket',
  'PRI * HTTP/2.0',
] as const

const EXTRA: readonly Header[] = [
  ['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits=8'],
  ['Sec-WebSocket-Extensions', 'permessage-deflate; server_max_window_bits=999'],
  ['Sec-WebSocket-Protocol', 'a, b, a'],
  ['Sec-WebSocket-Version', '99'],
  ['Sec-WebSocket-Key', 'short'],
  ['Host', 'evil.example'],
  ['Origin', 'https://evil.example'],
  ['Cookie', 'a=b; =; ;;%'],
  ['Connection', 'keep-alive'],
  ['Upgrade', 'h2c'],
  ['Content-Length', '5'],
  ['Transfer-Encoding', 'chunked'],
  ['Expect', '100-continue'],
  ['X-Long', 'x'.repeat(20_000)],
]

const headerText = hostileText.map((text) => text.slice(0, 500).replaceAll(/[\r\n]/g, '_'))

const altered: fc.Arbitrary<Opening> = fc
  .record({
    line: fc.oneof(
      { weight: 4, arbitrary: fc.constant(LINES[0]) },
      { weight: 4, arbitrary: fc.constantFrom(...LINES) },
      { weight: 1, arbitrary: headerText },
    ),
    dropped: fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 0, maxLength: 3 }),
    extra: fc.array(fc.oneof(fc.constantFrom(...EXTRA), fc.tuple(headerText, headerText)), { maxLength: 3 }),
  })
  .map(({ line, dropped, extra }) => ({
    kind: 'altered',
    bytes: head(line, [...PROPER.filter((_, index) => !dropped.includes(index)), ...extra]),
  }))

export const opening: fc.Arbitrary<Opening> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Opening>({ kind: 'in', bytes: head(LINES[0], PROPER) }) },
  { weight: 3, arbitrary: altered },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 400 }).map((bytes) => ({ kind: 'bytes' as const, bytes })),
  },
)
