import { statelessCookie } from '../../formats/stateless-cookies.ts'
import { type CookieReader, reading, SURE } from '../cookie-reading.ts'
import { fromBase64 } from '../readable.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Spring Session: base64 of the id, a UUID, unless `useBase64Encoding` is off; a JVM route may follow after a dot. Source:
 * DefaultCookieSerializer.java.
 */
export const springSession: CookieReader = ({ base, value }) => {
  const plain = fromBase64(value)?.toString('latin1') ?? ''
  const isDefault = base === 'SESSION' || base === 'JSESSIONID'
  const [id, route] =
    [plain, value].map((text) => text.split('.')).find(([first = '']) => UUID.test(first)) ?? []
  const isEncoded = id !== undefined && plain.startsWith(id)
  if (id === undefined || (!isEncoded && !isDefault)) {
    return base === 'SESSION'
      ? reading('Spring Session', SURE.possible, {
          outcome: 'malformed',
          note: 'Spring Session’s cookie is base64 of a UUID, which this is not.',
          ids: value === '' ? [] : [{ id: value, prefixes: SPRING }],
        })
      : null
  }
  return reading('Spring Session', isEncoded || isDefault ? SURE.certain : SURE.form, {
    ids: [{ id, prefixes: SPRING }],
    note: route === undefined ? '' : 'The JVM route after the id is no part of its key.',
  })
}
const SPRING = ['spring:session:sessions:']

/**
 * PHP's own id: letters, digits, commas and hyphens, 22 to 256 of them. phpredis puts `PHPREDIS_SESSION:` before it,
 * Symfony's handler `sf_s`. Sources: ext/session/session.c, redis_session.c, RedisSessionHandler.php.
 */
export const phpSession: CookieReader = ({ base, value }) => {
  const isId = /^[A-Za-z0-9,-]{22,256}$/.test(value)
  const prefixes = ['PHPREDIS_SESSION:', 'sf_s', 'session:', '']
  if (base !== 'PHPSESSID')
    return isId ? reading('PHP', SURE.guess + 5, { ids: [{ id: value, prefixes }] }) : null
  return reading('PHP', SURE.certain, {
    ids: [{ id: value, prefixes }],
    ...(isId
      ? {}
      : {
          outcome: 'malformed',
          note: 'PHP’s ids have 22 to 256 letters, digits, commas and hyphens. It would make a new one.',
        }),
  })
}

/**
 * Auth.js (NextAuth): with a database the cookie is the session's token, mostly a UUID. Without one it is a JWE, which
 * `jwe` tells of. Sources: packages/core/src/lib/utils/cookie.ts, packages/adapter-upstash-redis.
 */
export const authJs: CookieReader = ({ base, value }) =>
  !/^(?:authjs|next-auth)\.session-token$/.test(base) || value.includes('.')
    ? null
    : reading('Auth.js', SURE.certain, { ids: [{ id: value, prefixes: ['user:session:', 'session:'] }] })

/**
 * ASP.NET Core encrypts by data protection, whose payloads begin with the bytes 09 F0 C9 F0. The key in Redis is a GUID
 * that only the application can take out. Sources: SessionMiddleware.cs, CookieProtection.cs,
 * KeyRingBasedDataProtector.cs.
 */
export const aspNetCore: CookieReader = ({ base, value }) => {
  if (!value.startsWith('CfDJ8')) return null
  const isSession = /^\.AspNet(?:Core)?\.Session$/.test(base)
  return reading('ASP.NET Core', isSession ? SURE.certain : SURE.form, {
    outcome: 'protected',
    note: isSession
      ? 'The session’s key in it is encrypted by the application’s data protection, whose keys only the application has. So no session can be found from it: look for the user in the list, whose format is ASP.NET Core.'
      : 'It is encrypted by the application’s data protection, whose keys only the application has. A sign-in cookie holds the whole ticket, and nothing of it is in Redis.',
  })
}

/** iron-session and @fastify/secure-session. */
export const sealedCookie: CookieReader = ({ value }) => {
  const sealed = statelessCookie(value)
  return sealed === null
    ? null
    : reading(sealed.name, SURE.certain, { outcome: 'stateless', note: sealed.reason })
}

/** The guide's store, and the demo server: 32 random bytes in base64url, and nothing else. */
export const guideSession: CookieReader = ({ base, value }) => {
  if (!/^[\w-]{43}$/.test(value)) return null
  return reading('The Redis guide’s store', base === 'sid' ? SURE.certain : SURE.possible, {
    ids: [{ id: value, prefixes: ['session:'] }],
  })
}

const CSRF = /csrf|xsrf|^__RequestVerificationToken|^\.AspNetCore\.Antiforgery/i
/** What analytics, protection against robots and consent banners set. */
const KNOWN_OTHERS =
  /^(?:_ga|_gid|_gat|_gcl|_fbp|_fbc|_hj|_uetsid|_uetvid|__utm|__cf|cf_|_cfuvid|__stripe|ajs_|amplitude|amp_|mp_|intercom|optimizely|OptanonConsent|OptanonAlertBoxClosed|CookieConsent|_dd_s|_clck|_clsk|AMCV|s_cc|NID$|__Host-GAPS|datr$)/

export const noSession: CookieReader = ({ name, base }) => {
  if (CSRF.test(base))
    return reading(null, SURE.certain - 1, { outcome: 'other', note: 'A token against forged requests.' })
  // Browsers send the cookies of all ports of a host: the web host's own is among those of an application beside it.
  if (name?.startsWith('redis-session-inspector-'))
    return reading(null, SURE.certain, {
      outcome: 'other',
      note: 'The inspector’s own, by which it knows this browser.',
    })
  return name !== null && KNOWN_OTHERS.test(name)
    ? reading(null, SURE.certain - 1, { outcome: 'other', note: 'Of analytics or the like.' })
    : null
}

const SHORTEST = 8
const LONGEST = 256

/** Whatever could be an id is tried as it is. */
export const plainId: CookieReader = ({ base, value }) => {
  const isId = value.length >= SHORTEST && value.length <= LONGEST && /^[\x21-\x7e]+$/.test(value)
  const isNamed = /sess|^sid$|[._-]sid$/i.test(base)
  if (!isId)
    return reading(null, 0, {
      outcome: 'other',
      note: `Ids of sessions have ${SHORTEST} characters or more, without spaces.`,
    })
  return reading(null, isNamed || base === '' ? SURE.guess + 10 : SURE.guess, {
    ids: [{ id: value, prefixes: [] }],
  })
}
