import { describe, expect, it, vi } from 'vitest'
import type { HistoryStatus } from '#shared/history.ts'
import { useRedis } from '../../../test/redis.ts'
import { readServerFacts } from '../connection/server-facts.ts'
import { resolveTarget } from '../connection/target.ts'
import { Workspace } from '../workspace.ts'
import { SessionWriter } from './session-writer.ts'
import { UNDO_DEFAULTS } from './undo-log.ts'

const redis = useRedis()
const PREFIX = 'session:'

async function makeWriter(client = redis.client) {
  let now = Date.now()
  const told: HistoryStatus[] = []
  const target = resolveTarget({ host: '127.0.0.1', port: redis.port })
  const facts = await readServerFacts(redis.client)
  const workspace = new Workspace(
    { client, target, facts, live: 'polling' },
    { clock: Date.now, onError: () => {}, onNotPushed: () => {} },
  )
  const writer = new SessionWriter({ workspace, clock: () => now, onHistory: (status) => told.push(status) })
  const id = await writer
    .store(PREFIX, 'Created', 'ada')
    .createSession({ username: 'ada', theme: 'dark' }, 600)
  const set = (value: string, shown: string) =>
    writer.editor(PREFIX, 'Changed theme').setField({ prefix: PREFIX, id, field: 'theme', shown }, value)
  return {
    writer,
    history: writer.history,
    told,
    id,
    key: PREFIX + id,
    set,
    later(milliseconds: number) {
      now += milliseconds
    },
  }
}

describe('the undo log', () => {
  it('names each write by what it did and whose session it was, the latest first', async () => {
    const { writer, history, id, set } = await makeWriter()
    await set('light', 'dark')
    await writer.store(PREFIX, 'Deleted').deleteSession(id)
    const labels = ['Deleted · ada', 'Changed theme · ada', 'Created · ada']
    expect(history.status.undo.map(({ label }) => label)).toEqual(labels)
    expect(history.status.bytes).toBeGreaterThan(0)
  })

  it('keeps nothing of a write that changed nothing or found nothing', async () => {
    const { writer, history, set } = await makeWriter()
    await set('dark', 'dark')
    await writer.store(PREFIX, 'Touched').touchSession('nobody')
    expect(history.status.undo).toHaveLength(1)
  })

  it('takes back a deletion, a rotation and a creation, and makes them again', async () => {
    const { writer, history, id, key } = await makeWriter()
    const before = await redis.client.pexpiretime(key)
    const rotated = await writer.store(PREFIX, 'Rotated the id').rotateSession(id)
    await writer.store(PREFIX, 'Deleted').deleteSession(rotated ?? '')
    expect((await history.undo()).ids).toEqual([rotated])
    expect((await history.undo()).ids).toEqual([id])
    expect(await redis.client.keys('*')).toEqual([key])
    expect(await redis.client.pexpiretime(key)).toBe(before)
    expect((await history.undo()).ids).toEqual([])
    expect(await redis.client.dbsize()).toBe(0)
    for (let i = 0; i < 3; i += 1) await history.redo()
    expect(await redis.client.dbsize()).toBe(0)
    await history.undo()
    expect(await redis.client.keys('*')).toEqual([PREFIX + rotated])
  })

  it('refuses where the session has changed since, and says in what', async () => {
    const { history, key, set } = await makeWriter()
    await set('light', 'dark')
    await redis.client.hset(key, { theme: 'blue', cart: '[]' })
    await expect(history.undo()).rejects.toMatchObject({
      code: 'undo_conflict',
      details: {
        conflict: {
          which: 'undo',
          mineExists: true,
          fields: [
            { name: 'cart', mine: null, now: '[]', expiresAt: null },
            { name: 'theme', mine: 'dark', now: 'blue', expiresAt: null },
          ],
          what: 'session',
          value: null,
        },
      },
    })
    expect(await redis.client.hget(key, 'theme')).toBe('blue')
    await history.undo(true)
    expect(await redis.client.hgetall(key)).toMatchObject({ theme: 'dark' })
    expect(await redis.client.hexists(key, 'cart')).toBe(0)
    await history.redo()
    expect(await redis.client.hgetall(key)).toMatchObject({ theme: 'blue', cart: '[]' })
  })

  it('shows both values of a string that has changed since, and calls it no session', async () => {
    const { writer, history } = await makeWriter()
    await redis.client.set(`${PREFIX}text`, 'old')
    const ref = { prefix: PREFIX, id: 'text', shown: 'old' }
    await writer.editor(PREFIX, 'Changed the value').setValue(ref, 'mine')
    await redis.client.set(`${PREFIX}text`, 'theirs')
    await expect(history.undo()).rejects.toMatchObject({
      code: 'undo_conflict',
      message: 'The key has changed since, so nothing was written: Changed the value.',
      details: { conflict: { what: 'key', value: { mine: 'old', now: 'theirs' }, fields: [] } },
    })
    await history.undo(true)
    expect(await redis.client.get(`${PREFIX}text`)).toBe('old')
  })

  it('leaves a step in conflict alone when it is told so, and goes on with the one before it', async () => {
    const { history, key, set } = await makeWriter()
    await set('light', 'dark')
    await redis.client.hset(key, 'theme', 'blue')
    await expect(history.undo()).rejects.toMatchObject({ code: 'undo_conflict' })
    history.forget('undo')
    expect(history.status.undo.map(({ label }) => label)).toEqual(['Created · ada'])
  })

  it('brings no session back that was deleted elsewhere or whose time has run out, not even by force', async () => {
    const { writer, history, id, key, set } = await makeWriter()
    await set('light', 'dark')
    await redis.client.unlink(key)
    await expect(history.undo(true)).rejects.toMatchObject({ code: 'session_gone' })
    expect(await redis.client.exists(key)).toBe(0)
    // What nothing can take back any more is forgotten.
    expect(history.status.undo.map(({ label }) => label)).toEqual(['Created · ada'])

    const brief = await writer.store(PREFIX, 'Created').createSession({}, 600)
    const end = Date.now() + 100
    await redis.client.pexpireat(PREFIX + brief, end)
    await writer.store(PREFIX, 'Deleted').deleteSession(brief)
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(end))
    await expect(history.undo()).rejects.toMatchObject({
      code: 'session_gone',
      message: expect.stringContaining('time has run out'),
    })
    expect(await redis.client.exists(PREFIX + brief)).toBe(0)
    expect(id).not.toBe(brief)
  })

  it('forgets writes by their age, their number and what they hold', async () => {
    const { history, later, set, key } = await makeWriter()
    later(UNDO_DEFAULTS.keepFor / 2)
    await set('light', 'dark')
    later(UNDO_DEFAULTS.keepFor / 2 + 1)
    expect(history.status.undo.map(({ label }) => label)).toEqual(['Changed theme · ada'])
    for (let i = 0; i < UNDO_DEFAULTS.entries + 5; i += 1) await set(`t${i}`, i === 0 ? 'light' : `t${i - 1}`)
    expect(history.status.undo).toHaveLength(UNDO_DEFAULTS.entries)
    const held = (bytes: number) => ({
      count: 1,
      bytes,
      revert: () => Promise.reject(new Error('not tried')),
    })
    for (let i = 0; i < 5; i += 1)
      history.pushReversible({ prefix: PREFIX, id: key, label: `Large ${i}` }, held(UNDO_DEFAULTS.bytes / 3))
    expect(history.status.bytes).toBeLessThanOrEqual(UNDO_DEFAULTS.bytes)
    expect(history.status.undo.map(({ label }) => label)).toEqual(['Large 4', 'Large 3', 'Large 2'])
  }, 30_000)

  it('keeps nothing of a write that ends after its window has gone', async () => {
    const { history, told, set } = await makeWriter()
    const written = set('light', 'dark')
    history.stop()
    await written
    const before = told.length
    expect(history.status).toMatchObject({ undo: [], redo: [], bytes: 0 })
    await set('dark', 'light')
    expect(told).toHaveLength(before)
    expect(history.status.undo).toEqual([])
  })

  it('writes all the same where this user may not DUMP, and says that there is nothing to undo', async () => {
    await redis.client.call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '&*', '+@all', '-dump')
    const { history, key, set } = await makeWriter(redis.connect({ username: 'plain', password: 'pw' }))
    await set('light', 'dark')
    expect(await redis.client.hget(key, 'theme')).toBe('light')
    await expect(history.undo()).rejects.toMatchObject({ code: 'nothing_to_undo' })
  })

  it('keeps the whole of a key of several thousand fields', async () => {
    const { writer, history, id, key } = await makeWriter()
    await redis.client.hset(
      key,
      Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`f${i}`, String(i)])),
    )
    await writer.store(PREFIX, 'Deleted').deleteSession(id)
    await history.undo()
    expect(await redis.client.hlen(key)).toBe(3005)
  })
})
