import { randomUUID } from 'node:crypto'
import { readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

export const LOCK_DEFAULTS = {
  /** Milliseconds between two looks. */
  every: 15,
  /** Milliseconds after which a lock is taken from its owner: a write takes some ten. */
  stale: 5000,
} as const

/**
 * Does the work while no other process that asks the same holds the lock, which is a file. One whose owner has died,
 * or holds it for too long, is taken over.
 * @throws what making the file throws: a folder that may not be written
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const mine = `${process.pid} ${randomUUID()}`
  const until = Date.now() + 2 * LOCK_DEFAULTS.stale
  while (!(await take(path, mine))) {
    await takeAway(path)
    // It is there, and cannot be removed.
    if (Date.now() > until) throw Object.assign(new Error(`${path} stays locked.`), { code: 'ELOCKED' })
    await delay(LOCK_DEFAULTS.every)
  }
  try {
    return await work()
  } finally {
    // Whoever took it over has put its own there.
    if ((await read(path)) === mine) await unlink(path).catch(() => {})
  }
}

async function take(path: string, mine: string): Promise<boolean> {
  try {
    await writeFile(path, mine, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

const read = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)

/** Removes a lock that nobody uses any more. */
async function takeAway(path: string): Promise<void> {
  const [owner, stats] = [await read(path), await stat(path).catch(() => null)]
  if (owner === null || stats === null) return
  const age = Date.now() - stats.mtimeMs
  const pid = Number.parseInt(owner, 10)
  const gone = Number.isNaN(pid) ? age > 500 : !isAlive(pid)
  if (!gone && age < LOCK_DEFAULTS.stale) return
  // Of several that see it, the one whose rename succeeds has it.
  const aside = `${path}.${randomUUID()}`
  await rename(path, aside).catch(() => {})
  await unlink(aside).catch(() => {})
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
