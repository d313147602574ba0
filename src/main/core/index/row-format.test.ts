import { afterAll, afterEach, expect, it, vi } from 'vitest'
import type { WindowQuery } from '#shared/contract.ts'
import { useRedis } from '../../../test/redis.ts'
import { DecoderClient } from '../formats/decoder-client.ts'
import { fixture, python, spring } from '../formats/testing/fixtures.ts'
import { fieldColumn, readPlan } from './columns.ts'
import { KeyReader, type ReadResult } from './key-reader.ts'
import { SessionList } from './session-list.ts'

const redis = useRedis()
const plan = readPlan([fieldColumn('username'), fieldColumn('format')])
const decoder = new DecoderClient()
const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})
afterAll(() => decoder.stop())

const COOKIE = { originalMaxAge: 600_000, expires: null, httpOnly: true, path: '/' }
const EXPRESS = { cookie: COOKIE, username: 'grace', createdAt: 1_700_000_000_000 }
const TIME = '2026-04-02T12:34:56+00:00'
const OWN = { created_at: TIME, last_accessed_at: TIME, session_ttl: '60' }
/** A pickle that tells who, which only the worker reads: `{'_auth_user_id': '7'}`. */
const PICKLE = Buffer.from('gASVHAAAAAAAAAB9lIwNX2F1dGhfdXNlcl9pZJSMATeUcy4=', 'base64')

async function fill(): Promise<void> {
  const { client } = redis
  await client.hset('session:own', { ...OWN, username: 'ada' })
  await client.hset('session:fragment', { username: 'eve' })
  await client.set('session:express', JSON.stringify(EXPRESS), 'EX', 600)
  await client.set('session:pickle', PICKLE, 'EX', 600)
  await client.hset('session:spring', fixture(spring, Object.keys(spring)[0] ?? ''))
  await client.set('session:text', 'just a text')
  await client.set('session:large', JSON.stringify({ ...EXPRESS, blob: 'x'.repeat(100_000) }))
}

async function read(reader: KeyReader, ids: readonly string[]): Promise<ReadResult['rows']> {
  let rows: ReadResult['rows'] = []
  await reader.read(ids, plan, (reply) => {
    rows = reply.rows
  })
  return rows
}

const IDS = ['own', 'fragment', 'express', 'pickle', 'spring', 'text', 'large']

it('says of rows which library wrote them, who and when, and reads nothing more of our own', async () => {
  await fill()
  const reader = new KeyReader({ client: redis.client, prefix: 'session:', clock: Date.now })
  const [own, fragment, express, pickle, springRow, text, large] = await read(reader, IDS)
  expect(own).toMatchObject({ flaws: 0, cells: ['ada', null] })
  expect(own?.format ?? null).toBeNull()
  expect(fragment?.format ?? null).toBeNull()
  expect(express).toMatchObject({ format: { id: 'connect-redis' }, cells: ['grace', 'connect-redis'] })
  expect(express?.createdAt).toBe(1_700_000_000_000)
  expect(pickle).toMatchObject({ pending: true, cells: [null, expect.any(String)] })
  // Its security context is the JDK's, which is left to the worker.
  expect(springRow).toMatchObject({ format: { id: 'spring-session', role: 'session' }, pending: true })
  expect(text?.format?.id ?? 'none').toMatch(/none|other/)
  expect(large?.format?.name).toBeTypeOf('string')
})

it('finds the same in pipelines, where a user may not run scripts', async () => {
  await fill()
  await redis.client.call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '&*', '+@all', '-@scripting')
  const options = { prefix: 'session:', clock: () => 1_000_000 }
  const scripted = new KeyReader({ client: redis.client, ...options })
  const plain = new KeyReader({ client: redis.connect({ username: 'plain', password: 'pw' }), ...options })
  const ofBoth = [await read(scripted, IDS), await read(plain, IDS)]
  expect([scripted.scripted, plain.scripted]).toEqual([true, false])
  const [one, other] = ofBoth.map((rows) =>
    rows.map(({ expiresAt: _, lastAccessedAt: __, left: ___, ...row }) => row),
  )
  expect(one).toEqual(other)
})

it('goes on with scripts where strings may not be read, which then are what Redis says', async () => {
  await fill()
  await redis.client.call('ACL', 'SETUSER', 'blind', 'on', '>pw', '~*', '&*', '+@all', '-getrange')
  const client = redis.connect({ username: 'blind', password: 'pw' })
  const reader = new KeyReader({ client, prefix: 'session:', clock: Date.now })
  const [express] = await read(reader, ['express'])
  expect(reader.scripted).toBe(true)
  expect(express).toMatchObject({ type: 'string' })
})

const query = (change: Partial<WindowQuery> = {}): WindowQuery => ({
  prefix: 'session:',
  columns: ['username'],
  filter: '',
  sort: { by: 'id', direction: 'ascending' },
  offset: 0,
  limit: 100,
  ...change,
})

async function openList(): Promise<SessionList> {
  const list = new SessionList({
    client: redis.client,
    prefix: 'session:',
    clock: Date.now,
    onChange: () => {},
    onError: (error) => {
      throw error
    },
    decoder,
  })
  ended.push(() => list.stop())
  await list.start(null)
  await vi.waitFor(() => expect(list.progress.phase).toBe('complete'))
  return list
}

it('lists, filters and sorts by what was decoded, by the worker too', { timeout: 20_000 }, async () => {
  await fill()
  const list = await openList()
  const asker = {}
  const rows = async (change: Partial<WindowQuery>) =>
    (await list.window(query(change), asker)).rows.map(({ id }) => id)
  await vi.waitFor(
    async () => {
      const { rows: all } = await list.window(query(), asker)
      expect(all.find(({ id }) => id === 'pickle')?.cells).toEqual(['7'])
    },
    { timeout: 10_000 },
  )
  expect(await rows({ filter: 'user:grace' })).toContain('express')
  await vi.waitFor(async () => expect(await rows({ filter: 'format:spring' })).toEqual(['spring']), 10_000)
  const { rows: springs } = await list.window(query({ filter: 'format:spring' }), asker)
  expect(springs[0]?.createdAt).toBeGreaterThan(1_000_000_000_000)
  const { rows: found } = await list.window(query({ filter: 'user:grace' }), asker)
  expect(found.find(({ id }) => id === 'express')).toMatchObject({
    state: 'foreign',
    problem: null,
    format: { name: expect.stringMatching(/connect-redis/) },
    createdAt: 1_700_000_000_000,
  })
  const sorted = await rows({ sort: { by: 'createdAt', direction: 'ascending' } })
  expect(sorted.indexOf('express')).toBeLessThan(sorted.indexOf('own'))
})

it('shows the user of many rows that only the worker reads, in the background', {
  timeout: 30_000,
}, async () => {
  const { value } = fixture(python, Object.keys(python).find((name) => /django/i.test(name)) ?? '')
  const pipeline = redis.client.pipeline()
  for (let i = 0; i < 450; i += 1)
    pipeline.set(`session:p${String(i).padStart(3, '0')}`, i === 0 ? value : PICKLE)
  await pipeline.exec()
  const list = await openList()
  const asker = {}
  await vi.waitFor(
    async () =>
      expect(
        (await list.window(query({ filter: 'user=7', limit: 1 }), asker)).matched,
      ).toBeGreaterThanOrEqual(449),
    { timeout: 20_000, interval: 200 },
  )
})
