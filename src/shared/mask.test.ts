import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  DOTS,
  hasSecretBytes,
  isSecretPath,
  looksLikeId,
  MASK_LIMITS,
  maskedId,
  maskedText,
  type PrivacyView,
  pseudonym,
  shownId,
  shownKey,
  withoutIds,
} from './mask.ts'

const MASKED: PrivacyView = { mode: 'masked', salt: 'run' }
const STREAMING: PrivacyView = { mode: 'streaming', salt: 'run' }
const SHOWN: PrivacyView = { mode: 'shown', salt: 'run' }

/** What a masked id tells of the id. */
const told = (id: string): string => maskedId(id).replace(/^…/, '').replace(/•+$/, '')

const anyId = fc.string({ unit: 'grapheme', maxLength: 100, size: 'max' })
const ALPHABETS = {
  hex: ['0123456789abcdef', 4],
  'lower-case letters and figures': ['0123456789abcdefghijklmnopqrstuvwxyz', Math.log2(36)],
  'letters and figures': ['0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', Math.log2(62)],
  figures: ['0123456789', Math.log2(10)],
} as const
const ofAlphabet = (letters: string, minLength = 1) =>
  fc.array(fc.constantFrom(...letters), { minLength, maxLength: 80, size: 'max' }).map((all) => all.join(''))

describe('a masked id', () => {
  it.each([
    ['kJ3f9QxTbW5yLm2nPq8rSt4uVw6xYz0aBcDeFgHiJkL', 'kJ3f9Q••••'],
    ['33fdd1b6-b496-4b33-9f7d-df96679d32fe', '33fdd1••••'],
    // 26 characters of PHP, four bits each: 104, of which 96 stay.
    ['0a1b2c3d4e5f60718293a4b5c6', '0a••••'],
    ['0a1b2c3d4e5f60718293a4b5', '••••'],
    ['sessions:expires:33fdd1b6-b496-4b33-9f7d-df96679d32fe', '…33fdd1••••'],
    ['django.contrib.sessions.cached_db3k2j1h', '…c••••'],
    ['test-ada', 't••••'],
    ['grace', 'g••••'],
    ['ada', '••••'],
    ['', '••••'],
  ])('of %s is %s', (id, expected) => expect(maskedId(id)).toBe(expected))

  it('tells at most a quarter, and at most six characters', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        expect(told(id).length).toBeLessThanOrEqual(id.length * MASK_LIMITS.share)
        expect(told(id).length).toBeLessThanOrEqual(MASK_LIMITS.characters)
        expect(id).toContain(told(id))
      }),
    )
  })

  it.each(Object.entries(ALPHABETS))('leaves 96 bits to guess of %s that have them', (_, [letters, bits]) => {
    fc.assert(
      fc.property(ofAlphabet(letters), (id) => {
        if (bits * id.length < MASK_LIMITS.bits) {
          expect(told(id).length).toBeLessThanOrEqual(1)
        } else {
          expect(bits * (id.length - told(id).length)).toBeGreaterThanOrEqual(MASK_LIMITS.bits - 1e-9)
        }
      }),
    )
  })

  it('is the same for the same id, and another where the beginning is', () => {
    const token = ofAlphabet(ALPHABETS['letters and figures'][0], 43)
    fc.assert(
      fc.property(token, token, (a, b) => {
        expect(maskedId(a)).toBe(maskedId(a.slice()))
        if (a.slice(0, 4) !== b.slice(0, 4)) expect(maskedId(a)).not.toBe(maskedId(b))
      }),
    )
  })

  it('does not tell how long the id is', () => {
    const id = 'kJ3f9QxTbW5yLm2nPq8rSt4uVw6xYz0aBcDeFgHiJkL'
    expect(maskedId(id)).toBe(maskedId(id + id))
  })

  it('takes no longer for a huge id', () => {
    expect(maskedId('ab'.repeat(5_000_000)).length).toBeLessThan(12)
    expect(looksLikeId('ab'.repeat(5_000_000))).toBe(false)
  })
})

describe('a pseudonym', () => {
  it('is stable in a run, differs between runs, and is of four figures', () => {
    fc.assert(
      fc.property(anyId, fc.string(), (id, salt) => {
        expect(pseudonym(id, salt)).toMatch(/^[0-9a-f]{4}$/)
        expect(pseudonym(id, salt)).toBe(pseudonym(id, salt))
      }),
    )
    const ids = Array.from({ length: 100 }, (_, at) => `session-${at}`)
    expect(ids.filter((id) => pseudonym(id, 'a') === pseudonym(id, 'b')).length).toBeLessThan(3)
  })

  it('tells the sessions of a screen apart', () => {
    const names = new Set(Array.from({ length: 1000 }, (_, at) => pseudonym(`session-${at}`, 'salt')))
    // Of 65,536 names a thousand random ones are about 992 different ones.
    expect(names.size).toBeGreaterThan(975)
  })

  it('has nothing of the id in what is shown while streaming', () => {
    const id = 'kJ3f9QxTbW5yLm2nPq8rSt4uVw6xYz0aBcDeFgHiJkL'
    expect(shownId(id, STREAMING)).toMatch(/^session [0-9a-f]{4}$/)
    expect(shownKey(`session:${id}`, ['session:'], STREAMING)).toMatch(/^session:‹[0-9a-f]{4}›$/)
  })
})

describe('keys and lines', () => {
  const id = 'kJ3f9QxTbW5yLm2nPq8rSt4uVw6xYz0aBcDeFgHiJkL'

  it('keep the prefix and mask the id', () => {
    expect(shownKey(`session:app:${id}`, ['session:', 'session:app:'], MASKED)).toBe('session:app:kJ3f9Q••••')
    expect(shownKey(`other:${id}`, ['session:'], MASKED)).toBe('other:kJ3f9Q••••')
    expect(shownKey('session:ada', ['session:'], MASKED)).toBe('session:••••')
    expect(shownKey('session:*', ['session:'], MASKED)).toBe('session:*')
    expect(shownKey(`session:${id}`, ['session:'], SHOWN)).toBe(`session:${id}`)
  })

  it('mask ids wherever they stand in a line, and leave other words', () => {
    const line = `HSET "session:${id}" theme dark; SADD index:ada ${id} 2026-04-02T12:34:56+00:00 127.0.0.1:6379`
    const shown = withoutIds(line, ['session:'], MASKED)
    expect(shown).toBe(
      'HSET "session:kJ3f9Q••••" theme dark; SADD index:ada kJ3f9Q•••• 2026-04-02T12:34:56+00:00 127.0.0.1:6379',
    )
    expect(withoutIds(line, ['session:'], SHOWN)).toBe(line)
  })
})

describe('values', () => {
  it.each([
    [['token'], true],
    [['user', 'apiKey'], true],
    [['credentials', 'user'], true],
    [['cookie', 'originalMaxAge'], false],
    [['cookie', 'value'], true],
    [['cookie', 'path'], false],
    [['sessionId'], true],
    [['user', 'name'], false],
    [[], false],
  ] as const)('under %j: hidden %s', (names, hidden) => expect(isSecretPath(names)).toBe(hidden))

  it('have dots for what is secret in a text, and all else as it is', () => {
    expect(maskedText('{"cookie":{"path":"/","expires":null},"csrfToken":"hunter2","cart":[1]}')).toBe(
      `{"cookie":{"path":"/","expires":null},"csrfToken":"${DOTS}","cart":[1]}`,
    )
    expect(maskedText('{ "theme": "dark" }')).toBe('{ "theme": "dark" }')
    expect(maskedText('Bearer hunter2hunter2')).toBe(DOTS)
    expect(maskedText('user|s:3:"ada";password|s:7:"hunter2";')).toBe(`user|s:3:"ada";password|${DOTS}`)
    expect(maskedText('{"data":"{\\"password\\":\\"hunter2\\"}"}')).not.toContain('hunter2')
    expect(maskedText('at kJ3f9QxTbW5yLm2nPq8rSt4uVw6xYz0a', 'kJ3f9QxTbW5yLm2nPq8rSt4uVw6xYz0a')).toBe(
      'at kJ3f9Q••••',
    )
  })

  it('keep no secret of any JSON, whatever is around it', () => {
    const secret = fc.stringMatching(/^[a-z]{20}$/)
    const name = fc.constantFrom('password', 'apiKey', 'x-csrf-token', 'auth')
    fc.assert(
      fc.property(secret, fc.jsonValue({ maxDepth: 3 }), name, (value, other, field) => {
        const text = JSON.stringify([{ other, in: { [field]: [{ deep: value }] } }, { [field]: value }])
        const masked = maskedText(text)
        expect(masked).not.toContain(value)
        expect(() => JSON.parse(masked)).not.toThrow()
      }),
    )
  })

  it('are masked in a time that grows with their length alone', () => {
    const run = 'key-eyJ'.repeat(20_000)
    const began = performance.now()
    maskedText(run)
    maskedText(`{"${'pass'.repeat(30_000)}`)
    maskedText('['.repeat(100_000))
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('are found in bytes that are no text', () => {
    expect(hasSecretBytes('\x82\xa8password\xa7hunter2')).toBe(true)
    expect(hasSecretBytes('\x82\xa5theme\xa4dark')).toBe(false)
    expect(hasSecretBytes('\x80\x02eyJhbGciOiJI.eyJzdWIiOiIx.abc')).toBe(true)
  })
})
