import type { SessionEdit } from '#shared/formats.ts'
import type { Budget } from './budget.ts'
import { looksLikeMsgpackMap, parseMsgpack } from './codecs/msgpack.ts'
import { editMsgpack } from './codecs/msgpack-edit.ts'
import { skimMsgpack } from './codecs/msgpack-skim.ts'
import { looksLikePickle, parsePickle } from './codecs/pickle.ts'
import { decodeJson, editJsonSession, memberOf, summariseJson } from './json-session.ts'
import { child } from './nodes.ts'
import {
  type Content,
  contentOf,
  type SessionFormat,
  SURE,
  usual,
  usualSummary,
  type Written,
} from './session-format.ts'
import type { StoredSession } from './stored-session.ts'
import { isTelling } from './who.ts'

/**
 * Flask-Session: `session:{id}`, MessagePack, JSON, or pickle by versions before 0.6. Source: flask_session/base.py and
 * redis/redis.py.
 */
const KEY = /^session:(?:[\w-]{20,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
/** Names that Flask, Flask-Login and Flask-WTF write. */
const NAMES = ['_permanent', '_fresh', '_user_id', '_flashes', 'csrf_token']

export const flaskSession: SessionFormat = {
  id: 'flask-session',
  name: 'Flask-Session',
  fields: [],
  ttlNote: 'Each request that saves the session sets the TTL anew, to PERMANENT_SESSION_LIFETIME.',
  readOnly: null,
  detect(stored) {
    if (stored.type !== 'string') return SURE.no
    const encoding = encodingOf(stored)
    if (encoding === null) return SURE.no
    const named = hasName(stored, encoding)
    if (KEY.test(stored.key))
      return named ? SURE.certain : encoding === 'JSON' ? SURE.guess + 5 : SURE.possible
    // Pickles are Django's too, and many write JSON.
    return named ? (encoding === 'pickle' ? SURE.possible : SURE.likely - 5) : SURE.no
  },
  isHostile: (stored) => encodingOf(stored) === 'pickle',
  summarise(stored, budget) {
    const encoding = encodingOf(stored) ?? 'JSON'
    if (encoding === 'JSON') return summariseJson(stored, budget)
    const parsed =
      encoding === 'pickle' ? parsePickle(stored.value, budget) : skimMsgpack(stored.value, budget, isTelling)
    return { encoding, ...usualSummary(parsed.root) }
  },
  decode(stored, budget): Content {
    const encoding = encodingOf(stored) ?? 'JSON'
    const content =
      encoding === 'JSON'
        ? decodeJson(stored, budget)
        : contentOf(parse(stored, encoding, budget), encoding, stored.size)
    return {
      ...content,
      ...usual(content.root),
      ...(encoding === 'pickle'
        ? { readOnly: 'A pickle is a program; the inspector reads them and writes none.' }
        : {}),
      ...(child(content.root, '_permanent') === null
        ? {}
        : { expiry: { at: null, from: 'PERMANENT_SESSION_LIFETIME after each save' } }),
    }
  },
  edit(stored: StoredSession, edit: SessionEdit, budget: Budget): Written {
    if (encodingOf(stored) === 'JSON') return editJsonSession(stored, edit, budget)
    return { kind: 'value', value: editMsgpack(stored.value, edit, budget) }
  },
}

type Encoding = 'MessagePack' | 'JSON' | 'pickle'

function encodingOf(stored: StoredSession): Encoding | null {
  if (stored.startsAsObject) return 'JSON'
  if (looksLikePickle(stored.value, stored.isWhole)) return 'pickle'
  return looksLikeMsgpackMap(stored.value) ? 'MessagePack' : null
}

const parse = (stored: StoredSession, encoding: Encoding, budget: Budget) =>
  encoding === 'pickle' ? parsePickle(stored.value, budget) : parseMsgpack(stored.value, budget)

/** Names stand in clear in all three encodings. */
function hasName(stored: StoredSession, encoding: Encoding): boolean {
  if (encoding === 'JSON' && stored.json !== undefined) {
    return NAMES.some((name) => memberOf(stored.json, name) !== undefined)
  }
  return NAMES.some((name) => stored.value.includes(name))
}
