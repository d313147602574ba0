import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { findRedisServer, freePort, startRedisProcess } from '../connection/redis-process.ts'
import { runDemo } from './cli.ts'
import { ask, Visitor } from './testing/visitor.ts'

const redis = useRedis()
const running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((demo) => demo.stop()))
})

/** Runs the command line in this process. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const out: string[] = []
  const err: string[] = []
  const result = await runDemo(args, { env, out: (line) => out.push(line), err: (line) => err.push(line) })
  if ('exitCode' in result) return { out, err, exitCode: result.exitCode, server: undefined }
  running.push(result)
  return { out, err, exitCode: undefined, server: result.server }
}

describe('the demo’s command line', () => {
  it('serves on the Redis that host and port name, and prints requests as they come', async () => {
    const { out, server } = await run([
      '--port',
      '0',
      '--redis-host',
      '127.0.0.1',
      '--redis-port',
      `${redis.port}`,
    ])
    if (server === undefined) throw new Error('it did not start')
    expect(out).toEqual([`Demo server: http://127.0.0.1:${server.port}`])
    const visitor = new Visitor(server)
    const { json } = await visitor.post('/login', { username: 'ada' })
    expect(json).toMatchObject({ configured_ttl: 60 })
    expect(await redis.client.exists(`session:${visitor.sid}`)).toBe(1)
    expect(out[1]).toMatch(/^\d\d:\d\d:\d\d POST \/login 200 \d+ ms {2}created the session of ada$/)
    expect(out.join()).not.toContain(visitor.sid)
  })

  it('takes a URL, a prefix and a TTL', async () => {
    const url = `redis://127.0.0.1:${redis.port}/3`
    const { server } = await run(['--port=0', `--redis-url=${url}`, '--prefix=session:app-a:', '--ttl=15'])
    if (server === undefined) throw new Error('it did not start')
    const visitor = new Visitor(server)
    expect((await visitor.post('/login')).json).toMatchObject({ configured_ttl: 15 })
    const other = redis.connect({ db: 3 })
    expect(await other.exists(`session:app-a:${visitor.sid}`)).toBe(1)
  })

  it('uses REDIS_URL where no option names a Redis', async () => {
    const env = { REDIS_URL: `redis://127.0.0.1:${redis.port}` }
    expect((await run(['--port', '0'], env)).server).toBeDefined()
    const named = await run(['--port', '0', '--redis-port', String(await freePort())], env)
    expect(named.exitCode).toBe(1)
  })

  it('names a Redis that it cannot reach, and the options', async () => {
    const port = await freePort()
    const { err, exitCode } = await run(['--port', '0', '--redis-port', String(port)])
    expect(exitCode).toBe(1)
    expect(err).toHaveLength(1)
    expect(err[0]).toContain(`127.0.0.1:${port}`)
    expect(err[0]).toContain('--redis-host and --redis-port')
    expect(err[0]).not.toContain('\n')
  })

  it('names a busy port and the next free one', async () => {
    const redisPort = String(redis.port)
    const { server } = await run(['--port', '0', '--redis-port', redisPort])
    const { err, exitCode } = await run(['--port', String(server?.port), '--redis-port', redisPort])
    expect(exitCode).toBe(1)
    const [, free] = /--port (\d+)\.$/.exec(err[0] ?? '') ?? []
    expect(err[0]).toContain(`Port ${server?.port} is in use`)
    expect((await run(['--port', String(free), '--redis-port', redisPort])).server?.port).toBe(Number(free))
  })

  it.each([
    [['--ttl', '0'], '--ttl'],
    [['--ttl=-1'], '--ttl'],
    [['--ttl', '1.5'], '--ttl'],
    [['--ttl', 'abc'], '--ttl'],
    [['--port', '65536'], '--port'],
    [['--port', 'abc'], '--port'],
    [['--port', ''], '--port'],
    [['--redis-port', '0'], '--redis-port'],
    [['--redis-url', 'http://x'], 'redis://'],
    [['--redis-url', 'redis://x', '--redis-port', '1'], '--redis-url'],
    [['--nonsense'], '--nonsense'],
    [['word'], 'word'],
  ])('refuses %j', async (args, named) => {
    const { err, exitCode } = await run(args)
    expect(exitCode).toBe(2)
    expect(err.join()).toContain(named)
    expect(err.join()).toContain('--help')
  })

  it('explains itself', async () => {
    const { out, exitCode } = await run(['--help'])
    expect(exitCode).toBe(0)
    for (const option of ['--port', '--redis-host', '--redis-port', '--redis-url', '--prefix', '--ttl']) {
      expect(out.join()).toContain(option)
    }
  })
})

describe('the demo as a program', () => {
  const outDir = join(import.meta.dirname, `../../../../node_modules/.cache/demo-test-${process.pid}`)
  const children: ChildProcess[] = []
  beforeAll(async () => {
    const entry = join(import.meta.dirname, '../../demo.ts')
    await build({ configFile: false, logLevel: 'error', build: { ssr: entry, outDir } })
  })
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await rm(outDir, { recursive: true, force: true })
  })

  function start(...args: readonly string[]) {
    const child = spawn(process.execPath, [join(outDir, 'demo.js'), ...args])
    children.push(child)
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
    }
    return { child, text: () => text, exit: once(child, 'exit').then(([code]) => code as number | null) }
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('prints its address, and ends cleanly at %s', async (signal) => {
    const { child, text, exit } = start('--port', '0', '--redis-port', String(redis.port))
    await expect.poll(text, { timeout: 10_000 }).toMatch(/^Demo server: http:\/\/127\.0\.0\.1:\d+\n$/)
    const port = Number(/:(\d+)\n/.exec(text())?.[1])
    const { json } = await ask({ port }, 'GET', '/session')
    expect(json).toEqual({ authenticated: false, session: null })
    child.kill(signal)
    expect(await exit).toBe(0)
  })

  it('ends with the exit code of its failure', async () => {
    const { text, exit } = start('--ttl', 'abc')
    expect(await exit).toBe(2)
    expect(text()).toContain('--ttl')
    expect(text()).not.toMatch(/\n\s+at /)
  })

  it('answers 503 while Redis is away, and goes on by itself once it is back', async () => {
    const binary = await findRedisServer()
    if (binary === null) throw new Error('no redis-server')
    const redisPort = String(await freePort())
    const first = await startRedisProcess(binary.path, ['--port', redisPort])
    const { text } = start('--port', '0', '--redis-port', redisPort)
    await expect.poll(text, { timeout: 10_000 }).toContain('Demo server:')
    const port = Number(/:(\d+)\n/.exec(text())?.[1])
    await first.stop()
    const away = await ask({ port }, 'POST', '/login')
    expect([away.status, away.json.error]).toEqual([503, expect.stringContaining('Redis does not answer')])
    const second = await startRedisProcess(binary.path, ['--port', redisPort])
    try {
      const login = async () => (await ask({ port }, 'POST', '/login')).status
      await expect.poll(login, { timeout: 10_000 }).toBe(200)
    } finally {
      await second.stop()
    }
  })
})
