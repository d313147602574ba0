import { type CookieReader, type CookieReading, judge, reading, SURE } from '../cookie-reading.ts'
import { fromBase64Url, hmac, isSame, readJson } from '../readable.ts'

/*
 * Flask's cookies, which itsdangerous signs: base64url of an HMAC-SHA1, whose key is an HMAC-SHA1 of a salt by the
 * application's SECRET_KEY. Sources: itsdangerous/signer.py and url_safe.py, flask/sessions.py, flask_session/base.py.
 */

const SIGNATURE_CHARACTERS = 27

/** @returns null where it is not signed in this way */
function unsigned(value: string): readonly [payload: string, signature: string] | null {
  const at = value.lastIndexOf('.')
  const signature = value.slice(at + 1)
  return at > 0 && signature.length === SIGNATURE_CHARACTERS && /^[\w-]+$/.test(signature)
    ? [value.slice(0, at), signature]
    : null
}

const isSignedWith = (secret: string, salt: string, payload: string, signature: string): boolean =>
  isSame(hmac('sha1', hmac('sha1', secret, salt), payload), Buffer.from(signature, 'base64url'))

/** `{id}`, and where SESSION_USE_SIGNER is on `{id}.{signature}`. */
export const flaskSession: CookieReader = ({ base, value, secrets }) => {
  const signed = unsigned(value)
  const id = signed?.[0] ?? value
  if (!/^(?:[\w-]{20,86}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.test(id)) return null
  if (signed === null && base !== 'session') return null
  return reading('Flask-Session', base === 'session' ? SURE.form + 5 : SURE.likely, {
    ids: [{ id, prefixes: ['session:'] }],
    signature:
      signed === null ? 'none' : judge(secrets, (secret) => isSignedWith(secret, 'flask-session', ...signed)),
  })
}

/** Flask's own: `{payload}.{timestamp}.{signature}`, the payload JSON in base64url, with a dot before what zlib has compressed. */
export const flaskCookie: CookieReader = ({ base, value, secrets }): CookieReading | null => {
  const signed = unsigned(value)
  const [, dot, data = ''] = /^(\.?)([\w-]+)\.[\w-]{4,8}$/.exec(signed?.[0] ?? '') ?? []
  const bytes = fromBase64Url(data)
  if (signed === null || dot === undefined || bytes === null) return null
  const content = readJson(bytes, dot === '.')
  if (content === null) return null
  return reading('Flask’s own sessions', base === 'session' ? SURE.certain : SURE.form, {
    outcome: 'stateless',
    note: 'The whole session is in the cookie, signed and not encrypted: anybody can read it. There is nothing of it in Redis.',
    signature: judge(secrets, (secret) => isSignedWith(secret, 'cookie-session', ...signed)),
    content,
  })
}
