import { describe, expect, it } from 'vitest'
import type { LoggedCommand } from '#shared/commands.ts'
import {
  formatMoment,
  formatTook,
  isSlow,
  replyText,
  rowLine,
  tookText,
  wordOfFailure,
} from './command-text.ts'

const entry: LoggedCommand = {
  number: 1,
  at: 0,
  connection: 'main',
  name: 'HGET',
  words: ['k', 'a b'],
  script: null,
  ran: [],
  purpose: 'opened a session',
  background: false,
  writes: false,
  count: 1,
  failed: 0,
  outcome: 'ok',
  averageMs: 0.4,
  longestMs: 0.4,
  error: null,
  reply: null,
}

it('says the time to the millisecond', () => {
  expect(formatMoment(new Date(2026, 3, 2, 12, 34, 56, 7).getTime())).toBe('12:34:56.007')
})

it('says how long it took with the digits that matter', () => {
  expect([0.004, 0.42, 1.94, 12.4, 999, 1234].map(formatTook)).toEqual([
    '0.00 ms',
    '0.42 ms',
    '1.9 ms',
    '12 ms',
    '999 ms',
    '1.2 s',
  ])
  expect(tookText(entry)).toBe('0.40 ms')
  expect(tookText({ ...entry, count: 120, averageMs: 1.9, longestMs: 5.2 })).toBe(
    '1.9 ms on average, 5.2 ms at most',
  )
  expect(tookText({ ...entry, averageMs: null, longestMs: null })).toBe('no answer yet')
  expect([9.9, 10].map((averageMs) => isSlow({ ...entry, averageMs }))).toEqual([false, true])
})

it('says what went wrong in a word, and nothing where nothing did', () => {
  expect(wordOfFailure(entry)).toBeNull()
  expect(wordOfFailure({ ...entry, outcome: 'unknown', error: 'NOSCRIPT' })).toBeNull()
  const words = (['failed', 'refused', 'unsent'] as const).map((outcome) =>
    wordOfFailure({ ...entry, outcome, failed: 1 }),
  )
  expect(words).toEqual(['failed', 'refused', 'not sent'])
})

describe('a line in a row', () => {
  it('is the line as redis-cli takes it', () => {
    expect(rowLine(entry)).toBe('HGET k "a b"')
  })

  it('has the beginning of a script’s hash, or that it was sent with its source', () => {
    const script = { sha: 'abcdef1234'.padEnd(40, '0'), name: 'touch a session' }
    expect(rowLine({ ...entry, script, name: 'EVALSHA', words: [script.sha, '1', 'k'] })).toBe(
      'EVALSHA abcdef12… 1 k',
    )
    const source = { shown: '', left: 'source', amount: 900 } as const
    expect(rowLine({ ...entry, script, name: 'EVAL', words: [source, '1', 'k'] })).toBe('EVAL <source> 1 k')
  })
})

it('says what was answered without the answer', () => {
  expect(replyText({ kind: 'nothing', size: 0 })).toBe('nothing')
  expect(replyText({ kind: 'number', size: 12_408 })).toBe('12,408')
  expect(replyText({ kind: 'number', size: null })).toBe('a number')
  expect(replyText({ kind: 'text', size: 1400 })).toBe('1.4 KB')
  expect(replyText({ kind: 'items', size: 1 })).toBe('1 item')
})
