import { createServer as createHttpServer } from 'node:http'
import { connect as connectSocket, createServer } from 'node:net'
import { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import type { ConnectionStatus } from '#shared/model.ts'
import { useConnections } from '../../../test/connections.ts'
import { useRedis } from '../../../test/redis.ts'
import { findRedisServer, freePort, type RedisProcess, startRedisProcess } from './redis-process.ts'
import { type ResolvedTarget, resolveTarget } from './target.ts'

const redis = useRedis()
const { listen, manager, onEnd } = useConnections()

const at = (port: number, rest: Partial<ResolvedTarget> = {}): ResolvedTarget => ({
  ...resolveTarget({ port }),
  ...rest,
})

async function server(...args: string[]): Promise<RedisProcess> {
  const binary = await findRedisServer()
  const started = await startRedisProcess(binary?.path ?? 'redis-server', args)
  onEnd(() => started.stop())
  return started
}

/** Passes everything on to the real Redis, and hangs up where a client asks for INFO and `cuts` says so. */
function relayThatCuts(cuts: () => boolean): Promise<number> {
  return listen(
    createServer((client) => {
      const upstream = connectSocket(redis.port, '127.0.0.1')
      for (const socket of [client, upstream]) socket.on('error', () => {})
      client.on('close', () => upstream.destroy())
      upstream.on('close', () => client.destroy()).pipe(client)
      client.on('data', (data) => {
        if (/\$4\r\ninfo/i.test(data.toString('latin1')) && cuts()) client.destroy()
        else upstream.write(data)
      })
    }),
  )
}

describe('connecting', () => {
  it('tells the server, how changes come, and that nothing is missing', async () => {
    const { made, statuses } = manager()
    await made.connect(at(redis.port), false)
    expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'connected'])
    expect(made.status).toMatchObject({
      state: 'connected',
      server: {
        product: expect.stringMatching(/Redis|Valkey/),
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        mode: 'standalone',
        role: 'master',
      },
      live: 'polling',
      missing: [],
    })
  })

  it('uses notifications where the server sends all kinds that are needed, and does not change the setting', async () => {
    const { made } = manager()
    await redis.client.config('SET', 'notify-keyspace-events', 'Kghx')
    await made.connect(at(redis.port), false)
    expect(made.status).toMatchObject({ live: 'polling' })
    await redis.client.config('SET', 'notify-keyspace-events', 'Kg$lshztxe')
    const setting = await redis.client.config('GET', 'notify-keyspace-events')
    await made.connect(at(redis.port), false)
    expect(made.status).toMatchObject({ live: 'notifications' })
    expect(await redis.client.config('GET', 'notify-keyspace-events')).toEqual(setting)
    await redis.client.config('SET', 'notify-keyspace-events', '')
  })

  it('switches notifications on and back by just the command that it offers', async () => {
    const { made } = manager()
    const setting = async () => ((await redis.client.config('GET', 'notify-keyspace-events')) as string[])[1]
    await redis.client.config('SET', 'notify-keyspace-events', 'Ex')
    await made.connect(at(redis.port), false)
    expect(made.status).toMatchObject({
      live: 'polling',
      notifications: { kind: 'enable', command: 'CONFIG SET notify-keyspace-events AKE' },
    })
    const before = await setting()
    await made.changeNotifications('enable')
    expect(await setting()).toBe('AKE')
    expect(made.status).toMatchObject({ live: 'notifications', notifications: { kind: 'restore' } })
    await made.changeNotifications('restore')
    expect(await setting()).toBe(before)
    expect(made.status).toMatchObject({ live: 'polling', notifications: { kind: 'enable' } })
    await redis.client.config('SET', 'notify-keyspace-events', '')
  })

  it('sends nothing where the setting is no longer what was shown, and shows what it is now', async () => {
    const { made } = manager()
    await made.connect(at(redis.port), false)
    await redis.client.config('SET', 'notify-keyspace-events', 'KA')
    await expect(made.changeNotifications('enable')).rejects.toMatchObject({ code: 'conflict' })
    expect(made.status).toMatchObject({ live: 'notifications', notifications: null })
    await redis.client.config('SET', 'notify-keyspace-events', '')
    await expect(made.changeNotifications('restore')).rejects.toMatchObject({ code: 'conflict' })
    expect(made.status).toMatchObject({ live: 'polling', notifications: { kind: 'enable', current: '' } })
  })

  it('says what an administrator would have to run where this user may not', async () => {
    const { made } = manager()
    await redis.client.call('ACL', 'SETUSER', 'careful', 'on', '>pw', '~*', '&*', '+@all', '-config|set')
    await made.connect(at(redis.port, { username: 'careful', password: 'pw' }), false)
    await expect(made.changeNotifications('enable')).rejects.toMatchObject({
      code: 'no_permission',
      message: expect.stringMatching(/CONFIG SET.* run: CONFIG SET notify-keyspace-events AK$/),
    })
    expect(made.status).toMatchObject({ state: 'connected', live: 'polling' })
  })

  it('names the commands that an ACL user may not run', async () => {
    const { made } = manager()
    await redis.client.call(
      'ACL',
      'SETUSER',
      'viewer',
      'on',
      '>pw',
      '~session:*',
      '&*',
      '+@all',
      '-hdel',
      '-config',
      '-unlink',
    )
    await made.connect(at(redis.port, { username: 'viewer', password: 'pw' }), false)
    expect(made.status).toMatchObject({
      state: 'connected',
      missing: ['CONFIG GET', 'CONFIG SET', 'HDEL', 'UNLINK'],
      live: 'polling',
    })
  })

  it.each([
    ['nothing listens', () => freePort().then((port) => at(port)), 'unreachable', /Start Redis there/],
    [
      'the host does not exist',
      async () => at(6379, { host: 'no-such-host.invalid' }),
      'unreachable',
      /No host is named/,
    ],
    [
      'the password is wrong',
      async () => at((await server('--requirepass', 'right')).port, { password: 'wrong' }),
      'wrong_password',
      /Check both/,
    ],
    [
      'a password is needed',
      async () => at((await server('--requirepass', 'right')).port),
      'wrong_password',
      /asks for a password/,
    ],
    [
      'a web server answers',
      async () => at(await listen(createHttpServer((_, reply) => void reply.end('hello')))),
      'not_redis',
      /does not speak Redis/,
    ],
    [
      'somebody hangs up',
      async () => at(await listen(createServer((socket) => void socket.destroy()))),
      'tls_mismatch',
      /rediss/,
    ],
    ['there is no such database', async () => at(redis.port, { db: 99 }), 'redis_error', /no database 99/],
    [
      'TLS meets a web server',
      async () =>
        resolveTarget({
          port: await listen(createHttpServer((_, reply) => void reply.end('hello'))),
          tls: true,
        }),
      'tls_mismatch',
      /switch TLS off/,
    ],
  ])('says what to do when %s', async (_, target, code, message) => {
    const { made } = manager()
    await expect(target().then((to) => made.connect(to, false))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
    expect(made.status).toEqual({ state: 'disconnected' })
  })

  it('takes a cluster of one node, and refuses a node that holds a part of the keys', async () => {
    const nodes = [await server('--cluster-enabled', 'yes'), await server('--cluster-enabled', 'yes')]
    const [one, two] = nodes.map(({ port }) => new Redis({ host: '127.0.0.1', port }))
    if (one === undefined || two === undefined) throw new Error('there are two')
    for (const client of [one, two]) onEnd(() => client.disconnect())
    const { made } = manager()
    await one.cluster('ADDSLOTSRANGE', 0, 8191)
    await two.cluster('ADDSLOTSRANGE', 8192, 16383)
    expect(await made.connect(at(nodes[0]?.port ?? 0), false)).toMatchObject({
      server: { mode: 'cluster' },
    })
    await one.cluster('MEET', '127.0.0.1', nodes[1]?.port ?? 0)
    await vi.waitFor(async () => expect(await one.cluster('INFO')).toMatch(/cluster_size:2/), 10_000)
    await expect(made.connect(at(nodes[0]?.port ?? 0), false)).rejects.toMatchObject({
      code: 'other_deployment',
      message: expect.stringMatching(/Connect to it as a cluster/),
      details: { deployment: 'cluster' },
    })
  })

  it('waits for a server that is still loading its data, and says how far it is', async () => {
    const slow = ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024']
    const { port } = await server('--enable-debug-command', 'yes', ...slow)
    const client = new Redis({ host: '127.0.0.1', port })
    onEnd(() => client.disconnect())
    await client.call('DEBUG', 'POPULATE', '1000')
    const loaded = client.call('DEBUG', 'RELOAD')
    const { made, statuses } = manager()
    expect(await made.connect(at(port), false)).toMatchObject({ state: 'connected', missing: [] })
    expect(statuses).toContainEqual(
      expect.objectContaining({
        state: 'connecting',
        notReady: { kind: 'loading', loaded: expect.any(Number), secondsLeft: expect.any(Number) },
      }),
    )
    await loaded
  })

  it('waits for no server that nobody wants any more', async () => {
    const slow = ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024']
    const { port } = await server('--enable-debug-command', 'yes', ...slow)
    const client = new Redis({ host: '127.0.0.1', port })
    onEnd(() => client.disconnect())
    await client.call('DEBUG', 'POPULATE', '3000')
    const loaded = client.call('DEBUG', 'RELOAD')
    const { made } = manager()
    const connecting = made.connect(at(port), false)
    await vi.waitFor(() =>
      expect(made.status).toMatchObject({ state: 'connecting', notReady: { kind: 'loading' } }),
    )
    made.disconnect()
    await expect(connecting).rejects.toMatchObject({ code: 'not_connected' })
    expect(made.status).toEqual({ state: 'disconnected' })
    await loaded
  })

  it('takes no connection for open that was cut while the server was being asked what it is', async () => {
    const port = await relayThatCuts(() => true)
    const { made } = manager()
    await expect(made.connect(at(port), false)).rejects.toMatchObject({ code: 'connection_lost' })
    expect(made.status).toEqual({ state: 'disconnected' })
  })

  it('lets the newest of two connects win', async () => {
    const { made } = manager()
    const first = made.connect(at(redis.port), false)
    const second = made.connect(at(redis.port, { db: 1 }), false)
    await expect(first).rejects.toMatchObject({ code: 'not_connected' })
    await second
    expect(made.status).toMatchObject({ state: 'connected', target: { db: 1 } })
  })
})

describe('a connection that is lost', () => {
  it('says so at once, refuses work meanwhile, and comes back by itself', async () => {
    const { made, statuses, openings } = manager()
    await made.connect(at(redis.port), false)
    const before = made.require().client
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await vi.waitFor(() => expect(made.status.state).toBe('lost'))
    expect(() => made.require()).toThrow(expect.objectContaining({ code: 'connection_lost' }))
    await vi.waitFor(() => expect(made.status.state).toBe('connected'))
    expect(openings).toEqual([false, true])
    expect(made.require().client).toBe(before)
    expect(statuses.map(({ state }) => state)).toContain('lost')
  })

  it('keeps trying while the server is down and says when it tries next', async () => {
    const { made } = manager()
    const doomed = await server()
    await made.connect(at(doomed.port), false)
    await doomed.stop()
    await vi.waitFor(
      () => expect(made.status).toMatchObject({ state: 'lost', attempt: 2, retryAt: expect.any(Number) }),
      5000,
    )
    const { reason } = made.status as Extract<ConnectionStatus, { state: 'lost' }>
    expect(reason).toMatch(/Nothing listens/)
    expect(await made.retry()).toMatchObject({ state: 'lost' })
  })

  it('is still lost when it is cut again while the server is being asked what it is', async () => {
    let asked = 0
    const port = await relayThatCuts(() => ++asked === 2)
    const { made, openings } = manager()
    await made.connect(at(port), false)
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await vi.waitFor(() => expect(openings).toEqual([false, true]), 5000)
    expect(asked).toBe(3)
    expect(await made.require().client.ping()).toBe('PONG')
  })

  it('is noticed when the server freezes without closing anything', async () => {
    const { made } = manager()
    const frozen = await server()
    await made.connect(at(frozen.port), false)
    process.kill(frozen.pid, 'SIGSTOP')
    onEnd(() => void process.kill(frozen.pid, 'SIGCONT'))
    await vi.waitFor(() => expect(made.status.state).toBe('lost'), { timeout: 9000, interval: 50 })
  })

  it('is not brought back after a disconnect', async () => {
    const { made, statuses } = manager()
    const doomed = await server()
    await made.connect(at(doomed.port), false)
    await doomed.stop()
    await vi.waitFor(() => expect(made.status.state).toBe('lost'))
    made.disconnect()
    expect(made.status).toEqual({ state: 'disconnected' })
    expect(statuses.at(-1)).toEqual({ state: 'disconnected' })
  })
})
