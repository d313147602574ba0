import { describe, expect, it } from 'vitest'
import type { CommandWord } from '#shared/commands.ts'
import type { PrivacyView } from '#shared/mask.ts'
import { idInWords, keyInWords, wordsInView } from './privacy-words.ts'

const MASKED: PrivacyView = { mode: 'masked', salt: 's' }
const SHOWN: PrivacyView = { mode: 'shown', salt: 's' }
const ID = 'kJ3f9QxTbW5yLm2nPq8rSt4uVw6xYz0aBcDeFgHiJkL'
const SHA = '960b298a7d6c5e4f3a2b1c0d9e8f7a6b5c4d3e2f'

describe('the words of a command', () => {
  it.each<readonly [readonly CommandWord[], readonly CommandWord[]]>([
    [
      ['HSET', `session:${ID}`, 'theme', 'dark'],
      ['HSET', 'session:kJ3f9Q••••', 'theme', 'dark'],
    ],
    [
      ['HGETALL', 'session:ada'],
      ['HGETALL', 'session:••••'],
    ],
    [
      ['UNLINK', 'session:test-ada', 'other:test-grace'],
      ['UNLINK', 'session:t••••', 'other:t••••'],
    ],
    [
      ['MEMORY', 'USAGE', `session:${ID}`],
      ['MEMORY', 'USAGE', 'session:kJ3f9Q••••'],
    ],
    [
      ['EVALSHA', SHA, '1', 'session:test-ada', `session:${ID}`, ID, 'page_views'],
      ['EVALSHA', SHA, '1', 'session:t••••', 'session:kJ3f9Q••••', 'kJ3f9Q••••', 'page_views'],
    ],
    [
      ['SCAN', '0', 'MATCH', 'session:*', 'COUNT', '100'],
      ['SCAN', '0', 'MATCH', 'session:*', 'COUNT', '100'],
    ],
    [
      ['CONFIG', 'GET', 'notify-keyspace-events'],
      ['CONFIG', 'GET', 'notify-keyspace-events'],
    ],
    [
      ['HSET', 'session:test-ada', 'token', { shown: '', left: 'secret', amount: 0 }],
      ['HSET', 'session:t••••', 'token', { shown: '', left: 'secret', amount: 0 }],
    ],
  ])('%j', (words, expected) => {
    expect(wordsInView(words, ['session:'], MASKED)).toEqual(expected)
    expect(wordsInView(words, ['session:'], SHOWN)).toEqual(words)
  })
})

it('masks the octets of an id that is no text, and shows it as redis-cli does', () => {
  const id = { base64: Buffer.from('ff00ff01ff02ff03ff04ff05ff06ff07ff08ff09', 'hex').toString('base64') }
  expect(idInWords(id, MASKED)).toBe('ff00ff••••')
  expect(idInWords(id, SHOWN)).toMatch(/^\\xff\\x00\\xff/)
  expect(keyInWords('session:*', ['session:'], MASKED)).toBe('session:*')
})
