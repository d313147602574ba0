/*
 * What is left of a session id, and of a value that may be a secret, where it is not to be seen: the one place that
 * decides it. Which names and values are secrets is for secret-names.ts to say.
 */
import { isSecretName, LEFT_OUT, withoutSecrets } from './secret-names.ts'

/**
 * `masked`: shown when somebody asks for it, value by value. `shown`: as it is. `streaming`: never shown, for a screen that
 * others watch.
 */
export const PRIVACY_MODES = ['masked', 'shown', 'streaming'] as const
export type PrivacyMode = (typeof PRIVACY_MODES)[number]

/** How the screen shows what may be a secret. */
export interface PrivacyView {
  readonly mode: PrivacyMode
  /** Of this run: what tells ids apart while streaming means nothing in another one. */
  readonly salt: string
}

/** In place of a value: always as many, so that they do not tell its length. */
export const DOTS = '••••••••'
const ID_DOTS = '••••'

export const MASK_LIMITS = {
  /** Of an id at most this part is shown, and at most so many characters. */
  share: 1 / 4,
  characters: 6,
  /** Bits that stay to be guessed, of an id that has as many. */
  bits: 96,
  /** Characters of an id that are looked at. */
  looked: 256,
} as const

/** Where an id has parts, the last one is what differs: `sessions:expires:33fdd1b6`. */
const LAST_PART = /[:./|{}][^:./|{}]{8,}$/

/** The beginning of an id, as much as may be seen, and dots. */
export function maskedId(id: string): string {
  const tail = id.slice(-MASK_LIMITS.looked)
  const at = LAST_PART.exec(tail)?.index
  const part = at === undefined ? id.slice(0, MASK_LIMITS.looked) : tail.slice(at + 1)
  const start = trimSurrogate(part.slice(0, countShown(part)))
  return `${at === undefined ? '' : '…'}${start}${ID_DOTS}`
}

function countShown(id: string): number {
  const { share, characters, bits } = MASK_LIMITS
  const quarter = Math.floor(id.length * share)
  const { least, most } = bitsOf(id)
  // Nobody guesses short ones: people make them up, for tests.
  if (most * id.length < bits) return Math.min(1, quarter)
  const spare = Math.floor((least * lettersIn(id) - bits) / least)
  return Math.max(0, Math.min(characters, quarter, spare))
}

const lettersIn = (id: string): number => id.length - (id.match(/[^\p{L}\p{N}]/gu)?.length ?? 0)

/** Bits that a character is worth, by the characters that there are. */
function bitsOf(id: string): { readonly least: number; readonly most: number } {
  if (/^[\d-]*$/.test(id)) return { least: 3.32, most: 3.33 }
  if (/^[\da-f-]*$|^[\dA-F-]*$/.test(id)) return { least: 4, most: 4 }
  if (/^[\da-z-]*$|^[\dA-Z-]*$/.test(id)) return { least: 5, most: 5.25 }
  return { least: 5.9, most: 6.1 }
}

const trimSurrogate = (text: string): string => (/[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text)

/**
 * Four figures that are the same for the same id as long as the salt is, and tell nothing of it: sixteen bits of a hash
 * whose salt nobody knows.
 */
export function pseudonym(id: string, salt: string): string {
  const looked =
    id.length <= 2 * MASK_LIMITS.looked ? id : id.slice(0, MASK_LIMITS.looked) + id.slice(-MASK_LIMITS.looked)
  // FNV-1a, mixed as MurmurHash3 ends: a digest of the platform would have to be waited for.
  let hash = 0x811c9dc5
  for (const character of `${salt}\n${looked.length}\n${looked}\n${salt}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 16).toString(16).padStart(4, '0')
}

/** An id as it is shown, on a line of its own. */
export function shownId(id: string, { mode, salt }: PrivacyView): string {
  if (mode === 'shown') return id
  return mode === 'masked' ? maskedId(id) : `session ${pseudonym(id, salt)}`
}

/**
 * A key as it is shown, with the id in it masked.
 * @param prefixes those that are known; the longest that fits parts the id from it, else the last colon does
 */
export function shownKey(key: string, prefixes: readonly string[], view: PrivacyView): string {
  if (view.mode === 'shown') return key
  const known = prefixes.filter((prefix) => key.startsWith(prefix)).sort((a, b) => b.length - a.length)[0]
  const cut = known?.length ?? key.lastIndexOf(':') + 1
  const id = key.slice(cut)
  // What has no id is a prefix, or a pattern of one.
  if (id === '' || id === '*') return key
  return key.slice(0, cut) + (view.mode === 'masked' ? maskedId(id) : `‹${pseudonym(id, view.salt)}›`)
}

const ID_LIKE = /^(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[\w+~=%-]{16,}$/

/** Whether a word looks like the id that a session library makes: long, of letters and figures without a gap. */
export const looksLikeId = (word: string): boolean =>
  word.length >= 16 && ID_LIKE.test(word.slice(0, MASK_LIMITS.looked))

/**
 * A text about sessions, such as a line of commands, in which keys under the known prefixes and what looks like an id are
 * masked. Other texts come back as they are.
 */
export function withoutIds(text: string, prefixes: readonly string[], view: PrivacyView): string {
  if (view.mode === 'shown') return text
  return text.replace(/[^\s"'`,;()<>]+/g, (word) => {
    if (prefixes.some((prefix) => prefix !== '' && word.startsWith(prefix)))
      return shownKey(word, prefixes, view)
    return looksLikeId(word.slice(word.lastIndexOf(':') + 1)) ? shownKey(word, [], view) : word
  })
}

/** Names under which libraries keep the id of the session itself. */
const ID_NAME = /^_?(?:session_?id|sess_?id|sid|connect\.sid|phpsessid|jsessionid)$/i

/** What the options of a cookie are called: they stand under `cookie` in each session of express-session, and are no secrets. */
const COOKIE_OPTIONS: ReadonlySet<string> = new Set([
  ...['originalMaxAge', 'expires', '_expires', 'maxAge', 'httpOnly', 'path', 'domain', 'secure', 'sameSite'],
  ...['partitioned', 'priority', 'overwrite', 'signed'],
])
const NAME_CHARACTERS = 256

/**
 * Whether what stands there is hidden for its name, or for that of what it is in.
 * @param names that lead to it, the outermost first: `['user', 'apiKey']`
 */
export function isSecretPath(names: readonly string[]): boolean {
  const last = names.at(-1)
  if (last === undefined) return false
  const isOption = COOKIE_OPTIONS.has(last)
  return names.some((name) => {
    if (isOption && /^cookies?$/i.test(name)) return false
    const looked = name.slice(0, NAME_CHARACTERS)
    return isSecretName(looked) || ID_NAME.test(looked)
  })
}

/** The same of a path in words: `items[0].token`. */
export const isSecretPlace = (path: string): boolean =>
  isSecretPath(path.split(/[.[\]]+/).filter((name) => name !== ''))

/** Texts that are longer are not parsed, and levels of one that are gone into. */
const MOST_JSON = { characters: 1024 * 1024, depth: 64 } as const

/**
 * A text with a mark in place of each secret in it: of JSON, by the names that lead to a value; of any other text, by what
 * it looks like. One in which nothing looks like a secret comes back as it is.
 */
export function hideSecrets(text: string, mark: string): string {
  const json = parseContainer(text)
  if (json !== undefined) {
    const hidden = hideInJson(json, [], mark)
    return hidden === json ? text : JSON.stringify(hidden)
  }
  const kept = withoutSecrets(text)
  return kept === text ? text : kept.replaceAll(LEFT_OUT, mark)
}

function parseContainer(text: string): unknown {
  if (text.length > MOST_JSON.characters || !/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @returns the value itself where nothing in it is hidden */
function hideInJson(value: unknown, names: readonly string[], mark: string): unknown {
  if (value === null || value === '') return value
  if (names.length > MOST_JSON.depth) return mark
  if (typeof value === 'object') {
    let changed = false
    const entries = Object.entries(value).map(([name, member]) => {
      const hidden = hideInJson(member, [...names, name], mark)
      if (hidden !== member) changed = true
      return [name, hidden] as const
    })
    if (!changed) return value
    return Array.isArray(value) ? entries.map(([, member]) => member) : Object.fromEntries(entries)
  }
  if (isSecretPath(names)) return mark
  return typeof value === 'string' ? hideSecrets(value, mark) : value
}

/** Shorter ids are words that may stand anywhere. */
const LEAST_ID = 8

/**
 * A text with dots for the secrets in it; one in which nothing looks like a secret comes back as it is.
 * @param id of the session that it is in: libraries repeat it in what they keep
 */
export function maskedText(text: string, id = ''): string {
  const masked = hideSecrets(text, DOTS)
  return id.length < LEAST_ID ? masked : masked.replaceAll(id, maskedId(id))
}

/** Whether bytes that are no text name a secret or hold one: packed values have their names in the clear. */
export function hasSecretBytes(binary: string): boolean {
  if (withoutSecrets(binary.replace(/[^\x20-\x7e]+/g, '\n')) !== binary.replace(/[^\x20-\x7e]+/g, '\n'))
    return true
  return (binary.match(/[\w.-]{3,64}/g) ?? []).some((name) => isSecretName(name))
}
