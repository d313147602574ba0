import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shownLine } from '#shared/redis-cli.ts'
import type { ArgvLayout } from '../store/script-catalogue.ts'
import { type Argument, keepWords, sizeOfWord, WORD_LIMITS } from './command-words.ts'

const line = (name: string, args: readonly Argument[], argv?: ArgvLayout) =>
  shownLine(keepWords(name, args, argv))
const SHA = 'a'.repeat(40)

describe('secrets are left out', () => {
  it.each<[string, readonly Argument[], string]>([
    ['hset', ['k', 'theme', 'dark', 'password', 'hunter2', 'n', '1'], 'k theme dark password <secret> n 1'],
    ['hset', ['k', 'a', 'password', 'b', 'c'], 'k a password b c'],
    ['hmset', ['k', Buffer.from('api_key'), Buffer.from('hunter2')], 'k api_key <secret>'],
    ['hsetex', ['k', 'FIELDS', '1', 'token', 'hunter2'], 'k FIELDS 1 token <secret>'],
    ['hincrby', ['k', 'otp', '123456'], 'k otp <secret>'],
    [
      'set',
      ['sess:a', '{"user":"ada","csrfSecret":"hunter2"}'],
      'sess:a "{\\"user\\":\\"ada\\",\\"csrfSecret\\":\\"<left out>\\"}"',
    ],
    ['set', ['api_token', 'hunter2', 'EX', '60'], 'api_token <secret> <secret> <secret>'],
    ['mset', ['a', '1', 'secret', 'hunter2', 'b', '2'], 'a 1 secret <secret> b 2'],
    ['auth', ['hunter2'], '<secret>'],
    ['auth', ['ada', 'hunter2'], 'ada <secret>'],
    ['hello', ['3', 'AUTH', 'ada', 'hunter2', 'SETNAME', 'me'], '3 AUTH ada <secret> SETNAME me'],
    ['config', ['SET', 'requirepass', 'hunter2', 'maxmemory', '1'], 'SET requirepass <secret> maxmemory 1'],
    ['config', ['set', 'masterauth', 'hunter2'], 'set masterauth <secret>'],
    ['config', ['GET', 'requirepass'], 'GET requirepass'],
    [
      'acl',
      ['SETUSER', 'ada', 'on', '>hunter2', '#hunter2', '<hunter2', '+@all'],
      'SETUSER ada on "><left out>" "#<left out>" "<<left out>" +@all',
    ],
    ['migrate', ['h', '1', 'k', '0', '9', 'AUTH', 'hunter2'], 'h 1 k 0 9 AUTH <secret>'],
    ['hmget', ['k', 'csrf_token', 'username'], 'k csrf_token username'],
    ['hset', ['k', 'note', 'Bearer hunter2hunter2'], 'k note "<left out>"'],
    [
      'hset',
      ['k', 'packed', Buffer.from([0x81, 0xa8, ...Buffer.from('password'), 0xa7, ...Buffer.from('hunter2')])],
      'k packed <secret>',
    ],
  ])('%s %j', (name, args, expected) => {
    expect(line(name, args)).toBe(expected)
  })

  it('in the arguments of scripts, by what is known of them', () => {
    const pairs = [SHA, 1, 'session:a', '60', 'theme', 'dark', 'password', 'hunter2', 'n', '1']
    expect(line('evalsha', pairs, { pairsFrom: 1 })).toBe(
      `${SHA} 1 session:a 60 theme dark password <secret> n 1`,
    )
    const edit = [SHA, 1, 'session:a', 'token', '1', 'hunter1', 'set', 'hunter2']
    expect(line('evalsha', edit)).toBe(`${SHA} 1 session:a token <secret> <secret> <secret> <secret>`)
    const other = [SHA, 1, 'token:a', 'theme', '1', 'dark', 'set', 'my password is hunter2', 'x']
    expect(line('evalsha', other)).toBe(`${SHA} 1 token:a theme 1 dark set <secret> <secret>`)
    expect(line('evalsha_ro', [SHA, 0, 'csrf_token', 'username'], 'plain')).toBe(
      `${SHA} 0 csrf_token username`,
    )
    const json = [SHA, 1, 'k', 'text', '{"a":1}', '{"token":"hunter2","a":2}']
    expect(line('eval', json)).toContain('{\\"token\\":\\"<left out>\\",\\"a\\":2}')
  })

  it('whatever the value is, and wherever the command is cut', () => {
    const value = fc.oneof(
      fc.string({ minLength: 12, maxLength: 5000, unit: 'binary' }),
      fc.string({ minLength: 12, maxLength: 400 }),
    )
    const filler = fc.array(fc.constantFrom('a', 'theme', 'x'.repeat(150), '{"a":1}'), { maxLength: 80 })
    fc.assert(
      fc.property(
        value,
        filler,
        fc.constantFrom('password', 'userToken', 'X-Api-Key'),
        fc.boolean(),
        (text, before, name, asBuffer) => {
          const secret = asBuffer ? Buffer.from(text) : text
          const even = before.length % 2 === 0 ? before : [...before, 'y']
          const kept = JSON.stringify([
            keepWords('hset', ['k', ...even, name, secret, 'z', '1']),
            keepWords('evalsha', [SHA, '1', 'k', '60', ...even, name, secret], { pairsFrom: 1 }),
            keepWords('evalsha', [SHA, '1', 'k', ...before, name, '1', secret]),
            keepWords('set', ['k', JSON.stringify({ before, [name]: text })]),
            keepWords('auth', [secret]),
          ])
          expect(kept).not.toContain(JSON.stringify(text).slice(1, 10))
        },
      ),
    )
  })
})

describe('what is kept', () => {
  it('is the argument itself where it is short', () => {
    const words = ['k', 'f', 'with "quotes"', '', 'ünïcödé 🗝️', '1']
    expect(keepWords('hset', words)).toEqual(words)
  })

  it('is cut where it is long, and says by how much', () => {
    expect(keepWords('hset', ['k', 'f', 'v'.repeat(4000)])).toEqual([
      'k',
      'f',
      { shown: 'v'.repeat(200), left: 'long', amount: 3800 },
    ])
    expect(line('hset', ['k', 'f', 'v'.repeat(4000)])).toBe(`k f ${'v'.repeat(200)}<+ 3.8 kB>`)
    const [, , cut] = keepWords('hset', ['k', 'f', `v${'語'.repeat(100)}`])
    expect(cut).toEqual({ shown: `v${'語'.repeat(66)}`, left: 'long', amount: 102 })
    const [, , keys] = keepWords('hset', ['k', 'f', `${'v'.repeat(199)}🗝️`])
    expect(keys).toEqual({ shown: 'v'.repeat(199), left: 'long', amount: 7 })
  })

  it('is escaped as redis-cli does where it is binary', () => {
    expect(line('hset', ['k', 'f', Buffer.from([0xff, 0x00, 0x41, 0x22])])).toBe('k f "\\xff\\x00A\\""')
  })

  it('of a serialised key is how large it is', () => {
    const dump = Buffer.concat([Buffer.from('hunter2'), Buffer.alloc(1200)])
    expect(line('restore', ['k', '0', dump, 'REPLACE'])).toBe('k 0 <1.2 kB> REPLACE')
    expect(line('evalsha', [SHA, '1', 'k', '0', 'sha', '-1', dump, '-1'])).toBe(
      `${SHA} 1 k 0 sha -1 <1.2 kB> -1`,
    )
  })

  it('is bounded, however many arguments there are', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => `field-${at}-${'x'.repeat(300)}`)
    const words = keepWords('hdel', ['k', ...many])
    expect(words.reduce((sum, word) => sum + sizeOfWord(word), 0)).toBeLessThan(
      WORD_LIMITS.commandBytes + 500,
    )
    expect(words.at(-1)).toEqual({ shown: '', left: 'words', amount: 10_001 - (words.length - 1) })
    expect(shownLine(words)).toMatch(/ <\+ 9[\d,]+ more>$/)
  })

  it('can always be put into JSON', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 })), {
          minLength: 1,
        }),
        (args) => {
          const words = keepWords(
            'lpush',
            args.map((arg) => (typeof arg === 'string' ? arg : Buffer.from(arg))),
          )
          expect(JSON.parse(JSON.stringify(words))).toEqual(words)
        },
      ),
    )
  })
})
