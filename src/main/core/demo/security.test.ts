import { describe, expect, it, vi } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from '../store/session-store.ts'
import { useDemo } from './testing/use-demo.ts'
import { ask, Visitor } from './testing/visitor.ts'

const redis = useRedis()
const demo = useDemo(redis)

/** Everything in Redis that a touch or a write would change. */
const keyState = async (key: string) => [await redis.client.hgetall(key), await redis.client.ttl(key)]

describe('the session id', () => {
  it('is a new one at each login, and the session before it ends', async () => {
    const visitor = await demo.visit()
    await visitor.post('/login', { username: 'ada' })
    const first = visitor.sid
    await visitor.post('/login', { username: 'grace' })
    expect(visitor.sid).not.toBe(first)
    expect(await redis.client.keys('*')).toEqual([`session:${visitor.sid}`])
  })

  it('that was planted never becomes logged in', async () => {
    const visitor = await demo.visit()
    visitor.sid = 'planted-by-somebody'
    await visitor.post('/login', { username: 'ada' })
    expect(visitor.sid).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(await redis.client.exists('session:planted-by-somebody')).toBe(0)
  })

  it('of somebody else’s living session, planted, neither stays nor is taken over', async () => {
    const server = await demo.start()
    const attacker = new Visitor(server)
    await attacker.post('/login', { username: 'mallory' })
    const victim = new Visitor(server)
    victim.sid = attacker.sid
    await victim.post('/login', { username: 'ada' })
    expect(victim.sid).not.toBe(attacker.sid)
    expect((await attacker.get('/session')).json).toEqual({ authenticated: false, session: null })
  })
})

describe('the cookie', () => {
  it.each([
    ['unparsable', 'sid=%E0%A4%A'],
    ['over-long', `sid=${'a'.repeat(5000)}`],
    ['with characters that an id cannot have', 'sid=../../etc'],
    ['with a glob', 'sid=*'],
    ['empty', 'sid='],
    ['with bytes beyond ASCII', 'sid=\u00ff\u00fe'],
  ])('that is garbage (%s) counts as none, is cleared, and never reaches Redis', async (_, cookie) => {
    const store = new SessionStore({ client: redis.client })
    const touched = vi.fn()
    store.subscribe(touched)
    const server = await demo.start({ store })
    const session = await ask(server, 'GET', '/session', { headers: { Cookie: cookie } })
    const increment = await ask(server, 'POST', '/increment', { headers: { Cookie: cookie } })
    expect([session.status, session.json]).toEqual([200, { authenticated: false, session: null }])
    expect([increment.status, increment.json]).toEqual([401, { error: 'No active session' }])
    for (const reply of [session, increment])
      expect(reply.headers['set-cookie']?.[0]).toMatch(/^sid=; Max-Age=0/)
    expect(touched).not.toHaveBeenCalled()
  })

  it('is replaced at login when it was garbage', async () => {
    const reply = await ask(await demo.start(), 'POST', '/login', { headers: { Cookie: 'sid=*' } })
    expect(reply.headers['set-cookie']).toEqual([expect.stringMatching(/^sid=[\w-]{43}; Path=\//)])
  })

  it('that comes twice counts by the first that could be an id', async () => {
    const visitor = await demo.visit()
    await visitor.post('/login', { username: 'ada' })
    const cookie = `other=1; sid=*; sid=${visitor.sid}; sid=planted`
    const { json, headers } = await ask(visitor.server, 'GET', '/session', { headers: { Cookie: cookie } })
    expect(json).toMatchObject({ authenticated: true, session_id: visitor.sid })
    expect(headers['set-cookie']).toBeUndefined()
  })

  it('takes its attributes from the options', async () => {
    const server = await demo.start({
      cookie: { name: 'session', secure: true, sameSite: 'Strict', maxAge: 3600 },
    })
    const reply = await ask(server, 'POST', '/login')
    expect(reply.headers['set-cookie']).toEqual([
      `session=${reply.json.session_id}; Max-Age=3600; Path=/; HttpOnly; Secure; SameSite=Strict`,
    ])
    expect((await ask(server, 'GET', '/')).text).toContain(
      'Max-Age=3600; Path=/; HttpOnly; Secure; SameSite=Strict',
    )
  })

  it('may be sent with every site only when it is secure', async () => {
    await expect(demo.start({ cookie: { sameSite: 'None' } })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('cookie.secure'),
    })
    const server = await demo.start({ cookie: { sameSite: 'None', secure: true } })
    expect((await ask(server, 'POST', '/login')).headers['set-cookie']?.[0]).toMatch(/Secure; SameSite=None$/)
  })
})

describe('the CSRF token', () => {
  it.each(['/increment', '/ttl', '/logout'])(
    'is demanded by %s, which changes nothing without it',
    async (path) => {
      const visitor = await demo.visit()
      await visitor.post('/login', { ttl: '60' })
      const key = `session:${visitor.sid}`
      await redis.client.expire(key, 30)
      const before = await keyState(key)
      const token = visitor.csrfToken ?? ''
      for (const wrong of [null, '', 'x', `${token}x`, token.slice(0, -1), token.toLowerCase()]) {
        visitor.csrfToken = wrong
        const reply = await visitor.post(path, { ttl: '5' })
        expect(reply.status).toBe(403)
        expect(reply.json.error).toContain('X-CSRF-Token')
      }
      expect(await keyState(key)).toEqual(before)
      expect(visitor.sid).not.toBeNull()
    },
  )

  it('of another session is refused', async () => {
    const server = await demo.start()
    const [ada, grace] = [new Visitor(server), new Visitor(server)]
    await ada.post('/login', { username: 'ada' })
    await grace.post('/login', { username: 'grace' })
    ada.csrfToken = grace.csrfToken
    expect((await ada.post('/increment')).status).toBe(403)
  })

  it('that was emptied in Redis lets nobody in, and is given anew when the session is read', async () => {
    const visitor = await demo.visit()
    await visitor.post('/login')
    await redis.client.hset(`session:${visitor.sid}`, 'csrf_token', '')
    expect((await visitor.post('/increment', {}, { 'X-CSRF-Token': '' })).status).toBe(403)
    await visitor.get('/session')
    expect((await visitor.post('/increment')).status).toBe(200)
  })
})

describe('a request from another site', () => {
  it.each([
    ['a foreign origin', { Origin: 'http://evil.example' }],
    ['the origin of another port', { Origin: 'http://127.0.0.1:1' }],
    ['the same host over HTTPS', { Origin: 'https://127.0.0.1' }],
    ['an opaque origin', { Origin: 'null' }],
    ['Sec-Fetch-Site: cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site', { 'Sec-Fetch-Site': 'same-site' }],
  ])('is refused by every POST: %s', async (_, headers) => {
    const visitor = await demo.visit()
    await visitor.post('/login')
    const before = await redis.client.keys('*')
    for (const path of ['/login', '/increment', '/ttl', '/logout']) {
      const reply = await visitor.post(path, { ttl: '5' }, headers)
      expect([path, reply.status]).toEqual([path, 403])
      expect(reply.json.error).toContain(visitor.server.url)
    }
    expect(await redis.client.keys('*')).toEqual(before)
  })

  it('is told from one of our own page', async () => {
    const visitor = await demo.visit()
    const own = { Origin: visitor.server.url, 'Sec-Fetch-Site': 'same-origin' }
    expect((await visitor.post('/login', {}, own)).status).toBe(200)
    expect((await visitor.post('/increment', {}, own)).status).toBe(200)
  })
})

describe('the Host', () => {
  it('may be localhost or 127.0.0.1 or [::1] with our port', async () => {
    const server = await demo.start()
    for (const name of ['localhost', 'LOCALHOST', '127.0.0.1', '[::1]']) {
      const reply = await ask(server, 'GET', '/session', { headers: { Host: `${name}:${server.port}` } })
      expect([name, reply.status]).toEqual([name, 200])
    }
  })

  it.each(['evil.example', 'evil.example:PORT', '127.0.0.1', 'localhost:1', 'localhost:PORT.evil.example'])(
    'may not be %s',
    async (name) => {
      const server = await demo.start()
      const headers = { Host: name.replace('PORT', String(server.port)) }
      for (const [method, path] of [
        ['GET', '/'],
        ['GET', '/session'],
        ['POST', '/login'],
      ] as const) {
        const reply = await ask(server, method, path, { headers })
        expect(reply.status).toBe(403)
        expect(reply.json.error).toContain(`http://127.0.0.1:${server.port}/`)
      }
      expect(await redis.client.dbsize()).toBe(0)
    },
  )
})

describe('the body', () => {
  it.each([
    ['text/plain', 'username=ada'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/jsonp', '{}'],
    ['', 'username=ada'],
  ])('of the kind "%s" is refused', async (type, body) => {
    const reply = await ask(await demo.start(), 'POST', '/login', {
      headers: type === '' ? {} : { 'Content-Type': type },
      body,
    })
    expect(reply.status).toBe(415)
    expect(reply.json.error).toContain('application/json')
  })

  it('that is compressed is refused', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
    expect((await ask(await demo.start(), 'POST', '/login', { headers, body: '{}' })).status).toBe(415)
  })

  it.each([
    ['broken', '{"username":'],
    ['a list', '["ada"]'],
    ['null', 'null'],
    ['nested', '{"username":{"first":"ada"}}'],
  ])('of malformed JSON (%s) is refused', async (_, body) => {
    const reply = await ask(await demo.start(), 'POST', '/login', {
      headers: { 'Content-Type': 'application/json' },
      body,
    })
    expect(reply.status).toBe(400)
    expect(reply.json.error).toBeTypeOf('string')
  })

  it('with half a surrogate pair is stored as valid text', async () => {
    const reply = await ask(await demo.start(), 'POST', '/login', {
      headers: { 'Content-Type': 'application/json' },
      body: '{"username":"a\\ud800"}',
    })
    expect(reply.json).toMatchObject({ session: { username: 'a\ufffd' } })
  })

  it('of prototype names harms nothing', async () => {
    const reply = await ask(await demo.start(), 'POST', '/login', {
      headers: { 'Content-Type': 'application/json' },
      body: '{"__proto__":"x","constructor":"y","username":"ada"}',
    })
    expect(reply.json).toMatchObject({ session: { username: 'ada' } })
  })
})

describe('every response', () => {
  it('forbids framing, sniffing, caching, and all that the page does not need', async () => {
    const server = await demo.start()
    const replies = [
      await ask(server, 'GET', '/'),
      await ask(server, 'GET', '/session'),
      await ask(server, 'GET', '/page/main.js'),
      await ask(server, 'GET', '/nothing'),
      await ask(server, 'POST', '/increment'),
    ]
    for (const { headers } of replies) {
      const policy = headers['content-security-policy']
      expect(policy).toMatch(/^default-src 'none'; script-src 'self';/)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
      expect(headers['referrer-policy']).toBe('same-origin')
    }
  })
})
