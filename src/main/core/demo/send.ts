import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { StoreOperation } from '#shared/model.ts'
import { type Answer, isPageFile } from './answer.ts'
import { COMMANDS_HEADER, encodeCommands } from './command-header.ts'
import type { SessionCookie } from './session-cookie.ts'

/** On every response: the page loads its own parts, talks to its own server, and is framed by nobody. */
export const SECURITY_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // Not no-referrer: with that a form's own Origin becomes `null`.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const

/** For how long, in ms, and how far, in bytes, what is still being sent is thrown away after a refusal. */
const LINGER = { milliseconds: 500, bytes: 1024 * 1024 } as const

export function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  cookie: SessionCookie,
  operations: readonly StoreOperation[],
): void {
  if (!request.socket.writable) return
  const { body } = answer
  const [type, content] = isPageFile(body)
    ? [body.type, Buffer.from(body.content)]
    : ['application/json', Buffer.from(JSON.stringify(body))]
  const setCookie =
    answer.cookie === 'clear' ? cookie.clear() : answer.cookie && cookie.set(answer.cookie.set)
  response.writeHead(answer.status, {
    ...SECURITY_HEADERS,
    'Content-Type': type,
    'Content-Length': content.length,
    [COMMANDS_HEADER]: encodeCommands(answer.effect, operations),
    ...(setCookie === undefined ? {} : { 'Set-Cookie': setCookie }),
    ...(answer.unread ? { Connection: 'close' } : {}),
    ...answer.headers,
  })
  if (!answer.unread) {
    response.end(request.method === 'HEAD' ? undefined : content)
    return
  }
  // Closing while the client still sends resets the connection, and the answer is lost to it. So the whole answer
  // goes out first, and a little of what comes is thrown away.
  response.write(content)
  let dropped = 0
  const end = () => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(end, LINGER.milliseconds)
  request.once('end', end)
  request.once('close', end)
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length
    if (dropped > LINGER.bytes) end()
  })
}

/** What did not even become a request: broken HTTP, headers that are too large, or too slow to arrive. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [status, message] = brokenRequest(error.code)
  const content = JSON.stringify({ error: message })
  const headers = {
    ...SECURITY_HEADERS,
    ...(status === 405 ? { Allow: 'GET, HEAD, POST' } : {}),
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(content)),
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  // The rest of the request may never come: do not wait for it.
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${content}`)
}

function brokenRequest(code: string | undefined): readonly [number, string] {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'The request did not arrive in time.']
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'The headers are too large.']
    case 'HPE_INVALID_METHOD':
      return [405, 'Use GET, HEAD or POST.']
    default:
      return [400, 'This is not a valid HTTP request.']
  }
}
