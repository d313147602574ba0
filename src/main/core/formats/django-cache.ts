import type { Budget } from './budget.ts'
import { unzipped } from './codecs/compressed.ts'
import { looksLikePickle, parsePickle } from './codecs/pickle.ts'
import { djangoContent, djangoSummary } from './django.ts'
import { contentOf, type SessionFormat, SURE } from './session-format.ts'
import type { StoredSession } from './stored-session.ts'

/**
 * Django with `sessions.backends.cache` or `cached_db`, over its own cache for Redis or django-redis:
 * `{prefix}:{version}:django.contrib.sessions.cache{sid}`, a pickle; django-redis may compress it. Sources:
 * django/contrib/sessions/backends/cache.py and django/core/cache/backends/redis.py.
 */
const KEY = /:django\.contrib\.sessions\.cache[a-z0-9]*$|:django\.contrib\.sessions\.cached_db[a-z0-9]*$/
const NAMES = ['_auth_user_id', '_auth_user_backend', '_auth_user_hash', '_session_expiry']

export const djangoCache: SessionFormat = {
  id: 'django-cache',
  name: 'Django (cache sessions)',
  fields: [],
  ttlNote: 'Each save sets the TTL anew, to SESSION_COOKIE_AGE or what set_expiry() said.',
  readOnly: 'A pickle is a program; the inspector reads them and writes none.',
  detect(stored) {
    if (stored.type !== 'string') return SURE.no
    if (KEY.test(stored.key)) return SURE.certain
    if (!looksLikePickle(stored.value, stored.isWhole)) return SURE.no
    return NAMES.some((name) => stored.value.includes(name)) ? SURE.likely : SURE.no
  },
  isHostile: () => true,
  summarise: (stored, budget) => {
    const { parsed, encoding } = parse(stored, budget)
    return { encoding, ...djangoSummary(parsed.root) }
  },
  decode(stored, budget) {
    const { parsed, encoding, size } = parse(stored, budget)
    return djangoContent(contentOf(parsed, encoding, size))
  },
}

function parse({ value, size }: StoredSession, budget: Budget) {
  const inflated = unzipped(value, budget)
  return {
    parsed: parsePickle(inflated ?? value, budget),
    encoding: inflated === null ? 'pickle' : 'pickle, compressed',
    size: inflated?.length ?? size,
  }
}
