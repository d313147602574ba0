import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { encode } from '@auth/core/jwt'
import fastifyCookie from '@fastify/cookie'
import fastifySessionPlugin from '@fastify/session'
import express from 'express'
import expressSession from 'express-session'
import fc from 'fast-check'
import fastify from 'fastify'
import { sealData } from 'iron-session'
import { describe, expect, it } from 'vitest'
import { nodeAtPath, type TreeNode } from '#shared/formats.ts'
import { atHand, type CookieReading } from '../cookie-reading.ts'
import { parsePasted } from '../pasted.ts'
import { fixture, laravel, python, ruby } from '../testing/fixtures.ts'
import { readCookie } from './index.ts'

const SECRET = 'a secret of this test that is long enough for everybody'

/** What the likeliest library makes of the first cookie. */
function read(text: string, ...secrets: readonly string[]): CookieReading {
  const [best] = readAll(text, ...secrets)
  if (best === undefined) throw new Error('no library says anything')
  return best
}

function readAll(text: string, ...secrets: readonly string[]): readonly CookieReading[] {
  const { cookies } = parsePasted(text)
  const [cookie] = cookies
  if (cookie === undefined) throw new Error('there is no cookie')
  return readCookie(atHand(cookie, secrets, new Set(cookies.flatMap(({ name }) => name ?? []))))
}

const idsOf = ({ ids }: CookieReading): readonly string[] => ids.map(({ id }) => id)
const named = (node: TreeNode | null, ...path: readonly string[]): TreeNode | null =>
  path.reduce<TreeNode | null>((at, name) => {
    const entries = at?.type === 'map' ? at.entries : []
    const place = entries.findIndex(([key]) => key.type === 'text' && key.value === name)
    return place < 0 ? null : nodeAtPath(at, [place])
  }, node)

describe('express-session', () => {
  async function cookieOf(name?: string): Promise<{ readonly setCookie: string; readonly id: string }> {
    const app = express()
    app.use(
      expressSession({
        secret: SECRET,
        resave: false,
        saveUninitialized: true,
        ...(name === undefined ? {} : { name }),
      }),
    )
    app.get('/', (request, response) => {
      response.send(request.sessionID)
    })
    const server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      const reply = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      return { setCookie: reply.headers.get('set-cookie') ?? '', id: await reply.text() }
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  it('is the id before the signature, which the secret tells true from forged', async () => {
    for (const name of [undefined, 'shop']) {
      const { setCookie, id } = await cookieOf(name)
      const reading = read(setCookie)
      expect(reading).toMatchObject({ library: 'express-session', outcome: 'absent', signature: 'unchecked' })
      expect(idsOf(reading)).toEqual([id])
      expect(reading.ids[0]?.prefixes[0]).toBe('sess:')
      expect(read(setCookie, 'another', SECRET).signature).toBe('good')
      expect(read(setCookie, 'another').signature).toBe('bad')
      // As it stands in the browser’s memory, decoded and without its name.
      const value = decodeURIComponent(setCookie.replace(/^[^=]*=([^;]*).*$/, '$1'))
      expect(idsOf(read(value, SECRET))).toEqual([id])
    }
  })

  it('is refused by the library where the signature is cut off or missing, and says so', () => {
    expect(read('connect.sid=s%3Aabcdefghijklmnop.abc')).toMatchObject({
      outcome: 'malformed',
      note: expect.stringMatching(/signature/),
      ids: [{ id: 'abcdefghijklmnop' }],
    })
    expect(read('connect.sid=abcdefghijklmnop')).toMatchObject({ outcome: 'malformed' })
  })
})

it('@fastify/session is the id before the signature', async () => {
  const app = fastify()
  await app.register(fastifyCookie)
  await app.register(fastifySessionPlugin, { secret: SECRET, cookie: { secure: false } })
  app.get('/', (request) => request.session.sessionId)
  const reply = await app.inject('/')
  const setCookie = String(reply.headers['set-cookie'])
  const reading = read(setCookie, SECRET)
  expect(reading).toMatchObject({ library: '@fastify/session', signature: 'good' })
  expect(idsOf(reading)).toEqual([reply.body])
  expect(read(setCookie, 'another').signature).toBe('bad')
  await app.close()
})

describe('Flask', () => {
  it('has the whole session in a cookie of its own, which is readable', () => {
    for (const name of ['flask', 'flask-zipped']) {
      const { setCookie } = fixture(python.cookies, name)
      const reading = read(setCookie, python.secret)
      expect(reading).toMatchObject({
        library: 'Flask’s own sessions',
        outcome: 'stateless',
        signature: 'good',
        ids: [],
      })
      expect(named(reading.content, 'user_id')).toMatchObject({ type: 'text', value: 'ada' })
      expect(read(setCookie, 'another').signature).toBe('bad')
      expect(read(setCookie).signature).toBe('unchecked')
    }
  })

  it('has an id with Flask-Session, signed or not', () => {
    for (const [name, signature] of [
      ['flask-session', 'none'],
      ['flask-session-signed', 'good'],
    ] as const) {
      const { setCookie, key } = fixture(python.cookies, name)
      const reading = read(setCookie, python.secret)
      expect(reading).toMatchObject({ library: 'Flask-Session', signature })
      expect(reading.ids.map(({ id, prefixes }) => `${prefixes[0]}${id}`)).toEqual([key])
    }
    expect(read(fixture(python.cookies, 'flask-session-signed').setCookie, 'another').signature).toBe('bad')
  })
})

describe('Django', () => {
  it('has an id, which the cache’s keys end with', () => {
    const { setCookie, key } = fixture(python.cookies, 'django')
    const reading = read(setCookie)
    expect(reading.library).toBe('Django')
    expect(reading.ids.map(({ id, prefixes }) => `${prefixes[0]}${id}`)).toEqual([key])
  })

  it('has the whole session in signed cookies', () => {
    for (const name of ['django-signed', 'django-signed-zipped']) {
      const { setCookie } = fixture(python.cookies, name)
      const reading = read(setCookie, python.secret)
      expect(reading).toMatchObject({
        library: 'Django, signed_cookies',
        outcome: 'stateless',
        signature: 'good',
      })
      expect(named(reading.content, '_auth_user_id')).toMatchObject({ value: '7' })
      expect(read(setCookie, 'another').signature).toBe('bad')
    }
  })
})

describe('Rack and Rails', () => {
  it('have the private id of the one in the cookie in Redis, older ones the same', () => {
    for (const { public: sent, private: kept } of ruby.ids) {
      for (const name of ['_shop_session', 'rack.session']) {
        const reading = read(`${name}=${sent}`)
        expect(reading.library).toBe('Rails or Rack')
        expect(idsOf(reading)).toEqual([kept, sent])
      }
      expect(readAll(sent).flatMap(idsOf)).toContain(kept)
      expect(read(`_shop_session=${kept}`)).toMatchObject({ outcome: 'malformed', ids: [{ id: kept }] })
    }
  })

  it('have cookie stores, of which nothing is in Redis', () => {
    for (const name of ['gcm', 'cbc', 'rack'])
      expect(read(fixture(ruby.cookies, name)), name).toMatchObject({
        library: 'Rails’ cookie store',
        outcome: 'stateless',
        ids: [],
      })
  })
})

describe('Laravel', () => {
  it('has the id encrypted, which APP_KEY opens', () => {
    for (const name of ['cbc256', 'gcm256', 'cbc128', 'serialised']) {
      const { setCookie, appKey } = fixture(laravel.cookies, name)
      expect(read(setCookie), name).toMatchObject({ library: 'Laravel', outcome: 'secret', ids: [] })
      const reading = read(setCookie, 'no key', appKey)
      expect(idsOf(reading), name).toEqual([laravel.id])
      expect(reading).toMatchObject({ signature: 'good' })
      expect(reading.ids[0]?.prefixes).toContain('shop_database_shop_cache_:')
      expect(idsOf(read(setCookie, `APP_KEY=${appKey}`)), name).toEqual([laravel.id])
    }
  })

  it('is not opened by another key, nor by what is none', () => {
    const { setCookie } = fixture(laravel.cookies, 'cbc256')
    const other = `base64:${randomBytes(32).toString('base64')}`
    expect(read(setCookie, other)).toMatchObject({ outcome: 'secret', signature: 'bad', ids: [] })
    expect(read(setCookie, 'short')).toMatchObject({
      outcome: 'secret',
      note: expect.stringMatching(/None of the secrets is an APP_KEY/),
    })
    expect(read(fixture(laravel.cookies, 'gcm256').setCookie, other)).toMatchObject({
      outcome: 'secret',
      signature: 'bad',
    })
  })

  it('takes no cookie that was made for another name, and none without an id', () => {
    const other = fixture(laravel.cookies, 'otherName')
    expect(read(other.setCookie, other.appKey)).toMatchObject({ signature: 'bad', ids: [{ id: laravel.id }] })
    // Without a name nobody can tell.
    const value = other.setCookie.replace(/^[^=]*=([^;]*).*$/, '$1')
    expect(read(value, other.appKey)).toMatchObject({ signature: 'good', ids: [{ id: laravel.id }] })
    const none = fixture(laravel.cookies, 'noId')
    expect(read(none.setCookie, none.appKey)).toMatchObject({ outcome: 'other', ids: [] })
    expect(
      read(fixture(laravel.cookies, 'cbc256').setCookie.replace('shop_session', 'XSRF-TOKEN')),
    ).toMatchObject({ outcome: 'other' })
  })

  it('is opened after no byte was changed', () => {
    const { setCookie, appKey } = fixture(laravel.cookies, 'cbc256')
    const value = decodeURIComponent(setCookie.replace(/^[^=]*=([^;]*).*$/, '$1'))
    const payload = JSON.parse(Buffer.from(value, 'base64').toString()) as Record<string, string>
    for (const part of ['iv', 'value', 'mac']) {
      const changed = {
        ...payload,
        [part]: (payload[part] ?? '').replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
      }
      const text = `shop_session=${encodeURIComponent(Buffer.from(JSON.stringify(changed)).toString('base64'))}`
      expect(read(text, appKey), part).toMatchObject({
        library: 'Laravel',
        outcome: 'secret',
        signature: 'bad',
      })
    }
  })
})

describe('Spring Session', () => {
  it('has a UUID in base64, perhaps with a route', () => {
    // As Base64.getEncoder() of the JDK writes it.
    const id = 'aa853792-4214-474c-807f-f805fbcf17cf'
    expect(read('SESSION=YWE4NTM3OTItNDIxNC00NzRjLTgwN2YtZjgwNWZiY2YxN2Nm')).toMatchObject({
      library: 'Spring Session',
      outcome: 'absent',
      ids: [{ id, prefixes: ['spring:session:sessions:'] }],
    })
    for (const text of [
      `SESSION=${id}`,
      `SESSION=${Buffer.from(`${id}.node1`).toString('base64')}`,
      `shop=${Buffer.from(id).toString('base64')}`,
    ])
      expect(idsOf(read(text)), text).toEqual([id])
    expect(read('SESSION=nonsense')).toMatchObject({ outcome: 'malformed' })
  })
})

it('PHP has the id as it is', () => {
  expect(read('PHPSESSID=q8h1k2l3m4n5o6p7q8r9s0t1u2')).toMatchObject({
    library: 'PHP',
    outcome: 'absent',
    ids: [{ id: 'q8h1k2l3m4n5o6p7q8r9s0t1u2', prefixes: expect.arrayContaining(['PHPREDIS_SESSION:']) }],
  })
  expect(read('PHPSESSID=a_b')).toMatchObject({ outcome: 'malformed' })
})

describe('Auth.js', () => {
  it('has the token of a session in a database', () => {
    const token = randomUUID()
    for (const name of ['authjs.session-token', '__Secure-authjs.session-token', 'next-auth.session-token'])
      expect(read(`${name}=${token}`)).toMatchObject({
        library: 'Auth.js',
        ids: [{ id: token, prefixes: expect.arrayContaining(['user:session:']) }],
      })
  })

  it('has the whole session in an encrypted token where there is no database, in chunks too', async () => {
    const salt = '__Secure-authjs.session-token'
    const token = await encode({ token: { name: 'ada', note: 'x'.repeat(5000) }, secret: SECRET, salt })
    const chunks = [token.slice(0, 4000), token.slice(4000)]
    for (const text of [`${salt}=${token}`, chunks.map((chunk, at) => `${salt}.${at}=${chunk}`).join('; ')])
      expect(read(text)).toMatchObject({ library: 'Auth.js', outcome: 'stateless', content: null, ids: [] })
  })
})

describe('sessions that are in their cookie', () => {
  it('are named as such', async () => {
    const iron = await sealData({ user: 'ada' }, { password: SECRET })
    expect(read(`app=${iron}`)).toMatchObject({ library: 'iron-session', outcome: 'stateless', ids: [] })
    const secure = `${randomBytes(60).toString('base64')};${randomBytes(24).toString('base64')}`
    for (const text of [secure, `session=${encodeURIComponent(secure)}`])
      expect(read(text)).toMatchObject({ library: '@fastify/secure-session', outcome: 'stateless' })
    const json = Buffer.from('{"user":"ada"}').toString('base64')
    expect(read(`session=${json}; session.sig=${'a'.repeat(27)}`)).toMatchObject({
      library: 'cookie-session',
      outcome: 'stateless',
      content: { type: 'map' },
    })
    expect(read(`.AspNetCore.Session=CfDJ8${randomBytes(60).toString('base64url')}`)).toMatchObject({
      library: 'ASP.NET Core',
      outcome: 'protected',
      ids: [],
    })
  })

  it('are readable where they are JSON Web Tokens, whose HMAC the secret checks', () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    for (const [alg, hash] of [
      ['HS256', 'sha256'],
      ['HS512', 'sha512'],
    ] as const) {
      const signed = `${part({ alg, typ: 'JWT' })}.${part({ sub: 'ada', exp: 1_900_000_000 })}`
      const token = `${signed}.${createHmac(hash, SECRET).update(signed).digest('base64url')}`
      const reading = read(`token=${token}`, SECRET)
      expect(reading).toMatchObject({
        library: 'JSON Web Token',
        outcome: 'stateless',
        signature: 'good',
        ids: [],
      })
      expect(named(reading.content, 'claims', 'sub')).toMatchObject({ value: 'ada' })
      expect(read(`token=${token}`, 'another').signature).toBe('bad')
    }
    const open = `${part({ alg: 'none' })}.${part({ sub: 'ada' })}.`
    expect(read(`token=${open}`)).toMatchObject({
      signature: 'none',
      note: expect.stringMatching(/not signed/),
    })
    const byKey = `${part({ alg: 'RS256' })}.${part({ sub: 'ada' })}.${'a'.repeat(86)}`
    expect(read(`token=${byKey}`, SECRET)).toMatchObject({ signature: 'unchecked' })
  })
})

it('the demo server’s cookie is the id of a session of the guide’s store', () => {
  const id = randomBytes(32).toString('base64url')
  expect(read(`sid=${id}`)).toMatchObject({
    library: 'The Redis guide’s store',
    ids: [{ id, prefixes: ['session:'] }],
  })
})

it('what could be an id is tried as it is, and what is known for something else is not', () => {
  expect(read('visitor=abcdef-12345')).toMatchObject({
    library: null,
    outcome: 'absent',
    ids: [{ id: 'abcdef-12345' }],
  })
  for (const text of [
    'theme=dark',
    'redis-session-inspector-8380=izkZTeXEVw2-fC1yizyObuoF3oPKAGfsl_cgLxka71g',
    '_ga=GA1.1.1234567890.1234567890',
    'csrftoken=abcdefghijklmnopqrstuvwxyz',
    'a=%20%20%20%20%20%20%20%20%20',
  ])
    expect(read(text), text).toMatchObject({ outcome: 'other', ids: [] })
})

describe('hostile cookies', () => {
  const names = fc.constantFrom(
    ...[
      'connect.sid',
      'sessionId',
      'session',
      'sessionid',
      '_a_session',
      'rack.session',
      'laravel_session',
      'SESSION',
      'PHPSESSID',
    ],
    ...['authjs.session-token', '.AspNetCore.Session', 'sid', 'x', 'x.sig', '__proto__'],
  )
  const forms = Object.values(python.cookies).map(({ setCookie }) =>
    setCookie.replace(/^[^=]*=([^;]*).*$/, '$1'),
  )
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.base64String({ maxLength: 200 }),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
    fc.array(fc.base64String({ maxLength: 60 }), { maxLength: 6 }).map((parts) => parts.join('.')),
    fc
      .record({ iv: fc.base64String(), value: fc.base64String(), mac: fc.string(), tag: fc.base64String() })
      .map((payload) => Buffer.from(JSON.stringify(payload)).toString('base64')),
    fc
      .tuple(fc.constantFrom(...forms), fc.nat(400), fc.string({ maxLength: 3 }))
      .map(
        ([form, at, by]) => form.slice(0, at % form.length) + by + form.slice((at % form.length) + by.length),
      ),
  )
  const appKey = `base64:${randomBytes(32).toString('base64')}`

  it('are read without a throw, and repeat nothing of themselves in what is said of them', () => {
    fc.assert(
      fc.property(names, value, fc.boolean(), (name, hostile, withSecrets) => {
        const secrets = withSecrets ? [SECRET, appKey, 'x'.repeat(16), '\u0000'] : []
        const readings = readCookie(atHand({ name, value: hostile }, secrets, new Set([name, 'x'])))
        expect(readings.length).toBeGreaterThan(0)
        for (const { note } of readings) if (hostile.length > 12) expect(note).not.toContain(hostile)
      }),
      { numRuns: 5000 },
    )
  })

  it('take a bounded time, whatever they repeat', () => {
    for (const piece of ['a', '.', 'eyJ', '--', '=', ':', '-', '%41', 's:', 'A.', '*', '["']) {
      for (const start of ['', 's:', '.eJ', 'Fe26.2*', 'CfDJ8', 'eyJ']) {
        const began = performance.now()
        readCookie(
          atHand(
            { name: 'session', value: start + piece.repeat((64 * 1024) / piece.length) },
            [SECRET, appKey],
            new Set(),
          ),
        )
        expect(performance.now() - began, `${start}${piece}`).toBeLessThan(1000)
      }
    }
  })
})
