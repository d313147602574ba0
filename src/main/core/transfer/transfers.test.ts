import { expect, it, vi } from 'vitest'
import type { CallArg, CallName, CallReply } from '#shared/contract.ts'
import type { ExportForm, ImportOptions, ImportRun, ImportState } from '#shared/transfer.ts'
import { useRedis } from '../../../test/redis.ts'
import { createInspector } from '../services.ts'
import { piecesOf, snapshot } from './testing/move.ts'

const redis = useRedis()
const PREFIX = 'session:'
const FAR = 4_000_000_000_000

/** A client of the whole core, connected and with the list of the prefix open. */
async function connect(readOnly = false) {
  const inspector = createInspector({ host: 'web', version: '1', redisUrl: null, log: () => {} })
  const endpoint = inspector.attach(() => {})
  const call = async <N extends CallName>(name: N, arg: CallArg<N>): Promise<CallReply<N>> => {
    const reply = await endpoint.dispatch(name, JSON.parse(JSON.stringify(arg)))
    if (!reply.ok) throw Object.assign(new Error(reply.message), { code: reply.code })
    return JSON.parse(JSON.stringify(reply.value ?? null)) as CallReply<N>
  }
  await call('connection.connect', { port: redis.port, readOnly })
  const window = { prefix: PREFIX, columns: ['username'], filter: '', offset: 0, limit: 10 }
  const open = () => call('list.window', { ...window, sort: { by: 'id', direction: 'ascending' } })
  await vi.waitFor(async () => expect((await open()).phase).toBe('complete'))
  const exported = async (scope: CallArg<'export.begin'>['scope'], form: ExportForm = 'readable') => {
    const { handle, total, complete } = await call('export.begin', { prefix: PREFIX, scope, form })
    let text = ''
    for (;;) {
      const chunk = await call('export.read', { handle })
      text += chunk.text
      if (chunk.done) return { text, total, complete, progress: chunk.progress }
    }
  }
  const pieces = (text: string) =>
    piecesOf(Buffer.from(text), 500).map(([piece, last]) => ({ chunk: piece.toString('base64'), last }))
  const checked = async (text: string, options: Partial<ImportOptions> = {}) => {
    const given = { prefix: PREFIX, into: 'exported' as const, existing: 'keep' as const, ...options }
    const { handle } = await call('import.begin', given)
    let state: ImportState | null = null
    for (const piece of pieces(text)) state = await call('import.check', { handle, ...piece })
    return { handle, state }
  }
  const ran = async (handle: number, text: string) => {
    let run: ImportRun | null = null
    for (const piece of pieces(text)) run = await call('import.run', { handle, ...piece })
    return run
  }
  return { inspector, endpoint, call, open, exported, checked, ran, pieces }
}

async function fill(count: number): Promise<void> {
  const pipeline = redis.client.pipeline()
  for (let index = 0; index < count; index += 1) {
    const fields = { username: index % 2 === 0 ? 'ada' : 'grace', n: String(index) }
    pipeline.hset(`${PREFIX}${index}`, fields).pexpireat(`${PREFIX}${index}`, FAR)
  }
  await pipeline.exec()
}

it('redacts a readable export unless it is told not to, and never says that it redacts a lossless one', async () => {
  await redis.client.hset(`${PREFIX}1`, { username: 'ada', password: 'hunter2' })
  const { inspector, call, exported } = await connect()
  const scope = { ids: ['1'] }
  try {
    expect((await exported(scope)).text).not.toContain('hunter2')
    const { handle } = await call('export.begin', {
      prefix: PREFIX,
      scope,
      form: 'readable',
      redact: 'nothing',
    })
    expect((await call('export.read', { handle })).text).toContain('"password":"hunter2"')
    expect((await exported(scope, 'lossless')).text).toContain('"form":"lossless"')
    await expect(
      call('export.begin', { prefix: PREFIX, scope, form: 'lossless', redact: 'secrets' }),
    ).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('nothing in it can be redacted'),
    })
  } finally {
    await inspector.stop()
  }
})

it('exports what the filter matches, or the sessions that are named', async () => {
  await fill(10)
  const { inspector, call, exported } = await connect()
  try {
    const filtered = await exported({ filter: 'user:ada' })
    expect(filtered).toMatchObject({ total: 5, complete: true, progress: { written: 5 } })
    const lines = filtered.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[0]).toMatchObject({
      format: 'redis-session-inspector',
      version: 1,
      form: 'readable',
      sessions: 5,
    })
    expect(lines.at(-1)).toEqual({ end: true, sessions: 5, gone: 0, left_out: [] })
    expect(lines.slice(1, -1).map(({ fields }) => fields.username)).toEqual(Array(5).fill('ada'))
    const named = await exported({ ids: ['3', '3', 'none'] }, 'lossless')
    expect(named.progress).toMatchObject({ total: 2, written: 1, gone: 1 })
    await expect(exported({ filter: 'user:nobody' })).rejects.toThrow('There is no session to export.')
    await expect(exported({ filter: 'ttl<' })).rejects.toThrow('The filter cannot be read.')
    await expect(call('export.read', { handle: 99 })).rejects.toThrow('Begin it anew.')
  } finally {
    await inspector.stop()
  }
})

it('imports in one step of the history, which takes all of it back', async () => {
  await fill(6)
  const { inspector, call, exported, checked, ran, open } = await connect()
  try {
    const { text } = await exported({ filter: '' }, 'lossless')
    await redis.client.unlink(`${PREFIX}0`, `${PREFIX}1`)
    await redis.client.hset(`${PREFIX}2`, 'n', 'other')
    const before = await snapshot(redis.client)
    const { handle, state } = await checked(text, { existing: 'replace' })
    expect(state).toMatchObject({
      phase: 'checked',
      counts: { created: 2, replaced: 1, identical: 3 },
      undo: { possible: true },
    })
    expect(await snapshot(redis.client)).toEqual(before)
    const run = await ran(handle, text)
    expect(run?.state).toMatchObject({ phase: 'done', counts: { created: 2, replaced: 1, identical: 3 } })
    const status = await call('history.status', {})
    expect(status.undo.map(({ label }) => label)).toEqual(['Imported 3 sessions'])
    await vi.waitFor(async () => expect((await open()).total).toBe(6))
    await call('history.undo', {})
    expect(await snapshot(redis.client)).toEqual(before)
  } finally {
    await inspector.stop()
  }
})

it('takes an import back many at a time, but nothing that was used since', async () => {
  await fill(1001)
  const { inspector, call, exported, checked, ran } = await connect()
  try {
    const { text } = await exported({ filter: '' })
    await redis.client.flushall()
    const { handle } = await checked(text)
    expect((await ran(handle, text))?.state.counts.created).toBe(1001)
    await redis.client.hset(`${PREFIX}7`, 'n', 'used')
    const { counts } = await call('history.undo', {})
    expect(counts).toEqual({ done: 1000, expired: 0, changed: 1, gone: 0 })
    expect(await redis.client.keys('*')).toEqual([`${PREFIX}7`])
    expect((await call('history.redo', {})).counts.done).toBe(1000)
    expect(await redis.client.dbsize()).toBe(1001)
  } finally {
    await inspector.stop()
  }
})

it('leaves whole sessions when it is stopped, and tells of each', async () => {
  await fill(400)
  const { inspector, call, exported, checked, pieces } = await connect()
  try {
    const { text } = await exported({ filter: '' }, 'lossless')
    const before = await snapshot(redis.client)
    await redis.client.flushall()
    const { handle } = await checked(text)
    const entries: unknown[] = []
    for (const piece of pieces(text).slice(0, 40)) {
      entries.push(...(await call('import.run', { handle, ...piece })).entries)
    }
    const whole = pieces(text)[40]
    if (whole === undefined) throw new TypeError('the file has more pieces')
    const [under, stopped] = await Promise.all([
      call('import.run', { handle, ...whole }),
      call('import.stop', { handle }),
    ])
    entries.push(...under.entries, ...(stopped?.entries ?? []))
    const after = await snapshot(redis.client)
    expect(after.size).toBeGreaterThan(10)
    expect(after.size).toBeLessThan(400)
    for (const [key, state] of after) expect(before.get(key)).toBe(state)
    expect(entries).toHaveLength(after.size)
    expect(stopped?.state).toMatchObject({ phase: 'done', counts: { created: after.size } })
    expect((await call('history.status', {})).undo[0]?.label).toBe(`Imported ${after.size} sessions`)
    expect(await call('import.stop', { handle })).toBeNull()
  } finally {
    await inspector.stop()
  }
})

it('exports and makes dry runs on a read-only connection, and refuses the run', async () => {
  await fill(3)
  const { inspector, call, exported, checked, ran } = await connect(true)
  try {
    const { text } = await exported({ filter: '' }, 'lossless')
    await redis.client.unlink(`${PREFIX}0`)
    const { handle, state } = await checked(text)
    expect(state?.counts).toMatchObject({ created: 1, identical: 2 })
    await expect(ran(handle, text)).rejects.toMatchObject({ code: 'read_only' })
    expect(await redis.client.dbsize()).toBe(2)
    await call('connection.setReadOnly', { readOnly: false })
    expect((await ran(handle, text))?.state.counts.created).toBe(1)
  } finally {
    await inspector.stop()
  }
})

it('refuses a file that is not the one of the dry run', async () => {
  await fill(3)
  const { inspector, exported, checked, ran } = await connect()
  try {
    const { text } = await exported({ filter: '' })
    await redis.client.flushall()
    const { handle } = await checked(text)
    const run = await ran(handle, text.replace('"n":"1"', '"n":"7"'))
    expect(run?.state.counts).toMatchObject({ created: 2, changed: 1 })
    expect(await redis.client.exists(`${PREFIX}1`)).toBe(0)
  } finally {
    await inspector.stop()
  }
})

it('keeps a few at a time, one call of each, and none over a change of the connection', async () => {
  await fill(3)
  const { inspector, endpoint, call, open } = await connect()
  const begin = () => call('import.begin', { prefix: PREFIX, into: 'given', existing: 'keep' })
  try {
    const [first, second] = [await begin(), await begin(), await begin()]
    await expect(begin()).rejects.toThrow('At most 3 exports and imports run at once.')
    await call('import.stop', first)
    await begin()
    const piece = { chunk: Buffer.from('{}').toString('base64'), last: false }
    const both = [1, 2].map(() => call('import.check', { ...second, ...piece }))
    await expect(Promise.all(both)).rejects.toThrow('One piece at a time')
    await Promise.allSettled(both)
    // An import takes none of an export's calls.
    await expect(call('export.read', second)).rejects.toThrow('Begin it anew.')
    await call('connection.connect', { port: redis.port })
    await open()
    await expect(call('import.check', { ...second, ...piece })).rejects.toThrow('another connection')
    await expect(call('import.check', { ...second, ...piece })).rejects.toThrow('Begin it anew.')
    endpoint.close()
  } finally {
    await inspector.stop()
  }
})

it('takes what people write by hand: a JSON array with TTLs in seconds becomes sessions', async () => {
  const { inspector, call, checked, ran, open } = await connect()
  try {
    const array = JSON.stringify([
      { id: 'a', fields: { username: 'ada', page_views: 3, admin: true }, ttl: 900 },
      { id: 'b', fields: { username: 'grace' } },
    ])
    const { handle, state } = await checked(array)
    expect(state).toMatchObject({ source: null, prefix: PREFIX, counts: { created: 1, invalid: 1 } })
    expect(state?.samples).toContainEqual(
      expect.objectContaining({ line: 2, reason: expect.stringContaining('does not say when it ends') }),
    )
    await ran(handle, array)
    expect(await redis.client.hgetall(`${PREFIX}a`)).toMatchObject({
      username: 'ada',
      page_views: '3',
      admin: 'true',
      session_ttl: '900',
    })
    expect(await redis.client.ttl(`${PREFIX}a`)).toBeGreaterThan(890)
    await vi.waitFor(async () => expect((await open()).rows[0]?.state).toBe('session'))
    expect(await call('session.watch', { prefix: PREFIX, id: 'a' })).toMatchObject({ state: 'session' })
  } finally {
    await inspector.stop()
  }
})
