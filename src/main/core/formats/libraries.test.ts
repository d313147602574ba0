import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { UpstashRedisAdapter } from '@auth/upstash-redis-adapter'
import fastifyCookie from '@fastify/cookie'
import fastifySessionPlugin from '@fastify/session'
import { Redis as UpstashRedis } from '@upstash/redis'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import fastify from 'fastify'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { DecodedSession, NewValue } from '#shared/formats.ts'
import { useRedis } from '../../../test/redis.ts'
import { decode, encode, summarise } from './registry.ts'
import { StoredSession } from './stored-session.ts'
import { number, pathTo, text } from './testing/plain.ts'

/* Sessions that the libraries themselves write into a real Redis, and read back after an edit. */

const redis = useRedis()
const SECRET = 'a secret of this test that is long enough for everybody'

const open: { close: () => Promise<unknown> }[] = []
let nodeRedis: ReturnType<typeof createClient>
beforeAll(async () => {
  nodeRedis = createClient({ url: `redis://127.0.0.1:${redis.port}` })
  await nodeRedis.connect()
})
afterAll(async () => {
  for (const one of open.splice(0)) await one.close()
  nodeRedis.destroy()
})

async function read(key: string): Promise<StoredSession> {
  const [value, left] = await Promise.all([redis.client.getBuffer(key), redis.client.pttl(key)])
  if (value === null) throw new Error(`There is no ${key}.`)
  return new StoredSession({
    key: Buffer.from(key),
    type: 'string',
    value,
    expiresAt: left < 0 ? null : Date.now() + left,
  })
}

async function onlyKey(pattern: string): Promise<string> {
  const keys = await redis.client.keys(pattern)
  expect(keys).toHaveLength(1)
  return keys[0] ?? ''
}

/** Changes one value as the inspector would: the string alone, its TTL kept. */
async function change(key: string, names: readonly string[], value: NewValue): Promise<void> {
  const stored = await read(key)
  const path = pathTo(decode(stored)?.root ?? null, ...names)
  const written = encode(stored, [{ kind: 'set', path, value }])
  if (written.kind !== 'value') throw new Error('fields were written')
  await redis.client.set(key, written.value, 'KEEPTTL')
}

const listening = async (server: Server): Promise<string> => {
  open.push({
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  })
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const commandSchema = z.array(z.coerce.string())

/** What a browser does: sends back the cookie that it was given. */
function visitor(url: string) {
  let cookie = ''
  return async (path: string): Promise<unknown> => {
    const response = await fetch(url + path, { headers: { cookie, 'x-forwarded-proto': 'https' } })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return response.json()
  }
}

const LOGIN = {
  passport: { user: 'ada' },
  visits: 1,
  note: 'grüße "quoted" </script>',
  list: [1, 2.5, null, { deep: true }],
}
const near = (at: number | null | undefined, expected: number) => Math.abs((at ?? 0) - expected) < 5000

describe('connect-redis with express-session', () => {
  async function app(prefix?: string) {
    const server = express()
    const store = new RedisStore({ client: nodeRedis, ...(prefix === undefined ? {} : { prefix }) })
    server.set('trust proxy', 1)
    server.use(
      session({
        store,
        secret: SECRET,
        resave: false,
        saveUninitialized: false,
        cookie: { maxAge: 3_600_000 },
      }),
    )
    server.get('/login', (request, response) => {
      Object.assign(request.session, LOGIN)
      response.json('in')
    })
    server.get('/', (request, response) => {
      const { cookie, ...fields } = request.session
      response.json({ ...fields, path: cookie.path, originalMaxAge: cookie.originalMaxAge })
    })
    return visitor(await listening(server.listen(0, '127.0.0.1')))
  }

  it('is known, with its user and its times', async () => {
    const visit = await app()
    await visit('/login')
    const stored = await read(await onlyKey('sess:*'))
    const decoded = decode(stored)
    expect(decoded).toMatchObject({
      format: 'connect-redis',
      confidence: 95,
      user: 'ada',
      undecoded: [],
      readOnly: null,
    })
    expect(near(decoded?.expiry?.at, Date.now() + 3_600_000)).toBe(true)
    expect(near(decoded?.lastSeenAt?.at, Date.now())).toBe(true)
    expect(summarise(stored)?.summary).toMatchObject({
      ...{ user: 'ada', expiry: decoded?.expiry, lifetime: 3600 },
    })
  })

  it('reads the session back with the edit, and nothing else changed', async () => {
    const visit = await app('shop:')
    await visit('/login')
    const key = await onlyKey('shop:*')
    const before = await visit('/')
    await change(key, ['visits'], number(41))
    await change(key, ['passport', 'user'], text('grace'))
    expect(before).toEqual({ ...LOGIN, path: '/', originalMaxAge: 3_600_000 })
    expect(await visit('/')).toEqual({
      ...LOGIN,
      visits: 41,
      passport: { user: 'grace' },
      path: '/',
      originalMaxAge: 3_600_000,
    })
    expect(await redis.client.ttl(key)).toBeGreaterThan(3500)
  })
})

describe('@fastify/session with a store for Redis', () => {
  async function app() {
    const server = fastify()
    await server.register(fastifyCookie)
    await server.register(fastifySessionPlugin, {
      store: new RedisStore({ client: nodeRedis, prefix: 'fastify:' }) as never,
      secret: SECRET,
      cookie: { maxAge: 3_600_000, secure: false },
      saveUninitialized: false,
    })
    server.get('/login', async (request) => {
      for (const [name, value] of Object.entries(LOGIN)) request.session.set(name as never, value as never)
      return JSON.stringify('in')
    })
    server.get('/', async (request) =>
      Object.fromEntries(Object.keys(LOGIN).map((name) => [name, request.session.get(name as never)])),
    )
    open.push(server)
    return visitor(await server.listen({ port: 0, host: '127.0.0.1' }))
  }

  it('is told from express-session by its cookie, and reads an edit back', async () => {
    const visit = await app()
    await visit('/login')
    const key = await onlyKey('fastify:*')
    const decoded = decode(await read(key))
    expect(decoded).toMatchObject({
      format: 'fastify-session',
      user: 'ada',
      undecoded: [],
    })
    expect(near(decoded?.expiry?.at, Date.now() + 3_600_000)).toBe(true)
    const before = (await read(key)).value.toString()
    await change(key, ['visits'], number(41))
    expect((await read(key)).value.toString()).toBe(before.replace('"visits":1', '"visits":41'))
    expect(await visit('/')).toEqual({ ...LOGIN, visits: 41 })
  })
})

describe('Auth.js with its adapter for Upstash Redis', () => {
  /** Upstash’s REST: a command as a JSON array, or several to /pipeline; texts come in base64 where that is asked for. */
  async function restServer(): Promise<string> {
    const server = createServer((request, response) => {
      const run = async (command: unknown, inBase64: boolean): Promise<{ readonly result: unknown }> => {
        const [name = '', ...words] = commandSchema.parse(command)
        const answer: unknown = await redis.client.call(name, ...words)
        const encodes = typeof answer === 'string' && inBase64 && answer !== 'OK'
        return { result: encodes ? Buffer.from(answer).toString('base64') : answer }
      }
      const answer = async (): Promise<unknown> => {
        const sent: unknown = await json(request)
        const inBase64 = request.headers['upstash-encoding'] === 'base64'
        if (request.url !== '/pipeline') return run(sent, inBase64)
        return Promise.all(
          z
            .array(z.unknown())
            .parse(sent)
            .map((command) => run(command, inBase64)),
        )
      }
      answer().then(
        (result) => response.setHeader('content-type', 'application/json').end(JSON.stringify(result)),
        (error: unknown) => response.writeHead(500).end(JSON.stringify({ error: String(error) })),
      )
    })
    return listening(server.listen(0, '127.0.0.1'))
  }

  it('is known with its pointer and its user, and reads an edit back', async () => {
    const client = new UpstashRedis({ url: await restServer(), token: 'none', enableTelemetry: false })
    const adapter = UpstashRedisAdapter(client, { baseKeyPrefix: 'app:' })
    const user = await adapter.createUser?.({
      id: '',
      name: 'Ada',
      email: 'ada@example.org',
      emailVerified: null,
    })
    const expires = new Date('2027-04-02T12:34:56.789Z')
    await adapter.createSession?.({ sessionToken: 't0ken', userId: user?.id ?? '', expires })

    const decoded = decode(await read('app:user:session:t0ken')) as DecodedSession
    expect(decoded).toMatchObject({
      format: 'auth-js',
      confidence: 95,
      user: user?.id,
      expiry: { at: expires.getTime(), from: 'expires' },
    })
    for (const { key } of decoded.related) expect(await redis.client.exists(String(key)), String(key)).toBe(1)
    expect(decode(await read(`app:user:session:by-user-id:${user?.id}`))).toMatchObject({
      role: 'pointer',
      user: user?.id,
      related: [{ key: 'app:user:session:t0ken' }],
    })

    const later = new Date('2028-01-01T00:00:00.000Z')
    await change('app:user:session:t0ken', ['expires'], text(later.toISOString()))
    expect(await adapter.getSessionAndUser?.('t0ken')).toEqual({
      session: { sessionToken: 't0ken', userId: user?.id, expires: later },
      user,
    })
  })
})
