import type { TreeNode } from '#shared/formats.ts'
import { child, entriesOf, plainText } from './nodes.ts'

/*
 * Who is logged in and since when, where the library itself does not say: by the names that login libraries and
 * applications use. The same search runs over a decoded tree and, for rows of the list, over parsed JSON.
 */

/** How a search looks at values of some kind. */
export interface Look<T> {
  /** Calls `visit` with each name that is a text, and its value. */
  each(of: T, visit: (name: string, value: T) => void): void
  member(of: T, name: string): T | undefined
  first(of: T): T | undefined
  text(of: T): string | null
}

/** In this order: what a login library writes first, then what applications call it. */
const USER_NAMES = [
  // Passport, Django, Flask-Login, Devise
  ...['passport', '_auth_user_id', '_user_id', 'warden.user.user.key'],
  ...['username', 'userName', 'user', 'email', 'login', 'userId', 'user_id', 'userid'],
  ...['UserId', 'UserName', 'Username', 'uid', 'account', 'principal', 'currentUser', 'current_user', 'sub'],
]
/** Laravel's guards, Devise's other scopes; after all those above. */
const USER_PATTERN = /^(?:login_\w+_[0-9a-f]{40}|warden\.user\.\w+\.key)$/
/** Of what a user is, the part that names one. */
const NAME_PARTS = [
  ...[
    'username',
    'userName',
    'name',
    'login',
    'email',
    'id',
    'userId',
    '_id',
    'sub',
    'preferred_username',
    'user',
  ],
]
const CREATED_NAMES = [
  ...[
    'created_at',
    'createdAt',
    'created',
    'creationTime',
    'login_at',
    'loginAt',
    'logged_in_at',
    'loggedInAt',
    'iat',
  ],
]
const SEEN_NAMES = [
  ...[
    'last_accessed_at',
    'lastAccessedAt',
    'last_seen',
    'lastSeen',
    'last_seen_at',
    'last_activity',
    'lastActivity',
  ],
  'lastAccess',
]
/** What a name tells, and how well: the lower the better. One table, since each name of each session is looked up. */
interface Telling {
  user: number
  created: number
  seen: number
}
const NOT = Number.POSITIVE_INFINITY
const TELLING = new Map<string, Telling>()
for (const [what, names] of [
  ['user', USER_NAMES],
  ['created', CREATED_NAMES],
  ['seen', SEEN_NAMES],
] as const) {
  names.forEach((name, rank) => {
    TELLING.set(name, { user: NOT, created: NOT, seen: NOT, ...TELLING.get(name), [what]: rank })
  })
}
const PATTERNED: Telling = { user: USER_NAMES.length, created: NOT, seen: NOT }

const tellingOf = (name: string): Telling | undefined =>
  TELLING.get(name) ??
  ((name.startsWith('login_') || name.startsWith('warden.')) && USER_PATTERN.test(name)
    ? PATTERNED
    : undefined)

/** Whether a search would look at what has this name: the rest need not even be read. */
export const isTelling = (name: string): boolean => tellingOf(name) !== undefined

/** Steps into lists: Devise writes [[id], part of the password's hash]. */
const MOST_STEPS = 4
const MOST_CHARACTERS = 200

export interface Who {
  readonly user: string | null
  readonly createdAt: FoundMoment | null
  readonly lastSeenAt: FoundMoment | null
}

interface FoundMoment {
  /** Epoch milliseconds. */
  readonly at: number
  /** The name of the field. */
  readonly from: string
}

export function findWho<T>(root: T, look: Look<T>): Who {
  let user: string | null = null
  let createdAt: FoundMoment | null = null
  let lastSeenAt: FoundMoment | null = null
  const best: Telling = { user: NOT, created: NOT, seen: NOT }
  look.each(root, (name, value) => {
    const rank = tellingOf(name)
    if (rank === undefined) return
    // Of a name that repeats the last value counts, as for those that read it.
    if (rank.user < NOT && rank.user <= best.user) {
      const found = nameOf(value, look)
      if (found !== null) {
        user = found
        best.user = rank.user
      }
    }
    if (rank.created < NOT && rank.created <= best.created) {
      const found = momentIn(name, value, look)
      if (found !== null) {
        createdAt = found
        best.created = rank.created
      }
    }
    if (rank.seen < NOT && rank.seen <= best.seen) {
      const found = momentIn(name, value, look)
      if (found !== null) {
        lastSeenAt = found
        best.seen = rank.seen
      }
    }
  })
  return { user, createdAt, lastSeenAt }
}

/** The name of what a field calls the user: a text, or a part of it. */
function nameOf<T>(value: T, look: Look<T>): string | null {
  let found: T | undefined = value
  for (let step = 0; step < MOST_STEPS && found !== undefined; step += 1) {
    const text = look.text(found)
    if (text !== null) return text === '' ? null : text.slice(0, MOST_CHARACTERS)
    for (const name of NAME_PARTS) {
      const inner = look.member(found, name)
      const innerText = inner === undefined ? null : (look.text(inner) ?? '')
      if (innerText !== null && innerText !== '') return innerText.slice(0, MOST_CHARACTERS)
      // Passport keeps in `user` what the application says that a user is.
      if (name === 'user' && inner !== undefined) return nameOf(inner, look)
    }
    found = look.first(found)
  }
  return null
}

function momentIn<T>(name: string, value: T, look: Look<T>): FoundMoment | null {
  const text = look.text(value)
  const at = text === null ? null : momentOf(text)
  return at === null ? null : { at, from: name }
}

/** Epoch seconds (with a fraction or without) and milliseconds of this century, and ISO 8601; null for anything else. */
export function momentOf(text: string): number | null {
  if (/^\d{9,13}(?:\.\d+)?$/.test(text)) {
    const number = Number(text)
    const at = number < 1e11 ? 1000 * number : number
    return at >= 946_684_800_000 && at < 4_102_444_800_000 ? Math.floor(at) : null
  }
  if (!/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[-+]\d{2}:?\d{2})?)?$/.test(text))
    return null
  const zoned = /(?:Z|[-+]\d{2}:?\d{2})$/.test(text.slice(10))
    ? text
    : `${text.replace(' ', 'T')}${text.length > 10 ? 'Z' : ''}`
  const at = Date.parse(zoned.replace(' ', 'T'))
  return Number.isNaN(at) ? null : at
}

export const TREE: Look<TreeNode> = {
  each(of, visit) {
    for (const [name, value] of entriesOf(of)) if (name.type === 'text') visit(name.value, value)
  },
  member: (of, name) => child(of, name) ?? undefined,
  first: (of) => (of.type === 'list' ? of.items[0] : undefined),
  text: (of) => (of.type === 'date' ? String(of.at) : plainText(of)),
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const PLAIN: Look<unknown> = {
  each(of, visit) {
    if (isObject(of)) for (const name of Object.keys(of)) visit(name, of[name])
  },
  member: (of, name) => (isObject(of) && Object.hasOwn(of, name) ? of[name] : undefined),
  first: (of) => (Array.isArray(of) ? of[0] : undefined),
  text: (of) => (typeof of === 'string' || typeof of === 'number' ? String(of) : null),
}
