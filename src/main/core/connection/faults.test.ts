import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import type { AppError } from '#shared/errors.ts'
import { useConnections } from '../../../test/connections.ts'
import { openKeyspaceFeed } from '../index/keyspace-feed.ts'
import { toAppError } from './redis-errors.ts'
import { findRedisServer, type RedisProcess, startRedisProcess } from './redis-process.ts'
import { type ResolvedTarget, resolveTarget } from './target.ts'

const { manager, onEnd } = useConnections()

async function server(...args: string[]): Promise<RedisProcess> {
  const binary = await findRedisServer()
  const started = await startRedisProcess(binary?.path ?? 'redis-server', args)
  onEnd(() => started.stop())
  return started
}

function connect({ port }: RedisProcess): Redis {
  const client = new Redis({ port, enableReadyCheck: false, retryStrategy: () => null })
  client.on('error', () => {})
  onEnd(() => client.disconnect())
  return client
}

/** What a command failed with, as it is shown. */
async function failure(work: Promise<unknown>): Promise<AppError> {
  try {
    await work
  } catch (error) {
    return toAppError(error)
  }
  throw new Error('It was expected to fail.')
}

/** A script that runs until it is killed. */
const loop = (client: Redis, first = '') => client.eval(`${first} while true do end`, 0).catch(() => {})
const SOON = ['--lua-time-limit', '20']
const SLOW = ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024']

describe('what a server answers is told with the way out', () => {
  it('LOADING', async () => {
    const slow = await server('--enable-debug-command', 'yes', ...SLOW)
    const [one, two] = [connect(slow), connect(slow)]
    await two.ping()
    await one.call('DEBUG', 'POPULATE', '500')
    const loaded = one.call('DEBUG', 'RELOAD')
    expect((await failure(two.get('a'))).message).toBe(
      'GET failed: Redis is still loading its data. Try again in a moment.',
    )
    await loaded
  })

  it('READONLY, of a replica', async () => {
    const client = connect(await server())
    await client.replicaof('127.0.0.1', 1)
    expect((await failure(client.set('a', '1'))).message).toMatch(/read-only replica\. Connect to its master/)
  })

  it('MASTERDOWN, of a replica without its master that gives no old data', async () => {
    const client = connect(await server('--replica-serve-stale-data', 'no'))
    await client.replicaof('127.0.0.1', 1)
    expect((await failure(client.get('a'))).message).toMatch(/lost its master.* Connect to another node/)
  })

  it('OOM', async () => {
    const client = connect(await server('--maxmemory', '1', '--maxmemory-policy', 'noeviction'))
    expect((await failure(client.set('a', '1'))).message).toMatch(/maxmemory.* Delete something, raise/)
  })

  it('NOAUTH, on a new connection after the password was set', async () => {
    const guarded = await server()
    const before = connect(guarded)
    await before.config('SET', 'requirepass', 'secret')
    expect(await before.get('a')).toBeNull()
    expect(await failure(connect(guarded).get('a'))).toMatchObject({
      code: 'wrong_password',
      message: expect.stringMatching(/^Redis asks for a password before \w+\. Connect with one\.$/),
    })
  })

  it('BUSY and UNKILLABLE, of a script that runs for long', async () => {
    const busy = await server(...SOON)
    const [one, two] = [connect(busy), connect(busy)]
    await two.ping()
    void loop(one)
    await vi.waitFor(async () =>
      expect((await failure(two.get('a'))).message).toMatch(/busy with a long script\..* SCRIPT KILL/),
    )
    expect(await two.call('SCRIPT', 'KILL')).toBe('OK')
    await vi.waitFor(async () => expect(await two.get('a')).toBeNull())
    void loop(one, "redis.call('SET', 'a', '1')")
    await vi.waitFor(async () => expect(await failure(two.get('a'))).toMatchObject({ code: 'not_ready' }))
    expect((await failure(two.call('SCRIPT', 'KILL'))).message).toMatch(/written already.* SHUTDOWN NOSAVE/)
  })

  it('MISCONF, where it cannot save', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'inspector-misconf-'))
    const client = connect(await server('--save', '900 1', '--dir', directory))
    await rm(directory, { recursive: true })
    await client.bgsave()
    await vi.waitFor(async () =>
      expect(await client.info('persistence')).toContain('rdb_last_bgsave_status:err'),
    )
    expect((await failure(client.set('a', '1'))).message).toMatch(/cannot save to disk.* free disk space/)
  })

  it('NOREPLICAS', async () => {
    const client = connect(await server('--min-replicas-to-write', '1'))
    expect((await failure(client.set('a', '1'))).message).toMatch(/too few replicas.* Bring them back/)
  })

  it('CLUSTERDOWN, MOVED, ASK and TRYAGAIN, of a node of a cluster', async () => {
    const nodes = [await server('--cluster-enabled', 'yes'), await server('--cluster-enabled', 'yes')]
    const [one, two] = nodes.map(connect)
    if (one === undefined || two === undefined) throw new Error('there are two')
    expect((await failure(one.get('a'))).message).toMatch(/cluster is down.* CLUSTER INFO/)
    await one.cluster('ADDSLOTSRANGE', 0, 8191)
    await two.cluster('ADDSLOTSRANGE', 8192, 16383)
    await one.cluster('MEET', '127.0.0.1', nodes[1]?.port ?? 0)
    await vi.waitFor(async () => {
      for (const node of [one, two]) expect(await node.cluster('INFO')).toMatch(/cluster_state:ok/)
    }, 15_000)
    // The slots of a and b are on the two sides.
    expect((await failure(one.get('a'))).message).toMatch(
      /another node of the cluster\. Connect to it as a cl/,
    )
    const slot = await one.cluster('KEYSLOT', 'b')
    await one.set('{b}1', '1')
    await one.cluster('SETSLOT', slot, 'MIGRATING', (await two.cluster('MYID')) as string)
    expect((await failure(one.get('b'))).message).toMatch(/moving to another node.* as a cluster/)
    expect((await failure(one.mget('{b}1', '{b}2'))).message).toMatch(/is moving these keys\. Try again/)
  })
})

const at = ({ port }: RedisProcess, rest: Partial<ResolvedTarget> = {}): ResolvedTarget => ({
  ...resolveTarget({ port }),
  ...rest,
})

describe('a server that is busy with a script', () => {
  it('is waited for at connect, with what ends it, which is never sent', async () => {
    const busy = await server(...SOON)
    const [one, two] = [connect(busy), connect(busy)]
    await two.ping()
    void loop(one)
    await vi.waitFor(async () => expect((await failure(two.get('a'))).message).toMatch(/busy/))
    const { made } = manager()
    const connecting = made.connect(at(busy), false)
    await vi.waitFor(() =>
      expect(made.status).toMatchObject({ state: 'connecting', notReady: { kind: 'busy' } }),
    )
    await two.call('SCRIPT', 'KILL')
    expect(await connecting).toMatchObject({ state: 'connected', missing: [], notReady: null })
    expect(await two.info('commandstats')).toMatch(/cmdstat_script\|kill:calls=1,/)
  })

  it('is told while one is connected, and all is read anew when it is over', async () => {
    const busy = await server(...SOON)
    const [one, two] = [connect(busy), connect(busy)]
    await two.ping()
    const { made, openings } = manager()
    await made.connect(at(busy), false)
    void loop(one)
    await vi.waitFor(
      () => expect(made.status).toMatchObject({ state: 'connected', notReady: { kind: 'busy' } }),
      6000,
    )
    await two.call('SCRIPT', 'KILL')
    await vi.waitFor(() => expect(made.status).toMatchObject({ state: 'connected', notReady: null }), 6000)
    expect(openings).toEqual([false, true])
  })
})

it('a server that loads its data after a restart is waited for, and says how far it is', async () => {
  const slow = await server('--enable-debug-command', 'yes', ...SLOW)
  const one = connect(slow)
  await one.call('DEBUG', 'POPULATE', '2000')
  const { made, statuses } = manager()
  await made.connect(at(slow), false)
  const loaded = one.call('DEBUG', 'RELOAD')
  made.require().client.disconnect()
  await vi.waitFor(() =>
    expect(made.status).toMatchObject({
      state: 'lost',
      notReady: { kind: 'loading', loaded: expect.any(Number) },
      retryAt: expect.any(Number),
    }),
  )
  await loaded
  await vi.waitFor(() => expect(made.status).toMatchObject({ state: 'connected' }), 5000)
  expect(statuses.filter(({ state }) => state === 'disconnected')).toEqual([])
})

describe('a password that was changed on the server', () => {
  /** How often the server has refused a password. */
  const refusals = async (client: Redis) =>
    ((await client.acl('LOG')) as unknown[][])
      .filter((entry) => entry[entry.indexOf('reason') + 1] === 'auth')
      .reduce((sum, entry) => sum + Number(entry[entry.indexOf('count') + 1]), 0)

  it('is tried once and no more, until another one is entered', async () => {
    const guarded = await server()
    const admin = connect(guarded)
    await admin.call('ACL', 'SETUSER', 'ada', 'on', '>old', '~*', '&*', '+@all')
    await admin.config('SET', 'notify-keyspace-events', 'KA')
    const { made } = manager()
    await made.connect(at(guarded, { username: 'ada', password: 'old' }), false)
    await admin.call('ACL', 'SETUSER', 'ada', 'resetpass', '>new')
    await admin.call('CLIENT', 'KILL', 'USER', 'ada')
    await vi.waitFor(() => expect(made.status).toMatchObject({ state: 'lost', needsPassword: true }))
    expect(made.status).toMatchObject({
      retryAt: null,
      reason: expect.stringMatching(/refused the user or the password/),
    })
    expect(await refusals(admin)).toBe(1)
    expect(await made.retry('guess')).toMatchObject({ state: 'lost', needsPassword: true, retryAt: null })
    expect(await refusals(admin)).toBe(2)
    expect(await made.retry('new')).toMatchObject({ state: 'connected' })
    expect(await refusals(admin)).toBe(2)
    // It is the one that the next loss is mended with.
    await admin.call('CLIENT', 'KILL', 'USER', 'ada')
    await vi.waitFor(() => expect(made.status.state).toBe('lost'))
    await vi.waitFor(() => expect(made.status.state).toBe('connected'))
    expect(await refusals(admin)).toBe(2)
  })

  it('is tried once by the connection that listens for changes, too', async () => {
    const guarded = await server()
    const admin = connect(guarded)
    await admin.call('ACL', 'SETUSER', 'ada', 'on', '>old', '~*', '&*', '+@all')
    const refused = vi.fn()
    const feed = await openKeyspaceFeed(at(guarded, { username: 'ada', password: 'old' }), () => {}, refused)
    const healths: boolean[] = []
    const other = await openKeyspaceFeed(
      at(guarded),
      (healthy) => healths.push(healthy),
      () => {},
    )
    onEnd(feed.stop)
    onEnd(other.stop)
    await admin.call('ACL', 'SETUSER', 'ada', 'resetpass', '>new')
    await admin.call('CLIENT', 'KILL', 'USER', 'ada')
    await vi.waitFor(() => expect(refused).toHaveBeenCalled())
    // In the time in which one that is not refused has come back three times.
    for (let times = 1; times <= 3; times += 1) {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await vi.waitFor(() => expect(healths.filter((healthy) => healthy).length).toBe(times), 5000)
    }
    expect(await refusals(admin)).toBe(1)
    expect(feed.healthy).toBe(false)
  })
})

describe('a connection that listens for changes and comes back', () => {
  it('is given up where the channels are refused by then', async () => {
    const guarded = await server()
    const admin = connect(guarded)
    await admin.call('ACL', 'SETUSER', 'ada', 'on', '>old', '~*', '&*', '+@all')
    const refused = vi.fn()
    const feed = await openKeyspaceFeed(at(guarded, { username: 'ada', password: 'old' }), () => {}, refused)
    onEnd(feed.stop)
    await feed.subscribe('session:', () => {})
    await admin.call('ACL', 'SETUSER', 'ada', 'resetchannels')
    // Redis itself closes what listens to channels that are no longer allowed.
    await vi.waitFor(() => expect(refused).toHaveBeenCalledOnce())
    expect(feed.healthy).toBe(false)
  })

  it('tries again where it is closed while it subscribes', async () => {
    const behind = await server()
    const asked: string[] = []
    let cut = () => {}
    const relay = createServer((near) => {
      const far = createConnection(behind.port, '127.0.0.1')
      near.on('data', (data) => {
        const subscribes = /psubscribe/i.test(String(data))
        if (subscribes) asked.push(String(data))
        // The probe, the list's, and on the way back both again: they are cut off before they are answered.
        if (subscribes && asked.length === 3) near.destroy()
        else far.write(data)
      })
      far.on('data', (data) => near.write(data))
      for (const end of [near, far]) {
        end.on('error', () => {})
        end.on('close', () => {
          near.destroy()
          far.destroy()
        })
      }
      cut = () => near.destroy()
    })
    relay.listen(0, '127.0.0.1')
    await once(relay, 'listening')
    onEnd(() => void relay.close())
    const { port } = relay.address() as AddressInfo
    const healths: boolean[] = []
    const feed = await openKeyspaceFeed(
      at({ ...behind, port }),
      (healthy) => healths.push(healthy),
      () => {},
    )
    onEnd(feed.stop)
    const told: string[] = []
    await feed.subscribe('session:', (id) => told.push(id))
    expect(asked).toHaveLength(2)
    cut()
    await vi.waitFor(() => expect(asked).toHaveLength(4), 5000)
    await vi.waitFor(() => expect(healths).toEqual([false, true]), 5000)
    const writer = connect(behind)
    await writer.config('SET', 'notify-keyspace-events', 'KA')
    await writer.set('session:a', '1')
    await vi.waitFor(() => expect(told).toContain('a'))
  })
})

describe('a command that is under way when the server falls silent', () => {
  it('fails with what to do, and is not sent again', async () => {
    const frozen = await server()
    const { made } = manager()
    await made.connect(at(frozen), false)
    const { client } = made.require()
    process.kill(frozen.pid, 'SIGSTOP')
    onEnd(() => void process.kill(frozen.pid, 'SIGCONT'))
    const error = await failure(client.incr('n'))
    expect(error).toMatchObject({
      code: 'connection_lost',
      message: expect.stringContaining('look whether the last change was made'),
    })
    expect(() => made.requireWritable()).toThrow(expect.objectContaining({ code: 'connection_lost' }))
    process.kill(frozen.pid, 'SIGCONT')
    await vi.waitFor(() => expect(made.status.state).toBe('connected'), 10_000)
    expect(await made.require().client.info('commandstats')).not.toMatch(/cmdstat_incr:calls=([2-9]|\d\d)/)
  })
})
