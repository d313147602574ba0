import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { AppError } from '#shared/errors.ts'

export { findRedisServer } from './redis-binaries.ts'

export interface RedisProcess {
  readonly host: '127.0.0.1'
  readonly port: number
  /** The server's process id. */
  readonly pid: number
  /** Settles when the server has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Where it writes what it saves. */
  readonly directory: string
  /** Ends the server at once; what is in memory alone is lost, and a temporary folder goes. */
  stop(): Promise<void>
  /**
   * Lets a server that has a folder of its own save and end.
   * @throws AppError `redis_error` where it cannot save; then it still runs
   */
  save(): Promise<void>
}

export interface StartOptions {
  /** Lines of configuration that nobody else on this machine may read: they go by a pipe, not by the command line. */
  readonly secrets?: readonly string[]
  /**
   * A folder that stays, in which the server saves when it ends, also when this process is killed.
   * @default a temporary one, without persistence
   */
  readonly directory?: string
}

/** Milliseconds until a server is ready, with and without data to load, and for saving. */
const PATIENCE = { start: 10_000, load: 120_000, save: 30_000 } as const
/** At once after a minute with a change, and when it ends. */
const SAVES = ['--save', '60 1', '--appendonly', 'no', '--stop-writes-on-bgsave-error', 'no']
const SAVES_NOTHING = ['--save', '', '--appendonly', 'no']

/**
 * Starts a Redis server on a free port of 127.0.0.1 and resolves once it takes commands. It ends with this process, also
 * when this process is killed: a small watcher holds a pipe.
 * @param args further arguments for the server, such as `['--maxmemory', '1mb']`.
 * @throws AppError `no_redis_server` when the server does not start; the message has its last line, and
 * `details.output` what it said before.
 */
export async function startRedisProcess(
  binary: string,
  args: readonly string[] = [],
  { secrets = [], directory: kept }: StartOptions = {},
): Promise<RedisProcess> {
  const port = await freePort()
  const directory = kept ?? (await mkdtemp(join(tmpdir(), 'redis-session-inspector-')))
  const keeps = kept !== undefined
  const settings = ['--port', String(port), '--bind', '127.0.0.1', ...(keeps ? SAVES : SAVES_NOTHING)]
  const child = spawn(binary, ['-', ...settings, '--dir', directory, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {})
  child.stdin.end(secrets.map((line) => `${line}\n`).join(''))
  const guard = guardAgainstOrphan(child, keeps)
  const heard = hear(child)
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  }).then(async () => {
    guard?.kill()
    if (!keeps) await rm(directory, { recursive: true, force: true })
  })
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const save = async () => {
    const refused = heard.next(/can't exit/i)
    child.kill('SIGTERM')
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), PATIENCE.save)
    })
    const outcome = await Promise.race([ended.then(() => 'ended' as const), refused, late])
    clearTimeout(timer)
    if (outcome !== 'ended') {
      throw new AppError(
        'redis_error',
        `The private Redis could not save its data, so it still runs. Free disk space at ${directory}, or drop its data.`,
      )
    }
  }
  try {
    await ready(child, binary, heard, keeps ? PATIENCE.load : PATIENCE.start)
  } catch (error) {
    await stop()
    throw error
  }
  return { host: '127.0.0.1', port, pid: child.pid ?? 0, ended, directory, stop, save }
}

/** What a server says, line by line. */
interface Heard {
  readonly lines: readonly string[]
  /** Resolves with the next line that matches. */
  next(pattern: RegExp): Promise<string>
}

/** Lines that are kept of what a server says. */
const MOST_LINES = 40

function hear(child: ChildProcess): Heard {
  const lines: string[] = []
  const waiting = new Set<(line: string) => void>()
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() === '') return
      lines.push(line.trim())
      if (lines.length > MOST_LINES) lines.shift()
      for (const tell of waiting) tell(line)
    })
  }
  return {
    lines,
    next: (pattern) =>
      new Promise((resolve) => {
        const tell = (line: string) => {
          if (!pattern.test(line)) return
          waiting.delete(tell)
          resolve(line)
        }
        waiting.add(tell)
      }),
  }
}

function ready(child: ChildProcess, binary: string, heard: Heard, patience: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer)
      reject(
        new AppError(
          'no_redis_server',
          `${binary} did not start: ${reason}. Start a Redis yourself and connect to it.`,
          { output: heard.lines },
        ),
      )
    }
    const timer = setTimeout(() => fail(`it was not ready within ${patience / 1000} s`), patience)
    void heard.next(/Ready to accept connections/i).then(() => {
      clearTimeout(timer)
      resolve()
    })
    child.once('error', (error) => fail(error.message))
    // Its streams end after it, and the last line is what is looked for.
    child.once('close', (code) => fail(heard.lines.at(-1) ?? `it exited with ${code}`))
  })
}

/**
 * A child process outlives a parent that is killed. On Unix a shell that reads from a pipe of ours ends with it,
 * however it ends, and takes the server along; one that keeps its data gets ten seconds to save it.
 */
export function guardAgainstOrphan(child: ChildProcess, keeps = false): ChildProcess | null {
  const { pid } = child
  if (process.platform === 'win32' || pid === undefined) return null
  const save = `kill -TERM ${pid} 2>/dev/null; n=0; while kill -0 ${pid} 2>/dev/null && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done;`
  const script = `cat >/dev/null; ${keeps ? save : ''} kill -9 ${pid} 2>/dev/null`
  const guard = spawn('/bin/sh', ['-c', script], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.on('error', () => {})
  guard.unref()
  return guard
}

/** Below those that systems take for outgoing connections, one of which may have gone before the server listens on it. */
const PORTS = { first: 11_000, last: 32_767 }
const PORTS_TRIED = 100

/** A port of 127.0.0.1 that nothing listens on at the moment. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < PORTS_TRIED; tried += 1) {
    const port = randomInt(PORTS.first, PORTS.last + 1)
    if (await isFree(port)) return port
  }
  throw new AppError('port_in_use', `No free port was found from ${PORTS.first} to ${PORTS.last}.`)
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
