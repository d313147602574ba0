import { createServer } from 'node:net'
import { Redis, type RedisOptions } from 'ioredis'
import { afterEach, describe, expect, test } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from '../store/session-store.ts'
import { toAppError } from './redis-errors.ts'
import { freePort } from './redis-process.ts'

const redis = useRedis()

/** What a command failed with, as it is shown. */
const failure = async (work: Promise<unknown>): Promise<AppError> => {
  try {
    await work
  } catch (error) {
    return toAppError(error)
  }
  throw new Error('It was expected to fail.')
}

describe('a missing permission names the command', () => {
  const as = async (...rules: readonly string[]) => {
    await redis.client.acl('SETUSER', 'guest', 'reset', 'on', '>pw', '~session:*', ...rules)
    return redis.connect({ username: 'guest', password: 'pw', enableReadyCheck: false })
  }

  test('of a command sent', async () => {
    const error = await failure((await as('+@all', '-hgetall')).hgetall('session:a'))
    expect(error).toMatchObject({ code: 'no_permission', details: { command: 'HGETALL' } })
    expect(error.message).toContain('may not run HGETALL')
    expect(error.cause).toBeInstanceOf(Error)
  })

  test('of a subcommand', async () => {
    const error = await failure((await as('+@all', '-config')).config('GET', 'maxmemory'))
    expect(error.message).toContain('may not run CONFIG GET')
    expect(error.message).toContain('+config|get')
  })

  test('of a transaction, which is discarded', async () => {
    const transaction = (await as('+@all', '-hgetall')).multi().type('session:a').hgetall('session:a')
    const error = await failure(transaction.exec())
    expect(error).toMatchObject({ code: 'no_permission', details: { command: 'HGETALL' } })
  })

  test('of a key', async () => {
    const error = await failure((await as('+@all')).get('other'))
    expect(error).toMatchObject({ code: 'no_permission', details: { command: 'GET' } })
    expect(error.message).toContain('this key (GET)')
  })

  test.each([
    ['hmget', 'HMGET'],
    ['hset', 'HSET'],
    ['expire', 'EXPIRE'],
    ['eval', 'EVAL'],
  ])('of %s inside the store, and nothing is written', async (denied, named) => {
    const own = new SessionStore({ client: redis.client })
    const id = await own.createSession({ n: 1 }, 60)
    await redis.client.pexpire(own.keyOf(id), 5000)
    const before = [await redis.client.dumpBuffer(own.keyOf(id)), await redis.client.dbsize()]
    const guest = new SessionStore({ client: await as('+@all', `-${denied}`) })
    const refused = { code: 'no_permission', details: { command: named } }
    expect(await failure(guest.updateSession(id, { n: 2 }))).toMatchObject(refused)
    guest.subscribe(() => {})
    expect(await failure(guest.updateSession(id, { n: 2 }))).toMatchObject(refused)
    if (denied !== 'hmget') await failure(guest.createSession({ n: 2 }))
    expect([await redis.client.dumpBuffer(own.keyOf(id)), await redis.client.dbsize()]).toEqual(before)
  })

  test('of a key that the store may not read', async () => {
    const guest = new SessionStore({ client: await as('+@all'), prefix: 'other:' })
    expect(await failure(guest.getSession('a'))).toMatchObject({ code: 'no_permission' })
  })
})

describe('what Redis refuses is told with the way out', () => {
  test('no memory: nothing is written, and sessions can still be read', async () => {
    const store = new SessionStore({ client: redis.client })
    const id = await store.createSession({ n: 1 }, 60)
    await redis.client.config('SET', 'maxmemory', '1')
    try {
      for (const work of [
        store.createSession(),
        store.updateSession(id, { n: 2 }),
        store.incrementField(id, 'n'),
      ]) {
        const error = await failure(work)
        expect(error.code).toBe('redis_error')
        expect(error.message).toContain('maxmemory')
      }
      for (const reader of [store, new SessionStore({ client: redis.client, userIndex: { field: 'n' } })]) {
        expect(await reader.getSession(id)).toMatchObject({ n: '1' })
        expect(await reader.touchSession(id)).toBe(true)
      }
      await redis.client.del('user-sessions:8:session:1')
      expect(await store.deleteSession(id)).toBe(true)
    } finally {
      await redis.client.config('SET', 'maxmemory', '0')
    }
    expect(await redis.client.dbsize()).toBe(0)
  })

  test('a read-only replica', async () => {
    const store = new SessionStore({ client: redis.client })
    const id = await store.createSession({ n: 1 })
    await redis.client.replicaof('127.0.0.1', 1)
    try {
      const error = await failure(store.touchSession(id))
      expect(error.code).toBe('redis_error')
      expect(error.message).toContain('read-only replica')
      expect(await store.getSession(id, { refresh: false })).toMatchObject({ n: '1' })
    } finally {
      await redis.client.replicaof('NO', 'ONE')
    }
  })

  test('another type', async () => {
    await redis.client.set('k', 'v')
    const error = await failure(redis.client.hgetall('k'))
    expect(error).toMatchObject({ code: 'redis_error', details: { command: 'HGETALL' } })
    expect(error.message).toContain('another type')
  })

  test('anything else, in Redis’ own words without its codes', async () => {
    const error = await failure(redis.client.call('NONSENSE'))
    expect(error.message).toMatch(/^NONSENSE failed: unknown command/)
    const script = await failure(redis.client.eval("return redis.call('NONSENSE')", 0))
    expect(script.message).not.toMatch(/user_script|[0-9a-f]{40}/)
  })

  test('no password, and a wrong one', async () => {
    await redis.client.config('SET', 'requirepass', 'pw')
    const client = redis.connect({ enableReadyCheck: false })
    client.on('error', () => {})
    try {
      expect(await failure(client.get('k'))).toMatchObject({ code: 'wrong_password' })
      expect(await failure(client.auth('nope'))).toMatchObject({ code: 'wrong_password' })
    } finally {
      await redis.client.config('SET', 'requirepass', '')
    }
  })
})

describe('a lost connection', () => {
  const clients: Redis[] = []
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect()
  })
  const connect = (options: Omit<RedisOptions, 'replyMapping'>) => {
    const client = new Redis({ retryStrategy: () => null, ...options })
    client.on('error', () => {})
    clients.push(client)
    return client
  }

  test('is told while a command waits for its reply', async () => {
    const client = redis.connect({ retryStrategy: () => null, autoResendUnfulfilledCommands: false })
    client.on('error', () => {})
    await client.ping()
    const waiting = failure(client.blpop('none', 0))
    await redis.client.call('CLIENT', 'KILL', 'ID', String(await redis.client.client('LIST').then(idOf)))
    expect(await waiting).toMatchObject({ code: 'connection_lost' })
    expect(await failure(client.ping())).toMatchObject({ code: 'connection_lost' })
  })

  test('is told when the offline queue is off', async () => {
    const client = connect({ port: redis.port, lazyConnect: true, enableOfflineQueue: false })
    expect(await failure(client.ping())).toMatchObject({ code: 'connection_lost' })
    const store = new SessionStore({ client })
    await expect(store.getSession('a')).rejects.toMatchObject({ code: 'connection_lost' })
  })

  test('is told when retries have run out', async () => {
    const client = connect({ port: await freePort(), maxRetriesPerRequest: 1, retryStrategy: () => 1 })
    expect(await failure(client.ping())).toMatchObject({ code: 'connection_lost' })
  })

  test('is told when a command times out', async () => {
    const silent = createServer()
    const port = await new Promise<number>((resolve) => {
      silent.listen(0, '127.0.0.1', () => resolve((silent.address() as { port: number }).port))
    })
    const client = connect({ port, commandTimeout: 30, enableReadyCheck: false, disableClientInfo: true })
    const error = await failure(client.ping())
    expect(error).toMatchObject({ code: 'connection_lost' })
    client.disconnect()
    silent.close()
  })

  test('and a server that is not there are told apart', async () => {
    const client = connect({ port: await freePort(), lazyConnect: true })
    const errors: unknown[] = []
    client.on('error', (error) => errors.push(error))
    await client.connect().catch(() => {})
    expect(toAppError(errors[0])).toMatchObject({ code: 'unreachable' })
  })
})

/** The id of the client that waits in BLPOP. */
const idOf = (list: unknown): string => /id=(\d+)[^\n]*cmd=blpop/.exec(String(list))?.[1] ?? ''

test('an AppError stays what it is', () => {
  const error = new AppError('conflict', 'changed')
  expect(toAppError(error)).toBe(error)
})

test.each([
  new TypeError('x is not a function'),
  Object.assign(new Error('no file'), { code: 'ENOENT' }),
  'text',
  null,
])('what does not come from Redis is thrown on as it is (%#)', (error) => {
  let thrown: unknown
  try {
    toAppError(error)
  } catch (caught) {
    thrown = caught
  }
  expect(thrown).toBe(error)
})
