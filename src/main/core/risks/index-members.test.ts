import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { relatedKeys } from '../formats/spring-keys.ts'
import { userIndexKey } from '../store/user-index.ts'
import { indexKeyOf, memberText, sessionOfMarker } from './index-members.ts'

const SESSION = 'spring:session:sessions:7b1f0c5e-6a0a-4c9e-8f3e-0123456789ab'
const END = 1_775_133_296_789

describe('members of indexes', () => {
  it('lead to the session that Spring wrote them for', () => {
    const related = relatedKeys(SESSION, 'ada', END, false).filter(({ member }) => member !== null)
    expect(related).toHaveLength(2)
    for (const { key, member } of related) {
      const index = indexKeyOf(Buffer.from(String(key)), 'spring:session:')
      const bytes = Buffer.from((member as { readonly base64: string }).base64, 'base64')
      expect(index?.library).toBe('spring-session')
      expect(index?.sessionKeyOf(bytes)?.toString()).toBe(SESSION)
    }
  })

  it('may be written in JSON or as they are', () => {
    expect(memberText(Buffer.from('"abc"'))).toBe('abc')
    expect(memberText(Buffer.from('abc-1'))).toBe('abc-1')
    expect(memberText(Buffer.from('"abc'))).toBeNull()
    expect(memberText(Buffer.from('7'))).toBe('7')
  })

  it('of the per-user index are ids under the prefix', () => {
    const index = indexKeyOf(Buffer.from(userIndexKey('session:', 'ada')), 'session:')
    expect(index?.sessionKeyOf(Buffer.from('abc'))?.toString()).toBe('session:abc')
    expect(indexKeyOf(Buffer.from(userIndexKey('session:', 'ada')), 'app:')).toBeNull()
    expect(indexKeyOf(Buffer.from('session:abc'), 'session:')).toBeNull()
  })

  it('are found behind any bytes without harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        memberText(Buffer.from(bytes))
        memberText(Buffer.concat([Buffer.from('aced000574', 'hex'), Buffer.from(bytes)]))
      }),
    )
  })

  it('have markers beside them, each of one session', () => {
    expect(sessionOfMarker('spring:session:sessions:expires:42')).toBe('spring:session:sessions:42')
    expect(sessionOfMarker('spring:session:sessions:42')).toBeNull()
  })
})
