/*
 * Cookies that hold the whole session, sealed: there is no key in Redis to look for. Sources: iron-webcrypto (iron-session
 * seals with it), @fastify/secure-session's index.js.
 */

export interface StatelessCookie {
  readonly name: string
  /** What to tell who looks for the session. A sentence. */
  readonly reason: string
}

/** Fe26.2, the password's id, salt, iv, sealed data, expiration, HMAC salt and HMAC; iron-session appends its version. */
const IRON = /^Fe26\.2\*[^*]*\*[0-9a-f]+\*[\w-]+\*[\w-]+\*\d*\*[0-9a-f]+\*[\w-]+(?:~\d+)?$/
/** Base64 of a sealed box and of its nonce, which has 24 bytes. */
const SECURE_SESSION = /^[A-Za-z0-9+/]{24,}={0,2};[A-Za-z0-9+/]{32}$/

/** @param value of the cookie, percent-encoded or not @returns null for a cookie of any other kind */
export function statelessCookie(value: string): StatelessCookie | null {
  const text = decoded(value)
  if (IRON.test(text)) return { name: 'iron-session', reason: reasonOf('iron-session') }
  return SECURE_SESSION.test(text)
    ? { name: '@fastify/secure-session', reason: reasonOf('@fastify/secure-session') }
    : null
}

const reasonOf = (name: string): string =>
  `This cookie is of ${name}: the whole session is in it, encrypted, and nothing of it is in Redis.`

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
