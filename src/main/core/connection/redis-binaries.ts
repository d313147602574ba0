import { execFile } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { RedisBinary } from '#shared/private-redis.ts'

const run = promisify(execFile)

const NAMES = ['redis-server', 'valkey-server']

/** Where package managers and people put servers that a desktop app's PATH often lacks. */
const EXTRA_DIRECTORIES = [
  '/usr/bin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/redis/bin',
  '/opt/homebrew/opt/valkey/bin',
  '/usr/local/opt/redis/bin',
  '/usr/local/opt/valkey/bin',
  '/home/linuxbrew/.linuxbrew/bin',
  '/opt/local/bin',
  '/opt/redis/bin',
  '/opt/redis-stack/bin',
  '/opt/valkey/bin',
  '/usr/local/sbin',
  '/usr/sbin',
  '/snap/bin',
  join(homedir(), '.local/bin'),
]

/**
 * Every `redis-server` and `valkey-server` on the PATH and in the usual folders, in that order. One that is found by two
 * names (Valkey's packages bring a `redis-server` too) is named once, by the first.
 */
export async function findRedisServers(path = process.env.PATH ?? ''): Promise<readonly RedisBinary[]> {
  const directories = [...new Set([...path.split(delimiter), ...EXTRA_DIRECTORIES])].filter(Boolean)
  const files = directories.flatMap((directory) =>
    NAMES.map((name) => join(directory, process.platform === 'win32' ? `${name}.exe` : name)),
  )
  const real = await Promise.all(files.map((file) => realpath(file).catch(() => null)))
  const first = files.filter((_, place) => {
    const file = real[place] ?? null
    return file !== null && real.indexOf(file) === place
  })
  const found = await Promise.all(first.map(readBinary))
  return found.filter((binary) => binary !== null)
}

/** The first of {@link findRedisServers}; null where there is none. */
export async function findRedisServer(path = process.env.PATH ?? ''): Promise<RedisBinary | null> {
  return (await findRedisServers(path))[0] ?? null
}

/** What a file says of itself; null for what is no such server. */
async function readBinary(file: string): Promise<RedisBinary | null> {
  try {
    const { stdout } = await run(file, ['--version'], { timeout: 5000 })
    const [, product, version] = /^(Redis|Valkey) server v=(\d+\.\d+\.\d+)/i.exec(stdout) ?? []
    if (product === undefined || version === undefined) return null
    return { path: file, product: /valkey/i.test(product) ? 'Valkey' : 'Redis', version }
  } catch {
    return null
  }
}
