import { createHash } from 'node:crypto'
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeptData } from '#shared/private-redis.ts'
import { RDB_HEAD_BYTES, readRdbHead } from './rdb-head.ts'

/** Milliseconds after which a start that was begun and not ended is one that was killed. */
const START_TAKES = 30_000
/** Bytes that a socket's path may have on every system. */
const MOST_PATH = 100

/**
 * The folder in which a private Redis keeps its data. One server uses it at a time: it listens on a socket that only it
 * can have, which ends with it, whatever becomes of the app that started it.
 */
export class KeptFolder {
  readonly path: string
  readonly socket: string
  readonly #file: string

  constructor(path: string) {
    this.path = path
    this.#file = join(path, 'dump.rdb')
    const socket = join(path, 'server.sock')
    const name = createHash('sha1').update(path).digest('hex').slice(0, 16)
    this.socket = Buffer.byteLength(socket) <= MOST_PATH ? socket : join(tmpdir(), `inspector-${name}.sock`)
  }

  /** What is kept; null for nothing. */
  async read(): Promise<KeptData | null> {
    try {
      const { size, mtimeMs } = await stat(this.#file)
      const file = await open(this.#file)
      try {
        const bytes = Buffer.alloc(Math.min(size, RDB_HEAD_BYTES))
        await file.read(bytes, 0, bytes.length, 0)
        const head = readRdbHead(bytes)
        return {
          keys: head?.keys ?? null,
          bytes: size,
          savedAt: Math.round(mtimeMs),
          savedBy: head?.savedBy ?? null,
          file: this.#file,
        }
      } finally {
        await file.close()
      }
    } catch (error) {
      if (isNoFile(error)) return null
      throw error
    }
  }

  /** Whether a server uses it, also one that saves just now since its app was killed. */
  isInUse(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.socket)
      const end = (inUse: boolean) => () => {
        socket.destroy()
        resolve(inUse)
      }
      socket.once('connect', end(true))
      // Nobody listens: there is no socket, or one that a killed server left.
      socket.once('error', end(false))
    })
  }

  /**
   * Lets a server be started in it, unless another one uses it or is being started.
   * @returns what ends the start, once the server listens or has failed; null where it is taken
   */
  async claim(): Promise<(() => Promise<void>) | null> {
    await mkdir(this.path, { recursive: true, mode: 0o700 })
    const lock = join(this.path, 'starting')
    const since = await stat(lock).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    )
    if (since !== null && since < Date.now() - START_TAKES) await rm(lock, { force: true })
    try {
      await (await open(lock, 'wx')).close()
    } catch {
      return null
    }
    const release = () => rm(lock, { force: true })
    if (!(await this.isInUse())) return release
    await release()
    return null
  }

  /** Takes a file that a server has saved elsewhere. */
  async adopt(file: string): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 })
    // Another file system may lie in between, where a copy that breaks off must not pass for the whole.
    await copyFile(file, `${this.#file}.new`)
    await rename(`${this.#file}.new`, this.#file)
  }

  drop(): Promise<void> {
    return rm(this.#file, { force: true })
  }
}

const isNoFile = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
