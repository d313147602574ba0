import { unsign } from 'cookie-signature'
import { child } from '../../formats/nodes.ts'
import { type CookieReader, judge, reading, SURE } from '../cookie-reading.ts'
import { fromBase64, readJson } from '../readable.ts'

/*
 * What express and Fastify applications set. express-session: `s:{sid}.{signature}`, an HMAC-SHA256 of the id in base64
 * without padding; the store makes a key of the id alone. Sources: express-session/index.js (getcookie, setcookie),
 * cookie-signature/index.js.
 */

const SIGNATURE = /^[A-Za-z0-9+/]{43}$/
const STORES = ['sess:', 'session:', 'sessions:', 'koa:sess:']

/** A value and its signature; null where there is none of this form. */
function parted(text: string): readonly [id: string, signature: string] | null {
  const at = text.lastIndexOf('.')
  const [id, signature] = [text.slice(0, at), text.slice(at + 1)]
  return at > 0 && SIGNATURE.test(signature) ? [id, signature] : null
}

export const expressSession: CookieReader = ({ base, value, secrets }) => {
  const isDefault = base === 'connect.sid'
  const library = 'express-session'
  if (!value.startsWith('s:')) {
    if (!isDefault) return null
    return reading(library, SURE.likely, {
      outcome: 'malformed',
      note: 'express-session takes signed cookies alone, which begin with s: and end with a signature. It would begin a new session.',
      ids: value === '' ? [] : [{ id: parted(value)?.[0] ?? value, prefixes: STORES }],
    })
  }
  const signed = parted(value.slice(2))
  if (signed === null) {
    return reading(library, isDefault ? SURE.certain : SURE.possible, {
      outcome: 'malformed',
      note: 'The signature after the id is missing or cut off, so that express-session would begin a new session.',
      ids: [{ id: value.slice(2).replace(/\..*$/s, ''), prefixes: STORES }],
    })
  }
  return reading(library, isDefault ? SURE.certain : SURE.form, {
    signature: judge(secrets, (secret) => unsign(value.slice(2), secret) !== false),
    ids: [{ id: signed[0], prefixes: STORES }],
  })
}

/**
 * @fastify/session: `{id}.{signature}` as @fastify/cookie signs it, which is how express-session does without the `s:`.
 * Sources: @fastify/session/lib/fastifySession.js, @fastify/cookie/signer.js.
 */
export const fastifySession: CookieReader = ({ base, value, secrets }) => {
  const signed = value.startsWith('s:') ? null : parted(value)
  if (signed === null || signed[0].includes('.')) return null
  return reading('@fastify/session', base === 'sessionId' ? SURE.certain : SURE.likely, {
    signature: judge(secrets, (secret) => unsign(value, secret) !== false),
    ids: [{ id: signed[0], prefixes: ['', 'sess:', 'session:', 'fastify:'] }],
  })
}

/**
 * cookie-session and koa-session without a store: JSON in base64, signed in a cookie of its own, `{name}.sig`. Sources:
 * cookie-session/index.js, koa-session/lib/util.js, keygrip/index.js.
 */
export const cookieSession: CookieReader = ({ name, base, value, names }) => {
  const isSigned = name !== null && names.has(`${name}.sig`)
  const bytes = fromBase64(value)
  const content = bytes === null ? null : readJson(bytes)
  if (content === null) {
    const isId = isSigned && /^[\w-]{16,128}$/.test(value)
    return isId ? reading('koa-session', SURE.likely, { ids: [{ id: value, prefixes: STORES }] }) : null
  }
  // Laravel's has JSON too, in which the session's id is encrypted.
  if (['iv', 'value', 'mac'].every((member) => child(content, member) !== null)) return null
  const isNamed = /^(?:session|express:sess|koa[.:]sess)$/.test(base)
  // No id is JSON by chance, whatever the cookie is called.
  return reading(isSigned || isNamed ? 'cookie-session' : null, SURE.certain, {
    outcome: 'stateless',
    note: 'The whole session is in the cookie, as JSON that anybody can read. There is nothing of it in Redis.',
    content,
  })
}

/** Who signs cookies apart: keygrip. */
export const keygrip: CookieReader = ({ name, names }) => {
  const of = name?.endsWith('.sig') ? name.slice(0, -'.sig'.length) : null
  return of === null || !names.has(of)
    ? null
    : reading(null, SURE.certain, { outcome: 'other', note: `The signature of the cookie ${of}.` })
}
