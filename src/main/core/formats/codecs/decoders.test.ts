import { expect, it } from 'vitest'
import { Budget } from '../budget.ts'
import { FORMAT_LIMITS } from '../limits.ts'
import { child } from '../nodes.ts'
import { fixture, java, php, python, ruby } from '../testing/fixtures.ts'
import { plain } from '../testing/plain.ts'
import { parseJava } from './java.ts'
import { parseJson } from './json.ts'
import { parseMarshal } from './marshal.ts'
import { parseMsgpack } from './msgpack.ts'
import { parsePhp, parsePhpSession } from './php.ts'
import { parsePickle } from './pickle.ts'

const budget = (limits: Partial<typeof FORMAT_LIMITS> = {}) => new Budget({ ...FORMAT_LIMITS, ...limits })
const SINCE = new Date('2026-04-02T12:34:56.789Z')
const map = (entries: Readonly<Record<string, unknown>>) => new Map(Object.entries(entries))

it('reads what each of PHP’s session handlers writes', () => {
  for (const handler of ['php', 'php_serialize', 'php_binary'] as const) {
    const parsed = parsePhpSession(fixture(php, handler), handler, budget())
    expect(parsed.problem).toBeNull()
    expect(parsed.end).toBe(fixture(php, handler).length)
    expect(plain(parsed.root)).toEqual(
      map({
        username: 'ada',
        user_id: 42,
        largest: 9223372036854775807n,
        ratio: 0.1,
        huge: 1e25,
        infinite: Number.NaN,
        cart: new Map<string, unknown>([
          ['sku', 'A-1'],
          ['lines', map({ 0: 1, 1: 2, 2: 3 })],
          ['7', 'seven'],
          ['__proto__', 'a name'],
        ]),
        agreed: true,
        nothing: null,
        note: 'grüße | "quoted"; a:1:{',
        raw: Buffer.from([0xff, 0x00, 0xfe]),
        prefs: { of: 'stdClass', has: map({ theme: 'dark' }) },
        visitor: { of: 'Visitor', has: map({ name: 'Ada', visits: 3, tags: map({ 0: 'a', 1: 'b' }) }) },
        since: {
          of: 'DateTimeImmutable',
          has: map({ date: '2026-04-02 12:34:56.000000', timezone_type: 1, timezone: '+00:00' }),
        },
      }),
    )
    expect(child(parsed.root, 'infinite')).toMatchObject({ text: 'INF' })
    expect(child(parsed.root, 'huge')).toMatchObject({ text: '1.0E+25' })
    expect(child(child(parsed.root, 'visitor'), 'tags')?.type).toBe('map')
  }
})

it('tells PHP’s references from copies, in the numbering of each handler', () => {
  for (const handler of ['php', 'php_serialize', 'php_binary'] as const) {
    const { root, hasReferences } = parsePhpSession(fixture(php, `${handler}-references`), handler, budget())
    expect(hasReferences).toBe(true)
    const id = (name: string) => child(root, name)?.id
    expect(plain(child(root, 'again'))).toEqual({ to: id('first') })
    expect(plain(child(root, 'same'))).toEqual({ to: id('one') })
  }
})

it('shows what a class of PHP wrote by itself as undecoded, and reads on after it', () => {
  const { root, problem } = parsePhp(
    Buffer.from('a:2:{i:0;C:3:"Foo":4:{\x01\x02;}i:1;E:7:"Foo:Bar";}'),
    budget(),
  )
  expect(problem?.message).toMatch(/byte/)
  const right = parsePhp(Buffer.from('a:2:{i:0;C:3:"Foo":3:{\x01\x02;}i:1;E:7:"Foo:Bar";}'), budget())
  expect(right.problem).toBeNull()
  expect(plain(right.root)).toEqual(
    map({ 0: { why: 'The class Foo wrote this in a form of its own.' }, 1: 'Foo:Bar' }),
  )
  expect(root?.type).toBe('map')
})

it('reads MessagePack as msgspec writes it, with the widths of its integers', () => {
  const { root, problem } = parseMsgpack(fixture(python, 'flask-msgpack').value, budget())
  expect(problem).toBeNull()
  expect(plain(root)).toEqual(
    map({
      _permanent: true,
      _user_id: 'ada',
      _fresh: true,
      user_id: 42,
      cart: new Map<string, unknown>([
        ['A-1', 2],
        ['__proto__', 'a name'],
        ['größe', 'ß'],
      ]),
      lines: [1, 200, 70000, -1, -40000, 2 ** 40, 1.5, null, false],
      csrf_token: '5f2a',
      note: 'x'.repeat(40),
      since: SINCE,
    }),
  )
})

it('reads every form that MessagePack has', () => {
  const read = (hex: string) => plain(parseMsgpack(Buffer.from(hex, 'hex'), budget()).root)
  expect(read('cfffffffffffffffff')).toBe(2n ** 64n - 1n)
  expect(read('d38000000000000000')).toBe(-(2n ** 63n))
  expect(read('ca3fc00000')).toBe(1.5)
  expect(read('c403ff00fe')).toEqual(Buffer.from([0xff, 0, 0xfe]))
  expect(read('d90161')).toBe('a')
  expect(read('da000161')).toBe('a')
  expect(read('db0000000161')).toBe('a')
  expect(read('dc000101')).toEqual([1])
  expect(read('dd0000000101')).toEqual([1])
  expect(read('de0001a16101')).toEqual(map({ a: 1 }))
  expect(read('df00000001a16101')).toEqual(map({ a: 1 }))
  expect(read('d6ff69ce63b0')).toEqual(new Date(0x69ce63b0 * 1000))
  expect(read('d501ffff')).toEqual({
    why: 'MessagePack’s extension 1: only the application knows what it is.',
  })
  expect(parseMsgpack(Buffer.of(0xc1), budget()).problem?.message).toMatch(/no MessagePack/)
})

const PICKLED = {
  _auth_user_id: '7',
  _auth_user_backend: 'django.contrib.auth.backends.ModelBackend',
  _auth_user_hash: 'c0ffee',
  _session_expiry: 3600,
  cart: new Map<string, unknown>([
    ['A-1', 2],
    ['__proto__', 'a name'],
  ]),
  big: 2n ** 80n,
  negative: -(2 ** 40),
  ratio: 0.1,
  none: null,
  flags: [true, false],
  tags: ['a'],
  bytes: Buffer.from([0xff, 0x00, 0xfe]),
  since: SINCE,
  local: new Date('2026-04-02T12:34:56Z'),
  east: new Date('2026-04-02T12:34:56Z'),
  day: new Date('2026-04-02T00:00:00Z'),
  ordered: map({ a: 1, b: 2 }),
  object: { of: '__main__.Cart', has: map({ lines: ['A-1'], total: 12.5 }) },
  uuid: { of: 'uuid.UUID', has: map({ int: BigInt('0x12345678123456781234567812345678') }) },
  first: ['once'],
  second: { to: 1 },
  long: Array.from({ length: 1200 }, (_, place) => place),
  größe: 'ß€😀',
}

it.each([0, 1, 2, 3, 4, 5])('reads pickles of protocol %i, and calls nothing', (protocol) => {
  const { root, problem } = parsePickle(fixture(python, `pickle-${protocol}`).value, budget())
  expect(problem).toBeNull()
  expect(plain(root)).toEqual(map(PICKLED))
})

it('shows what a pickle would call and with what', () => {
  const harm = Buffer.from("cposix\nsystem\n(S'rm -rf /'\ntR.")
  expect(plain(parsePickle(harm, budget()).root)).toEqual({
    of: 'posix.system',
    has: map({ arguments: ['rm -rf /'] }),
  })
})

it('names a dictionary that holds itself, in pickle, Marshal and Java', () => {
  const circle = map({ name: 'a circle', self: { to: 1 } })
  expect(plain(parsePickle(fixture(python, 'pickle-recursive').value, budget()).root)).toEqual(circle)
  expect(plain(parseMarshal(fixture(ruby, 'marshal-recursive').value, budget()).root)).toEqual(circle)
  expect(plain(parseJava(fixture(java, 'recursive'), budget()).root)).toEqual([{ to: 1 }])
})

it('reads Ruby’s Marshal: numbers of all sizes, times, objects, links and symbols', () => {
  const { root, problem, end } = parseMarshal(fixture(ruby, 'marshal').value, budget())
  expect(problem).toBeNull()
  expect(end).toBe(fixture(ruby, 'marshal').value.length)
  expect(root).toMatchObject({ of: 'ActiveSupport::HashWithIndifferentAccess' })
  expect(plain(root)).toEqual(
    map({
      session_id: '4f1c9a',
      _csrf_token: 'k2Vn0dXvQm1bYt3sHc8R',
      'warden.user.user.key': [[7], '$2a$12$abcdefghij'],
      flash: map({ discard: [], flashes: map({ notice: 'Signed in.' }) }),
      cart: new Map<string, unknown>([
        ['A-1', 2],
        ['__proto__', 'a name'],
        ['largest', 2n ** 80n],
      ]),
      numbers: [
        ...[
          0,
          1,
          -1,
          122,
          123,
          -123,
          -124,
          255,
          256,
          -256,
          -257,
          65_536,
          -65_537,
          2 ** 30 - 1,
          -(2 ** 30),
          2 ** 31,
        ],
        -(2n ** 70n),
      ],
      floats: [0.1, -1.5e300, Number.POSITIVE_INFINITY, -0],
      flags: [true, false, null],
      symbol: 'theme',
      again: 'theme',
      since: SINCE,
      local: new Date('2026-04-02T12:34:56Z'),
      after: 'a text after times',
      raw: Buffer.from([0xff, 0x00, 0xfe]),
      latin: Buffer.from('grüße', 'latin1'),
      größe: 'ß€😀',
      object: { of: 'Cart', has: map({ lines: ['A-1'], total: 12.5 }) },
      point: { of: 'Point', has: map({ x: 1, y: 2 }) },
      custom: { of: 'Custom', has: map({ marshal_dump: ['state', 1] }) },
      class: 'String',
      pattern: 'a+b',
      default: map({ n: 1 }),
      decimal: 12.5,
      first: ['once'],
      second: { to: 1 },
      'same text': 'twice',
      'same again': 'twice',
    }),
  )
})

it('reads what the JDK serialises: boxes, dates, collections, enums, arrays and objects', () => {
  const read = (name: string): unknown => {
    const parsed = parseJava(fixture(java, name), budget())
    expect(parsed.problem, name).toBeNull()
    expect(parsed.end, name).toBe(fixture(java, name).length)
    return plain(parsed.root)
  }
  expect(read('integer')).toBe(42)
  expect(read('long')).toBe(SINCE.getTime())
  expect(read('boolean')).toBe(true)
  expect(read('double')).toBe(0.1)
  expect(read('text')).toBe('grüße € 😀 \0')
  expect(read('date')).toEqual(SINCE)
  expect(read('instant')).toEqual(SINCE)
  expect(read('uuid')).toBe('12345678-1234-5678-9234-567812345678')
  expect(read('big')).toBe(-(2n ** 80n))
  expect(read('decimal')).toEqual({ of: 'java.math.BigDecimal', has: map({ scale: 2, intVal: 1250 }) })
  expect(read('enum')).toBe('GUEST')
  expect(read('unit')).toBe('SECONDS')
  expect(read('null')).toBeNull()
  expect(read('class')).toBe('java.lang.String')
  expect(read('map')).toEqual(
    new Map<string, unknown>([
      ['sku', 'A-1'],
      ['__proto__', 'a name'],
      ['lines', [1, 2, 3]],
      ['again', 'A-1'],
    ]),
  )
  for (const name of ['hash-set']) expect(read(name)).toEqual(['a'])
  for (const name of ['tree-set', 'linked-list', 'list-of', 'array-deque'])
    expect(read(name)).toEqual(['a', 'b'])
  for (const name of ['concurrent-map', 'map-of']) expect(read(name)).toEqual(map({ a: 1 }))
  expect(read('hash-map')).toEqual(map({ one: 1 }))
  expect(read('tree-map')).toEqual(map({ a: 1, b: 2 }))
  expect(read('node')).toEqual({
    of: 'Make$Node',
    has: map({
      few: 3,
      half: 0.5,
      letter: 'x',
      many: 2n ** 63n - 1n,
      one: 1,
      ratio: 0.1,
      counts: [1, -2],
      mixed: ['text', 1, null],
      name: 'a circle',
      raw: Buffer.from([0xff, 0, 1]),
      role: 'ADMIN',
      self: { to: 1 },
      word: 'wo',
    }),
  })
})

it('reads JSON with every name, spelling and order as it is', () => {
  const { root, problem } = parseJson(
    Buffer.from('{ "a":1.50,"__proto__":{"x":1}, "a": 12345678901234567890 }'),
    budget(),
  )
  expect(problem).toBeNull()
  expect(root).toMatchObject({
    entries: [
      [{ value: 'a' }, { type: 'number', text: '1.50' }],
      [{ value: '__proto__' }, { type: 'map' }],
      [{ value: 'a' }, { type: 'bigint', text: '12345678901234567890' }],
    ],
  })
  expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
})

it('keeps what it read of a value that is cut off', () => {
  const cutAt = (bytes: Buffer, end: number) => bytes.subarray(0, end)
  const user = (root: Parameters<typeof plain>[0]) => plain(child(root, '_auth_user_id'))
  for (const protocol of [0, 2, 4]) {
    const parsed = parsePickle(cutAt(fixture(python, `pickle-${protocol}`).value, 700), budget())
    expect(parsed.problem?.message).toBe('The value ends before it is complete.')
    expect(user(parsed.root)).toBe('7')
  }
  expect(
    plain(child(parseMsgpack(cutAt(fixture(python, 'flask-msgpack').value, 60), budget()).root, '_user_id')),
  ).toBe('ada')
  expect(
    plain(child(parseMarshal(cutAt(fixture(ruby, 'marshal').value, 200), budget()).root, 'session_id')),
  ).toBe('4f1c9a')
  expect(plain(child(parsePhpSession(cutAt(fixture(php, 'php'), 60), 'php', budget()).root, 'user_id'))).toBe(
    42,
  )
  expect(plain(child(parseJson(Buffer.from('{"user":"ada","note":"a long o'), budget()).root, 'user'))).toBe(
    'ada',
  )
})

it('stops at each limit, with the reason', () => {
  const nested = (open: string, close: string, depth: number) =>
    Buffer.from(open.repeat(depth) + close.repeat(depth))
  const reason = (problem: Error | null) => problem?.message ?? ''
  expect(reason(parseJson(nested('[', ']', 200), budget()).problem)).toMatch(/more than 100 deep/)
  expect(reason(parsePhp(nested('a:1:{i:0;', '}', 200), budget()).problem)).toMatch(/more than 100 deep/)
  expect(reason(parseMsgpack(Buffer.alloc(200, 0x91), budget()).problem)).toMatch(/more than 100 deep/)
  expect(reason(parsePickle(Buffer.from(`${'('.repeat(200)}.`), budget()).problem)).toMatch(
    /more than 100 deep/,
  )
  expect(
    reason(parseMarshal(Buffer.from(`\x04\x08${'[\x06'.repeat(200)}0`, 'latin1'), budget()).problem),
  ).toMatch(/more than 100 deep/)
  expect(
    reason(parseJson(Buffer.from(`[${'1,'.repeat(99)}1]`), budget({ items: 50 as never })).problem),
  ).toMatch(/more than 50 values/)
  const bomb = Buffer.concat([
    Buffer.from(`X\x00\x10\x00\x00${'x'.repeat(4096)}q\x00(`, 'latin1'),
    Buffer.from('h\x00'.repeat(20_000), 'latin1'),
  ])
  expect(reason(parsePickle(bomb, budget()).problem)).toMatch(/Decoded it takes more than 8.0 MB/)
  const slow = Buffer.from(`[${'1,'.repeat(4000)}1]`)
  expect(reason(parseJson(slow, budget({ milliseconds: -1 as never })).problem)).toMatch(/takes longer/)
})
