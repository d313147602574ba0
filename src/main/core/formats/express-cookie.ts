import type { InnerExpiry, TreeNode } from '#shared/formats.ts'
import { JSON_ENCODING, memberOf } from './json-session.ts'
import { childAt, entriesOf, numberOf, plainText } from './nodes.ts'
import type { Content, Summary } from './session-format.ts'
import type { StoredSession } from './stored-session.ts'
import { momentOf } from './who.ts'

/* The `cookie` object that express-session and @fastify/session keep within a session. */

const LOCKED = 'The library keeps here how it sends the cookie, and writes it anew with each save.'

export function withCookie(content: Content, { expiresAt }: StoredSession): Content {
  const { root } = content
  if (root === null) return content
  const at = momentIn(childAt(root, 'cookie', 'expires'))
  const maxAge = numberOf(childAt(root, 'cookie', 'originalMaxAge'))
  const position = entriesOf(root).findLastIndex(([name]) => plainText(name) === 'cookie')
  const seenAt = lastSeen(expiresAt, maxAge)
  return {
    ...content,
    lastSeenAt:
      content.lastSeenAt ??
      (seenAt === null ? null : { at: seenAt, from: 'Redis’s expiry − cookie.originalMaxAge' }),
    expiry: expiryOf(at),
    locked: position < 0 ? [] : [{ path: [position], reason: LOCKED }],
  }
}

export function cookieSummary(summary: Summary, stored: StoredSession): Summary {
  const cookie = memberOf(stored.json, 'cookie')
  const maxAge = memberOf(cookie, 'originalMaxAge')
  const expires = memberOf(cookie, 'expires')
  const age = typeof maxAge === 'number' ? maxAge : null
  // Written out: this runs for every row, and to spread a summary takes as long as to parse the session.
  return {
    encoding: summary.encoding ?? JSON_ENCODING,
    user: summary.user ?? null,
    createdAt: summary.createdAt ?? null,
    lastSeenAt: summary.lastSeenAt ?? lastSeen(stored.expiresAt, age),
    expiry: expiryOf(typeof expires === 'string' ? momentOf(expires) : null),
    lifetime: age !== null && age > 0 ? age / 1000 : null,
  }
}

const expiryOf = (at: number | null): InnerExpiry | null =>
  at === null ? null : { at, from: 'cookie.expires, as of the last save' }

/** Each request sets the key's expiry to the cookie's age from then on. Epoch milliseconds. */
function lastSeen(expiresAt: number | null | undefined, maxAge: number | null): number | null {
  return typeof expiresAt === 'number' && maxAge !== null && maxAge > 0 ? expiresAt - maxAge : null
}

function momentIn(node: TreeNode | null): number | null {
  const text = plainText(node)
  return text === null ? null : momentOf(text)
}

const COOKIE_MEMBERS = ['originalMaxAge', 'expires', 'httpOnly', 'path'] as const

/** Which of the two wrote it, by the order of the members; null where there is no such cookie. */
export function cookieWriter(stored: StoredSession): 'express' | 'fastify' | null {
  const { json } = stored
  if (json !== undefined) {
    const cookie = memberOf(json, 'cookie')
    if (typeof cookie !== 'object' || cookie === null) return null
    const names = Object.keys(cookie)
    if (!COOKIE_MEMBERS.some((name) => names.includes(name))) return null
    return names[0] === 'expires' && names[1] === 'originalMaxAge' ? 'fastify' : 'express'
  }
  if (!stored.startsAsObject) return null
  const found = /"cookie"\s*:\s*\{\s*"(originalMaxAge|expires|httpOnly|path)"/.exec(
    stored.value.toString('latin1'),
  )
  if (found === null) return null
  return found[1] === 'expires' ? 'fastify' : 'express'
}
