import type { SessionEdit } from '#shared/formats.ts'
import { type Budget, Truncated, Undecodable } from './budget.ts'
import { editJson, looksLikeJson, parseJson } from './codecs/json.ts'
import { parsePhp } from './codecs/php.ts'
import { editPhpSession, encodePhpText } from './codecs/php-edit.ts'
import { BYTE, looksLikePhpValue } from './codecs/php-handler.ts'
import { skimPhp } from './codecs/php-skim.ts'
import {
  type Content,
  contentOf,
  never,
  type SessionFormat,
  SURE,
  usual,
  usualSummary,
  type Written,
} from './session-format.ts'
import type { StoredSession } from './stored-session.ts'
import { isTelling } from './who.ts'

/**
 * Laravel's session in its cache on Redis: `{app}_database_{cache prefix}:{40 characters}`, the attributes serialised (by
 * PHP, or as JSON with session.serialization) and that text serialised once more; where session.encrypt is on it is
 * encrypted in between. Sources: Illuminate/Session/Store.php, EncryptedStore.php and Cache/RedisStore.php.
 */
const KEY = /(?:^|[:_-])[A-Za-z0-9]{40}$/
const OUTER = /^s:(\d{1,10}):"/
const ENCRYPTED = 'eyJpdiI6'

export const laravel: SessionFormat = {
  id: 'laravel',
  name: 'Laravel',
  fields: [],
  ttlNote: 'Each request saves the session and sets the TTL anew, to session.lifetime.',
  readOnly: null,
  detect(stored) {
    if (stored.type !== 'string') return SURE.no
    const inner = innerBeginning(stored.value)
    if (inner === null) return SURE.no
    const known = inner.includes('_token') || inner.includes('_previous') || inner.includes('_flash')
    if (KEY.test(stored.key)) return known || isEncrypted(inner) ? SURE.certain : SURE.likely
    return known ? SURE.likely : SURE.possible
  },
  isHostile: never,
  summarise(stored, budget) {
    const inner = innerBeginning(stored.value)
    if (inner === null) return {}
    if (isEncrypted(inner)) return { encoding: 'encrypted' }
    const parsed = looksLikeJson(inner)
      ? parseJson(inner, budget)
      : skimPhp(inner, 'php_serialize', budget, isTelling)
    return { encoding: encodingOf(inner), ...usualSummary(parsed.root) }
  },
  decode(stored, budget): Content {
    const inner = innerText(stored)
    if (isEncrypted(inner)) {
      const reason =
        'It is encrypted with the application’s APP_KEY (session.encrypt), which the inspector does not have.'
      return {
        encoding: 'encrypted',
        root: null,
        undecoded: [{ path: null, reason, size: inner.length }],
        readOnly: reason,
      }
    }
    const parsed = looksLikeJson(inner) ? parseJson(inner, budget) : parsePhp(inner, budget)
    return { ...contentOf(parsed, encodingOf(inner), inner.length), ...usual(parsed.root) }
  },
  edit(stored: StoredSession, edit: SessionEdit, budget: Budget): Written {
    const inner = innerText(stored)
    const edited = looksLikeJson(inner)
      ? editJson(inner, edit, budget)
      : editPhpSession(inner, 'php_serialize', edit, budget)
    return { kind: 'value', value: encodePhpText(edited) }
  },
}

const encodingOf = (inner: Buffer): string =>
  looksLikeJson(inner) ? 'JSON in PHP serialize' : 'PHP serialize, twice'
const isEncrypted = (inner: Buffer): boolean => inner.toString('latin1', 0, ENCRYPTED.length) === ENCRYPTED

/** The inner text as far as it is there; null where there is none that could be a session. */
function innerBeginning(value: Buffer): Buffer | null {
  const outer = value[0] === BYTE.text ? OUTER.exec(value.toString('latin1', 0, 16)) : null
  if (outer === null) return null
  const inner = value.subarray(outer[0].length, outer[0].length + Number(outer[1]))
  return looksLikePhpValue(inner) || looksLikeJson(inner) || isEncrypted(inner) ? inner : null
}

function innerText({ value }: StoredSession): Buffer {
  const inner = innerBeginning(value)
  const outer = OUTER.exec(value.toString('latin1', 0, 16))
  if (inner === null || outer === null) throw new Undecodable('It is no text that PHP has serialised.')
  if (inner.length < Number(outer[1])) throw new Truncated()
  const end = outer[0].length + inner.length
  if (value.toString('latin1', end) !== '";')
    throw new Undecodable('The text in it does not end where it says.')
  return inner
}
