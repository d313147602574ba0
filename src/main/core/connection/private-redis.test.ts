import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PrivateRedisStatus, RedisBinary } from '#shared/private-redis.ts'
import { SERVER_KINDS } from '../../../test/redis-servers.ts'
import { KeptFolder } from './kept-folder.ts'
import { PrivateRedis } from './private-redis.ts'
import { readRdbHead } from './rdb-head.ts'
import { findRedisServers } from './redis-binaries.ts'
import type { ResolvedTarget } from './target.ts'

const closers: (() => void | Promise<void>)[] = []
let folder = ''
beforeEach(async () => {
  const parent = await mkdtemp(join(tmpdir(), 'private-redis-'))
  folder = join(parent, 'data')
  closers.push(() => rm(parent, { recursive: true, force: true, maxRetries: 3 }))
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function make(findServers?: () => Promise<readonly RedisBinary[]>) {
  const told: PrivateRedisStatus[] = []
  const made = new PrivateRedis({
    dataFolder: folder,
    onChange: (status) => told.push(status),
    ...(findServers === undefined ? {} : { findServers }),
  })
  closers.push(async () => void (await made.stop(false).catch(() => {})))
  return { made, told }
}

function clientOf({ port, password }: ResolvedTarget): Redis {
  const client = new Redis({ port, ...(password === null ? {} : { password }), retryStrategy: () => null })
  client.on('error', () => {})
  closers.push(() => client.disconnect())
  return client
}
const listens = (port: number) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    }).on('error', () => resolve(false))
  })

describe('a private Redis', () => {
  it('is one of the servers that were found, each once, and no other program', async () => {
    const servers = await findRedisServers()
    expect(servers[0]).toMatchObject({
      path: expect.stringMatching(/(redis|valkey)-server$/),
      product: expect.stringMatching(/^(Redis|Valkey)$/),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    })
    expect(new Set(servers.map(({ path }) => path)).size).toBe(servers.length)
    const { made } = make()
    await expect(made.start({ keep: false, server: '/bin/sh' })).rejects.toMatchObject({
      code: 'no_redis_server',
    })
    const { made: none } = make(async () => [])
    await expect(none.start({ keep: false })).rejects.toMatchObject({
      code: 'no_redis_server',
      message: expect.stringMatching(/Install one/),
    })
    expect(await none.status()).toMatchObject({ state: 'stopped', servers: [] })
  })

  it('has a password that nobody reads in the list of processes, and is found running', async () => {
    const { made, told } = make()
    const target = await made.start({ keep: false })
    expect(await made.start({ keep: true })).toEqual(target)
    await expect(clientOf({ ...target, password: null }).get('a')).rejects.toThrow(/NOAUTH/)
    const client = clientOf(target)
    expect(await client.ping()).toBe('PONG')
    const pid = /process_id:(\d+)/.exec(await client.info('server'))?.[1]
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    expect(target.password?.length).toBeGreaterThanOrEqual(32)
    expect(line).not.toContain(target.password)
    expect(await client.config('GET', 'bind')).toEqual(['bind', '127.0.0.1'])
    await vi.waitFor(() => expect(told.map(({ state }) => state)).toContain('running'))
    expect(await made.status()).toMatchObject({ running: { keeps: false, port: target.port, note: null } })
    await made.end()
    expect(await listens(target.port)).toBe(false)
    expect(await made.status()).toMatchObject({ state: 'stopped', running: null, kept: null, problem: null })
  })

  it('keeps its data where that is wanted, says what is kept, goes on with it, and drops it', async () => {
    const { made } = make()
    const client = clientOf(await made.start({ keep: true }))
    for (let i = 0; i < 70; i += 1) await client.hset(`session:${i}`, 'a', 'b')
    await client.pexpire('session:0', 500_000)
    const expiry = await client.pexpiretime('session:0')
    const before = Date.now()
    expect(await made.stop(true)).toMatchObject({
      state: 'stopped',
      kept: {
        keys: 70,
        bytes: expect.any(Number),
        savedBy: expect.stringMatching(/^(Redis|Valkey) \d/),
        file: join(folder, 'dump.rdb'),
      },
      keptElsewhere: false,
    })
    expect((await made.status()).kept?.savedAt).toBeGreaterThan(before - 2000)
    const again = clientOf(await made.start({ keep: true }))
    expect(await again.dbsize()).toBe(70)
    expect(await again.pexpiretime('session:0')).toBe(expiry)
    await again.set('more', '1')
    await expect(made.drop()).rejects.toMatchObject({ code: 'invalid_argument' })
    // The app ends in order.
    await made.end()
    expect(await made.status()).toMatchObject({ kept: { keys: 71 } })
    // One that is to keep nothing leaves what is kept alone.
    const empty = clientOf(await made.start({ keep: false }))
    expect(await empty.dbsize()).toBe(0)
    await expect(made.stop(true)).rejects.toMatchObject({ message: expect.stringMatching(/kept already/) })
    expect(await made.status()).toMatchObject({ state: 'running' })
    await made.stop(false)
    expect(await made.drop()).toMatchObject({ kept: null })
  })

  it('drops what it had kept when it is stopped so', async () => {
    const { made } = make()
    await clientOf(await made.start({ keep: true })).set('a', '1')
    await made.stop(true)
    await made.start({ keep: true })
    expect(await made.stop(false)).toMatchObject({ kept: null })
  })

  it('keeps also what was to live in memory alone, where one thinks better of it', async () => {
    const { made } = make()
    await clientOf(await made.start({ keep: false })).set('session:a', '1')
    expect(await made.stop(true)).toMatchObject({ state: 'stopped', kept: { keys: 1 } })
    expect(await clientOf(await made.start({ keep: true })).get('session:a')).toBe('1')
  })

  it('starts empty beside another inspector that has the data open, and says so', async () => {
    const [first, second] = [make().made, make().made]
    await clientOf(await first.start({ keep: true })).set('a', '1')
    expect(await second.status()).toMatchObject({ keptElsewhere: true })
    const target = await second.start({ keep: true })
    expect(await clientOf(target).dbsize()).toBe(0)
    expect(await second.status()).toMatchObject({
      running: { keeps: false, note: expect.stringMatching(/Another inspector has the kept data open/) },
    })
    await second.stop(false)
    await first.stop(true)
    expect(await second.status()).toMatchObject({ kept: { keys: 1 }, keptElsewhere: false })
  })

  it('lets only one of two that start at the same time have the data', async () => {
    const both = [make().made, make().made]
    await Promise.all(both.map((each) => each.start({ keep: true })))
    const statuses = await Promise.all(both.map((each) => each.status()))
    expect(statuses.map(({ running }) => running?.keeps).sort()).toEqual([false, true])
  })

  it('says that its data is broken, and leaves it as it is', async () => {
    const { made } = make()
    await clientOf(await made.start({ keep: true })).set('a', '1')
    await made.stop(true)
    const file = join(folder, 'dump.rdb')
    const whole = await readFile(file)
    for (const broken of [Buffer.from('no such format'), whole.subarray(0, whole.length - 12)]) {
      await writeFile(file, broken)
      await expect(made.start({ keep: true })).rejects.toMatchObject({
        code: 'data_not_loaded',
        message: expect.stringMatching(/its file is broken\..* It stays as it is at .*dump\.rdb/),
      })
      expect(await readFile(file)).toEqual(broken)
      expect(await made.status()).toMatchObject({ state: 'stopped', keptElsewhere: false })
    }
    // Nothing is in the way of an empty one.
    expect(await clientOf(await made.start({ keep: false })).dbsize()).toBe(0)
  })

  const newer = SERVER_KINDS.find(({ name }) => name === 'Redis 8.0')
  it.skipIf(newer === undefined || newer.missing !== null)(
    'says that its data is of a newer server, and goes on with it on that one',
    async () => {
      const found = await findRedisServers()
      const other: RedisBinary = { path: newer?.binary ?? '', product: 'Redis', version: '8.0.0' }
      const { made } = make(async () => [...found, other])
      await clientOf(await made.start({ keep: true, server: other.path })).set('a', '1')
      await made.stop(true)
      await expect(made.start({ keep: true })).rejects.toMatchObject({
        code: 'data_not_loaded',
        message: expect.stringMatching(/cannot load the kept data, which Redis 8\.0\.\d+ has saved/),
      })
      expect(await clientOf(await made.start({ keep: true, server: other.path })).get('a')).toBe('1')
    },
  )

  it('tells when it has ended by itself, and keeps what it had saved', async () => {
    const { made, told } = make()
    const client = clientOf(await made.start({ keep: true }))
    await client.set('a', '1')
    await client.save()
    const pid = Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1])
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(() =>
      expect(told.at(-1)).toMatchObject({
        state: 'stopped',
        problem: expect.stringMatching(/ended by itself\. What it had saved is kept/),
      }),
    )
    expect(await clientOf(await made.start({ keep: true })).get('a')).toBe('1')
  })

  it.each(['keep', 'drop'])('ends with a host that is killed (%s)', async (what) => {
    const host = fileURLToPath(new URL('../../../test/private-redis-host.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', host, folder, what], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    expect(await listens(Number(line))).toBe(true)
    child.kill('SIGKILL')
    await vi.waitFor(async () => expect(await listens(Number(line))).toBe(false), 8000)
    const kept = new KeptFolder(folder)
    await vi.waitFor(async () => expect(await kept.isInUse()).toBe(false), 8000)
    if (what === 'drop') expect(await kept.read()).toBeNull()
    else {
      expect(await kept.read()).toMatchObject({ keys: 1 })
      expect(await clientOf(await make().made.start({ keep: true })).get('session:a')).toBe('kept')
    }
  })
})

describe('the beginning of an RDB file', () => {
  it('is none where it does not say so, and may end anywhere', async () => {
    expect(readRdbHead(Buffer.from('GIF89a'))).toBeNull()
    expect(readRdbHead(Buffer.alloc(0))).toBeNull()
    const { made } = make()
    await clientOf(await made.start({ keep: true })).set('a', '1')
    await made.stop(true)
    const whole = await readFile(join(folder, 'dump.rdb'))
    expect(readRdbHead(whole)).toMatchObject({ keys: 1, version: expect.any(Number) })
    for (let end = 9; end < whole.length; end += 1)
      expect(readRdbHead(whole.subarray(0, end))).toMatchObject({ version: expect.any(Number) })
  })
})
