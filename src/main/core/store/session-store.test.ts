import { beforeEach, describe, expect, test } from 'vitest'
import { MAX_TTL_SECONDS } from '#shared/ttl.ts'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from './session-store.ts'
import type { SessionData } from './types.ts'

const redis = useRedis()
const START = Date.UTC(2026, 3, 2, 12, 34, 56, 700)
const AT_START = '2026-04-02T12:34:56+00:00'
const LATER = '2026-04-02T12:40:10+00:00'

let now = START
let store: SessionStore
beforeEach(() => {
  now = START
  store = new SessionStore({ client: redis.client, clock: () => now })
})
const later = () => {
  now = Date.UTC(2026, 3, 2, 12, 40, 10)
}

const refusal = (code: string) => expect.objectContaining({ name: 'AppError', code })
const raw = (id: string) => redis.client.hgetall(store.keyOf(id))
/** What a key is, to the byte and the millisecond, to see that nothing touched it. */
const state = async (key: string) => [await redis.client.dumpBuffer(key), await redis.client.pexpiretime(key)]

describe('creating', () => {
  test('writes one hash with its expiry, in the layout of the guide', async () => {
    const id = await store.createSession({ username: 'ada', page_views: '0' }, 60)
    expect(id).toMatch(/^[\w-]{43}$/)
    expect(await raw(id)).toEqual({
      username: 'ada',
      page_views: '0',
      created_at: AT_START,
      last_accessed_at: AT_START,
      session_ttl: '60',
    })
    expect(await redis.client.ttl(`session:${id}`)).toBe(60)
    expect(await redis.client.keys('*')).toEqual([`session:${id}`])
  })

  test('takes 1800 seconds where no TTL is given, and the store’s own where it has one', async () => {
    expect(await redis.client.ttl(store.keyOf(await store.createSession()))).toBe(1800)
    const other = new SessionStore({ client: redis.client, prefix: 'session:app-a:', ttl: 90 })
    const id = await other.createSession()
    expect(await redis.client.ttl(`session:app-a:${id}`)).toBe(90)
  })

  test('leaves reserved fields out of the data and stores values as their strings', async () => {
    const id = await store.createSession({
      session_ttl: 5,
      created_at: 'x',
      n: 3,
      big: 10n ** 20n,
      on: true,
      empty: '',
    })
    expect(await raw(id)).toEqual({
      n: '3',
      big: '100000000000000000000',
      on: 'true',
      empty: '',
      created_at: AT_START,
      last_accessed_at: AT_START,
      session_ttl: '1800',
    })
  })

  test('takes the longest TTL that there is', async () => {
    const id = await store.createSession({}, MAX_TTL_SECONDS)
    expect(await store.getConfiguredTtl(id)).toBe(MAX_TTL_SECONDS)
    expect(await redis.client.pttl(store.keyOf(id))).toBeGreaterThan(9e18)
    expect(await store.getSession(id)).not.toBeNull()
  })

  test.each([0, -1, 1.5, 'abc', 1e30, Number.NaN, null, MAX_TTL_SECONDS + 1])(
    'refuses the TTL %s',
    async (ttl) => {
      await expect(store.createSession({}, ttl as number)).rejects.toEqual(refusal('invalid_ttl'))
      expect(await redis.client.dbsize()).toBe(0)
    },
  )

  test.each([
    [{ '': 'x' }, 'invalid_field'],
    [{ ok: null }, 'invalid_value'],
    [{ ok: undefined }, 'invalid_value'],
    [{ ok: {} }, 'invalid_value'],
    [{ ok: Number.NaN }, 'invalid_value'],
  ])('refuses the data %j', async (data, code) => {
    await expect(store.createSession(data as unknown as SessionData)).rejects.toEqual(refusal(code))
    expect(await redis.client.dbsize()).toBe(0)
  })

  test('refuses an id that is taken and leaves its session alone', async () => {
    const clumsy = new SessionStore({ client: redis.client, generateId: () => 'same' })
    await clumsy.createSession({ username: 'ada' })
    const before = await state('session:same')
    await expect(clumsy.createSession({ username: 'eve' })).rejects.toThrow('generateId')
    await expect(clumsy.rotateSession('same')).rejects.toThrow('generateId')
    expect(await state('session:same')).toEqual(before)
  })

  test('takes more fields than fit on Lua’s stack, and a megabyte in one', async () => {
    const data: Record<string, string> = { big: 'x'.repeat(1024 * 1024) }
    for (let i = 0; i < 5001; i++) data[`field${i}`] = `${i}`
    const id = await store.createSession(data)
    expect(await store.getSession(id)).toMatchObject(data)
    expect(await store.updateSession(id, data)).toBe(true)
    expect(await store.removeFields(id, [...Object.keys(data), 'none'])).toBe(5002)
    expect(Object.keys(await raw(id))).toHaveLength(3)
  })
})

describe('reading', () => {
  test('touches: sets the last access, also in what it answers, and resets the expiry', async () => {
    const id = await store.createSession({ username: 'ada' }, 60)
    await redis.client.expire(store.keyOf(id), 5)
    later()
    const session = await store.getSession(id)
    expect(session).toStrictEqual({
      username: 'ada',
      created_at: AT_START,
      last_accessed_at: LATER,
      session_ttl: '60',
    })
    expect(await raw(id)).toEqual(session)
    expect(await redis.client.ttl(store.keyOf(id))).toBe(60)
  })

  test('without refresh changes nothing', async () => {
    const id = await store.createSession({ username: 'ada' }, 60)
    await redis.client.pexpire(store.keyOf(id), 5000)
    const before = await state(store.keyOf(id))
    later()
    expect(await store.getSession(id, { refresh: false })).toEqual(await raw(id))
    expect(await store.getConfiguredTtl(id)).toBe(60)
    expect(await store.getRemainingTtl(id)).toBe(5)
    expect(await state(store.keyOf(id))).toEqual(before)
  })

  test('a field named __proto__ is a field like any other', async () => {
    const data = JSON.parse('{"__proto__":"1","constructor":"c"}') as SessionData
    const id = await store.createSession(data)
    expect(await store.incrementField(id, '__proto__')).toBe(2)
    const session = await store.getSession(id)
    expect(Object.entries(session ?? {})).toContainEqual(['__proto__', '2'])
    expect(Object.getPrototypeOf(session)).toBe(Object.prototype)
  })

  test('an expired session is gone for every operation', async () => {
    const id = await store.createSession({ n: 1 }, 60)
    await redis.client.pexpire(store.keyOf(id), 1)
    await expect.poll(() => redis.client.exists(store.keyOf(id))).toBe(0)
    await nothingFound(id)
    expect(await store.getRemainingTtl(id)).toBe(-2)
    expect(await redis.client.dbsize()).toBe(0)
  })
})

/** Every operation on one id answers that there is no such session. */
async function nothingFound(id: string) {
  expect(await store.getSession(id)).toBeNull()
  expect(await store.getSession(id, { refresh: false })).toBeNull()
  expect(await store.getConfiguredTtl(id)).toBeNull()
  expect(await store.updateSession(id, { a: 1 })).toBe(false)
  expect(await store.updateSession(id, {})).toBe(false)
  expect(await store.incrementField(id, 'n')).toBeNull()
  expect(await store.removeFields(id, ['n'])).toBeNull()
  expect(await store.removeFields(id, [])).toBeNull()
  expect(await store.setSessionTtl(id, 60)).toBe(false)
  expect(await store.touchSession(id)).toBe(false)
  expect(await store.rotateSession(id)).toBeNull()
  expect(await store.deleteSession(id)).toBe(false)
}

describe('what is no session is not touched', () => {
  const whole = { created_at: AT_START, last_accessed_at: AT_START, session_ttl: '60', n: '1' }
  const without = (field: keyof typeof whole) => {
    const { [field]: _, ...rest } = whole
    return rest
  }

  const ttls = ['', '0', '060', '-5', '1.5', 'abc', '1e3', '0x10', ' 60', '9007199254740992', '9'.repeat(400)]
  const odd: readonly { readonly name: string; readonly fields: Readonly<Record<string, string>> }[] = [
    { name: 'lacks created_at', fields: without('created_at') },
    { name: 'lacks last_accessed_at', fields: without('last_accessed_at') },
    { name: 'lacks session_ttl', fields: without('session_ttl') },
    ...ttls.map((ttl) => ({
      name: `has a session_ttl that is none: '${ttl.slice(0, 20)}'`,
      fields: { ...whole, session_ttl: ttl },
    })),
  ]
  test.each(odd)('a hash that $name', async ({ fields }) => {
    await redis.client.hset('session:odd', fields)
    await redis.client.expire('session:odd', 1000)
    const before = await state('session:odd')
    await nothingFound('odd')
    expect(await state('session:odd')).toEqual(before)
    expect(await store.getRemainingTtl('odd')).toBe(1000)
  })

  test('keys of another type', async () => {
    await redis.client.set('session:string', '{}')
    await redis.client.rpush('session:list', 'a')
    await redis.client.sadd('session:set', 'a')
    await redis.client.zadd('session:zset', 1, 'a')
    for (const id of ['string', 'list', 'set', 'zset']) {
      const before = await state(`session:${id}`)
      await nothingFound(id)
      expect(await state(`session:${id}`)).toEqual(before)
      expect(await store.getRemainingTtl(id)).toBe(-1)
    }
  })
})

describe('updating', () => {
  test('writes the fields and touches', async () => {
    const id = await store.createSession({ username: 'ada', page_views: 1 }, 60)
    await redis.client.expire(store.keyOf(id), 5)
    later()
    expect(
      await store.updateSession(id, { page_views: 2, theme: 'dark', session_ttl: 9, created_at: 'x' }),
    ).toBe(true)
    expect(await raw(id)).toEqual({
      username: 'ada',
      page_views: '2',
      theme: 'dark',
      created_at: AT_START,
      last_accessed_at: LATER,
      session_ttl: '60',
    })
    expect(await redis.client.ttl(store.keyOf(id))).toBe(60)
  })

  test('with no fields answers whether there is such a session and writes nothing', async () => {
    const id = await store.createSession()
    const before = await state(store.keyOf(id))
    later()
    expect(await store.updateSession(id, {})).toBe(true)
    expect(await store.removeFields(id, [])).toBe(0)
    expect(await state(store.keyOf(id))).toEqual(before)
  })

  test('a touch is an access that reads nothing', async () => {
    const id = await store.createSession({}, 60)
    await redis.client.expire(store.keyOf(id), 5)
    later()
    expect(await store.touchSession(id)).toBe(true)
    expect(await raw(id)).toMatchObject({ created_at: AT_START, last_accessed_at: LATER })
    expect(await redis.client.ttl(store.keyOf(id))).toBe(60)
  })

  test('a new TTL is stored, applied at once, and is an access', async () => {
    const id = await store.createSession({}, 60)
    later()
    expect(await store.setSessionTtl(id, 7)).toBe(true)
    expect(await raw(id)).toMatchObject({ session_ttl: '7', last_accessed_at: LATER })
    expect(await redis.client.ttl(store.keyOf(id))).toBe(7)
    await expect(store.setSessionTtl(id, 0)).rejects.toEqual(refusal('invalid_ttl'))
    expect(await redis.client.ttl(store.keyOf(id))).toBe(7)
  })
})

describe('incrementing', () => {
  test('counts from 0, by any whole number, and touches', async () => {
    const id = await store.createSession({}, 60)
    await redis.client.expire(store.keyOf(id), 5)
    later()
    expect(await store.incrementField(id, 'n')).toBe(1)
    expect(await store.incrementField(id, 'n', 41)).toBe(42)
    expect(await store.incrementField(id, 'n', -50)).toBe(-8)
    expect(await store.incrementField(id, 'n', 0)).toBe(-8)
    expect(await raw(id)).toMatchObject({ n: '-8', last_accessed_at: LATER })
    expect(await redis.client.ttl(store.keyOf(id))).toBe(60)
  })

  test.each([
    '',
    ' 1',
    '1.5',
    '1e3',
    '007',
    '-0',
    '0x1',
    'abc',
    '9007199254740991',
    '9223372036854775807',
    '9'.repeat(400),
  ])('refuses the value %j and writes nothing', async (value) => {
    const id = await store.createSession({ n: value })
    const before = await state(store.keyOf(id))
    later()
    await expect(store.incrementField(id, 'n')).rejects.toEqual(refusal('not_a_number'))
    expect(await state(store.keyOf(id))).toEqual(before)
  })

  test('reaches the largest exact number and not beyond', async () => {
    const id = await store.createSession({ n: Number.MAX_SAFE_INTEGER - 1 })
    expect(await store.incrementField(id, 'n')).toBe(Number.MAX_SAFE_INTEGER)
    await expect(store.incrementField(id, 'n')).rejects.toEqual(refusal('not_a_number'))
    expect(await store.incrementField(id, 'n', -Number.MAX_SAFE_INTEGER)).toBe(0)
    expect(await store.incrementField(id, 'n', -Number.MAX_SAFE_INTEGER)).toBe(-Number.MAX_SAFE_INTEGER)
    await expect(store.incrementField(id, 'n', -1)).rejects.toEqual(refusal('not_a_number'))
  })

  test.each([1.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])('refuses to add %s', async (by) => {
    const id = await store.createSession()
    await expect(store.incrementField(id, 'n', by)).rejects.toEqual(refusal('not_a_number'))
  })

  test.each(['created_at', 'last_accessed_at', 'session_ttl'])('refuses %s', async (field) => {
    const id = await store.createSession()
    const before = await state(store.keyOf(id))
    await expect(store.incrementField(id, field)).rejects.toEqual(refusal('reserved_field'))
    await expect(store.removeFields(id, ['n', field])).rejects.toEqual(refusal('reserved_field'))
    expect(await state(store.keyOf(id))).toEqual(before)
  })
})

test('removing fields answers how many there were, and touches', async () => {
  const id = await store.createSession({ a: 1, b: 2, c: 3 }, 60)
  later()
  expect(await store.removeFields(id, ['a', 'b', 'b', 'z'])).toBe(2)
  expect(await raw(id)).toEqual({ c: '3', created_at: AT_START, last_accessed_at: LATER, session_ttl: '60' })
  expect(await store.removeFields(id, ['z'])).toBe(0)
})

test('rotating keeps the data and the expiry to the millisecond, and ends the old id', async () => {
  const id = await store.createSession({ username: 'ada' }, 60)
  await redis.client.pexpire(store.keyOf(id), 12_345)
  const before = await state(store.keyOf(id))
  later()
  const next = await store.rotateSession(id)
  expect(next).toMatch(/^[\w-]{43}$/)
  expect(next).not.toBe(id)
  expect(await state(store.keyOf(next ?? ''))).toEqual(before)
  expect(await redis.client.keys('*')).toEqual([`session:${next}`])
})

test('deleting answers whether there was a session', async () => {
  const id = await store.createSession()
  expect(await store.deleteSession(id)).toBe(true)
  expect(await store.deleteSession(id)).toBe(false)
  expect(await redis.client.dbsize()).toBe(0)
})

describe('arguments', () => {
  test.each(['', '\ud800', 'x'.repeat(1025), 7, null])('an id that is none is refused', async (id) => {
    await expect(store.getSession(id as string)).rejects.toEqual(refusal('invalid_argument'))
    await expect(store.deleteSession(id as string)).rejects.toEqual(refusal('invalid_argument'))
  })

  test('any other text is an id, and names no other key', async () => {
    for (const id of ['*', 'a b', '../x', 'é:ü', '\n', 'x'.repeat(1024)]) {
      expect(await store.getSession(id)).toBeNull()
      expect(store.keyOf(id)).toBe(`session:${id}`)
    }
  })

  test.each([
    [{ ttl: 0 }, 'invalid_ttl'],
    [{ prefix: 'x'.repeat(513) }, 'invalid_argument'],
    [{ prefix: '\ud800' }, 'invalid_argument'],
    [{ userIndex: { field: 'created_at' } }, 'reserved_field'],
    [{ userIndex: { field: '' } }, 'invalid_field'],
  ])('bad options are refused at construction (%#)', (options, code) => {
    expect(() => new SessionStore({ client: redis.client, ...options })).toThrow(refusal(code))
  })

  test('a client with a keyPrefix is refused with the option to use', () => {
    const client = redis.connect({ keyPrefix: 'app:' })
    expect(() => new SessionStore({ client })).toThrow("use the store's prefix")
  })

  test('users are looked up only with the option, which the refusal names', async () => {
    await expect(store.listUserSessions('ada')).rejects.toThrow('userIndex')
    await expect(store.logOutUser('ada')).rejects.toThrow('userIndex')
  })
})

test('the scripts come back by themselves after the server has forgotten them', async () => {
  const id = await store.createSession({ n: 1 })
  await store.incrementField(id, 'n')
  await redis.client.script('FLUSH')
  expect(await store.incrementField(id, 'n')).toBe(3)
})
