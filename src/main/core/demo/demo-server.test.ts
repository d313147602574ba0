import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { DemoRequest } from '#shared/model.ts'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from '../store/session-store.ts'
import { rawConnection } from './testing/raw-connection.ts'
import { useDemo } from './testing/use-demo.ts'
import { ask, Visitor } from './testing/visitor.ts'

const redis = useRedis()
const demo = useDemo(redis)

describe('the log of requests', () => {
  it('says what each request did, in words', async () => {
    const visitor = await demo.visit()
    await visitor.get('/')
    await visitor.get('/page/main.js')
    await visitor.get('/session')
    await visitor.post('/login', { username: 'ada', ttl: '60' })
    await visitor.post('/increment')
    await visitor.post('/ttl', { ttl: '15' })
    await visitor.post('/ttl', { ttl: 'abc' })
    await visitor.post('/increment', {}, { 'X-CSRF-Token': 'x' })
    await visitor.get('/session')
    await visitor.post('/logout')
    await visitor.post('/increment')
    expect(
      visitor.server.recent().map(({ method, path, status, effect }) => [method, path, status, effect]),
    ).toEqual([
      ['GET', '/', 200, 'sent the page: nothing touched'],
      ['GET', '/session', 200, 'no session: nothing touched'],
      ['POST', '/login', 200, 'created the session of ada'],
      ['POST', '/increment', 200, 'page views 1 → 2'],
      ['POST', '/ttl', 200, 'TTL 60 s → 15 s'],
      ['POST', '/ttl', 400, 'refused: bad TTL'],
      ['POST', '/increment', 403, 'refused: wrong CSRF token'],
      ['GET', '/session', 200, 'read the session of ada: TTL back to 15 s'],
      ['POST', '/logout', 200, 'deleted the session of ada'],
      ['POST', '/increment', 401, 'no session: nothing touched'],
    ])
  })

  it('has the Redis commands, the session, and the time of each request', async () => {
    const visitor = await demo.visit({ clock: () => 1_700_000_000_000 })
    await visitor.post('/login', { username: 'ada' })
    const key = `session:${visitor.sid}`
    await visitor.post('/increment')
    const [login, increment] = visitor.server.recent()
    expect(login).toMatchObject({ sequence: 1, at: 1_700_000_000_000, sessionId: visitor.sid })
    expect(increment).toMatchObject({ sequence: 2, sessionId: visitor.sid })
    expect(increment?.durationMs).toBeGreaterThan(0)
    expect(increment?.operations.map(({ operation }) => operation)).toEqual([
      'getSession',
      'incrementField',
      'getSession',
      'getRemainingTtl',
    ])
    for (const operation of increment?.operations ?? []) expect(operation.key).toBe(key)
    expect(increment?.operations[1]?.commands).toContain(`HINCRBY ${key} page_views 1`)
  })

  it('puts each store operation to the request that caused it, however many run at once', async () => {
    const store = new SessionStore({ client: redis.client, ttl: 60 })
    const server = await demo.start({ store })
    const visitors = Array.from({ length: 20 }, () => new Visitor(server))
    await Promise.all(visitors.map((visitor, i) => visitor.post('/login', { username: `user${i}` })))
    const other = await store.createSession({})
    await Promise.all([
      ...visitors.flatMap((visitor) => [
        visitor.post('/increment'),
        visitor.post('/ttl', { ttl: '30' }),
        visitor.get('/session'),
      ]),
      // Beside them the inspector uses the same store: no request of ours did that.
      ...visitors.map(() => store.getSession(other)),
    ])
    const requests = server.recent()
    expect(requests).toHaveLength(80)
    for (const { path, sessionId, operations } of requests) {
      expect(new Set(operations.map(({ key }) => key))).toEqual(new Set([`session:${sessionId}`]))
      const expected = { '/login': 3, '/increment': 4, '/ttl': 4, '/session': 2 }[path]
      expect([path, operations.length]).toEqual([path, expected])
    }
  })

  it('tells those who subscribe before the answer goes out, until they unsubscribe', async () => {
    const visitor = await demo.visit()
    const seen: DemoRequest[] = []
    const unsubscribe = visitor.server.subscribe((request) => seen.push(request))
    await visitor.get('/session')
    expect(seen.map(({ path }) => path)).toEqual(['/session'])
    unsubscribe()
    await visitor.get('/session')
    expect(seen).toHaveLength(1)
  })

  it('keeps the most recent requests only', async () => {
    const visitor = await demo.visit({ limits: { recentRequests: 3 } })
    for (let i = 0; i < 5; i++) await visitor.get('/session')
    expect(visitor.server.recent().map(({ sequence }) => sequence)).toEqual([3, 4, 5])
  })

  it('shows names without what would move a terminal’s cursor', async () => {
    const visitor = await demo.visit()
    await visitor.post('/login', { username: `\u001b[2J\r\nx${'y'.repeat(100)}` })
    const [login] = visitor.server.recent()
    expect(login?.effect).toMatch(/^created the session of \ufffd\[2J\ufffd\ufffdxy+…$/)
  })

  it('travels to the page in a header, bounded', async () => {
    const visitor = await demo.visit()
    const reply = await visitor.post('/login', { username: 'é'.repeat(2000) })
    const header = String(reply.headers['x-redis-commands'])
    expect(header.length).toBeLessThanOrEqual(6 * 1024)
    const { effect, operations } = JSON.parse(decodeURIComponent(header))
    expect(effect).toMatch(/^created the session of é+…$/)
    expect(operations[0].operation).toBe('createSession')
    expect(header).not.toContain(visitor.csrfToken)
  })
})

describe('limits', () => {
  it('refuses a body that is too large by its announced length, without waiting for it', async () => {
    const server = await demo.start({ limits: { bodyBytes: 100 } })
    const connection = await rawConnection(server.port)
    connection.write(
      `POST /login HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n{`,
    )
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 413 .*Connection: close.*at most 100 bytes/s)
  })

  it('refuses a body that turns out too large, and the client gets to read why', async () => {
    const server = await demo.start({ limits: { bodyBytes: 100 } })
    const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' }
    const connection = await rawConnection(server.port)
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    connection.write(`POST /login HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n${lines.join('')}\r\n`)
    for (let i = 0; i < 50; i++) connection.write(`400\r\n${'x'.repeat(1024)}\r\n`)
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 413 .*too large/s)
    expect(server.recent()).toMatchObject([
      { status: 413, effect: 'refused: body too large', operations: [] },
    ])
  })

  it('takes a body of exactly the limit', async () => {
    const body = `username=${'a'.repeat(91)}`
    const server = await demo.start({ limits: { bodyBytes: 100 } })
    expect((await ask(server, 'POST', '/login', { body: new URLSearchParams(body) })).status).toBe(200)
    const over = await ask(server, 'POST', '/login', { body: new URLSearchParams(`${body}a`) })
    expect(over.status).toBe(413)
  })

  it('does not ask a client for a body that it would refuse', async () => {
    const server = await demo.start({ limits: { bodyBytes: 100 } })
    const head = (length: number) =>
      `POST /login HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${length}\r\n\r\n`
    const refused = await rawConnection(server.port)
    refused.write(head(101))
    expect(await refused.ended).toMatch(/^HTTP\/1\.1 413/)
    const taken = await rawConnection(server.port)
    taken.write(head(12))
    await expect.poll(() => taken.received()).toMatch(/^HTTP\/1\.1 100/)
    taken.write('username=ada')
    await expect.poll(() => taken.received()).toMatch(/HTTP\/1\.1 200 .*"username":"ada"/s)
    taken.end()
  })

  it('ends a connection whose headers do not arrive in time', async () => {
    const server = await demo.start({ limits: { headersTimeout: 100, requestTimeout: 200 } })
    const connection = await rawConnection(server.port)
    connection.write('GET / HTTP/1.1\r\nHost: 127')
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 408 .*did not arrive in time/s)
  })

  it('ends a connection whose body does not arrive in time, and touches nothing', async () => {
    const server = await demo.start({ limits: { headersTimeout: 100, requestTimeout: 200 } })
    const connection = await rawConnection(server.port)
    connection.write(
      `POST /login HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{`,
    )
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 408/)
    await expect.poll(() => server.recent()).toMatchObject([{ status: 408, operations: [] }])
    expect(await redis.client.dbsize()).toBe(0)
  })

  it('refuses headers that are too large, methods that no one knows, and what is no HTTP', async () => {
    const server = await demo.start({ limits: { headerBytes: 2048 } })
    const say = async (text: string) => {
      const connection = await rawConnection(server.port)
      connection.write(text)
      return connection.ended
    }
    const host = `Host: 127.0.0.1:${server.port}\r\n`
    expect(await say(`GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(4000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 .*too large/s,
    )
    expect(await say(`BREW / HTTP/1.1\r\n${host}\r\n`)).toMatch(/^HTTP\/1\.1 405 .*Allow: GET, HEAD, POST/s)
    expect(await say('GET / nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*nosniff/s)
    expect((await ask(server, 'GET', '/session')).status).toBe(200)
  })
})

describe('starting and stopping', () => {
  it('says which port is busy, and which is free', async () => {
    const busy = createServer().listen(0, '127.0.0.1')
    await once(busy, 'listening')
    const address = busy.address()
    const port = typeof address === 'object' && address ? address.port : 0
    try {
      const failure = await demo.start({ port }).catch((error: unknown) => error)
      expect(failure).toMatchObject({ name: 'AppError', code: 'port_in_use' })
      const { message, details } = failure as { message: string; details: { freePort: number } }
      expect(message).toContain(`Port ${port} `)
      expect(message).toContain(`Port ${details.freePort} is free`)
      expect((await demo.start({ port: details.freePort })).port).toBe(details.freePort)
    } finally {
      busy.close()
    }
  })

  it.each([
    [{ port: -1 }, 'port'],
    [{ port: 65_536 }, 'port'],
    [{ port: 80.5 }, 'port'],
    [{ host: '' }, 'host'],
    [{ host: '192.0.2.1' }, '192.0.2.1'],
    [{ cookie: { name: 'a;b' } }, 'cookie.name'],
    [{ cookie: { maxAge: 0 } }, 'cookie.maxAge'],
    [{ cookie: { maxAge: 1.5 } }, 'cookie.maxAge'],
    [{ limits: { bodyBytes: 0 } }, 'limits.bodyBytes'],
    [{ limits: { headersTimeout: 5, requestTimeout: 4 } }, 'limits.headersTimeout'],
  ])('refuses the options %j', async (options, named) => {
    await expect(demo.start(options)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(named),
    })
  })

  it('ends the open connections when it is stopped, also idle and half-sent ones', async () => {
    const server = await demo.start()
    const idle = await rawConnection(server.port)
    idle.write(`GET /session HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`)
    await expect.poll(() => idle.received()).toContain('200 OK')
    const half = await rawConnection(server.port)
    half.write('POST /login HTTP/1.1\r\nHost: 127')
    await server.stop()
    await Promise.all([idle.ended, half.ended])
    await expect(ask(server, 'GET', '/session')).rejects.toThrow(/ECONNREFUSED/)
    await server.stop()
  })

  it('listens to the store no more once it is stopped', async () => {
    const store = new SessionStore({ client: redis.client })
    const server = await demo.start({ store })
    await server.stop()
    const again = await demo.start({ store, port: server.port })
    const visitor = new Visitor(again)
    await visitor.post('/login')
    expect(again.recent()[0]?.operations).toHaveLength(3)
  })
})

describe('while Redis is away', () => {
  it('answers 503, and goes on by itself once Redis is back', async () => {
    const client = redis.connect({
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
    })
    client.on('error', () => {})
    await expect.poll(() => client.status).toBe('ready')
    const visitor = await demo.visit({ store: new SessionStore({ client }) })
    await visitor.post('/login', { username: 'ada' })
    client.disconnect()
    await expect.poll(() => client.status).toBe('end')
    const away = await visitor.post('/increment')
    expect(away.status).toBe(503)
    expect(away.json.error).toMatch(/Redis does not answer/)
    expect(away.headers['set-cookie']).toBeUndefined()
    expect(visitor.server.recent().at(-1)).toMatchObject({ status: 503, sessionId: visitor.sid })
    await client.connect()
    expect((await visitor.post('/increment')).json).toMatchObject({ page_views: 2 })
  })

  it('says what Redis refuses', async () => {
    const visitor = await demo.visit()
    await redis.client.config('SET', 'maxmemory', '1')
    try {
      const reply = await visitor.post('/login', { username: 'ada' })
      expect([reply.status, reply.headers['set-cookie']]).toEqual([503, undefined])
      expect(reply.json.error).toContain('maxmemory')
    } finally {
      await redis.client.config('SET', 'maxmemory', '0')
    }
  })

  it('hides an error that nobody expected, and reports it', async () => {
    const reported: unknown[] = []
    const store = new SessionStore({
      client: redis.client,
      generateId: () => {
        throw new TypeError('secret detail')
      },
    })
    const server = await demo.start({ store, report: (error) => reported.push(error) })
    const reply = await ask(server, 'POST', '/login')
    expect(reply.status).toBe(500)
    expect(reply.text).not.toContain('secret detail')
    expect(reported).toEqual([expect.objectContaining({ message: 'secret detail' })])
  })
})
