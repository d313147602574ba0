import { Redis, type RedisOptions } from 'ioredis'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import {
  findRedisServer,
  type RedisProcess,
  startRedisProcess,
} from '../main/core/connection/redis-process.ts'

export interface TestRedis {
  readonly port: number
  /** A client for the test's own looks and changes; emptied before each test. */
  readonly client: Redis
  /** A further connection, closed after the file. */
  connect(options?: Omit<RedisOptions, 'replyMapping'>): Redis
}

/** A real Redis for one test file: started before it, emptied before each test, ended after it. */
export const useRedis = (...args: readonly string[]): TestRedis => useRedisServer(null, ...args)

/** The same with a server of choice. @param binary null for the one on the PATH */
export function useRedisServer(binary: string | null, ...args: readonly string[]): TestRedis {
  let server: RedisProcess | undefined
  const clients: Redis[] = []
  const connect = (options: Omit<RedisOptions, 'replyMapping'> = {}): Redis => {
    if (server === undefined) throw new Error('the test server is not running yet')
    const client = new Redis({ ...options, host: server.host, port: server.port })
    clients.push(client)
    return client
  }
  let own: Redis | undefined
  beforeAll(async () => {
    const path = binary ?? (await findRedisServer())?.path
    if (path === undefined)
      throw new Error('No redis-server on the PATH: run `npm test`, which installs one.')
    server = await startRedisProcess(path, args)
    own = connect()
  })
  beforeEach(async () => {
    await own?.flushall()
  })
  afterAll(async () => {
    for (const client of clients) client.disconnect()
    await server?.stop()
  })
  return {
    get port() {
      return server?.port ?? 0
    },
    get client() {
      if (own === undefined) throw new Error('the test server is not running yet')
      return own
    },
    connect,
  }
}
