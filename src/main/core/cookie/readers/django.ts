import { createHash } from 'node:crypto'
import { type CookieReader, judge, reading, SURE } from '../cookie-reading.ts'
import { fromBase64Url, hmac, isSame, readJson } from '../readable.ts'

/*
 * Django's `sessionid`: 32 small letters and digits, which the cache backend puts after its key prefix, its version and
 * the module's name, and django-redis-sessions after a prefix of choice or none. Sources: django/contrib/sessions/
 * backends/base.py and cache.py, django/core/cache/backends/base.py, redis_sessions/session.py.
 */
export const djangoSession: CookieReader = ({ base, value }) => {
  if (!/^[a-z0-9]{32}$/.test(value)) return null
  const cache = 'django.contrib.sessions.cache'
  return reading('Django', base === 'sessionid' ? SURE.certain : SURE.possible, {
    ids: [{ id: value, prefixes: [`:1:${cache}`, `:2:${cache}`, cache, '', 'session:', 'sessions:'] }],
  })
}

const SALT = 'django.contrib.sessions.backends.signed_cookies'

/**
 * The signed_cookies backend: `{payload}:{timestamp}:{signature}`, the payload JSON in base64url, with a dot before what
 * zlib has compressed. The key is SHA-256 of the salt, `signer` and SECRET_KEY. Source: django/core/signing.py.
 */
export const djangoCookie: CookieReader = ({ base, value, secrets }) => {
  const [, signed = '', dot, data = '', signature = ''] =
    /^((\.?)([\w-]+):[0-9A-Za-z]{4,8}):([\w-]{43})$/.exec(value) ?? []
  const bytes = fromBase64Url(data)
  if (dot === undefined || bytes === null) return null
  const isMadeBy = (secret: string) => {
    const key = createHash('sha256').update(`${SALT}signer${secret}`).digest()
    return isSame(hmac('sha256', key, signed), Buffer.from(signature, 'base64url'))
  }
  return reading('Django, signed_cookies', base === 'sessionid' ? SURE.certain : SURE.form, {
    outcome: 'stateless',
    note: 'The whole session is in the cookie, signed and not encrypted: anybody can read it. There is nothing of it in Redis.',
    signature: judge(secrets, isMadeBy),
    content: readJson(bytes, dot === '.'),
  })
}
