import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { NewValue, SessionEdit } from '#shared/formats.ts'
import { decode, encode } from './registry.ts'
import type { StoredSession } from './stored-session.ts'
import { fixture, php, python, ruby, spring, storedHash, storedString } from './testing/fixtures.ts'
import { number, pathTo, plain, text } from './testing/plain.ts'

const set = (stored: StoredSession, names: readonly (string | number)[], value: NewValue): SessionEdit => ({
  kind: 'set',
  path: pathTo(decode(stored)?.root ?? null, ...names),
  value,
})
const remove = (stored: StoredSession, ...names: readonly (string | number)[]): SessionEdit => ({
  kind: 'remove',
  path: pathTo(decode(stored)?.root ?? null, ...names),
})
const add = (
  stored: StoredSession,
  names: readonly (string | number)[],
  name: string | null,
  value: NewValue,
): SessionEdit => ({
  kind: 'add',
  path: pathTo(decode(stored)?.root ?? null, ...names),
  name,
  value,
})

function edited(stored: StoredSession, ...edits: readonly SessionEdit[]): Buffer {
  const written = encode(stored, edits)
  if (written.kind !== 'value') throw new Error('fields were written')
  return written.value
}

/** The bytes with one stretch of them replaced, which is to stand there once. */
function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const before = bytes.toString('latin1')
  const [old, next] = [Buffer.from(from).toString('latin1'), Buffer.from(to).toString('latin1')]
  expect(before.split(old)).toHaveLength(2)
  return Buffer.from(
    before.replace(old, () => next),
    'latin1',
  )
}

const code = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'none'
}

const JSON_TEXT = `{ "cookie" : {"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"},
  "user":"ada", "n": 1.50,"big":12345678901234567890,"esc":"\\u00e4\\/","list":[1, 2,3],
  "__proto__":{"x":1},"user":"bob"\t}`

it('changes one value of JSON and not one character more', () => {
  const session = storedString('sess:1', JSON_TEXT)
  expect(edited(session, set(session, ['n'], number('2.0'))).toString()).toBe(
    JSON_TEXT.replace('1.50', '2.0'),
  )
  expect(edited(session, set(session, ['list', 1], text('x"y'))).toString()).toBe(
    JSON_TEXT.replace(' 2,', ' "x\\"y",'),
  )
  expect(edited(session, set(session, ['__proto__', 'x'], { type: 'null' })).toString()).toBe(
    JSON_TEXT.replace('"x":1', '"x":null'),
  )
  // Of two entries of one name each has its place.
  expect(edited(session, { kind: 'set', path: [7], value: text('eve') }).toString()).toBe(
    JSON_TEXT.replace('"bob"', '"eve"'),
  )
})

it('adds and removes entries of JSON in the style of those around them', () => {
  const session = storedString('sess:1', JSON_TEXT)
  expect(edited(session, remove(session, 'list', 0)).toString()).toBe(JSON_TEXT.replace('[1, 2,3]', '[2,3]'))
  expect(edited(session, remove(session, 'list', 2)).toString()).toBe(JSON_TEXT.replace('[1, 2,3]', '[1, 2]'))
  expect(edited(session, remove(session, 'big')).toString()).toBe(
    JSON_TEXT.replace(',"big":12345678901234567890', ''),
  )
  expect(edited(session, add(session, ['list'], null, number(4))).toString()).toBe(
    JSON_TEXT.replace('2,3]', '2,3, 4]'),
  )
  expect(edited(session, add(session, ['__proto__'], 'y', text('z'))).toString()).toBe(
    JSON_TEXT.replace('"x":1', '"x":1,"y":"z"'),
  )
  const empty = storedString('a', '{"user":"ada","list":[],"map":{ }}')
  const both = edited(
    empty,
    add(empty, ['list'], null, number(1)),
    add(empty, ['map'], 'a', { type: 'list', items: [] }),
  )
  expect(both.toString()).toBe('{"user":"ada","list":[1],"map":{"a":[] }}')
})

it('makes several edits by the paths of what was shown', () => {
  const session = storedString('a', '{"a":[1,2,3],"b":{"c":1},"user":"ada"}')
  const edits = [
    remove(session, 'a', 0),
    remove(session, 'a', 1),
    remove(session, 'b'),
    set(session, ['a', 2], number(9)),
    add(session, [], 'd', { type: 'map', entries: [['e', { type: 'boolean', value: true }]] }),
  ]
  expect(edited(session, ...edits).toString()).toBe('{"a":[9],"user":"ada","d":{"e":true}}')
})

it('refuses in JSON what JSON cannot hold, and what is not there', () => {
  const session = storedString('sess:1', JSON_TEXT)
  expect(code(() => edited(session, set(session, ['n'], number('0x10'))))).toBe('invalid_value')
  expect(code(() => edited(session, set(session, ['n'], number('01'))))).toBe('invalid_value')
  expect(code(() => edited(session, set(session, ['n'], { type: 'bytes', base64: '/w==' })))).toBe(
    'invalid_value',
  )
  expect(code(() => edited(session, { kind: 'set', path: [99], value: text('x') }))).toBe('conflict')
  expect(code(() => edited(session, add(session, ['__proto__'], 'x', text('y'))))).toBe('invalid_field')
  expect(code(() => edited(session, add(session, ['n'], 'x', text('y'))))).toBe('invalid_value')
  expect(code(() => edited(session, add(session, ['list'], 'x', text('y'))))).toBe('invalid_value')
})

it('leaves alone what the library itself keeps', () => {
  const session = storedString('sess:1', JSON_TEXT)
  expect(code(() => edited(session, set(session, ['cookie', 'path'], text('/x'))))).toBe('reserved_field')
  expect(code(() => edited(session, remove(session, 'cookie')))).toBe('reserved_field')
  const hash = storedHash('session:1', {
    created_at: '2026-04-02T12:34:56+00:00',
    last_accessed_at: '2026-04-02T12:34:56+00:00',
    session_ttl: '60',
    theme: 'dark',
  })
  expect(code(() => encode(hash, [set(hash, ['session_ttl'], number(1))]))).toBe('reserved_field')
  expect(encode(hash, [set(hash, ['theme'], text('light'))])).toEqual({
    kind: 'fields',
    fields: [[Buffer.from('theme'), Buffer.from('light')]],
  })
})

it('changes one value of MessagePack, and keeps the width of its number', () => {
  const { key, value } = fixture(python, 'flask-msgpack')
  const session = storedString(key, value)
  const lines = (from: string, to: string) =>
    Buffer.from(value.toString('latin1').replace(from, to), 'latin1')
  expect(edited(session, set(session, ['_user_id'], text('grace')))).toEqual(lines('\xa3ada', '\xa5grace'))
  // 200 is one byte after cc, and so is 201; 70000 stays four bytes wide when a small number takes its place.
  expect(edited(session, set(session, ['lines', 1], number(201)))).toEqual(lines('\xcc\xc8', '\xcc\xc9'))
  expect(edited(session, set(session, ['lines', 2], number(5)))).toEqual(
    lines('\xce\x00\x01\x11\x70', '\xce\x00\x00\x00\x05'),
  )
  expect(edited(session, set(session, ['lines', 1], number(300)))).toEqual(lines('\xcc\xc8', '\xcd\x01\x2c'))
  expect(edited(session, set(session, ['lines', 0], number(-200)))).toEqual(
    lines('\x99\x01', '\x99\xd1\xff\x38'),
  )
  expect(edited(session, remove(session, 'lines', 0))).toEqual(lines('\x99\x01', '\x98'))
  const longer = lines('\x99\x01', '\x9a\x01').toString('latin1')
  expect(edited(session, add(session, ['lines'], null, number('2.5')))).toEqual(
    Buffer.from(longer.replace('\xc0\xc2', '\xc0\xc2\xcb\x40\x04\0\0\0\0\0\0'), 'latin1'),
  )
  expect(code(() => edited(session, set(session, ['lines', 1], number('18446744073709551616'))))).toBe(
    'invalid_value',
  )
})

it('widens the count of a MessagePack map that grows beyond its header', () => {
  const value = Buffer.concat([
    Buffer.of(0x8f),
    ...Array.from({ length: 15 }, (_, n) => Buffer.from([0xa1, 0x61 + n, n])),
  ])
  const session = storedString('x', value)
  const grown = edited(session, add(session, [], 'z', text('new')))
  expect(grown).toEqual(
    Buffer.concat([Buffer.of(0xde, 0, 16), value.subarray(1), Buffer.from('\xa1z\xa3new', 'latin1')]),
  )
  const again = storedString('x', grown)
  expect(edited(again, remove(again, 'z'))).toEqual(
    Buffer.concat([Buffer.of(0xde, 0, 15), value.subarray(1)]),
  )
})

const HANDLERS = ['php', 'php_serialize', 'php_binary'] as const

it.each(HANDLERS)('changes one value of a PHP session (%s), and not one byte more', (handler) => {
  const value = fixture(php, handler)
  const session = storedString('PHPREDIS_SESSION:1', value)
  const one = (names: readonly (string | number)[], by: NewValue) => edited(session, set(session, names, by))
  expect(one(['username'], text('größe'))).toEqual(replaced(value, 's:3:"ada";', 's:7:"größe";'))
  expect(one(['user_id'], number(43))).toEqual(replaced(value, 'i:42;', 'i:43;'))
  expect(one(['ratio'], number(5))).toEqual(replaced(value, 'd:0.1;', 'd:5;'))
  expect(one(['agreed'], { type: 'boolean', value: false })).toEqual(replaced(value, 'b:1;', 'b:0;'))
  expect(one(['cart', '7'], { type: 'null' })).toEqual(replaced(value, 's:5:"seven";', 'N;'))
  expect(one(['visitor', 'visits'], number(4))).toEqual(replaced(value, 'i:3;s:13', 'i:4;s:13'))
  expect(edited(session, remove(session, 'cart', 'sku'))).toEqual(
    replaced(replaced(value, 'a:4:{s:3:"sku"', 'a:3:{s:3:"sku"'), 's:3:"sku";s:3:"A-1";', ''),
  )
  expect(edited(session, add(session, ['prefs'], 'size', number(12)))).toEqual(
    replaced(
      value,
      'O:8:"stdClass":1:{s:5:"theme";s:4:"dark";}',
      'O:8:"stdClass":2:{s:5:"theme";s:4:"dark";s:4:"size";i:12;}',
    ),
  )
  expect(code(() => edited(session, remove(session, 'visitor', 'visits')))).toBe('invalid_value')
  expect(code(() => one(['user_id'], number('9223372036854775808')))).toBe('invalid_value')
})

it.each(HANDLERS)('adds and removes variables of a PHP session (%s)', (handler) => {
  const session = storedString('PHPREDIS_SESSION:1', fixture(php, handler))
  const grown = edited(session, add(session, [], 'fresh', { type: 'list', items: [text('a')] }))
  const root = plain(decode(storedString('PHPREDIS_SESSION:1', grown))?.root ?? null) as Map<string, unknown>
  expect([...root.keys()].at(-1)).toBe('fresh')
  expect(root.get('fresh')).toEqual(new Map([['0', 'a']]))
  const again = storedString('PHPREDIS_SESSION:1', grown)
  expect(edited(again, remove(again, 'fresh'))).toEqual(session.value)
})

it.each(HANDLERS)('never lets PHP’s references lead elsewhere (%s)', (handler) => {
  const value = fixture(php, `${handler}-references`)
  const session = storedString('PHPREDIS_SESSION:1', value)
  expect(edited(session, set(session, ['last'], text('changed')))).toEqual(
    replaced(value, 's:4:"text";', 's:7:"changed";'),
  )
  expect(code(() => edited(session, remove(session, 'last')))).toBe('invalid_value')
  expect(code(() => edited(session, set(session, ['again'], number(1))))).toBe('invalid_value')
  expect(code(() => edited(session, set(session, ['last'], { type: 'list', items: [] })))).toBe(
    'invalid_value',
  )
  expect(code(() => edited(session, add(session, [], 'x', number(1))))).toBe('invalid_value')
})

it('edits Laravel’s session inside its text, whose length follows', () => {
  const value = fixture(php, 'laravel')
  const session = storedString('laravel:1', value)
  expect(edited(session, set(session, ['cart', 'A-1'], number(30)))).toEqual(
    replaced(replaced(value, 's:272:"', 's:273:"'), 's:3:"A-1";i:2;', 's:3:"A-1";i:30;'),
  )
  const json = storedString('laravel:1', fixture(php, 'laravel-json'))
  expect(edited(json, set(json, ['cart', 'A-1'], number(30)))).toEqual(
    replaced(replaced(json.value, 's:201:"', 's:202:"'), '"A-1":2', '"A-1":30'),
  )
})

it('edits Spring’s values where they are JSON, each a field of its own', () => {
  const fields = {
    creationTime: '1775133296789',
    lastAccessedTime: '1775136896789',
    maxInactiveInterval: '1800',
    'sessionAttr:cart': '{"@class":"Cart", "n":1}',
  }
  const session = storedHash('spring:session:sessions:1', fields)
  expect(encode(session, [set(session, ['sessionAttr:cart', 'n'], number(2))])).toEqual({
    kind: 'fields',
    fields: [[Buffer.from('sessionAttr:cart'), Buffer.from('{"@class":"Cart", "n":2}')]],
  })
  expect(encode(session, [remove(session, 'sessionAttr:cart')])).toMatchObject({
    fields: [[expect.anything(), null]],
  })
  expect(encode(session, [add(session, [], 'theme', text('dark'))])).toMatchObject({
    fields: [[Buffer.from('sessionAttr:theme'), Buffer.from('"dark"')]],
  })
  expect(code(() => encode(session, [remove(session, 'creationTime')]))).toBe('invalid_value')
})

it('writes no pickle, Marshal, JDK serialisation or signed session, and nothing that was not read whole', () => {
  const view = (stored: StoredSession) =>
    code(() => encode(stored, [{ kind: 'set', path: [0], value: text('x') }]))
  for (const name of ['django-cache', 'django-redis-sessions', 'flask-pickle', 'pickle-4']) {
    expect(view(storedString(fixture(python, name).key, fixture(python, name).value)), name).toBe(
      'unsupported',
    )
  }
  expect(view(storedString(fixture(ruby, 'marshal').key, fixture(ruby, 'marshal').value))).toBe('unsupported')
  expect(view(storedHash('spring:session:sessions:1', fixture(spring, 'indexed')))).toBe('unsupported')
  expect(view(storedString('laravel:1', fixture(php, 'laravel-encrypted')))).toBe('unsupported')
  expect(view(storedString('PHPREDIS_SESSION:1', fixture(php, 'php').subarray(0, 200)))).toBe('unsupported')
  expect(
    view(
      storedString('PHPREDIS_SESSION:1', Buffer.concat([fixture(php, 'php_serialize'), Buffer.from('x')])),
    ),
  ).toBe('unsupported')
})

const MAKE_PHP = join(import.meta.dirname, 'fixtures/make.php')
const hasPhp = spawnSync('php', ['-v']).status === 0

it.skipIf(!hasPhp).each(HANDLERS)(
  'PHP itself reads the session back with the edit (%s; needs php)',
  (handler) => {
    const check = (value: Buffer) => {
      const { stdout } = spawnSync('php', [MAKE_PHP, 'check', handler], { input: value.toString('base64') })
      const answer = JSON.parse(stdout.toString()) as { ok: boolean; again: string; variables: string }
      expect(answer.ok).toBe(true)
      return {
        again: Buffer.from(answer.again, 'base64'),
        variables: Buffer.from(answer.variables, 'base64').toString('latin1'),
      }
    }
    const session = storedString('PHPREDIS_SESSION:1', fixture(php, handler))
    const before = check(session.value)
    const value = edited(
      session,
      set(session, ['username'], text('grace')),
      add(session, ['cart'], 'more', number(7)),
    )
    const after = check(value)
    // What PHP writes of it is, to the byte, what was written here; and it differs from before in the edits alone.
    expect(after.again).toEqual(value)
    expect(after.variables).toBe(
      before.variables
        .replace('[username] => ada', '[username] => grace')
        .replace('[__proto__] => a name\n', '[__proto__] => a name\n            [more] => 7\n'),
    )
    const references = storedString('PHPREDIS_SESSION:1', fixture(php, `${handler}-references`))
    const changed = edited(references, set(references, ['last'], text('changed')))
    expect(check(changed).again).toEqual(changed)
  },
)
