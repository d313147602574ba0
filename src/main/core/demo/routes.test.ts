import { describe, expect, it } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from '../store/session-store.ts'
import { useDemo } from './testing/use-demo.ts'
import { ask, Visitor } from './testing/visitor.ts'

const redis = useRedis()
const demo = useDemo(redis)
const ID = /^[A-Za-z0-9_-]{43}$/

describe('GET /session', () => {
  it('says that there is no session', async () => {
    const visitor = await demo.visit()
    const reply = await visitor.get('/session')
    expect(reply.status).toBe(200)
    expect(reply.headers['content-type']).toBe('application/json')
    expect(reply.json).toEqual({ authenticated: false, session: null })
    expect(reply.headers['set-cookie']).toBeUndefined()
  })

  it('shows the session and starts its time anew', async () => {
    const visitor = await demo.visit()
    await visitor.post('/login', { username: 'ada', ttl: '100' })
    const key = `session:${visitor.sid}`
    await redis.client.expire(key, 10)
    const { json } = await visitor.get('/session')
    expect(json).toMatchObject({
      authenticated: true,
      session_id: visitor.sid,
      session: { username: 'ada', page_views: '1', session_ttl: '100', ttl: '100' },
      configured_ttl: 100,
      ttl: 100,
    })
    expect(await redis.client.ttl(key)).toBe(100)
  })

  it('clears the cookie of a session that has gone', async () => {
    const visitor = await demo.visit()
    await visitor.post('/login')
    await redis.client.del(`session:${visitor.sid}`)
    const reply = await visitor.get('/session')
    expect(reply.json).toEqual({ authenticated: false, session: null })
    expect(reply.headers['set-cookie']).toEqual([
      'sid=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
    ])
  })

  it('gives a session of another program a CSRF token, once', async () => {
    const visitor = await demo.visit()
    visitor.sid = await new SessionStore({ client: redis.client }).createSession({ username: 'grace' }, 60)
    await visitor.get('/session')
    const token = visitor.csrfToken
    expect(token).toMatch(ID)
    await visitor.get('/session')
    expect(visitor.csrfToken).toBe(token)
    expect((await visitor.post('/increment')).json).toMatchObject({ page_views: 1 })
  })

  it('leaves a hash alone that is no session', async () => {
    const visitor = await demo.visit()
    visitor.sid = 'fragment'
    await redis.client.hset('session:fragment', 'username', 'ada')
    expect((await visitor.get('/session')).json).toEqual({ authenticated: false, session: null })
    visitor.sid = 'text'
    await redis.client.set('session:text', 'x')
    expect((await visitor.get('/session')).json).toEqual({ authenticated: false, session: null })
    expect(await redis.client.hgetall('session:fragment')).toEqual({ username: 'ada' })
    expect(await redis.client.get('session:text')).toBe('x')
  })
})

describe('POST /login', () => {
  it('makes a session and hands out its id', async () => {
    const visitor = await demo.visit()
    const reply = await visitor.post('/login', { username: '  ada  ', ttl: '15' })
    const fields = await redis.client.hgetall(`session:${visitor.sid}`)
    expect(reply.json).toEqual({
      authenticated: true,
      session_id: visitor.sid,
      session: fields,
      configured_ttl: 15,
      ttl: 15,
    })
    expect(fields).toMatchObject({ username: 'ada', page_views: '1', session_ttl: '15' })
    expect(fields.csrf_token).toMatch(ID)
    expect(reply.headers['set-cookie']).toEqual([`sid=${visitor.sid}; Path=/; HttpOnly; SameSite=Lax`])
  })

  it('takes Guest and the server’s TTL where nothing is said', async () => {
    const visitor = await demo.visit()
    const reply = await visitor.post('/login', { username: ' ', ttl: '' })
    expect(reply.json).toMatchObject({ session: { username: 'Guest' }, configured_ttl: 60 })
  })

  it('reads JSON as well', async () => {
    const server = await demo.start()
    const reply = await ask(server, 'POST', '/login', {
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ username: 'ada', ttl: 20 }),
    })
    expect(reply.json).toMatchObject({ session: { username: 'ada' }, configured_ttl: 20 })
  })

  it.each(['0', '-1', '1.5', 'abc', '1e30', '9'.repeat(30)])('refuses the TTL %s', async (ttl) => {
    const visitor = await demo.visit()
    const reply = await visitor.post('/login', { username: 'ada', ttl })
    expect(reply.status).toBe(400)
    expect(reply.json.error).toMatch(/^The TTL must be a whole number of seconds/)
    expect(await redis.client.dbsize()).toBe(0)
  })

  it('keeps a name that looks like markup as it is', async () => {
    const visitor = await demo.visit()
    const reply = await visitor.post('/login', { username: '<img src=x onerror=alert(1)>' })
    expect(reply.json).toMatchObject({ session: { username: '<img src=x onerror=alert(1)>' } })
    expect((await visitor.get('/')).text).not.toContain('onerror')
  })
})

describe('POST /increment', () => {
  it('counts a page view and starts the time anew', async () => {
    const visitor = await demo.visit()
    await visitor.post('/login', { username: 'ada', ttl: '100' })
    await redis.client.expire(`session:${visitor.sid}`, 10)
    const reply = await visitor.post('/increment')
    expect(reply.json).toMatchObject({
      authenticated: true,
      session_id: visitor.sid,
      session: { page_views: '2' },
      configured_ttl: 100,
      ttl: 100,
      page_views: 2,
    })
  })

  it('is refused without a session', async () => {
    const reply = await (await demo.visit()).post('/increment')
    expect([reply.status, reply.json]).toEqual([401, { error: 'No active session' }])
  })

  it('is refused, and the cookie cleared, once the session has expired', async () => {
    const visitor = await demo.visit()
    await visitor.post('/login', { ttl: '60' })
    const key = `session:${visitor.sid}`
    await redis.client.pexpire(key, 1)
    await expect.poll(() => redis.client.exists(key)).toBe(0)
    const reply = await visitor.post('/increment')
    expect([reply.status, reply.json]).toEqual([401, { error: 'Session expired' }])
    expect(visitor.sid).toBeNull()
    expect(await redis.client.dbsize()).toBe(0)
  })

  it('says so when page_views is no number', async () => {
    const visitor = await demo.visit()
    await visitor.post('/login')
    await redis.client.hset(`session:${visitor.sid}`, 'page_views', 'many')
    const reply = await visitor.post('/increment')
    expect(reply.status).toBe(400)
    expect(reply.json.error).toMatch(/'page_views'.*number/)
  })
})

describe('POST /ttl', () => {
  it('changes the TTL and applies it at once', async () => {
    const visitor = await demo.visit()
    await visitor.post('/login', { ttl: '60' })
    const reply = await visitor.post('/ttl', { ttl: '15' })
    expect(reply.json).toMatchObject({ session: { session_ttl: '15' }, configured_ttl: 15, ttl: 15 })
    expect(await redis.client.ttl(`session:${visitor.sid}`)).toBe(15)
  })

  it.each(['', '0', '-1', '1.5', 'abc', '1e30'])(
    'refuses the TTL "%s" and leaves the session as it is',
    async (ttl) => {
      const visitor = await demo.visit()
      await visitor.post('/login', { ttl: '60' })
      const before = await redis.client.hgetall(`session:${visitor.sid}`)
      expect((await visitor.post('/ttl', { ttl })).status).toBe(400)
      expect(await redis.client.hgetall(`session:${visitor.sid}`)).toEqual(before)
    },
  )

  it('is refused without a session, and with one that has gone', async () => {
    const visitor = await demo.visit()
    expect((await visitor.post('/ttl', { ttl: '5' })).json).toEqual({ error: 'No active session' })
    await visitor.post('/login')
    await redis.client.flushall()
    const reply = await visitor.post('/ttl', { ttl: '5' })
    expect([reply.status, reply.json]).toEqual([401, { error: 'Session expired' }])
    expect(visitor.sid).toBeNull()
  })
})

describe('POST /logout', () => {
  it('deletes the session and clears the cookie', async () => {
    const visitor = await demo.visit()
    await visitor.post('/login')
    const reply = await visitor.post('/logout')
    expect([reply.status, reply.json]).toEqual([200, { authenticated: false }])
    expect(visitor.sid).toBeNull()
    expect(await redis.client.dbsize()).toBe(0)
  })

  it('is no error without a session, nor with one that has gone', async () => {
    const visitor = await demo.visit()
    expect((await visitor.post('/logout')).json).toEqual({ authenticated: false })
    await visitor.post('/login')
    await redis.client.flushall()
    expect((await visitor.post('/logout')).json).toEqual({ authenticated: false })
    expect(visitor.sid).toBeNull()
  })
})

describe('what is not there', () => {
  it.each([
    ['GET', '/nothing', 404, undefined],
    ['POST', '/__proto__', 404, undefined],
    ['GET', '/page/../../package.json', 404, undefined],
    ['GET', '/login', 405, 'POST'],
    ['PUT', '/session', 405, 'GET, HEAD'],
    ['POST', '/', 405, 'GET, HEAD'],
    ['OPTIONS', '/increment', 405, 'POST'],
    ['HEAD', '/logout', 405, 'POST'],
  ])('answers %s %s with %i', async (method, path, status, allow) => {
    const reply = await ask(await demo.start(), method, path)
    expect([reply.status, reply.headers.allow]).toEqual([status, allow])
    if (method !== 'HEAD') expect(reply.json.error).toBeTypeOf('string')
  })

  it('answers HEAD as GET without a body', async () => {
    const server = await demo.start()
    for (const path of ['/', '/index.html', '/session']) {
      const reply = await ask(server, 'HEAD', path)
      expect([reply.status, reply.text]).toEqual([200, ''])
      expect(Number(reply.headers['content-length'])).toBeGreaterThan(10)
    }
  })

  it('ignores what follows a question mark', async () => {
    const visitor = new Visitor(await demo.start())
    expect((await visitor.get('/session?x=1')).json).toEqual({ authenticated: false, session: null })
  })
})
