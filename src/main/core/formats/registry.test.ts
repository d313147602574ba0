import { expect, it } from 'vitest'
import { decode, detect, FORMATS, summarise, summariseFully } from './registry.ts'
import { hashFields, StoredSession } from './stored-session.ts'
import {
  aspnet,
  fixture,
  java,
  php,
  python,
  ruby,
  spring,
  storedHash,
  storedString,
} from './testing/fixtures.ts'
import { AUTH, EXPRESS, EXPRESS_COOKIE, FASTIFY_COOKIE, GUIDE, KEYS, SPRING_KEY } from './testing/keys.ts'

it('tells each library from the others by key, type and bytes', () => {
  for (const [format, stored] of KEYS) expect(detect(stored)?.format.id, stored.key).toBe(format)
  expect(new Set(KEYS.map(([format]) => format))).toEqual(new Set(FORMATS.map(({ id }) => id)))
})

it('tells libraries apart that share the prefix session:', () => {
  const id = 'session:Yx8kQ2v1nB4mT6pZ9cRdWfHj'
  const of = (stored: StoredSession) => detect(stored)?.format.id
  expect(of(storedHash(id, GUIDE))).toBe('guide')
  expect(of(storedString(id, fixture(python, 'flask-msgpack').value))).toBe('flask-session')
  expect(of(storedString(id, EXPRESS(EXPRESS_COOKIE)))).toBe('connect-redis')
  expect(of(storedString(id, EXPRESS(FASTIFY_COOKIE)))).toBe('fastify-session')
  expect(of(storedString(id, fixture(php, 'php')))).toBe('phpredis')
  expect(of(storedString(id, AUTH))).toBe('auth-js')
  expect(of(storedString(id, fixture(ruby, 'marshal').value))).toBe('redis-session-store')
})

it('takes nothing for a session that is none', () => {
  for (const value of ['', 'plain text', '42', '[1,2]', '\x80', Buffer.from([0xff, 0xfe, 0x00])]) {
    expect(detect(storedString('session:x', value)), String(value)).toBeNull()
  }
  expect(detect(storedHash('session:x', { username: 'ada' }))).toBeNull()
  expect(detect(new StoredSession({ key: Buffer.from('session:x'), type: 'list' }))).toBeNull()
})

it('finds who is logged in, in a row and in the detail alike', () => {
  for (const [format, stored, user] of KEYS) {
    const row = summariseFully(stored)
    expect(row, format).toMatchObject({ format, user })
    expect(decode(stored), format).toMatchObject({ format, user, undecoded: expect.any(Array) })
  }
})

it('leaves rows to the worker whose value may be built to harm, and reads the rest at once', () => {
  const needing = KEYS.filter(([, stored]) => summarise(stored)?.needsWorker).map(([format]) => format)
  expect(new Set(needing)).toEqual(
    new Set([
      'django-cache',
      'django-redis-sessions',
      'redis-session-store',
      'flask-session',
      'spring-session',
    ]),
  )
  for (const [, stored, user] of KEYS) {
    const row = summarise(stored)
    expect(row?.summary.user).toBe(row?.needsWorker ? null : user)
  }
})

it('finds them in the beginning of a long value too', () => {
  const begun = (stored: StoredSession, bytes: number) =>
    new StoredSession({
      key: stored.keyBytes,
      type: 'string',
      value: stored.value.subarray(0, bytes),
      size: stored.size,
    })
  const express = EXPRESS(EXPRESS_COOKIE, `,"passport":{"user":"ada"},"cart":"${'x'.repeat(9000)}"`)
  const long: readonly (readonly [StoredSession, string, string])[] = [
    [storedString('sess:abc', express), 'connect-redis', 'ada'],
    [
      storedString('a:1', EXPRESS(FASTIFY_COOKIE, `,"user":"ada","cart":"${'x'.repeat(9000)}"`)),
      'fastify-session',
      'ada',
    ],
    [
      storedString(fixture(python, 'django-cache').key, fixture(python, 'django-cache').value),
      'django-cache',
      '7',
    ],
    [
      storedString('PHPREDIS_SESSION:1', `username|s:3:"ada";x|s:9000:"${'x'.repeat(9000)}";`),
      'phpredis',
      'ada',
    ],
    [storedString(fixture(ruby, 'marshal').key, fixture(ruby, 'marshal').value), 'redis-session-store', '7'],
  ]
  for (const [stored, format, user] of long) {
    expect(summariseFully(begun(stored, 600)), format).toMatchObject({ format, user })
  }
})

it('tells when a session was made, last seen and ends, and what that is relative to', () => {
  const end = Date.UTC(2026, 3, 2, 13, 34, 56)
  expect(decode(storedHash('session:1', GUIDE))).toMatchObject({
    createdAt: { at: Date.UTC(2026, 3, 2, 12, 34, 56), from: 'created_at' },
    lastSeenAt: { at: Date.UTC(2026, 3, 2, 12, 35, 56) },
    expiry: { at: Date.UTC(2026, 3, 2, 12, 36, 56), from: 'last_accessed_at + session_ttl' },
  })
  expect(decode(storedString('sess:1', EXPRESS(EXPRESS_COOKIE), end))).toMatchObject({
    expiry: { at: end },
    lastSeenAt: { at: end - 3_600_000 },
  })
  expect(decode(storedString('user:session:t', AUTH))).toMatchObject({ expiry: { at: end } })
  expect(decode(storedHash(SPRING_KEY, fixture(spring, 'default')))).toMatchObject({
    createdAt: { at: 1775133296789 },
    lastSeenAt: { at: 1775136896789 },
    expiry: { at: 1775136896789 + 1800_000, from: 'lastAccessedTime + maxInactiveInterval' },
  })
  expect(decode(storedHash('a:1', aspnet.sliding, end))).toMatchObject({
    lastSeenAt: { at: end - 20 * 60_000 },
    expiry: { at: null, from: 'sldexp: 1200 s after each access' },
  })
  expect(decode(storedHash('a:1', aspnet.absolute))).toMatchObject({
    expiry: { at: Date.UTC(2026, 3, 2, 12, 34, 56) },
  })
})

it('reads Spring’s values in JSON, with their class or without', () => {
  const fields = {
    creationTime: '["java.lang.Long",1775133296789]',
    lastAccessedTime: '1775136896789',
    maxInactiveInterval: '1800',
    'sessionAttr:username': '"ada"',
    'sessionAttr:cart': '{"@class":"Cart","lines":[1,2]}',
  }
  const session = storedHash(SPRING_KEY, fields)
  expect(summarise(session)).toMatchObject({
    needsWorker: false,
    summary: {
      ...{ encoding: 'JSON', user: 'ada', createdAt: 1775133296789, lifetime: 1800 },
      expiry: { at: 1775138696789 },
    },
  })
  expect(decode(session)).toMatchObject({ readOnly: null, undecoded: [] })
})

it('names the keys that belong to a session, and what is deleted with it', () => {
  const user =
    'spring:session:index:org.springframework.session.FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME:ada'
  expect(decode(storedHash(SPRING_KEY, fixture(spring, 'indexed')))?.related).toEqual([
    expect.objectContaining({ key: SPRING_KEY.replace('sessions:', 'sessions:expires:'), owned: true }),
    // The library rounds the end up to the next whole minute.
    expect.objectContaining({ key: 'spring:session:expirations:1775138700000', owned: false }),
    expect.objectContaining({ key: user, owned: false, member: expect.anything() }),
  ])
  expect(decode(storedString('app:user:session:t0ken', AUTH))?.related.map(({ key }) => key)).toEqual([
    'app:user:session:by-user-id:u-1',
    'app:user:u-1',
  ])
  expect(decode(storedString('user:session:by-user-id:u-1', 'user:session:t0ken'))).toMatchObject({
    role: 'pointer',
    related: [{ key: 'user:session:t0ken' }],
  })
  const set = new StoredSession({ key: Buffer.from(user), type: 'set' })
  expect(decode(set)).toMatchObject({ format: 'spring-session', role: 'index', user: 'ada', root: null })
})

it('shows every part that it cannot decode, with its place, its size and the reason', () => {
  const cut = fixture(ruby, 'marshal').value.subarray(0, 300)
  expect(decode(storedString(fixture(ruby, 'marshal').key, cut))?.undecoded).toContainEqual({
    path: null,
    reason: 'The value ends before it is complete.',
    size: expect.any(Number),
  })
  const within = storedHash(SPRING_KEY, {
    ...fixture(spring, 'default'),
    'sessionAttr:day': fixture(java, 'local-date'),
    'sessionAttr:broken': fixture(java, 'map').subarray(0, 90),
  })
  const decoded = decode(within)
  expect(decoded?.undecoded).toEqual([
    { path: [6, 0, 0], reason: 'Only the class java.time.Ser knows what these bytes are.', size: 7 },
    { path: [7], reason: 'The value ends before it is complete.', size: expect.any(Number) },
  ])
  expect(decoded?.user).toBe('ada')
  expect(decode(storedString('laravel:1', fixture(php, 'laravel-encrypted')))).toMatchObject({
    root: null,
    undecoded: [{ reason: expect.stringContaining('APP_KEY') }],
    readOnly: expect.stringContaining('APP_KEY'),
  })
  const igbinary = storedString('PHPREDIS_SESSION:1', Buffer.from([0, 0, 0, 2, 0x14, 0]))
  expect(decode(igbinary)?.undecoded).toEqual([
    { path: null, reason: expect.stringContaining('igbinary'), size: 6 },
  ])
})

it('decodes nothing that is larger or deeper than its limits, and says so', () => {
  const large = new StoredSession({
    key: Buffer.from('sess:1'),
    type: 'string',
    value: Buffer.from(EXPRESS(EXPRESS_COOKIE)),
    size: 5 * 1024 * 1024,
  })
  expect(decode(large)).toMatchObject({
    format: 'connect-redis',
    root: null,
    undecoded: [{ reason: 'It has 5.0 MB; values up to 4.0 MB are decoded.' }],
  })
  // Lists within lists that no mark of the pickle tells of.
  const deep = Buffer.from(`\x80\x04${']'.repeat(5000)}${'a'.repeat(4999)}.`, 'latin1')
  expect(decode(storedString(':1:django.contrib.sessions.cacheab', deep))).toMatchObject({
    root: null,
    undecoded: [{ reason: 'Values lie within values more than 100 deep.' }],
  })
})

it('knows a field by its bytes', () => {
  const fields = hashFields([[Buffer.from('größe'), Buffer.from('1')]])
  expect(fields.get('größe')?.toString()).toBe('1')
  expect(fields.get('groesse')).toBeNull()
})
