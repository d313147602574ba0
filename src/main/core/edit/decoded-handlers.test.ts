import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DecodedKey, nodeAtPath, type TreeNode, type TreePath } from '#shared/formats.ts'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useRedis } from '../../../test/redis.ts'
import { fixture, php, python, spring } from '../formats/testing/fixtures.ts'

const redis = useRedis()
let client: InspectorClient

beforeEach(async () => {
  client = new InspectorClient()
  await client.invoke('connection.connect', { port: redis.port })
})
afterEach(async () => {
  await client.inspector.stop()
})

const SESSION = {
  cookie: { originalMaxAge: 3_600_000, expires: '2030-01-01T00:00:00.000Z', httpOnly: true, path: '/' },
  username: 'ada',
  cart: { items: 3, total: 12.5 },
}
const EXPRESS = { prefix: 'sess:', id: 'abc' }
const BEFORE = JSON.stringify(SESSION, null, 1)

const decode = async (ref: { prefix: string; id: string }): Promise<DecodedKey> => {
  const decoded = await client.invoke('session.decode', ref)
  if (decoded === null) throw new Error('nothing was decoded')
  return decoded
}
/** The path to a value by its names. */
function pathTo(root: TreeNode | null, ...names: readonly string[]): TreePath {
  const path: number[] = []
  for (const name of names) {
    const node = nodeAtPath(root, path)
    const entries = node?.type === 'map' || node?.type === 'object' ? node.entries : []
    path.push(entries.findIndex(([key]) => key.type === 'text' && key.value === name))
  }
  return path
}

describe('what another library wrote', () => {
  it('is decoded with who, when and until when, beside Redis’s own TTL', async () => {
    await redis.client.set('sess:abc', BEFORE, 'EX', 600)
    const { session, expiresAt, marks } = await decode(EXPRESS)
    expect(session).toMatchObject({ format: 'connect-redis', encoding: 'JSON', user: 'ada', readOnly: null })
    expect(session.expiry).toMatchObject({
      at: Date.parse('2030-01-01T00:00:00Z'),
      from: expect.stringMatching(/^cookie.expires/),
    })
    expect(Math.abs((expiresAt ?? 0) - Date.now() - 600_000)).toBeLessThan(5000)
    expect(marks).toHaveLength(1)
  })

  it('is decoded from hashes too', async () => {
    const fields = fixture(spring, Object.keys(spring)[0] ?? '')
    await redis.client.hset('spring:session:sessions:1', fields)
    const { session, marks } = await decode({ prefix: 'spring:session:sessions:', id: '1' })
    expect(session).toMatchObject({ format: 'spring-session' })
    expect(session.createdAt?.from).toBe('creationTime')
    expect(marks).toHaveLength(Object.keys(fields).length)
  })

  it('is none where it is our own, in no known format, or gone', async () => {
    const time = '2026-04-02T12:34:56+00:00'
    await redis.client.hset('session:own', { created_at: time, last_accessed_at: time, session_ttl: '9' })
    await redis.client.lpush('session:list', 'x')
    for (const id of ['own', 'list', 'gone'])
      expect(await client.invoke('session.decode', { prefix: 'session:', id })).toBeNull()
  })

  it('shows as undecoded where it breaks a limit, with the reason', async () => {
    const large = JSON.stringify({ ...SESSION, blob: 'x'.repeat(5 * 1024 * 1024) })
    await redis.client.set('sess:abc', large)
    const { session } = await decode(EXPRESS)
    expect(session.root).toBeNull()
    expect(session.undecoded).toEqual([
      { path: null, reason: expect.stringMatching(/larger than 4 MB/), size: large.length },
    ])
  })
})

describe('an edit of a decoded value', () => {
  const edit = async (names: readonly string[], value: { type: 'text'; value: string }) => {
    const { session, marks } = await decode(EXPRESS)
    const path = [...pathTo(session.root, ...names)]
    return {
      ...EXPRESS,
      type: 'string' as const,
      shown: marks[0] ?? '',
      edits: [{ kind: 'set' as const, path, value }],
    }
  }

  it('changes its bytes alone, and keeps the TTL', async () => {
    await redis.client.set('sess:abc', BEFORE, 'EX', 600)
    const ends = await redis.client.pexpiretime('sess:abc')
    const detail = await client.invoke(
      'session.editDecoded',
      await edit(['username'], { type: 'text', value: 'grace' }),
    )
    expect(detail.value?.value).toBe(BEFORE.replace('"ada"', '"grace"'))
    expect(await redis.client.get('sess:abc')).toBe(BEFORE.replace('"ada"', '"grace"'))
    expect(await redis.client.pexpiretime('sess:abc')).toBe(ends)
  })

  it('is refused where somebody else has written since, with what is there', async () => {
    await redis.client.set('sess:abc', BEFORE)
    const change = await edit(['username'], { type: 'text', value: 'grace' })
    const theirs = BEFORE.replace('"ada"', '"eve"')
    await redis.client.set('sess:abc', theirs)
    await expect(client.invoke('session.editDecoded', change)).rejects.toMatchObject({
      code: 'conflict',
      details: { current: theirs },
    })
    expect(await redis.client.get('sess:abc')).toBe(theirs)
  })

  it('is undone, to the byte', async () => {
    await redis.client.set('sess:abc', BEFORE, 'EX', 600)
    await client.invoke('session.editDecoded', await edit(['username'], { type: 'text', value: 'grace' }))
    const { undo } = await client.invoke('history.status', {})
    expect(undo[0]).toMatchObject({ label: 'Changed username', named: false, id: 'abc' })
    await client.invoke('history.undo', {})
    expect(await redis.client.get('sess:abc')).toBe(BEFORE)
  })

  it('leaves what the library keeps for itself, and says why', async () => {
    await redis.client.set('sess:abc', BEFORE)
    const change = await edit(['cookie', 'path'], { type: 'text', value: '/x' })
    await expect(client.invoke('session.editDecoded', change)).rejects.toMatchObject({
      code: 'reserved_field',
    })
    expect(await redis.client.get('sess:abc')).toBe(BEFORE)
  })

  it('does not bring back a key that has gone, and none of another type', async () => {
    await redis.client.set('sess:abc', BEFORE)
    const change = await edit(['username'], { type: 'text', value: 'grace' })
    await redis.client.del('sess:abc')
    await expect(client.invoke('session.editDecoded', change)).rejects.toMatchObject({ code: 'session_gone' })
    await redis.client.lpush('sess:abc', 'x')
    await expect(client.invoke('session.editDecoded', change)).rejects.toMatchObject({ code: 'other_type' })
    expect(await redis.client.type('sess:abc')).toBe('list')
  })

  it('keeps binary encodings to the byte: PHP and MessagePack', async () => {
    const cases = [
      ['PHPREDIS_SESSION:', 'p', fixture(php, Object.keys(php)[0] ?? '')],
      ...Object.values(python)
        .filter(({ key }) => key.startsWith('session:'))
        .map(({ value }, at) => ['session:', `f${at}`, value] as const),
    ] as const
    let edited = 0
    for (const [prefix, id, before] of cases) {
      await redis.client.set(prefix + id, before, 'EX', 100)
      const { session, marks } = await decode({ prefix, id })
      if (session.readOnly !== null || session.root?.type !== 'map') continue
      const at = session.root.entries.findIndex(([, value]) => value.type === 'text')
      if (at < 0) continue
      const edits = [
        { kind: 'set' as const, path: [at], value: { type: 'text' as const, value: 'changed ü' } },
      ]
      const shown = marks[0] ?? ''
      await client.invoke('session.editDecoded', { prefix, id, type: 'string', shown, edits })
      const after = await decode({ prefix, id })
      expect(nodeAtPath(after.session.root, [at])).toMatchObject({ type: 'text', value: 'changed ü' })
      expect(await redis.client.ttl(prefix + id)).toBeGreaterThan(90)
      edited += 1
    }
    expect(edited).toBeGreaterThan(0)
  })

  it('is refused where the format is only read, with the reason', async () => {
    await redis.client.hset('spring:session:sessions:1', fixture(spring, Object.keys(spring)[0] ?? ''))
    const ref = { prefix: 'spring:session:sessions:', id: '1' }
    const { session, marks } = await decode(ref)
    expect(session.readOnly).toMatch(/JDK/)
    const edits = [{ kind: 'set' as const, path: [0], value: { type: 'text' as const, value: 'x' } }]
    await expect(
      client.invoke('session.editDecoded', { ...ref, type: 'hash', shown: marks[0] ?? '', edits }),
    ).rejects.toMatchObject({ code: 'unsupported', message: expect.stringMatching(/JDK/) })
  })

  describe('in a field of a hash', () => {
    const ref = { prefix: 'spring:session:sessions:', id: 'json' }
    const key = 'spring:session:sessions:json'
    const change = async () => {
      const { session, marks } = await decode(ref)
      const path = [...pathTo(session.root, 'sessionAttr:theme')]
      const edits = [{ kind: 'set' as const, path, value: { type: 'text' as const, value: 'light' } }]
      return { ...ref, type: 'hash' as const, shown: marks[path[0] ?? -1] ?? '', edits }
    }
    beforeEach(async () => {
      await redis.client.hset(key, {
        creationTime: '1700000000000',
        lastAccessedTime: '1700000001000',
        maxInactiveInterval: '1800',
        'sessionAttr:theme': '"dark"',
      })
      await redis.client.expire(key, 500)
    })

    it('goes through although others have come and changed beside it', async () => {
      const edit = await change()
      await redis.client.hset(key, 'lastAccessedTime', '1700000002000')
      await redis.client.hset(key, 'sessionAttr:new', '1')
      await client.invoke('session.editDecoded', edit)
      expect(await redis.client.hgetall(key)).toMatchObject({
        lastAccessedTime: '1700000002000',
        'sessionAttr:theme': '"light"',
        'sessionAttr:new': '1',
      })
      expect(await redis.client.ttl(key)).toBeGreaterThan(490)
    })

    it('is refused where that field has changed', async () => {
      const edit = await change()
      await redis.client.hset(key, 'sessionAttr:theme', '"theirs"')
      await expect(client.invoke('session.editDecoded', edit)).rejects.toMatchObject({ code: 'conflict' })
      expect(await redis.client.hget(key, 'sessionAttr:theme')).toBe('"theirs"')
    })

    it('is undone', async () => {
      await client.invoke('session.editDecoded', await change())
      await client.invoke('history.undo', {})
      expect(await redis.client.hget(key, 'sessionAttr:theme')).toBe('"dark"')
    })
  })
})
