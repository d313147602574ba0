import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { AppError } from '#shared/errors.ts'
import type { KeptData, PrivateRedisStatus, RedisBinary } from '#shared/private-redis.ts'
import { KeptFolder } from './kept-folder.ts'
import { findRedisServers } from './redis-binaries.ts'
import { type RedisProcess, startRedisProcess } from './redis-process.ts'
import { type ResolvedTarget, resolveTarget } from './target.ts'

export interface PrivateRedisOptions {
  /** Where its data may be kept; null for nowhere. */
  readonly dataFolder: string | null
  readonly onChange: (status: PrivateRedisStatus) => void
  /** @default those on the PATH and in the usual folders */
  readonly findServers?: () => Promise<readonly RedisBinary[]>
}

export interface StartPrivate {
  /** One of the servers that were found. @default the first */
  readonly server?: string | undefined
  /** Loads what was kept, and keeps it again. */
  readonly keep: boolean
}

interface Running {
  readonly server: RedisBinary
  readonly process: RedisProcess
  readonly password: string
  readonly keeps: boolean
  readonly note: string | null
}

const IN_USE =
  'Another inspector has the kept data open, so this Redis started empty and keeps nothing. Stop the other one to go on with it.'

/** A Redis of the app's own, on this machine: nobody else has its password, and it ends with the app. */
export class PrivateRedis {
  readonly #options: PrivateRedisOptions
  readonly #folder: KeptFolder | null
  #state: PrivateRedisStatus['state'] = 'stopped'
  #running: Running | null = null
  #starting: Promise<Running> | null = null
  #problem: string | null = null

  constructor(options: PrivateRedisOptions) {
    this.#options = options
    this.#folder = options.dataFolder === null ? null : new KeptFolder(options.dataFolder)
  }

  async status(): Promise<PrivateRedisStatus> {
    const [servers, kept, inUse] = await Promise.all([
      this.#findServers(),
      this.#folder?.read() ?? null,
      this.#folder?.isInUse() ?? false,
    ])
    const running = this.#running
    return {
      state: this.#state,
      servers,
      running: running && {
        server: running.server,
        port: running.process.port,
        keeps: running.keeps,
        note: running.note,
      },
      kept,
      keptElsewhere: inUse && running?.keeps !== true,
      canKeep: this.#folder !== null,
      problem: this.#problem,
    }
  }

  /** Its address with the password, for other programs of this person; null while it does not run. */
  get target(): ResolvedTarget | null {
    if (this.#running === null) return null
    const { process, password } = this.#running
    return resolveTarget({ host: process.host, port: process.port, password })
  }

  /**
   * Starts it, or finds it running.
   * @throws AppError `no_redis_server`; `data_not_loaded` where the server cannot read what was kept, which stays
   */
  async start(options: StartPrivate): Promise<ResolvedTarget> {
    if (this.#running === null) {
      this.#starting ??= this.#launch(options).finally(() => {
        this.#starting = null
      })
      await this.#starting
    }
    const { target } = this
    if (target === null)
      throw new AppError('no_redis_server', 'The private Redis has just ended. Start it again.')
    return target
  }

  /**
   * Ends it.
   * @param keep saves its data; else it is dropped, also what was loaded from the kept one
   * @throws AppError where it cannot be saved; then it still runs
   */
  async stop(keep: boolean): Promise<PrivateRedisStatus> {
    await this.#starting?.catch(() => {})
    const running = this.#running
    if (running !== null) {
      this.#setState('stopping')
      try {
        if (keep) await this.#save(running)
        else {
          await running.process.stop()
          if (running.keeps) await this.#folder?.drop()
        }
      } catch (error) {
        this.#setState('running')
        throw error
      }
      this.#ended(running, null)
    }
    return this.status()
  }

  /** The app ends: what is to be kept is. */
  async end(): Promise<void> {
    await this.#starting?.catch(() => {})
    if (this.#running !== null) await this.stop(this.#running.keeps)
  }

  /** Deletes what was kept. @throws AppError where a server has it open */
  async drop(): Promise<PrivateRedisStatus> {
    if (await this.#folder?.isInUse())
      throw new AppError('invalid_argument', 'A private Redis has this data open. Stop it first.')
    await this.#folder?.drop()
    this.#tell()
    return this.status()
  }

  #findServers(): Promise<readonly RedisBinary[]> {
    return (this.#options.findServers ?? findRedisServers)()
  }

  async #launch({ server: path, keep }: StartPrivate): Promise<Running> {
    this.#problem = null
    this.#setState('starting')
    try {
      const server = choose(await this.#findServers(), path)
      const release = keep ? ((await this.#folder?.claim()) ?? null) : null
      const folder = release === null ? null : this.#folder
      const password = randomBytes(24).toString('base64url')
      try {
        const process = await this.#startProcess(server, folder, password)
        const note = keep && folder === null ? IN_USE : null
        const running = { server, process, password, keeps: folder !== null, note }
        this.#running = running
        void process.ended.then(() =>
          this.#ended(
            running,
            `The private Redis ended by itself. ${running.keeps ? 'What it had saved is kept; start it again.' : 'Its data is gone.'}`,
          ),
        )
        this.#setState('running')
        return running
      } finally {
        await release?.()
      }
    } catch (error) {
      this.#setState('stopped')
      throw error
    }
  }

  async #startProcess(
    server: RedisBinary,
    folder: KeptFolder | null,
    password: string,
  ): Promise<RedisProcess> {
    // Our own server may tell us of every change; on others that is the owner's decision.
    const args = ['--notify-keyspace-events', 'KA']
    const secrets = [`requirepass ${password}`]
    if (folder === null) return startRedisProcess(server.path, args, { secrets })
    const kept = await folder.read()
    try {
      return await startRedisProcess(
        server.path,
        [...args, '--unixsocket', folder.socket, '--unixsocketperm', '700'],
        { secrets, directory: folder.path },
      )
    } catch (error) {
      throw kept === null ? error : whyNotLoaded(error, server, kept)
    }
  }

  async #save({ process, password, keeps }: Running): Promise<void> {
    if (keeps) return process.save()
    const folder = this.#folder
    if (folder === null) throw new AppError('unsupported', 'This host has no place to keep data at.')
    if ((await folder.read()) !== null) {
      throw new AppError(
        'invalid_argument',
        'Data of another private Redis is kept already. Drop that first, or drop this one’s.',
      )
    }
    const client = new Redis({ host: process.host, port: process.port, password, retryStrategy: () => null })
    client.on('error', () => {})
    try {
      await client.save()
      await folder.adopt(join(process.directory, 'dump.rdb'))
    } catch (error) {
      throw new AppError(
        'redis_error',
        `The data could not be saved to ${folder.path}, so the private Redis still runs. Free disk space, or drop its data.`,
        undefined,
        { cause: error },
      )
    } finally {
      client.disconnect()
    }
    await process.stop()
  }

  #ended(running: Running, problem: string | null): void {
    if (this.#running !== running) return
    // Whoever stops it says how it ended.
    if (this.#state === 'stopping' && problem !== null) return
    this.#running = null
    this.#problem = problem
    this.#setState('stopped')
  }

  #setState(state: PrivateRedisStatus['state']): void {
    this.#state = state
    this.#tell()
  }

  #tell(): void {
    this.status().then(this.#options.onChange, () => {})
  }
}

function choose(servers: readonly RedisBinary[], path: string | undefined): RedisBinary {
  const server = path === undefined ? servers[0] : servers.find((each) => each.path === path)
  if (server !== undefined) return server
  // Only what was found is run: a page must not name a program.
  throw new AppError(
    'no_redis_server',
    path === undefined
      ? 'No redis-server or valkey-server was found on this machine. Install one (apt install redis-server, brew install redis), or connect to a Redis elsewhere.'
      : 'This server is not there any more. Choose another one.',
  )
}

/** Why a server did not take the kept data: it is newer, or broken. It stays where it is. */
function whyNotLoaded(error: unknown, server: RedisBinary, { file, savedBy }: KeptData): unknown {
  const output = error instanceof AppError && Array.isArray(error.details?.output) ? error.details.output : []
  const text = output.join('\n')
  const which = `${server.product} ${server.version}`
  const by = savedBy === null ? 'a newer server' : savedBy
  const stays = `It stays as it is at ${file}.`
  if (/Can't handle RDB format version|unknown RDB|RDB.*(type|opcode)|Unknown object type/i.test(text)) {
    return new AppError(
      'data_not_loaded',
      `${which} cannot load the kept data, which ${by} has saved in a newer format. Choose a newer server, start empty, or drop it. ${stays}`,
      undefined,
      { cause: error },
    )
  }
  if (
    /wrong signature|short read|bad file format|corrupt|checksum|unrecoverable|fatal error loading/i.test(
      text,
    )
  ) {
    return new AppError(
      'data_not_loaded',
      `The kept data cannot be read: its file is broken. Start empty, mend it with redis-check-rdb, or drop it. ${stays}`,
      undefined,
      { cause: error },
    )
  }
  return error
}
