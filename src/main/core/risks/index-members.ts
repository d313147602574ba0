import type { SessionFormat } from '../formats/session-format.ts'
import { springKeyOf } from '../formats/spring-keys.ts'
import { userIndexKey } from '../store/user-index.ts'

export type IndexLibrary = SessionFormat['id']

/** The header of a text that the JDK serialised, and its length after it. */
const JAVA_TEXT = Buffer.from([0xac, 0xed, 0x00, 0x05, 0x74])

/** What a member of Spring's sets says: a text as the JDK or JSON writes it, or as it is. Null for anything else. */
export function memberText(member: Buffer): string | null {
  if (member.subarray(0, JAVA_TEXT.length).equals(JAVA_TEXT)) {
    const from = JAVA_TEXT.length + 2
    if (member.length < from) return null
    const length = member.readUInt16BE(JAVA_TEXT.length)
    return member.length === from + length ? member.toString('utf8', from) : null
  }
  if (member[0] === 0x22) {
    try {
      const text: unknown = JSON.parse(member.toString())
      return typeof text === 'string' ? text : null
    } catch {
      return null
    }
  }
  return /^[\w:.-]+$/.test(member.toString('latin1')) ? member.toString('latin1') : null
}

/** An index: a key whose members each stand for a session. */
export interface SessionIndexKey {
  readonly library: IndexLibrary
  /** The key of the session that a member stands for; null for a member that cannot be read. */
  sessionKeyOf(member: Buffer): Buffer | null
}

/** @param prefix that is looked at @returns null for a key that is no index of sessions */
export function indexKeyOf(key: Buffer, prefix: string): SessionIndexKey | null {
  const base = Buffer.from(userIndexKey(prefix, ''))
  if (key.subarray(0, base.length).equals(base)) {
    return { library: 'guide', sessionKeyOf: (member) => Buffer.concat([Buffer.from(prefix), member]) }
  }
  const spring = springKeyOf(key.toString())
  if (spring?.kind !== 'index' && spring?.kind !== 'expirations') return null
  const { namespace, kind } = spring
  return {
    library: 'spring-session',
    sessionKeyOf(member) {
      const text = memberText(member)
      const id = kind === 'index' ? text : (/^expires:(.+)$/s.exec(text ?? '')?.[1] ?? null)
      return id === null || id === '' ? null : Buffer.from(`${namespace}:sessions:${id}`)
    },
  }
}

/** The session that a marker of Spring's belongs to: `…:sessions:expires:{id}` to `…:sessions:{id}`. */
export function sessionOfMarker(key: string): string | null {
  const spring = springKeyOf(key)
  return spring?.kind === 'expires' ? `${spring.namespace}:sessions:${spring.id}` : null
}
