import { AppError } from '#shared/errors.ts'
import type { Handlers } from '../dispatch.ts'
import type { ConnectionManager } from './connection-manager.ts'
import type { PrivateRedis } from './private-redis.ts'

type PrivateRedisCalls = Extract<keyof Handlers, `privateRedis.${string}`>

/** The calls about the Redis of the app's own. @param leave disconnects whoever is connected to it */
export function createPrivateRedisHandlers(
  privateRedis: PrivateRedis,
  connection: ConnectionManager,
  leave: () => void,
): Pick<Handlers, PrivateRedisCalls> {
  return {
    'privateRedis.status': () => privateRedis.status(),
    'privateRedis.start': async (options) => connection.connect(await privateRedis.start(options), true),
    'privateRedis.stop': ({ keep }) => {
      leave()
      return privateRedis.stop(keep)
    },
    'privateRedis.drop': () => privateRedis.drop(),
    'privateRedis.address': () => {
      const { target } = privateRedis
      if (target === null)
        throw new AppError('invalid_argument', 'The private Redis does not run. Start it first.')
      return { url: `redis://:${target.password ?? ''}@${target.host}:${target.port}` }
    },
  }
}
