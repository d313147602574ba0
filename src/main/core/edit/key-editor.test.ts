import type { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { LIMITS, type SessionState } from '#shared/model.ts'
import { useRedisServer } from '../../../test/redis.ts'
import { SERVER_KINDS } from '../../../test/redis-servers.ts'
import { readSessionDetail } from '../index/session-detail.ts'
import type { KeyChange } from '../store/key-state.ts'
import { SessionStore } from '../store/session-store.ts'
import { KeyEditor } from './key-editor.ts'

const PREFIX = 'session:'
const ref = (id: string) => ({ prefix: PREFIX, id })
const hash = (id: string, field: string, shown: string | null, state?: 'incomplete') => ({
  ...ref(id),
  field,
  shown,
  ...(state === undefined ? {} : { state }),
})
const FOREIGN = (type: string) => ({ state: 'foreign' as SessionState, type })
const INCOMPLETE = { state: 'incomplete', type: 'hash' } as const
const SESSION = { state: 'session', type: 'hash' } as const
const refusal = (code: string, details?: object) =>
  expect.objectContaining({ code, ...(details === undefined ? {} : { details }) })

describe.each(SERVER_KINDS)('guarded edits on $name', ({ name, binary, missing }) => {
  if (missing !== null) {
    it.skip(`are not tried: ${missing}`, () => {})
    return
  }
  const redis = useRedisServer(binary)
  const knowsFieldTtls = name === 'Redis 8.0'
  const recorded: (readonly KeyChange[] | null)[] = []
  const editorOf = (client: Redis) =>
    new KeyEditor({ client, clock: Date.now, record: (changes) => recorded.push(changes) })
  const editor = () => editorOf(redis.client)
  const session = (fields: Record<string, string> = { theme: 'dark' }) =>
    new SessionStore({ client: redis.client }).createSession(fields, 600)
  const key = (id: string) => PREFIX + id
  /** What must stay as it is, byte for byte. */
  const whole = async (id: string) => [
    (await redis.client.dumpBuffer(key(id)))?.toString('base64'),
    await redis.client.pexpiretime(key(id)),
  ]
  const endOf = async (id: string, field: string) =>
    ((await redis.client.call('HPEXPIRETIME', key(id), 'FIELDS', '1', field)) as number[])[0]

  it('keep the key’s expiry to the millisecond, and the last access', async () => {
    const id = await session({ theme: 'dark', cart: '[]' })
    await redis.client.hset(key(id), 'last_accessed_at', '2020-01-01T00:00:00+00:00')
    const at = Date.now() + 123_457
    await redis.client.pexpireat(key(id), at)
    await editor().setField(hash(id, 'theme', 'dark'), 'light')
    await editor().setField(hash(id, 'new', null), '1')
    await editor().renameField(hash(id, 'theme', 'light'), 'colour')
    await editor().removeField(hash(id, 'cart', '[]'))
    expect(await redis.client.pexpiretime(key(id))).toBe(at)
    expect(await redis.client.hgetall(key(id))).toEqual({
      colour: 'light',
      new: '1',
      created_at: expect.any(String),
      last_accessed_at: '2020-01-01T00:00:00+00:00',
      session_ttl: '600',
    })
    await redis.client.set(key('text'), 'old', 'PXAT', at)
    await editor().setValue({ ...ref('text'), shown: 'old' }, { base64: '/wA=' })
    expect(await redis.client.getBuffer(key('text'))).toEqual(Buffer.from([0xff, 0]))
    expect(await redis.client.pexpiretime(key('text'))).toBe(at)
  })

  it('bring nothing back where the key has gone', async () => {
    const all = [
      editor().setField(hash('none', 'a', null), 'b'),
      editor().setField(hash('none', 'a', 'x', 'incomplete'), 'b'),
      editor().removeField(hash('none', 'a', 'x')),
      editor().renameField(hash('none', 'a', 'x'), 'b'),
      editor().setValue({ ...ref('none'), shown: 'x' }, 'y'),
      editor().setExpiry(ref('none'), FOREIGN('list'), { expiresAt: null, configuredTtl: null }, 60),
      editor().setExpiry(ref('none'), SESSION, { expiresAt: null, configuredTtl: 60 }, null),
      editor().setFieldTtl({ ...ref('none'), field: 'a' }, { expiresAt: null }, 60),
      editor().deleteKey(ref('none'), FOREIGN('set'), null),
    ]
    for (const edit of all) await expect(edit).rejects.toEqual(refusal('session_gone'))
    expect(await redis.client.dbsize()).toBe(0)
  })

  it('touch nothing that is another kind of key by now', async () => {
    const id = await session()
    await redis.client.hset(key('fragment'), 'theme', 'dark')
    await redis.client.set(key('text'), 'dark')
    const before = await Promise.all([id, 'fragment', 'text'].map(whole))
    for (const now of ['fragment', 'text'])
      await expect(editor().setField(hash(now, 'theme', 'dark'), 'x')).rejects.toEqual(
        refusal('not_a_session', { now: now === 'text' ? 'string' : 'incomplete' }),
      )
    const others = [
      editor().setField(hash(id, 'theme', 'dark', 'incomplete'), 'x'),
      editor().renameField(hash(id, 'theme', 'dark', 'incomplete'), 'x'),
      editor().setValue({ ...ref('fragment'), shown: 'dark' }, 'x'),
      editor().setExpiry(ref('text'), FOREIGN('list'), { expiresAt: null, configuredTtl: null }, 60),
      editor().deleteKey(ref(id), INCOMPLETE, null),
    ]
    for (const edit of others) await expect(edit).rejects.toEqual(refusal('other_type', expect.anything()))
    await expect(others[0]).rejects.toThrow('This key is a session by now, not a hash that is no session.')
    await expect(others[3]).rejects.toThrow('This key is a string by now, not a list.')
    expect(await Promise.all([id, 'fragment', 'text'].map(whole))).toEqual(before)
  })

  it('refuse a field or string that has changed since, with what it holds now', async () => {
    const id = await session()
    await redis.client.set(key('text'), 'theirs')
    const before = await whole(id)
    const conflict = refusal('conflict', { current: 'dark' })
    await expect(editor().setField(hash(id, 'theme', 'old'), 'x')).rejects.toEqual(conflict)
    await expect(editor().setField(hash(id, 'theme', null), 'x')).rejects.toEqual(conflict)
    await expect(editor().removeField(hash(id, 'theme', 'old'))).rejects.toEqual(conflict)
    await expect(editor().renameField(hash(id, 'theme', 'old'), 'x')).rejects.toEqual(conflict)
    const absent = refusal('conflict', { current: null })
    await expect(editor().renameField(hash(id, 'gone', 'old'), 'x')).rejects.toEqual(absent)
    await expect(editor().setValue({ ...ref('text'), shown: 'old' }, 'mine')).rejects.toEqual(
      refusal('conflict', { current: 'theirs' }),
    )
    expect(await redis.client.get(key('text'))).toBe('theirs')
    expect(await whole(id)).toEqual(before)
  })

  it('rename no field over another, nor to a bad or reserved name', async () => {
    const id = await session({ theme: 'dark', colour: 'blue' })
    const rename = (to: string) => editor().renameField(hash(id, 'theme', 'dark'), to)
    const before = await whole(id)
    await expect(rename('colour')).rejects.toEqual(refusal('invalid_field', { current: 'blue' }))
    await expect(rename('theme')).rejects.toEqual(refusal('invalid_field', { current: 'dark' }))
    await expect(rename('')).rejects.toEqual(refusal('invalid_field'))
    await expect(rename('x'.repeat(LIMITS.fieldNameBytes + 1))).rejects.toEqual(refusal('invalid_field'))
    await expect(rename('session_ttl')).rejects.toEqual(refusal('reserved_field', { field: 'session_ttl' }))
    await expect(editor().renameField(hash(id, 'created_at', 'x'), 'y')).rejects.toEqual(
      refusal('reserved_field', { field: 'created_at' }),
    )
    expect(await whole(id)).toEqual(before)
  })

  it('rename the only field of a hash without losing the key’s expiry', async () => {
    await redis.client.hset(key('fragment'), 'a', '1')
    const at = Date.now() + 50_000
    await redis.client.pexpireat(key('fragment'), at)
    await editor().renameField(hash('fragment', 'a', '1', 'incomplete'), 'b')
    expect(await redis.client.hgetall(key('fragment'))).toEqual({ b: '1' })
    expect(await redis.client.pexpiretime(key('fragment'))).toBe(at)
  })

  it('mend a hash that is no session: reserved fields are fields like others there', async () => {
    const time = '2026-04-02T12:34:56+00:00'
    await redis.client.hset(key('broken'), { created_at: time, last_accessed_at: time, session_ttl: '-5' })
    await editor().setField(hash('broken', 'session_ttl', '-5', 'incomplete'), '600')
    const detail = await readSessionDetail(redis.client, PREFIX, 'broken', Date.now)
    expect(detail).toMatchObject({ state: 'session', configuredTtl: 600 })
    // From now on its store alone writes them.
    await expect(editor().setField(hash('broken', 'session_ttl', '600', 'incomplete'), '1')).rejects.toEqual(
      refusal('other_type', { now: 'session' }),
    )
  })

  it('set and remove the TTL of any key, while it ends when it was shown to end', async () => {
    await redis.client.rpush(key('list'), 'a')
    const set = (shown: number | null, ttl: number | null) =>
      editor().setExpiry(ref('list'), FOREIGN('list'), { expiresAt: shown, configuredTtl: null }, ttl)
    await set(null, 90)
    const at = await redis.client.pexpiretime(key('list'))
    expect(Math.abs(at - Date.now() - 90_000)).toBeLessThan(2000)
    for (const shown of [null, at + 5000, at - 5000])
      await expect(set(shown, 10)).rejects.toMatchObject({
        code: 'conflict',
        details: { expiresAt: expect.closeTo(at, -3) },
      })
    expect(await redis.client.pexpiretime(key('list'))).toBe(at)
    await set(at, null)
    expect(await redis.client.pttl(key('list'))).toBe(-1)
    await expect(set(at, 10)).rejects.toEqual(refusal('conflict', { expiresAt: null }))
    expect(await redis.client.pttl(key('list'))).toBe(-1)
  })

  it('remove the TTL of a session only while its configured TTL is what was shown', async () => {
    const id = await session()
    const persist = (configuredTtl: number) =>
      editor().setExpiry(ref(id), SESSION, { expiresAt: 1, configuredTtl }, null)
    await expect(persist(60)).rejects.toEqual(refusal('conflict', { configuredTtl: 600 }))
    expect(await redis.client.pttl(key(id))).toBeGreaterThan(0)
    await persist(600)
    expect(await redis.client.pttl(key(id))).toBe(-1)
    const store = new SessionStore({ client: redis.client })
    await expect(store.setSessionTtl(id, 90, { instead: 60 })).rejects.toEqual(
      refusal('conflict', { configuredTtl: 600 }),
    )
    expect(await store.getConfiguredTtl(id)).toBe(600)
    expect(await store.setSessionTtl(id, 90, { instead: 600 })).toBe(true)
    expect(await redis.client.pttl(key(id))).toBeGreaterThan(80_000)
  })

  it('delete a key of any kind while it is what was shown, of any id', async () => {
    await redis.client.zadd(key('zset'), 1, 'a')
    await editor().deleteKey(ref('zset'), FOREIGN('zset'), null)
    await redis.client.hset(key('fragment'), { a: '1', b: '2' })
    const detail = await readSessionDetail(redis.client, PREFIX, 'fragment', Date.now)
    await redis.client.hset(key('fragment'), 'b', '3')
    const remove = (fingerprint: string | null) =>
      editor().deleteKey(ref('fragment'), INCOMPLETE, fingerprint)
    await expect(remove(detail?.fingerprint ?? '')).rejects.toEqual(refusal('conflict'))
    await redis.client.hset(key('fragment'), 'b', '2')
    await remove(detail?.fingerprint ?? '')
    const id = { base64: '/wA=' }
    const binary = Buffer.from([...Buffer.from(PREFIX), 0xff, 0])
    const time = '2026-04-02T12:34:56+00:00'
    await redis.client.hset(binary, { created_at: time, last_accessed_at: time, session_ttl: '60' })
    await editor().setField({ prefix: PREFIX, id, field: 'theme', shown: null }, 'dark')
    expect(await redis.client.hget(binary, 'theme')).toBe('dark')
    await editor().deleteKey({ prefix: PREFIX, id }, SESSION, null)
    expect(await redis.client.dbsize()).toBe(0)
  })

  it.each([
    ['type', 'TYPE'],
    ['hmget', 'HMGET'],
    ['hget', 'HGET'],
    ['hset', 'HSET'],
    ['hdel', 'HDEL'],
    ['get', 'GET'],
    ['set', 'SET'],
    ['persist', 'PERSIST'],
    ['expire', 'EXPIRE'],
    ['unlink', 'UNLINK'],
  ])('a user who may not run %s is told so by its name, and nothing is written', async (denied, named) => {
    const id = await session()
    await redis.client.set(key('text'), 'dark', 'EX', 60)
    await redis.client.acl('SETUSER', 'guest', 'reset', 'on', '>pass', '~*', '&*', '+@all', `-${denied}`)
    const guest = editorOf(redis.connect({ username: 'guest', password: 'pass' }))
    const expiry = { expiresAt: await redis.client.pexpiretime(key('text')), configuredTtl: null }
    const edits: Record<string, () => Promise<void>> = {
      hdel: () => guest.renameField(hash(id, 'theme', 'dark'), 'colour'),
      get: () => guest.setValue({ ...ref('text'), shown: 'dark' }, 'light'),
      set: () => guest.setValue({ ...ref('text'), shown: 'dark' }, 'light'),
      persist: () => guest.setExpiry(ref('text'), FOREIGN('string'), expiry, null),
      expire: () => guest.setExpiry(ref('text'), FOREIGN('string'), expiry, 60),
      unlink: () => guest.deleteKey(ref('text'), FOREIGN('string'), null),
    }
    const before = await Promise.all([whole(id), whole('text')])
    const edit = edits[denied] ?? (() => guest.setField(hash(id, 'theme', 'dark'), 'light'))
    await expect(edit()).rejects.toMatchObject({ code: 'no_permission', details: { command: named } })
    expect(await Promise.all([whole(id), whole('text')])).toEqual(before)
  })

  it('the detail reads the same with and without scripts', async () => {
    await redis.client.acl('SETUSER', 'plain', 'reset', 'on', '>pass', '~*', '&*', '+@all', '-@scripting')
    const plain = redis.connect({ username: 'plain', password: 'pass' })
    await redis.client.set(key('text'), 'x'.repeat(LIMITS.previewBytes + 1))
    await redis.client.hset(key('fragment'), { a: '1', b: '2' })
    if (knowsFieldTtls) await redis.client.call('HPEXPIRE', key('fragment'), '90000', 'FIELDS', '1', 'a')
    const clock = () => 0
    for (const id of ['text', 'fragment']) {
      const rounded = async (client: Redis) => {
        const detail = await readSessionDetail(client, PREFIX, id, clock)
        const fields = detail?.fields.map((field) => ({
          ...field,
          expiresAt: field.expiresAt === null ? null : Math.ceil(field.expiresAt / 5000),
        }))
        return { ...detail, fields, fingerprint: null }
      }
      const scripted = await rounded(redis.client)
      expect(await rounded(plain)).toEqual(scripted)
      expect(await rounded(plain)).toEqual(scripted)
      expect(scripted).toMatchObject(
        id === 'text'
          ? { value: { cut: true, size: LIMITS.previewBytes + 1 }, hasFieldTtls: false }
          : { value: null, hasFieldTtls: knowsFieldTtls },
      )
    }
  })

  if (!knowsFieldTtls) {
    it('answers that there are no TTLs of fields on this server, and writes nothing', async () => {
      const id = await session()
      const before = await whole(id)
      const set = editor().setFieldTtl({ ...ref(id), field: 'theme' }, { expiresAt: null }, 60)
      await expect(set).rejects.toEqual(refusal('unsupported'))
      expect(await whole(id)).toEqual(before)
      const detail = await readSessionDetail(redis.client, PREFIX, id, Date.now)
      expect(detail).toMatchObject({
        hasFieldTtls: false,
        fields: [{ name: 'theme', expiresAt: null }, {}, {}, {}],
      })
    })
    return
  }

  it('keep a field’s own TTL to the millisecond, by an edit and by a rename', async () => {
    const id = await session()
    const at = Date.now() + 54_321
    await redis.client.call('HPEXPIREAT', key(id), String(at), 'FIELDS', '1', 'theme')
    await editor().setField(hash(id, 'theme', 'dark'), 'light')
    expect(await endOf(id, 'theme')).toBe(at)
    await editor().renameField(hash(id, 'theme', 'light'), 'colour')
    expect(await endOf(id, 'colour')).toBe(at)
    expect(await redis.client.hexists(key(id), 'theme')).toBe(0)
    const detail = await readSessionDetail(redis.client, PREFIX, id, Date.now)
    const colour = detail?.fields.find(({ name: field }) => field === 'colour')
    expect(Math.abs((colour?.expiresAt ?? 0) - at)).toBeLessThan(500)
    expect(detail?.hasFieldTtls).toBe(true)
  })

  it('set and remove a field’s TTL while it ends when it was shown to end', async () => {
    const id = await session()
    const set = (expiresAt: number | null, ttl: number | null) =>
      editor().setFieldTtl({ ...ref(id), field: 'theme' }, { expiresAt }, ttl)
    await set(null, 90)
    const at = (await endOf(id, 'theme')) ?? 0
    expect(Math.abs(at - Date.now() - 90_000)).toBeLessThan(2000)
    for (const shown of [null, at + 5000])
      await expect(set(shown, 5)).rejects.toMatchObject({
        code: 'conflict',
        details: { absent: false, expiresAt: expect.closeTo(at, -3) },
      })
    expect(await endOf(id, 'theme')).toBe(at)
    await set(at, null)
    expect(await endOf(id, 'theme')).toBe(-1)
    await redis.client.hdel(key(id), 'theme')
    await expect(set(null, 5)).rejects.toEqual(refusal('conflict', { absent: true, expiresAt: null }))
    await expect(set(null, 2 ** 50)).rejects.toEqual(refusal('invalid_ttl'))
    const reserved = editor().setFieldTtl({ ...ref(id), field: 'session_ttl' }, { expiresAt: null }, 5)
    await expect(reserved).rejects.toEqual(refusal('reserved_field', { field: 'session_ttl' }))
    expect(await redis.client.hexists(key(id), 'theme')).toBe(0)
  })

  it.each([
    ['hpexpiretime', 'HPEXPIRETIME'],
    ['hpexpireat', 'HPEXPIREAT'],
  ])('write no field whose TTL a user without %s could not keep', async (denied, named) => {
    const id = await session()
    await redis.client.call('HPEXPIRE', key(id), '60000', 'FIELDS', '1', 'theme')
    await redis.client.acl('SETUSER', 'guest', 'reset', 'on', '>pass', '~*', '&*', '+@all', `-${denied}`)
    const guest = editorOf(redis.connect({ username: 'guest', password: 'pass' }))
    const before = await whole(id)
    const refused = { code: 'no_permission', details: { command: named } }
    await expect(guest.setField(hash(id, 'theme', 'dark'), 'light')).rejects.toMatchObject(refused)
    await expect(guest.renameField(hash(id, 'theme', 'dark'), 'colour')).rejects.toMatchObject(refused)
    expect(await whole(id)).toEqual(before)
  })
})
