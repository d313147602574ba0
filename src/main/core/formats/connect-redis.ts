import { cookieSummary, cookieWriter, withCookie } from './express-cookie.ts'
import { decodeJson, editJsonSession, summariseJson } from './json-session.ts'
import { never, type SessionFormat, SURE, usual } from './session-format.ts'

/** connect-redis for express-session: `sess:{sid}`, JSON. Sources: connect-redis index.ts, express-session session/cookie.js. */
export const connectRedis: SessionFormat = {
  id: 'connect-redis',
  name: 'connect-redis (express-session)',
  fields: [],
  ttlNote:
    'The next request sets the TTL anew, to what is left of cookie.expires or to the store’s ttl, unless the store has disableTouch or disableTTL.',
  readOnly: null,
  detect(stored) {
    if (cookieWriter(stored) !== 'express') return SURE.no
    return /(?:^|:)sess:[^:]+$/.test(stored.key) ? SURE.certain : SURE.likely
  },
  isHostile: never,
  summarise: (stored, budget) => cookieSummary(summariseJson(stored, budget), stored),
  decode(stored, budget) {
    const content = decodeJson(stored, budget)
    return withCookie({ ...content, ...usual(content.root) }, stored)
  },
  edit: editJsonSession,
}
