import type { RelatedKey, SessionSummary } from '#shared/formats.ts'
import type { Budget } from './budget.ts'
import { Nodes } from './nodes.ts'
import type { Content } from './session-format.ts'
import type { StoredSession } from './stored-session.ts'

/*
 * The keys that Spring Session's indexed repository keeps beside each session. Their namespace is `spring:session` unless
 * the application says otherwise. Source: RedisIndexedSessionRepository.java, RedisSessionExpirationPolicy.java.
 */

const INDEX = 'index:org.springframework.session.FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME:'
const MINUTE = 60_000
/** The header of a text that the JDK serialised. */
const JAVA_TEXT = Buffer.from([0xac, 0xed, 0x00, 0x05, 0x74])

export type SpringKey =
  | { readonly kind: 'session' | 'expires'; readonly namespace: string; readonly id: string }
  | { readonly kind: 'expirations' | 'index'; readonly namespace: string; readonly of: string }

export function springKeyOf(key: string): SpringKey | null {
  const session = /^(.*?):sessions:(expires:)?([^:]+)$/s.exec(key)
  if (session !== null) {
    const [, namespace = '', expires, id = ''] = session
    return { kind: expires === undefined ? 'session' : 'expires', namespace, id }
  }
  const minute = /^(.*?):expirations:(\d{13})$/s.exec(key)
  if (minute !== null) return { kind: 'expirations', namespace: minute[1] ?? '', of: minute[2] ?? '' }
  const at = key.indexOf(`:${INDEX}`)
  return at < 0 ? null : { kind: 'index', namespace: key.slice(0, at), of: key.slice(at + 1 + INDEX.length) }
}

/** What a key is that is no session itself; null for one that is, and for those of others. */
export function markerRole(stored: StoredSession): 'marker' | 'index' | null {
  const { type } = stored
  if (type !== 'string' && type !== 'set' && type !== 'zset') return null
  // Strings are very many, and what is in one is known sooner than what its key says.
  if (type === 'string' && stored.size > 0) return null
  const key = springKeyOf(stored.key)
  if (key === null) return null
  if (type === 'string') return key.kind === 'expires' ? 'marker' : null
  return key.kind === 'index' || key.kind === 'expirations' ? 'index' : null
}

export function markerContent(stored: StoredSession, role: SessionSummary['role'], budget: Budget): Content {
  const key = springKeyOf(stored.key)
  const session = (id: string): RelatedKey => ({
    key: `${key?.namespace ?? ''}:sessions:${id}`,
    what: 'the session',
    owned: false,
    member: null,
  })
  const base = { encoding: 'text', role, readOnly: 'The library keeps it, and writes it by itself.' } as const
  switch (key?.kind) {
    case 'expires':
      // The session itself lives five minutes longer, so that what listens to its end can still read it.
      return { ...base, root: new Nodes(budget).text(stored.value), related: [session(key.id)] }
    case 'expirations':
      return {
        ...base,
        root: null,
        expiry: { at: Number(key.of), from: 'the minute in its key' },
      }
    case 'index':
      return { ...base, root: null, user: key.of }
    default:
      return { ...base, root: null }
  }
}

/**
 * What the indexed repository keeps for a session. The other repository has none of them.
 * @param user the principal's name, as far as it is known
 * @param end when the session ends, epoch milliseconds
 * @param isJson members of sets are written by the same serialiser as the session's values
 */
export function relatedKeys(
  key: string,
  user: string | null,
  end: number | null,
  isJson: boolean,
): readonly RelatedKey[] {
  const known = springKeyOf(key)
  if (known?.kind !== 'session') return []
  const { namespace, id } = known
  const memberOf = (text: string) => (isJson ? JSON.stringify(text) : javaText(text))
  const related: RelatedKey[] = [
    {
      key: `${namespace}:sessions:expires:${id}`,
      what: 'holds the true TTL (indexed repository)',
      owned: true,
      member: null,
    },
  ]
  if (end !== null) {
    related.push({
      key: `${namespace}:expirations:${Math.floor(end / MINUTE + 1) * MINUTE}`,
      what: 'the sessions that end in the same minute (indexed repository)',
      owned: false,
      member: memberOf(`expires:${id}`),
    })
  }
  if (user !== null) {
    related.push({
      key: `${namespace}:${INDEX}${user}`,
      what: 'the sessions of this user (indexed repository)',
      owned: false,
      member: memberOf(id),
    })
  }
  return related
}

/** A text as the JDK serialises it: what the sets hold by default. */
function javaText(text: string): { readonly base64: string } {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return { base64: Buffer.concat([JAVA_TEXT, length, bytes]).toString('base64') }
}
