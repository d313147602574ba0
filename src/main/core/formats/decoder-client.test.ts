import { afterEach, expect, it } from 'vitest'
import { fieldColumn, readPlan } from '../index/columns.ts'
import type { KeptReply } from '../index/packed-rows.ts'
import { DecoderClient, type DecoderLimits } from './decoder-client.ts'
import { FORMAT_LIMITS } from './limits.ts'
import { decode } from './registry.ts'
import { aspnet, fixture, python, ruby, storedHash, storedString } from './testing/fixtures.ts'

const clients: DecoderClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop()
})

function newClient(limits: Partial<DecoderLimits> = {}, code?: string, makesRows = false): DecoderClient {
  const client = new DecoderClient({
    limits: { ...FORMAT_LIMITS, ...limits },
    makesRows,
    ...(code === undefined ? {} : { file: new URL(`data:text/javascript,${encodeURIComponent(code)}`) }),
  })
  clients.push(client)
  return client
}

const marshal = () => storedString(fixture(ruby, 'marshal').key, fixture(ruby, 'marshal').value)
const pickle = () => storedString(fixture(python, 'django-cache').key, fixture(python, 'django-cache').value)

/** A worker that answers each job but those whose key says what it does instead. */
const UNRULY = `
import { parentPort } from 'node:worker_threads'
parentPort.on('message', (request) => {
  const key = Buffer.from(request.session.key).toString()
  if (key === 'hang') for (;;) {}
  if (key === 'die') throw new Error('no')
  if (key === 'exit') process.exit(3)
  if (key === 'eat') { const all = []; for (;;) all.push(new Array(1e5).fill(Math.random()).map(String)) }
  parentPort.postMessage({ kind: 'decoded', session: { key } })
})
parentPort.postMessage({ kind: 'ready' })`
const session = (key: string) => storedString(key, '{"user":"ada"}')

it('decodes in a worker what the same code decodes here', async () => {
  const client = newClient()
  const hash = storedHash('app:6f9b', aspnet.sliding, Date.UTC(2026, 3, 2))
  const decoded = await Promise.all([marshal(), pickle(), hash].map((stored) => client.decode(stored)))
  expect(decoded).toEqual([decode(marshal()), decode(pickle()), decode(hash)])
})

it('summarises rows of a list in one go, in their order', async () => {
  const rows = await newClient().summarise([marshal(), storedString('x', 'plain'), pickle()])
  expect(rows).toMatchObject([
    { format: 'redis-session-store', user: '7' },
    null,
    { format: 'django-cache', user: '7' },
  ])
})

it('takes no rows while it starts, then those of all replies that wait together, each for whoever asked', async () => {
  const client = newClient({}, undefined, true)
  const reply = (...values: readonly string[]): KeptReply => {
    const keys = values.map((value, at) =>
      Buffer.concat([
        Buffer.from([0xa3]),
        Buffer.from(`s:${at}`),
        // A string's beginning and its length, in an array of their own, then PTTL.
        Buffer.from([0x91, 0x92, 0xa0 + value.length]),
        Buffer.from(value),
        Buffer.from([value.length, 0xff]),
      ]),
    )
    return { bytes: Buffer.concat(keys), at: 0, skip: 2, plan: readPlan([fieldColumn('username')]), now: 0 }
  }
  const [one, two] = [reply('{"user":"ada"}'), reply('{"user":"eve"}', '{"user":"bob"}')]
  client.expectRows()
  expect(client.takesRows).toBe(false)
  await client.decode(session('ready'))
  expect(client.takesRows).toBe(true)
  const found = await Promise.all([one, two, one, two].map((each) => client.rows(each)))
  expect(found.map((packed) => packed?.cells)).toEqual([['ada'], ['eve', 'bob'], ['ada'], ['eve', 'bob']])
  // What was sent is still whoever's it was.
  expect(one.bytes.length).toBeGreaterThan(0)
})

it('inspects sessions in one go, and answers no value of them', async () => {
  const found = await newClient().inspect([
    storedString('sess:a', '{"cookie":{"path":"/"},"password":"hunter22"}'),
    marshal(),
  ])
  expect(found).toMatchObject([{ secrets: [{ kind: 'passwords', field: 'password' }] }, { undecoded: false }])
  expect(JSON.stringify(found)).not.toContain('hunter22')
})

it('tells what is kept beside sessions in one go, and of which it cannot be told', async () => {
  const auth = (token: string, pad = '') =>
    storedString(
      `user:session:${token}`,
      JSON.stringify({ sessionToken: token, userId: 'u1', expires: '2035-01-01T00:00:00.000Z', pad }),
    )
  const large = auth('large', 'x'.repeat(FORMAT_LIMITS.bytes))
  const pointer = storedString('user:session:by-user-id:u1', 'user:session:a')
  const found = await newClient().related([auth('a'), large, pointer, storedString('x', 'plain'), auth('b')])
  expect(found).toMatchObject([
    [{ key: 'user:session:by-user-id:u1', holds: 'user:session:a' }, { key: 'user:u1' }],
    null,
    [],
    [],
    [{ holds: 'user:session:b' }, { key: 'user:u1' }],
  ])
})

it('leaves only the one out that takes too long to be inspected', async () => {
  const hangs = UNRULY.replace(
    'request.session.key',
    "(request.sessions.find(({ key }) => Buffer.from(key).toString() === 'hang') ?? request.sessions[0]).key",
  ).replace(
    "{ kind: 'decoded', session: { key } }",
    "{ kind: 'inspected', inspections: request.sessions.map(({ key }) => Buffer.from(key).toString()) }",
  )
  const client = newClient({ workerMilliseconds: 300 }, hangs)
  expect(await client.inspect(['fine', 'hang', 'well'].map(session))).toEqual(['fine', null, 'well'])
})

it('stops a value that takes too long, and decodes the next one in a new worker', async () => {
  const client = newClient({ workerMilliseconds: 300 }, UNRULY)
  const [hung, next] = await Promise.all([client.decode(session('hang')), client.decode(session('fine'))])
  expect(hung).toMatchObject({
    format: 'other',
    root: null,
    undecoded: [{ path: null, reason: 'Decoding it took longer than 0.3 s, so it was stopped.', size: 14 }],
    readOnly: expect.any(String),
  })
  expect(next).toEqual({ key: 'fine' })
})

it('stops a value that takes too much memory', async () => {
  const client = newClient({ workerHeap: 24 }, UNRULY)
  expect(await client.decode(session('eat'))).toMatchObject({
    undecoded: [{ reason: 'Decoding it took more than 24 MB of memory, so it was stopped.' }],
  })
  expect(await client.decode(session('fine'))).toEqual({ key: 'fine' })
})

it('outlives a worker that fails or ends', async () => {
  const client = newClient({}, UNRULY)
  for (const [key, reason] of [
    ['die', 'Decoding it failed, so it was stopped.'],
    ['exit', 'The decoder ended unexpectedly.'],
  ] as const) {
    expect(await client.decode(session(key))).toMatchObject({ undecoded: [{ reason }] })
    expect(await client.decode(session('fine'))).toEqual({ key: 'fine' })
  }
})

it('keeps a bounded queue', async () => {
  const client = newClient({ workerQueue: 2 }, UNRULY)
  const answers = await Promise.all(['1', '2', '3', '4', '5'].map((key) => client.decode(session(key))))
  expect(answers.slice(0, 3)).toEqual([{ key: '1' }, { key: '2' }, { key: '3' }])
  expect(answers.slice(3)).toMatchObject(
    Array(2).fill({
      undecoded: [{ reason: 'Very many values wait to be decoded. Look at it again in a moment.' }],
    }),
  )
})

it('answers what waits when it is stopped, and what comes later', async () => {
  const client = newClient({}, UNRULY)
  const waiting = [client.decode(session('hang')), client.decode(session('fine'))]
  await client.stop()
  for (const answer of [...waiting, client.decode(session('late'))]) {
    expect(await answer).toMatchObject({ undecoded: [{ reason: 'The inspector is closing.' }] })
  }
})

it('takes a pickle that would grow without end for what its limits say', async () => {
  const text = 'x'.repeat(4096)
  const value = Buffer.from(
    `\x80\x04}(X\x01\x00\x00\x00aX\x00\x10\x00\x00${text}q\x00${'h\x00'.repeat(9_000)}u.`,
    'latin1',
  )
  const decoded = await newClient().decode(storedString(':1:django.contrib.sessions.cacheab', value))
  expect(decoded?.undecoded).toMatchObject([{ reason: 'Decoded it takes more than 8.0 MB.' }])
})
