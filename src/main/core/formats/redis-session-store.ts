import { looksLikeMarshal, parseMarshal } from './codecs/marshal.ts'
import { decodeJson, editJsonSession, memberOf, summariseJson } from './json-session.ts'
import { type Content, contentOf, type SessionFormat, SURE, usual, usualSummary } from './session-format.ts'

/**
 * redis-session-store for Rails: `{key_prefix}2::{sha256 of the cookie's id}`, Ruby's Marshal or JSON. Source:
 * lib/redis-session-store.rb, and Rack::Session::SessionId for the private id.
 */
const PRIVATE_ID = /2::[0-9a-f]{64}$/
const PUBLIC_ID = /(?:^|[^0-9a-f])[0-9a-f]{32}$/
const NAMES = ['_csrf_token', 'warden.user.', 'session_id', 'flash']

export const redisSessionStore: SessionFormat = {
  id: 'redis-session-store',
  name: 'redis-session-store (Rails)',
  fields: [],
  ttlNote: 'Each save sets the TTL anew, to expire_after, or removes it where there is none.',
  readOnly: null,
  detect(stored) {
    if (stored.type !== 'string') return SURE.no
    const isPrivate = PRIVATE_ID.test(stored.key)
    if (looksLikeMarshal(stored.value)) return isPrivate ? SURE.certain : SURE.likely
    if (!stored.startsAsObject) return SURE.no
    if (isPrivate) return SURE.certain
    const { json } = stored
    const named =
      json === undefined
        ? stored.value.includes('"_csrf_token"') || stored.value.includes('"warden.user.')
        : memberOf(json, '_csrf_token') !== undefined ||
          Object.keys(json as object).some((name) => name.startsWith('warden.user.'))
    if (named) return SURE.likely
    return PUBLIC_ID.test(stored.key) && NAMES.some((name) => memberOf(json, name) !== undefined)
      ? SURE.possible
      : SURE.no
  },
  isHostile: (stored) => looksLikeMarshal(stored.value),
  summarise(stored, budget) {
    if (!looksLikeMarshal(stored.value)) return summariseJson(stored, budget)
    return { encoding: 'Ruby Marshal', ...usualSummary(parseMarshal(stored.value, budget).root) }
  },
  decode(stored, budget): Content {
    if (!looksLikeMarshal(stored.value)) {
      const content = decodeJson(stored, budget)
      return { ...content, ...usual(content.root) }
    }
    const content = contentOf(parseMarshal(stored.value, budget), 'Ruby Marshal', stored.size)
    return {
      ...content,
      ...usual(content.root),
      readOnly:
        'The library deletes what it cannot decode, so that the inspector writes no Marshal. JSON it does.',
    }
  },
  edit: editJsonSession,
}
