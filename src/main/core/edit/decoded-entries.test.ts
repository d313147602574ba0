import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallArg } from '#shared/contract.ts'
import { type DecodedKey, nodeAtPath, type TreePath } from '#shared/formats.ts'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useRedis } from '../../../test/redis.ts'
import { fixture, php, python } from '../formats/testing/fixtures.ts'
import { pathTo } from '../formats/testing/plain.ts'

/* Entries that come and go in what another library wrote. */

const redis = useRedis()
let client: InspectorClient

beforeEach(async () => {
  client = new InspectorClient()
  await client.invoke('connection.connect', { port: redis.port })
})
afterEach(async () => {
  await client.inspector.stop()
})

const PREFIX = 'session:'
const decode = async (id: string): Promise<DecodedKey> => {
  const decoded = await client.invoke('session.decode', { prefix: PREFIX, id })
  if (decoded === null) throw new Error('nothing was decoded')
  return decoded
}
type Edit = CallArg<'session.editDecoded'>['edits'][number]

/** Edits what is shown at this moment. @param make the edit of the tree that was decoded */
async function edit(
  id: string,
  type: 'string' | 'hash',
  make: (pathOf: (...names: string[]) => TreePath) => Edit,
): Promise<unknown> {
  const { session, marks } = await decode(id)
  const change = make((...names) => pathTo(session.root, ...names))
  const shown = marks[type === 'hash' ? (change.path[0] ?? 0) : 0] ?? ''
  return client.invoke('session.editDecoded', { prefix: PREFIX, id, type, shown, edits: [change] })
}

const text = (value: string) => ({ type: 'text' as const, value })
const EXPRESS =
  '{"cookie": {"originalMaxAge":60000,"httpOnly":true,"path":"/"}, "username":"ada", "cart":{"items":[1, 2]}}'

describe('an entry that is added', () => {
  it('stands at the end of an object or a list, every other byte and the TTL as they were', async () => {
    await redis.client.set('session:x', EXPRESS, 'EX', 600)
    const ends = await redis.client.pexpiretime('session:x')
    await edit('x', 'string', () => ({ kind: 'add', path: [], name: 'theme', value: text('dark') }))
    await edit('x', 'string', (pathOf) => ({
      ...{ kind: 'add', path: [...pathOf('cart', 'items')], name: null },
      value: { type: 'number', text: '3' },
    }))
    const now = (await redis.client.get('session:x')) ?? ''
    expect(JSON.parse(now)).toEqual({
      ...(JSON.parse(EXPRESS) as object),
      cart: { items: [1, 2, 3] },
      theme: 'dark',
    })
    expect(now.startsWith(EXPRESS.slice(0, EXPRESS.indexOf('[1, 2')))).toBe(true)
    expect(await redis.client.pexpiretime('session:x')).toBe(ends)
    await client.invoke('history.undo', {})
    await client.invoke('history.undo', {})
    expect(await redis.client.get('session:x')).toBe(EXPRESS)
  })

  it('is counted where PHP and MessagePack count, and read back', async () => {
    await redis.client.set('session:PHPREDIS_SESSION:x', fixture(php, 'php'))
    const id = 'PHPREDIS_SESSION:x'
    await edit(id, 'string', () => ({ kind: 'add', path: [], name: 'theme', value: text('dark') }))
    await edit(id, 'string', (pathOf) => ({
      ...{ kind: 'add', path: [...pathOf('cart')], name: 'gift', value: { type: 'boolean', value: true } },
    }))
    const changed = (await redis.client.get(`session:${id}`)) ?? ''
    expect(changed).toContain('cart|a:5:{')
    expect(changed).toContain('theme|s:4:"dark";')
    const flask = fixture(python, 'flask-msgpack').value
    await redis.client.set('session:flask', flask)
    await edit('flask', 'string', () => ({ kind: 'add', path: [], name: 'theme', value: text('dark') }))
    const { session } = await decode('flask')
    expect(nodeAtPath(session.root, pathTo(session.root, 'theme'))).toMatchObject({ value: 'dark' })
    expect(session.undecoded).toEqual([])
  })

  it('becomes an attribute of a session of Spring', async () => {
    const fields = { creationTime: '1', lastAccessedTime: '2', maxInactiveInterval: '1800' }
    await redis.client.hset('session:s', fields)
    await edit('s', 'hash', () => ({ kind: 'add', path: [], name: 'theme', value: text('dark') }))
    expect(await redis.client.hgetall('session:s')).toEqual({ ...fields, 'sessionAttr:theme': '"dark"' })
  })

  it('is refused where there is one of that name, or the library keeps the place', async () => {
    await redis.client.set('session:x', EXPRESS)
    const add = (path: TreePath, name: string | null) =>
      edit('x', 'string', () => ({ kind: 'add', path: [...path], name, value: text('x') }))
    await expect(add([], 'username')).rejects.toMatchObject({ code: 'invalid_field' })
    await expect(add([0], 'domain')).rejects.toMatchObject({ code: 'reserved_field' })
    await expect(add([1], 'x')).rejects.toMatchObject({ code: 'invalid_value' })
    expect(await redis.client.get('session:x')).toBe(EXPRESS)
  })
})

describe('an entry that is removed', () => {
  it('goes with all that is in it, every other byte and the TTL as they were', async () => {
    await redis.client.set('session:x', EXPRESS, 'EX', 600)
    const ends = await redis.client.pexpiretime('session:x')
    await edit('x', 'string', (pathOf) => ({ kind: 'remove', path: [...pathOf('cart')] }))
    expect(await redis.client.get('session:x')).toBe(EXPRESS.replace(/, "cart":.*\}\}$/, '}'))
    await edit('x', 'string', (pathOf) => ({ kind: 'remove', path: [...pathOf('username')] }))
    expect(JSON.parse((await redis.client.get('session:x')) ?? '')).toEqual({
      cookie: { originalMaxAge: 60000, httpOnly: true, path: '/' },
    })
    expect(await redis.client.pexpiretime('session:x')).toBe(ends)
    const { undo } = await client.invoke('history.status', {})
    expect(undo[0]?.label).toMatch(/^Removed username/)
    await client.invoke('history.undo', {})
    await client.invoke('history.undo', {})
    expect(await redis.client.get('session:x')).toBe(EXPRESS)
  })

  it('is what was shown, and nothing where somebody has written since', async () => {
    await redis.client.set('session:x', EXPRESS)
    const { session, marks } = await decode('x')
    await redis.client.set('session:x', EXPRESS.replace('ada', 'eve'))
    const removal = {
      ...{ prefix: PREFIX, id: 'x', type: 'string' as const, shown: marks[0] ?? '' },
      edits: [{ kind: 'remove' as const, path: [...pathTo(session.root, 'cart')] }],
    }
    await expect(client.invoke('session.editDecoded', removal)).rejects.toMatchObject({ code: 'conflict' })
    expect(await redis.client.get('session:x')).toBe(EXPRESS.replace('ada', 'eve'))
  })

  it('is an attribute of a session of Spring, wherever it stands by now, and never what makes it one', async () => {
    await redis.client.hset('session:s', {
      ...{ creationTime: '1', lastAccessedTime: '2', maxInactiveInterval: '1800' },
      ...{ 'sessionAttr:theme': '"dark"', 'sessionAttr:cart': '{"items":[1]}' },
    })
    const { session, marks } = await decode('s')
    const path = pathTo(session.root, 'sessionAttr:theme')
    await redis.client.hdel('session:s', 'sessionAttr:cart')
    await client.invoke('session.editDecoded', {
      ...{ prefix: PREFIX, id: 's', type: 'hash', shown: marks[path[0] ?? -1] ?? '' },
      edits: [{ kind: 'remove', path: [...path] }],
    })
    expect(await redis.client.hexists('session:s', 'sessionAttr:theme')).toBe(0)
    await expect(
      edit('s', 'hash', (pathOf) => ({ kind: 'remove', path: [...pathOf('creationTime')] })),
    ).rejects.toMatchObject({ code: 'invalid_value' })
  })
})
