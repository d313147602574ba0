import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { sign } from 'cookie-signature'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { COOKIE_LIMITS, type CookieFinding, type CookieReport } from '#shared/cookies.ts'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useRedis } from '../../../test/redis.ts'
import { createInspector } from '../services.ts'
import { fixture, laravel } from './testing/fixtures.ts'

const redis = useRedis()
let client: InspectorClient
let logged: string[]

beforeEach(async () => {
  logged = []
  client = new InspectorClient(
    createInspector({ host: 'web', version: '1', redisUrl: null, log: (line) => logged.push(line) }),
  )
  await client.invoke('connection.connect', { port: redis.port })
})
afterEach(async () => {
  await client.inspector.stop()
  expect(logged).toEqual([])
})

const SECRET = 'the secret of the shop'
const VALUE = JSON.stringify({
  cookie: { originalMaxAge: 60_000, expires: '2035-01-01T00:00:00.000Z', httpOnly: true, path: '/' },
  username: 'ada',
})

const find = (text: string, ...secrets: readonly string[]): Promise<CookieReport> =>
  client.invoke('cookie.find', { text, listed: 'session:', secrets: [...secrets] })

async function findOne(text: string, ...secrets: readonly string[]): Promise<CookieFinding> {
  const { cookies } = await find(text, ...secrets)
  expect(cookies).toHaveLength(1)
  return cookies[0] as CookieFinding
}

const newId = () => randomBytes(24).toString('base64url')
const signedCookie = (id: string, secret = SECRET) =>
  `connect.sid=${encodeURIComponent(`s:${sign(id, secret)}`)}`

describe('the session of a cookie', () => {
  it('is found under its library’s prefix, with who it is of and until when', async () => {
    const id = newId()
    await redis.client.set(`sess:${id}`, VALUE, 'EX', 600)
    const finding = await findOne(signedCookie(id), SECRET)
    expect(finding).toMatchObject({
      name: 'connect.sid',
      library: 'express-session',
      outcome: 'found',
      signature: 'good',
      id,
      sessions: [
        { prefix: 'sess:', id, type: 'string', format: 'connect-redis (express-session)', user: 'ada' },
      ],
      ending: null,
    })
    expect(Math.abs((finding.sessions[0]?.expiresAt ?? 0) - Date.now() - 600_000)).toBeLessThan(5000)
  })

  it('is found all the same where the signature is wrong, which is said', async () => {
    const id = newId()
    await redis.client.set(`sess:${id}`, VALUE)
    expect(await findOne(signedCookie(id, 'forged'), SECRET)).toMatchObject({
      outcome: 'found',
      signature: 'bad',
    })
    expect(await findOne(signedCookie(newId(), 'forged'), SECRET)).toMatchObject({
      outcome: 'absent',
      signature: 'bad',
    })
    expect(await findOne(signedCookie(id))).toMatchObject({ outcome: 'found', signature: 'unchecked' })
  })

  it('is found by all libraries’ ways to make a key of an id', async () => {
    const [plain, uuid, hex] = [newId(), randomUUID(), randomBytes(16).toString('hex')]
    const { setCookie, appKey } = fixture(laravel.cookies, 'cbc256')
    const keys = {
      [`sid=${newId()}${'a'.repeat(11)}`]: (value: string) => `session:${value}`,
      [`SESSION=${Buffer.from(uuid).toString('base64')}`]: () => `spring:session:sessions:${uuid}`,
      [`_shop_session=${hex}`]: () => `session:2::${createHash('sha256').update(hex).digest('hex')}`,
      [`sessionid=${'ab12'.repeat(8)}`]: (value: string) => `:1:django.contrib.sessions.cache${value}`,
      [`PHPSESSID=${'k3'.repeat(13)}`]: (value: string) => `PHPREDIS_SESSION:${value}`,
      [`authjs.session-token=${uuid}`]: (value: string) => `user:session:${value}`,
      [setCookie]: () => `shop_database_shop_cache_:${laravel.id}`,
      [`session=${plain}`]: (value: string) => `session:${value}`,
    }
    for (const [cookie, keyOf] of Object.entries(keys)) {
      await redis.client.flushall()
      const key = keyOf(cookie.replace(/^[^=]*=([^;]*).*$/, '$1'))
      await redis.client.set(key, 'x')
      const { outcome, sessions } = await findOne(cookie, appKey)
      expect(outcome, cookie).toBe('found')
      expect(sessions.map(({ prefix, id }) => prefix + id)).toEqual([key])
    }
  })

  it('is found under a prefix that nobody could guess: a namespace, or what stands before the id', async () => {
    const id = newId()
    for (const key of [`shop:eu:login:${id}`, `laravel13-live-${id}`]) {
      await redis.client.flushall()
      await redis.client.set(key, VALUE)
      await redis.client.set('shop:eu:login:other', VALUE)
      const { outcome, sessions } = await findOne(signedCookie(id))
      expect(outcome).toBe('found')
      expect(sessions).toMatchObject([{ prefix: key.slice(0, -id.length), id }])
    }
  })

  it('is shown under the listed prefix where that begins its key too', async () => {
    const id = randomUUID()
    await redis.client.set(`session:sessions:${id}`, 'x')
    const { sessions } = await findOne(`id=${id}`)
    expect(sessions).toMatchObject([{ prefix: 'session:', id: `sessions:${id}` }])
  })

  it('is told apart for each cookie that was pasted, those that lead somewhere first', async () => {
    const id = newId()
    await redis.client.set(`sess:${id}`, VALUE)
    const { source, cookies, keys } = await find(
      `curl http://localhost -H 'Cookie: _ga=GA1.1.123456789.1; theme=dark; unknown=abcdefgh1234; ${signedCookie(id)}'`,
    )
    expect(source).toBe('curl')
    expect(cookies.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['connect.sid', 'found'],
      ['unknown', 'absent'],
      ['_ga', 'other'],
      ['theme', 'other'],
    ])
    expect(keys).toBeGreaterThan(10)
  })
})

describe('where there is none', () => {
  it('it is said that it has expired, and when, if that was seen', async () => {
    const id = randomBytes(32).toString('base64url')
    await redis.client.config('SET', 'notify-keyspace-events', 'KA')
    const window = { prefix: 'session:', columns: [], filter: '', offset: 0, limit: 10 }
    const sort = { by: 'id', direction: 'ascending' } as const
    await redis.client.set(`session:${id}`, VALUE, 'PX', 900)
    await client.invoke('list.window', { ...window, sort })
    await vi.waitFor(
      async () =>
        expect(await findOne(`sid=${id}`)).toMatchObject({
          outcome: 'ended',
          ending: { how: 'expired', prefix: 'session:', at: expect.any(Number), undoable: false },
          sessions: [],
        }),
      { timeout: 10_000 },
    )
    expect(await findOne(`sid=${randomBytes(32).toString('base64url')}`)).toMatchObject({
      outcome: 'absent',
      ending: null,
    })
    await redis.client.config('SET', 'notify-keyspace-events', '')
  })

  it('it is said that it was deleted from here, which can be undone, also where no list is open', async () => {
    const { id } = await client.invoke('session.create', { prefix: 'session:', fields: {}, ttl: 600 })
    await client.invoke('session.delete', { prefix: 'session:', id })
    expect(await findOne(`sid=${id}`)).toMatchObject({
      outcome: 'ended',
      ending: { how: 'deleted', prefix: 'session:', undoable: true },
    })
    await client.invoke('history.undo', {})
    expect(await findOne(`sid=${id}`)).toMatchObject({ outcome: 'found' })
  })

  it('it is said which id a session has since that was rotated', async () => {
    const { id } = await client.invoke('session.create', { prefix: 'session:', fields: {}, ttl: 600 })
    const window = { prefix: 'session:', columns: [], filter: '', offset: 0, limit: 10 }
    await vi.waitFor(async () =>
      expect(
        await client.invoke('list.window', { ...window, sort: { by: 'id', direction: 'ascending' } }),
      ).toMatchObject({ matched: 1 }),
    )
    const { id: to } = await client.invoke('session.rotate', { prefix: 'session:', id })
    await vi.waitFor(async () =>
      expect(await findOne(`sid=${id}`)).toMatchObject({ outcome: 'ended', ending: { how: 'rotated', to } }),
    )
  })

  it('nothing is looked up for sessions that are in their cookie, or for tokens that are no session’s', async () => {
    const report = await find(`csrftoken=${newId()}; .AspNetCore.Session=CfDJ8${newId()}`)
    expect(report).toMatchObject({ keys: 0, complete: true })
  })

  it('very many cookies take a bounded number of keys, and say so', async () => {
    await redis.client.mset(
      Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`space-${at}:a:b`, 'x'])),
    )
    const text = Array.from(
      { length: 250 },
      (_, at) => `laravel${at}_session=${randomBytes(20).toString('hex')}`,
    )
    const { cookies, more, keys } = await find(text.join('; '))
    expect(cookies).toHaveLength(COOKIE_LIMITS.cookies)
    expect(more).toBe(50)
    expect(keys).toBeGreaterThan(1000)
    expect(keys).toBeLessThanOrEqual(COOKIE_LIMITS.keys)
  })

  it('nothing pasted is no cookie, and no error', async () => {
    for (const text of ['', '\n', 'curl http://localhost', 'Accept: x'])
      expect(await find(text)).toMatchObject({ cookies: [] })
  })
})

describe('what is secret', () => {
  it('is in no reply, no log and no error', async () => {
    const id = newId()
    const token = randomBytes(30).toString('base64url')
    const cookie = signedCookie(id)
    const signature = sign(id, SECRET).split('.')[1] ?? ''
    await client.invoke('commands.follow', { on: true })
    await redis.client.set(`sess:${id}`, VALUE)
    const report = await find(`${cookie}; tracking=${token}`, SECRET, 'another secret')
    const { rows: entries } = await client.invoke('commands.read', {
      offset: 0,
      limit: 500,
      text: '',
      kinds: ['reads', 'writes', 'background'],
      failedOnly: false,
    })
    expect(
      entries.filter(({ purpose }) => purpose === 'looked for the session of a cookie').length,
    ).toBeGreaterThan(20)
    const told = JSON.stringify([report, client.events])
    for (const secret of [SECRET, 'another secret', signature, encodeURIComponent(signature)])
      expect(told).not.toContain(secret)
    const log = JSON.stringify(entries)
    for (const secret of [SECRET, 'another secret', signature, token, id]) expect(log).not.toContain(secret)
    const refused = await client.dispatch('cookie.find', {
      text: `${token}${'x'.repeat(70_000)}`,
      listed: '',
      secrets: [SECRET],
    })
    expect(refused).toMatchObject({ ok: false, code: 'invalid_argument' })
    expect(JSON.stringify(refused)).not.toContain(token)
    await client.invoke('connection.disconnect', {})
    const lost = await client.dispatch('cookie.find', { text: cookie, listed: '', secrets: [SECRET] })
    expect(lost).toMatchObject({ ok: false, code: 'not_connected' })
    expect(JSON.stringify(lost)).not.toContain(id)
  })
})

it('looks at the keys that a user may use, and says of how many it may not', async () => {
  const id = newId()
  await redis.client.set(`sess:${id}`, VALUE)
  await redis.client.acl('SETUSER', 'ada', 'on', '>pw', '+@all', '~sess:*')
  await client.invoke('connection.connect', { port: redis.port, username: 'ada', password: 'pw' })
  const report = await find(signedCookie(id))
  expect(report.cookies[0]).toMatchObject({ outcome: 'found', sessions: [{ prefix: 'sess:', id }] })
  expect(report.refused).toBeGreaterThan(5)
  await redis.client.acl('SETUSER', 'ada', '-pttl')
  await client.invoke('connection.lookAtPermissions', {})
  await expect(find(signedCookie(id))).rejects.toMatchObject({ code: 'no_permission' })
  await redis.client.acl('DELUSER', 'ada')
})
