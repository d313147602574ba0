import type { CookieAtHand, CookieReader, CookieReading } from '../cookie-reading.ts'
import { djangoCookie, djangoSession } from './django.ts'
import { cookieSession, expressSession, fastifySession, keygrip } from './express.ts'
import { flaskCookie, flaskSession } from './flask.ts'
import { jwe, jwt } from './jwt.ts'
import { laravelSession } from './laravel.ts'
import {
  aspNetCore,
  authJs,
  guideSession,
  noSession,
  phpSession,
  plainId,
  sealedCookie,
  springSession,
} from './others.ts'
import { rackSession, railsCookie } from './rails.ts'

/** Of two that are equally sure, the first is taken. */
const READERS: readonly CookieReader[] = [
  expressSession,
  fastifySession,
  cookieSession,
  keygrip,
  flaskSession,
  flaskCookie,
  djangoSession,
  djangoCookie,
  rackSession,
  railsCookie,
  laravelSession,
  springSession,
  phpSession,
  authJs,
  aspNetCore,
  jwt,
  jwe,
  sealedCookie,
  guideSession,
  noSession,
  plainId,
]

/**
 * What each library would make of a cookie, the likeliest first; at least one. Where one is certain, others are not asked:
 * nothing of a session that is in its cookie, or of a token that is no session's, is to be looked for in Redis.
 */
export function readCookie(cookie: CookieAtHand): readonly CookieReading[] {
  const readings = READERS.flatMap((read) => read(cookie) ?? [])
  readings.sort((a, b) => b.score - a.score)
  const [best] = readings
  return best !== undefined && best.ids.length === 0 && best.score > 0
    ? [best]
    : readings.filter(({ ids }) => ids.length > 0 || readings.length === 1)
}
