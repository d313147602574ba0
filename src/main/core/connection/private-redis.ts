import { AppError } from '#shared/errors.ts'
import { findRedisServer, type RedisProcess, startRedisProcess } from './redis-process.ts'
import { type ResolvedTarget, resolveTarget } from './target.ts'

/** A Redis of the app's own, on this machine, kept until the app ends so that no session in it is lost by mistake. */
export class PrivateRedis {
  #process: Promise<RedisProcess> | null = null

  /** Starts it, or finds it running. @throws AppError `no_redis_server` */
  async start(): Promise<ResolvedTarget> {
    this.#process ??= this.#launch()
    const { host, port } = await this.#process
    return resolveTarget({ host, port })
  }

  async stop(): Promise<void> {
    const started = await this.#process?.catch(() => null)
    await started?.stop()
  }

  async #launch(): Promise<RedisProcess> {
    try {
      const binary = await findRedisServer()
      if (binary === null) {
        throw new AppError(
          'no_redis_server',
          'No redis-server or valkey-server was found on this machine. Install one (apt install redis-server, brew install redis), or connect to a Redis elsewhere.',
        )
      }
      // Our own server may tell us of every change; on others that is the owner's decision.
      const started = await startRedisProcess(binary.path, ['--notify-keyspace-events', 'KA'])
      void started.ended.then(() => {
        this.#process = null
      })
      return started
    } catch (error) {
      this.#process = null
      throw error
    }
  }
}
