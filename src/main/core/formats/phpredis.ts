import type { SessionEdit } from '#shared/formats.ts'
import type { Budget } from './budget.ts'
import { parsePhpSession } from './codecs/php.ts'
import { editPhpSession } from './codecs/php-edit.ts'
import { type PhpHandler, phpHandlerOf } from './codecs/php-handler.ts'
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
 * The session handler of phpredis: `PHPREDIS_SESSION:{sid}`, in the form of `session.serialize_handler`. Sources:
 * redis_session.c of phpredis, ext/session/session.c of PHP.
 */
const IGBINARY = Buffer.from([0, 0, 0])

export const phpredis: SessionFormat = {
  id: 'phpredis',
  name: 'PHP (phpredis)',
  fields: [],
  ttlNote: 'Each request sets the TTL anew, to session.gc_maxlifetime.',
  readOnly: null,
  detect(stored) {
    if (stored.type !== 'string') return SURE.no
    const isKey = /(?:^|:)PHPREDIS_(?:CLUSTER_)?SESSION:/.test(stored.key)
    if (phpHandlerOf(stored.value) === null) return isKey ? SURE.likely : SURE.no
    return isKey ? SURE.certain : SURE.possible
  },
  isHostile: never,
  summarise(stored, budget) {
    const handler = phpHandlerOf(stored.value)
    if (handler === null) return { encoding: 'PHP session' }
    return {
      encoding: `PHP session (${handler})`,
      ...usualSummary(skimPhp(stored.value, handler, budget, isTelling).root),
    }
  },
  decode(stored, budget): Content {
    const handler = phpHandlerOf(stored.value)
    if (handler === null) return unknownHandler(stored)
    const parsed = parsePhpSession(stored.value, handler, budget)
    return { ...contentOf(parsed, `PHP session (${handler})`, stored.size), ...usual(parsed.root) }
  },
  edit(stored: StoredSession, edit: SessionEdit, budget: Budget): Written {
    const handler: PhpHandler = phpHandlerOf(stored.value) ?? 'php'
    return { kind: 'value', value: editPhpSession(stored.value, handler, edit, budget) }
  },
}

function unknownHandler({ value, size }: StoredSession): Content {
  const isEmpty = size === 0
  const reason = value.subarray(0, 3).equals(IGBINARY)
    ? 'It is written by igbinary, which is not decoded. Set session.serialize_handler to php_serialize to see inside.'
    : 'It is in none of the forms that PHP itself has; an extension has written it.'
  return {
    encoding: 'PHP session',
    root: isEmpty ? { type: 'map', entries: [] } : null,
    undecoded: isEmpty ? [] : [{ path: null, reason, size }],
    readOnly: isEmpty ? 'It is empty, so that its form cannot be told.' : reason,
  }
}
