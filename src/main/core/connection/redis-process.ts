import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { AppError } from '#shared/errors.ts'

const run = promisify(execFile)

export interface RedisBinary {
  readonly path: string
  /** As the binary says: `7.0.15`. */
  readonly version: string
}

export interface RedisProcess {
  readonly host: '127.0.0.1'
  readonly port: number
  /** The server's process id. */
  readonly pid: number
  /** Settles when the server has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Ends the server and drops its data. */
  stop(): Promise<void>
}

const NAMES = ['redis-server', 'valkey-server']

/** Where package managers put servers that a desktop app's PATH often lacks. */
const EXTRA_DIRECTORIES = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/usr/local/sbin', '/usr/sbin']

/** The first `redis-server` or `valkey-server` on the PATH, with its version; null where there is none. */
export async function findRedisServer(path = process.env.PATH ?? ''): Promise<RedisBinary | null> {
  const directories = [...new Set([...path.split(delimiter), ...EXTRA_DIRECTORIES])].filter(Boolean)
  for (const directory of directories) {
    for (const name of NAMES) {
      const file = join(directory, process.platform === 'win32' ? `${name}.exe` : name)
      const version = await versionOf(file)
      if (version !== null) return { path: file, version }
    }
  }
  return null
}

async function versionOf(file: string): Promise<string | null> {
  try {
    const { stdout } = await run(file, ['--version'], { timeout: 5000 })
    return /v=(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? null
  } catch {
    return null
  }
}

/**
 * Starts a Redis server on a free port of 127.0.0.1, without persistence, in a temporary folder, and resolves once
 * it takes commands. It ends with this process, also when this process is killed: a small watcher holds a pipe.
 * @param args further arguments for the server, such as `['--requirepass', 'secret']`.
 * @throws AppError `no_redis_server` when the server does not start; the message has its last line.
 */
export async function startRedisProcess(binary: string, args: readonly string[] = []): Promise<RedisProcess> {
  const port = await freePort()
  const directory = await mkdtemp(join(tmpdir(), 'redis-session-inspector-'))
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn(binary, [...settings, '--dir', directory, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const guard = guardAgainstOrphan(child)
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  }).then(async () => {
    guard?.kill()
    await rm(directory, { recursive: true, force: true })
  })
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
  }
  try {
    await ready(child, binary)
  } catch (error) {
    await stop()
    throw error
  }
  return { host: '127.0.0.1', port, pid: child.pid ?? 0, ended, stop }
}

function ready(child: ChildProcess, binary: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = ''
    const fail = (reason: string) => {
      clearTimeout(timer)
      reject(
        new AppError(
          'no_redis_server',
          `${binary} did not start: ${reason}. Start a Redis yourself and connect to it.`,
        ),
      )
    }
    const timer = setTimeout(() => fail('it was not ready within 10 s'), 10_000)
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        last = line.trim() || last
        if (/Ready to accept connections/i.test(line)) {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code) => fail(last || `it exited with ${code}`))
  })
}

/**
 * A child process outlives a parent that is killed. On Unix a shell that reads from a pipe of ours ends with it,
 * however it ends, and takes the server along.
 */
export function guardAgainstOrphan(child: ChildProcess): ChildProcess | null {
  if (process.platform === 'win32' || child.pid === undefined) return null
  const guard = spawn('/bin/sh', ['-c', `cat >/dev/null; kill -9 ${child.pid} 2>/dev/null`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.on('error', () => {})
  guard.unref()
  return guard
}

/** A port of 127.0.0.1 that nothing listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
