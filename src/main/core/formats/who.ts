import type { TreeNode } from '#shared/formats.ts'
import { child, entriesOf, plainText } from './nodes.ts'

/*
 * Who is logged in and since when, where the library itself does not say: by the names that login libraries and
 * applications use. The same search runs over a decoded tree and, for rows of the list, over parsed JSON.
 */

/** How a search looks at values of some kind. */
export interface Look<T> {
  member(of: T, name: string): T | undefined
  first(of: T): T | undefined
  text(of: T): string | null
  names(of: T): readonly string[]
}

/** In this order: what a login library writes first, then what applications call it. */
const USER_PATHS: readonly (readonly string[])[] = [
  // Passport, Django, Flask-Login, Devise
  ['passport', 'user'],
  ['_auth_user_id'],
  ['_user_id'],
  ['warden.user.user.key'],
  ['username'],
  ['userName'],
  ['user'],
  ['email'],
  ['login'],
  ['userId'],
  ['user_id'],
  ['userid'],
  ['UserId'],
  ['UserName'],
  ['Username'],
  ['uid'],
  ['account'],
  ['principal'],
  ['currentUser'],
  ['current_user'],
  ['sub'],
]
/** Of what a user is, the part that names one. */
const NAME_PATHS = [
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
]
/** Laravel's guards, Devise's scopes. */
const PATTERNS = [/^login_\w+_[0-9a-f]{40}$/, /^warden\.user\.\w+\.key$/]
/** Steps into lists: Devise writes [[id], part of the password's hash]. */
const MOST_STEPS = 4

export function findUser<T>(root: T, look: Look<T>): string | null {
  for (const path of USER_PATHS) {
    let found: T | undefined = root
    for (const name of path) found = found === undefined ? undefined : look.member(found, name)
    const name = found === undefined ? null : nameOf(found, look)
    if (name !== null) return name
  }
  for (const name of look.names(root)) {
    if (!PATTERNS.some((pattern) => pattern.test(name))) continue
    const found = look.member(root, name)
    const user = found === undefined ? null : nameOf(found, look)
    if (user !== null) return user
  }
  return null
}

function nameOf<T>(value: T, look: Look<T>): string | null {
  let found: T | undefined = value
  for (let step = 0; step < MOST_STEPS && found !== undefined; step += 1) {
    const text = look.text(found)
    if (text !== null) return text === '' ? null : text.slice(0, MOST_CHARACTERS)
    for (const name of NAME_PATHS) {
      const inner = look.member(found, name)
      const innerText = inner === undefined ? null : look.text(inner)
      if (innerText !== null && innerText !== '') return innerText.slice(0, MOST_CHARACTERS)
    }
    found = look.first(found)
  }
  return null
}
const MOST_CHARACTERS = 200

const CREATED = [
  'created_at',
  'createdAt',
  'created',
  'creationTime',
  'login_at',
  'loginAt',
  'logged_in_at',
  'loggedInAt',
  'iat',
]
const SEEN = [
  'last_accessed_at',
  'lastAccessedAt',
  'last_seen',
  'lastSeen',
  'last_seen_at',
  'last_activity',
  'lastActivity',
  'lastAccess',
]

export const findCreated = <T>(root: T, look: Look<T>): FoundMoment | null => findMoment(root, CREATED, look)
export const findSeen = <T>(root: T, look: Look<T>): FoundMoment | null => findMoment(root, SEEN, look)

interface FoundMoment {
  readonly at: number
  readonly from: string
}

function findMoment<T>(root: T, names: readonly string[], look: Look<T>): FoundMoment | null {
  for (const name of names) {
    const value = look.member(root, name)
    const text = value === undefined ? null : look.text(value)
    const at = text === null ? null : momentOf(text)
    if (at !== null) return { at, from: name }
  }
  return null
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
  member: (of, name) => child(of, name) ?? undefined,
  first: (of) => (of.type === 'list' ? of.items[0] : undefined),
  text: (of) => (of.type === 'date' ? String(of.at) : plainText(of)),
  names: (of) => entriesOf(of).map(([name]) => plainText(name) ?? ''),
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const PLAIN: Look<unknown> = {
  member: (of, name) => (isObject(of) && Object.hasOwn(of, name) ? of[name] : undefined),
  first: (of) => (Array.isArray(of) ? of[0] : undefined),
  text: (of) => (typeof of === 'string' || typeof of === 'number' ? String(of) : null),
  names: (of) => (isObject(of) ? Object.keys(of) : []),
}
