import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Refusal } from './answer.ts'

export const CSRF_HEADER = 'X-CSRF-Token'
export const CSRF_FIELD = 'csrf_token'

export const newCsrfToken = (): string => randomBytes(32).toString('base64url')

/** Compares in constant time, so that a token cannot be guessed one character after the other. */
export function isCsrfToken(sent: string | undefined, expected: string): boolean {
  const [a, b] = [Buffer.from(sent ?? ''), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The names under which a server on this host and port may be asked. */
export function ownHosts(host: string, port: number): ReadonlySet<string> {
  const names = [host.includes(':') ? `[${host}]` : host, 'localhost', '127.0.0.1', '[::1]']
  const withPort = names.map((name) => `${name}:${port}`.toLowerCase())
  // Browsers leave out the port that belongs to the scheme.
  return new Set(port === 80 ? [...withPort, ...names] : withPort)
}

/**
 * Against DNS rebinding: a foreign page whose name is made to point at 127.0.0.1 is a same-origin page to the
 * browser, but it cannot hide that name from us.
 */
export function checkHost(headers: IncomingHttpHeaders, allowed: ReadonlySet<string>): void {
  if (allowed.has(headers.host?.toLowerCase() ?? '')) return
  const [first] = allowed
  throw new Refusal(
    403,
    `This server answers as ${first} only. Open http://${first}/.`,
    'refused: foreign host',
  )
}

/**
 * A request that changes something must come from our own page, or from no page at all: a program such as curl
 * sends neither header. `allowHttps`: a proxy in front may end TLS.
 */
export function checkOrigin(headers: IncomingHttpHeaders, allowHttps: boolean): void {
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  const own = origin === `http://${host}` || (allowHttps && origin === `https://${host}`)
  if ((origin === undefined || own) && site !== 'cross-site' && site !== 'same-site') return
  throw new Refusal(
    403,
    `Another site may not do this. Use the page at http://${host}/.`,
    'refused: sent by another site',
  )
}
