import type { InnerExpiry, RelatedKey } from '#shared/formats.ts'
import { toBytes } from '../bytes.ts'
import { decodeJson, editJsonSession, JSON_ENCODING, memberOf, summariseJson } from './json-session.ts'
import { child, entriesOf, Nodes, plainText } from './nodes.ts'
import { never, type SessionFormat, SURE } from './session-format.ts'
import { momentOf } from './who.ts'

/**
 * Auth.js with its adapter for Upstash Redis: `user:session:{token}` holds JSON, `user:session:by-user-id:{uid}` the key
 * of that user's latest session. Source: packages/adapter-upstash-redis.
 */
const [SESSION, POINTER] = ['user:session:', 'user:session:by-user-id:']

export const authJs: SessionFormat = {
  id: 'auth-js',
  name: 'Auth.js (Upstash Redis adapter)',
  fields: [],
  ttlNote:
    'It sets none: the session ends by expires inside it. A TTL that is set here stays until the next save removes it.',
  readOnly: null,
  keepsRelated: true,
  detect(stored) {
    if (stored.type !== 'string') return SURE.no
    const pointsAt = isPointer(stored.key, stored.value)
    if (pointsAt) return SURE.certain
    if (!stored.startsAsObject) return SURE.no
    const { json } = stored
    const isSession =
      json === undefined
        ? !stored.isWhole &&
          ['"sessionToken"', '"userId"', '"expires"'].every((name) => stored.value.includes(name))
        : ['sessionToken', 'userId', 'expires'].every((name) => typeof memberOf(json, name) === 'string')
    if (!isSession) return SURE.no
    return stored.key.includes(SESSION) ? SURE.certain : SURE.likely
  },
  isHostile: never,
  summarise(stored, budget) {
    if (isPointer(stored.key, stored.value)) {
      return { encoding: 'text', role: 'pointer', user: afterPointer(stored.key) }
    }
    const { json } = stored
    if (json === undefined) return summariseJson(stored, budget)
    const [user, expires] = [memberOf(json, 'userId'), memberOf(json, 'expires')]
    return {
      encoding: JSON_ENCODING,
      user: typeof user === 'string' ? user : null,
      expiry: expiryOf(typeof expires === 'string' ? momentOf(expires) : null),
    }
  },
  decode(stored, budget) {
    if (isPointer(stored.key, stored.value)) {
      return {
        encoding: 'text',
        role: 'pointer',
        root: new Nodes(budget).text(stored.value),
        user: afterPointer(stored.key),
        related: [
          { key: toBytes(stored.value), what: 'the session that it points to', owned: false, member: null },
        ],
        readOnly: 'It points to the user’s latest session, and the adapter writes it.',
      }
    }
    const content = decodeJson(stored, budget)
    const { root } = content
    const user = plainText(child(root, 'userId'))
    const at = momentOf(plainText(child(root, 'expires')) ?? '')
    const locked = entriesOf(root).flatMap(([name], position) =>
      plainText(name) === 'sessionToken'
        ? [{ path: [position], reason: 'The adapter finds the session’s key by it.' }]
        : [],
    )
    return {
      ...content,
      user,
      expiry: expiryOf(at),
      related: user === null ? [] : relatedKeys(stored.key, user),
      locked,
    }
  },
  edit: editJsonSession,
}

const expiryOf = (at: number | null): InnerExpiry | null => (at === null ? null : { at, from: 'expires' })

/** The adapter's prefix may have one of the application's before it. */
function relatedKeys(key: string, user: string): readonly RelatedKey[] {
  const at = key.indexOf(SESSION)
  if (at < 0) return []
  const base = key.slice(0, at)
  return [
    // It holds this session's key while it is the latest, so it goes only together with it.
    {
      key: `${base}${POINTER}${user}`,
      what: 'points to this user’s latest session',
      owned: false,
      member: null,
      holds: key,
    },
    { key: `${base}user:${user}`, what: 'the user', owned: false, member: null },
  ]
}

const isPointer = (key: string, value: Buffer): boolean =>
  key.includes(POINTER) && value.subarray(0, 512).toString('latin1').includes(SESSION) && value[0] !== 0x7b

const afterPointer = (key: string): string => key.slice(key.indexOf(POINTER) + POINTER.length)
