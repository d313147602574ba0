import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Bytes } from '#shared/bytes.ts'
import type { UndoConflict } from '#shared/history.ts'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useRedis } from '../../../test/redis.ts'
import { useCluster } from '../../../test/use-cluster.ts'
import { fixture, spring } from '../formats/testing/fixtures.ts'

const redis = useRedis()
let client: InspectorClient

beforeEach(async () => {
  client = new InspectorClient()
  await client.invoke('connection.connect', { port: redis.port })
})
afterEach(async () => {
  await client.inspector.stop()
})

/** What the indexed repository writes for a session, as its source has it. */
const NAMESPACE = 'spring:session'
const PREFIX = `${NAMESPACE}:sessions:`
const ID = '3b9c7d1e-8a54-4f0e-9a1b-2c3d4e5f6a7b'
const MAIN = PREFIX + ID
const MARKER = `${PREFIX}expires:${ID}`
const INDEX = `${NAMESPACE}:index:org.springframework.session.FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME:ada`
const javaText = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0xac, 0xed, 0x00, 0x05, 0x74, 0, text.length]), Buffer.from(text)])
const FIELDS = fixture(spring, 'indexed')
const minuteAfter = (end: number) => Math.floor(end / 60_000 + 1) * 60_000
/** `lastAccessedTime` and `maxInactiveInterval` of the fixture. */
const END = Number(FIELDS.lastAccessedTime?.readBigInt64BE(FIELDS.lastAccessedTime.length - 8)) + 1_800_000
const EXPIRATIONS = `${NAMESPACE}:expirations:${minuteAfter(END)}`
const OTHER = '00000000-8a54-4f0e-9a1b-2c3d4e5f6a7b'

async function writeSpring(): Promise<void> {
  await redis.client.hset(MAIN, FIELDS)
  await redis.client.expire(MAIN, 2100)
  await redis.client.set(MARKER, '', 'EX', 1800)
  await redis.client.sadd(EXPIRATIONS, javaText(`expires:${ID}`), javaText(`expires:${OTHER}`))
  await redis.client.expire(EXPIRATIONS, 2100)
  await redis.client.sadd(INDEX, javaText(ID))
  await redis.client.expire(INDEX, 2100)
}

const KEYS = [MAIN, MARKER, EXPIRATIONS, INDEX]
/** All that there is, to the byte, with when it ends. DUMP lists a hash table in an order that wavers, of a set too. */
const everything = async () => {
  const fields = Object.entries(await redis.client.hgetallBuffer(MAIN)).sort()
  const marker = await redis.client.getBuffer(MARKER)
  const sets = [EXPIRATIONS, INDEX].map(async (key) =>
    (await redis.client.smembersBuffer(key)).map((member) => member.toString('base64')).sort(),
  )
  const ends = KEYS.map((key) => redis.client.pexpiretime(key))
  return { fields, marker, sets: await Promise.all(sets), ends: await Promise.all(ends) }
}

const ref = { prefix: PREFIX, id: ID }
async function remove(fingerprint?: string | null): Promise<unknown> {
  const detail = await client.invoke('session.read', ref)
  return client.invoke('session.deleteKey', {
    ...ref,
    state: 'incomplete',
    type: 'hash',
    fingerprint: fingerprint === undefined ? (detail?.fingerprint ?? null) : fingerprint,
    related: true,
  })
}

describe('a session of Spring’s indexed repository', () => {
  it('names the keys that belong to it and are there, and what becomes of each', async () => {
    await writeSpring()
    const fates = await client.invoke('session.related', ref)
    expect(fates.map(({ key, part, stays }) => [key, part, stays])).toEqual([
      [MARKER, 'whole', null],
      [EXPIRATIONS, 'member', null],
      [INDEX, 'member', null],
    ])
    await redis.client.unlink(MARKER, EXPIRATIONS, INDEX)
    expect(await client.invoke('session.related', ref)).toEqual([])
  })

  it('takes them along, and leaves what others have in the same sets', async () => {
    await writeSpring()
    expect(await remove()).toEqual({ deleted: true })
    expect(await redis.client.exists(MAIN, MARKER, INDEX)).toBe(0)
    expect(await redis.client.smembersBuffer(EXPIRATIONS)).toEqual([javaText(`expires:${OTHER}`)])
    expect(await redis.client.ttl(EXPIRATIONS)).toBeGreaterThan(2000)
  })

  it('comes back with all of them, to the byte and the moment, and goes again', async () => {
    await writeSpring()
    const before = await everything()
    await remove()
    const gone = await everything()
    const { ids } = await client.invoke('history.undo', {})
    expect(await everything()).toEqual(before)
    expect(ids[0]).toBe(ID)
    await client.invoke('history.redo', {})
    expect(await everything()).toEqual(gone)
    await client.invoke('history.undo', {})
    expect(await everything()).toEqual(before)
  })

  it('comes back into sets that others have written since, and keeps what they wrote', async () => {
    await writeSpring()
    await remove()
    await redis.client.sadd(INDEX, javaText(OTHER))
    await redis.client.expire(INDEX, 900)
    await redis.client.srem(EXPIRATIONS, javaText(`expires:${OTHER}`))
    await client.invoke('history.undo', {})
    const members = await redis.client.smembersBuffer(INDEX)
    expect(members.map(String).sort()).toEqual([javaText(ID), javaText(OTHER)].map(String).sort())
    expect(await redis.client.ttl(INDEX)).toBeLessThanOrEqual(900)
    // The set had gone with its last member, and has its expiry again.
    expect(await redis.client.smembersBuffer(EXPIRATIONS)).toEqual([javaText(`expires:${ID}`)])
    expect(await redis.client.ttl(EXPIRATIONS)).toBeGreaterThan(2000)
    await client.invoke('history.redo', {})
    expect(await redis.client.smembersBuffer(INDEX)).toEqual([javaText(OTHER)])
  })

  it('comes back where a set has gone as a whole before it was deleted again', async () => {
    await writeSpring()
    await remove()
    await client.invoke('history.undo', {})
    await redis.client.unlink(INDEX)
    await client.invoke('history.redo', {})
    await client.invoke('history.undo', {})
    expect(await redis.client.exists(MAIN, MARKER)).toBe(2)
    expect(await redis.client.exists(INDEX)).toBe(0)
  })

  it('stays with all of them where it has changed since it was shown', async () => {
    await writeSpring()
    const detail = await client.invoke('session.read', ref)
    await redis.client.hset(MAIN, 'sessionAttr:theme', javaText('light'))
    const before = await everything()
    await expect(remove(detail?.fingerprint ?? '')).rejects.toMatchObject({ code: 'conflict' })
    expect(await everything()).toEqual(before)
  })

  it('is not brought back over one that was made anew, and nothing of it is', async () => {
    await writeSpring()
    await remove()
    await redis.client.hset(MAIN, { ...FIELDS, 'sessionAttr:theme': javaText('light') })
    const before = await everything()
    const refused = client.invoke('history.undo', {})
    await expect(refused).rejects.toMatchObject({ code: 'undo_conflict' })
    const conflict = await refused.catch((error) => (error.details as { conflict: UndoConflict }).conflict)
    expect(conflict).toMatchObject({ which: 'undo', mineExists: true })
    expect(await everything()).toEqual(before)
  })

  it('leaves them where that is asked for', async () => {
    await writeSpring()
    const { fingerprint } = (await client.invoke('session.read', ref)) ?? { fingerprint: null }
    const key = { ...ref, state: 'incomplete', type: 'hash', fingerprint } as const
    await client.invoke('session.deleteKey', key)
    expect(await redis.client.exists(MARKER, INDEX, EXPIRATIONS)).toBe(3)
  })

  it('is left whole where this user may not write the sets', async () => {
    await writeSpring()
    await redis.client.call('ACL', 'SETUSER', 'few', 'on', '>pw', '~*', '&*', '+@all', '-srem')
    const few = new InspectorClient()
    await few.invoke('connection.connect', { port: redis.port, username: 'few', password: 'pw' })
    const before = await everything()
    const key = { ...ref, state: 'incomplete', type: 'hash', fingerprint: null, related: true } as const
    await expect(few.invoke('session.deleteKey', key)).rejects.toMatchObject({ code: 'no_permission' })
    expect(await everything()).toEqual(before)
    await few.inspector.stop()
  })

  it('has members in JSON where its values are JSON', async () => {
    const json = {
      creationTime: '1775133296789',
      lastAccessedTime: '1775136896789',
      maxInactiveInterval: '1800',
    }
    const name =
      'sessionAttr:org.springframework.session.FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME'
    await redis.client.hset(MAIN, { ...json, [name]: '"ada"' })
    await redis.client.sadd(INDEX, JSON.stringify(ID))
    const fates = await client.invoke('session.related', ref)
    expect(fates.map(({ key }) => key)).toEqual([INDEX])
    await remove()
    expect(await redis.client.exists(MAIN, INDEX)).toBe(0)
  })
})

describe('a session of Auth.js', () => {
  const session = (token: string) =>
    JSON.stringify({ sessionToken: token, userId: 'u1', expires: '2035-01-01T00:00:00.000Z' })
  const authRef = { prefix: 'user:session:', id: 'token1' }
  const POINTER = 'user:session:by-user-id:u1'
  const deleteIt = () =>
    client.invoke('session.deleteKey', {
      ...authRef,
      ...({ state: 'foreign', type: 'string', fingerprint: null, related: true } as const),
    })

  it('takes the pointer along that leads to it, and brings it back', async () => {
    await redis.client.set('user:session:token1', session('token1'))
    await redis.client.set(POINTER, 'user:session:token1')
    expect(await client.invoke('session.related', authRef)).toMatchObject([{ key: POINTER, part: 'pointer' }])
    await deleteIt()
    expect(await redis.client.exists('user:session:token1', POINTER)).toBe(0)
    await client.invoke('history.undo', {})
    expect(await redis.client.get(POINTER)).toBe('user:session:token1')
  })

  it('leaves a pointer that leads to another session, also when it is brought back', async () => {
    await redis.client.set('user:session:token1', session('token1'))
    await redis.client.set(POINTER, 'user:session:token2')
    expect(await client.invoke('session.related', authRef)).toEqual([])
    await deleteIt()
    expect(await redis.client.get(POINTER)).toBe('user:session:token2')
    await client.invoke('history.undo', {})
    await redis.client.set(POINTER, 'user:session:token1')
    await deleteIt()
    await redis.client.set(POINTER, 'user:session:token3')
    await client.invoke('history.undo', {})
    expect(await redis.client.get(POINTER)).toBe('user:session:token3')
    expect(await redis.client.exists('user:session:token1')).toBe(1)
  })
})

describe('on a cluster', () => {
  const made = useCluster({ replicas: 0 })

  it('keys of another slot stay, which is said; those of its own go along', { timeout: 30_000 }, async () => {
    const { client: cluster } = made.cluster
    const inspector = new InspectorClient()
    await inspector.invoke('connection.connect', {
      ...({ deployment: 'cluster', host: '127.0.0.1', port: made.cluster.port } as const),
    })
    const write = async (namespace: string) => {
      await cluster.hset(`${namespace}:sessions:${ID}`, FIELDS)
      await cluster.set(`${namespace}:sessions:expires:${ID}`, '', 'EX', 1800)
    }
    const fatesOf = (namespace: string) =>
      inspector.invoke('session.related', { prefix: `${namespace}:sessions:`, id: ID })
    const removeIn = (namespace: string) =>
      inspector.invoke('session.deleteKey', {
        ...{ prefix: `${namespace}:sessions:`, id: ID as Bytes },
        ...({ state: 'incomplete', type: 'hash', fingerprint: null, related: true } as const),
      })
    for (const namespace of ['app', '{app}']) await write(namespace)
    expect(await fatesOf('app')).toMatchObject([{ stays: expect.stringMatching(/another slot/) }])
    expect(await fatesOf('{app}')).toMatchObject([{ stays: null }])
    for (const namespace of ['app', '{app}']) await removeIn(namespace)
    expect(await cluster.exists(`app:sessions:expires:${ID}`)).toBe(1)
    expect(await cluster.exists(`{app}:sessions:expires:${ID}`)).toBe(0)
    await inspector.invoke('history.undo', {})
    expect(await cluster.exists(`{app}:sessions:expires:${ID}`)).toBe(1)
    await inspector.inspector.stop()
  })
})
