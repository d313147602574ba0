import { isUtf8 } from 'node:buffer'
import { type Budget, Undecodable } from './budget.ts'
import { unzipped } from './codecs/compressed.ts'
import { parseJson } from './codecs/json.ts'
import { looksLikePickle, parsePickle } from './codecs/pickle.ts'
import { djangoContent, djangoSummary } from './django.ts'
import { contentOf, type SessionFormat, SURE } from './session-format.ts'
import type { StoredSession } from './stored-session.ts'
import { momentOf } from './who.ts'

/**
 * django-redis-sessions: `{sid}` or `{prefix}:{sid}`, what Django's `SessionStore.encode` makes, signed with the site's
 * secret. Since Django 3.1 that is `signing.dumps`: [.]data:timestamp:signature, each base64 without padding, a dot for
 * compressed data. Before, base64 of `{hash}:{data}`. The signature is not checked: that takes the secret. Sources:
 * django/contrib/sessions/backends/base.py, django/core/signing.py, redis_sessions/session.py.
 */
const SIGNED = /^\.?[\w-]{2,}:[0-9A-Za-z]{5,8}:[\w-]{27,86}$/
const LEGACY = /^[A-Za-z0-9+/]{40,}={0,2}\n?$/
const MOST = 16 * 1024

export const djangoRedisSessions: SessionFormat = {
  id: 'django-redis-sessions',
  name: 'django-redis-sessions',
  fields: [],
  ttlNote: 'Each save sets the TTL anew, to SESSION_COOKIE_AGE or what set_expiry() said.',
  readOnly:
    'It is signed with the site’s secret: Django takes a session whose signature is wrong for an empty one.',
  detect(stored) {
    if (stored.type !== 'string' || stored.value.length < 40) return SURE.no
    if (formOf(stored) === null) return SURE.no
    return /(?:^|:)[a-z0-9]{32}$/.test(stored.key) ? SURE.certain - 5 : SURE.likely - 10
  },
  isHostile: () => true,
  summarise(stored, budget) {
    const { parsed, encoding, savedAt } = parse(stored, budget)
    const summary = djangoSummary(parsed.root)
    return { encoding, ...summary, lastSeenAt: summary.lastSeenAt ?? savedAt }
  },
  decode(stored, budget) {
    const { parsed, encoding, size, savedAt } = parse(stored, budget)
    const content = djangoContent(contentOf(parsed, encoding, size))
    if (savedAt === null || (content.lastSeenAt ?? null) !== null) return content
    return { ...content, lastSeenAt: { at: savedAt, from: 'the timestamp of the signature: the last save' } }
  },
}

type Form = 'signed' | 'legacy'

/** Told by its beginning where the value is long. */
function formOf({ value, isWhole }: StoredSession): Form | null {
  if (!/^[\w.+/-]/.test(String.fromCharCode(value[0] ?? 0)) || !isUtf8(value.subarray(0, 64))) return null
  const text = value.toString('latin1', 0, MOST)
  const complete = isWhole && value.length <= MOST
  if (complete ? SIGNED.test(text) : /^\.?[\w-]+(?::|$)/.test(text) && /^(?:\.eJ|eyJ|gA)/.test(text))
    return 'signed'
  if (complete ? !LEGACY.test(text) : !/^[A-Za-z0-9+/]+$/.test(text)) return null
  return /^[0-9a-f]{40,64}:/.test(Buffer.from(text.slice(0, 128), 'base64').toString('latin1'))
    ? 'legacy'
    : null
}

function parse(stored: StoredSession, budget: Budget) {
  const { data, savedAt } =
    formOf(stored) === 'signed' ? unsigned(stored.value, budget) : legacy(stored.value)
  const isPickle = looksLikePickle(data, true)
  return {
    parsed: isPickle ? parsePickle(data, budget) : parseJson(data, budget),
    encoding: isPickle ? 'pickle, signed' : 'JSON, signed',
    size: data.length,
    savedAt,
  }
}

interface Unsigned {
  readonly data: Buffer
  /** Epoch milliseconds; null where it is not told. */
  readonly savedAt: number | null
}

function unsigned(value: Buffer, budget: Budget): Unsigned {
  const [payload = '', timestamp = ''] = value.toString('latin1').split(':')
  const isCompressed = payload.startsWith('.')
  const bytes = Buffer.from(isCompressed ? payload.slice(1) : payload, 'base64url')
  const data = isCompressed ? unzipped(bytes, budget) : bytes
  if (data === null) throw new Undecodable('It says that it is compressed and is not.')
  return { data, savedAt: momentOf(String(base62(timestamp))) }
}

function legacy(value: Buffer): Unsigned {
  const bytes = Buffer.from(value.toString('latin1'), 'base64')
  return { data: bytes.subarray(bytes.indexOf(0x3a) + 1), savedAt: null }
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const base62 = (text: string): number => [...text].reduce((sum, digit) => 62 * sum + DIGITS.indexOf(digit), 0)
