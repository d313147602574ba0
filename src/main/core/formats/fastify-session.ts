import { cookieSummary, cookieWriter, withCookie } from './express-cookie.ts'
import { decodeJson, editJsonSession, summariseJson } from './json-session.ts'
import { never, type SessionFormat, SURE, usual } from './session-format.ts'

/** @fastify/session with a store for Redis: JSON. Sources: its lib/cookie.js, lib/session.js and index.js. */
export const fastifySession: SessionFormat = {
  id: 'fastify-session',
  name: '@fastify/session',
  fields: [],
  ttlNote:
    'Its store decides: those that express-session has too set the TTL anew with each save, from cookie.expires.',
  readOnly: null,
  detect(stored) {
    return cookieWriter(stored) === 'fastify' ? SURE.likely + 5 : SURE.no
  },
  isHostile: never,
  summarise: (stored, budget) => cookieSummary(summariseJson(stored, budget), stored),
  decode(stored, budget) {
    const content = decodeJson(stored, budget)
    return withCookie({ ...content, ...usual(content.root) }, stored)
  },
  edit: editJsonSession,
}
