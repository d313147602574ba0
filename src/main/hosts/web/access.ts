import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { parseCookie } from 'cookie'

/** Why a request was refused, for the page that says so. */
export type Refusal = 'host' | 'origin' | 'token'

/**
 * Who may talk to the web host: a browser on this machine that was given this run's token.
 *
 * The `Host` header is checked because a site may point its own name at 127.0.0.1 (DNS rebinding), the `Origin`
 * because any page may send requests to a local port, and the token because any user of the machine can.
 */
export interface Access {
  /** The part of the printed URL that lets a browser in. */
  readonly token: string
  /**
   * A token that lets in one browser, once: for one that we start ourselves. Other users of the machine can read a
   * program's arguments for as long as it runs.
   */
  issueTicket(): string
  /** `Set-Cookie` for a browser that came with the token or a ticket; null when it is not one of this run. */
  admit(token: string): string | null
  /** Whether a request is addressed to us by a name of ours, and comes from a page of ours if it names one. */
  checkAddress(request: IncomingMessage): Refusal | null
  /** Whether it carries the cookie. */
  checkCookie(request: IncomingMessage): Refusal | null
  /** For the WebSocket: as above, and the origin must be named, as every browser does. */
  checkUpgrade(request: IncomingMessage): Refusal | null
}

const secret = () => randomBytes(32).toString('base64url')

export function createAccess(port: number, token: string = secret()): Access {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  // Cookies ignore the port, so two inspectors of one machine must not share a name.
  const cookieName = `redis-session-inspector-${port}`
  // The URL stays in the browser's history and the shell's; the cookie is another secret.
  const cookieValue = secret()

  const tickets = new Set<string>()
  const isTicket = (given: string): boolean => {
    const ticket = [...tickets].find((issued) => sameText(given, issued))
    return ticket !== undefined && tickets.delete(ticket)
  }

  const checkAddress = ({ headers }: IncomingMessage): Refusal | null => {
    if (headers.host === undefined || !hosts.includes(headers.host)) return 'host'
    if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return 'origin'
    return null
  }
  const checkCookie = ({ headers }: IncomingMessage): Refusal | null => {
    const given = parseCookie(headers.cookie ?? '')[cookieName]
    return given !== undefined && sameText(given, cookieValue) ? null : 'token'
  }
  return {
    token,
    issueTicket() {
      const ticket = secret()
      tickets.add(ticket)
      return ticket
    },
    admit: (given) =>
      sameText(given, token) || isTicket(given)
        ? `${cookieName}=${cookieValue}; Path=/; HttpOnly; SameSite=Strict`
        : null,
    checkAddress,
    checkCookie,
    checkUpgrade: (request) =>
      checkAddress(request) ?? (request.headers.origin === undefined ? 'origin' : checkCookie(request)),
  }
}

/** Compares in a time that tells nothing about either text, nor its length. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}
