import { AppError } from '#shared/errors.ts'
import type { ServerInfo } from '#shared/model.ts'
import { BACKGROUND, doFor } from '../journal/command-purpose.ts'
import { ClusterClient } from './cluster-client.ts'
import { readNotifySetting } from './notifications.ts'
import type { RedisClient } from './redis-client.ts'

/** What is asked of a server right after connecting to it. */
export interface ServerFacts {
  readonly server: ServerInfo
  /** What `notify-keyspace-events` is; null where that may not be asked. */
  readonly notify: string | null
  readonly missing: readonly string[]
}

/**
 * @throws AppError `connection_lost` when the connection ends meanwhile, `redis_error` while the server loads its
 * data: it answers nothing of use till then.
 */
export async function readServerFacts(client: RedisClient): Promise<ServerFacts> {
  const [server, notify, missing] = await Promise.all([
    readServerInfo(client),
    readNotifySetting(client),
    doFor(BACKGROUND.allowed, () => findMissingCommands(client)),
  ])
  refuseEnded(client)
  return { server, notify, missing }
}

/** Each question here takes a refusal for an answer; a connection that has ended answered none of them. */
function refuseEnded(client: RedisClient): void {
  if (client.status === 'ready') return
  throw new AppError('connection_lost', 'The server hung up right after it was connected to. Try again.')
}

async function readServerInfo(client: RedisClient): Promise<ServerInfo> {
  // INFO may be forbidden; then the version is unknown and all else still works.
  const text = await client.info().catch(() => '')
  const value = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1]?.trim()
  if (value('loading') === '1') {
    throw new AppError('redis_error', 'This Redis is still loading its data. Try again in a moment.')
  }
  const mode = value('redis_mode') ?? value('server_mode')
  return {
    product: value('server_name') === 'valkey' ? 'Valkey' : 'Redis',
    version: value('valkey_version') ?? value('redis_version') ?? '',
    mode: mode === 'cluster' || mode === 'sentinel' ? mode : 'standalone',
    role: value('role') === 'slave' ? 'replica' : 'master',
    ...(client instanceof ClusterClient ? { nodes: client.topology.shown } : {}),
  }
}

/** How many masters share a cluster's keys, so that no part of them passes for all; 1 where this may not be asked. */
export async function countClusterMasters(client: RedisClient): Promise<number> {
  const text = await client.cluster('INFO').catch(() => '')
  refuseEnded(client)
  return Number(/^cluster_size:(\d+)/m.exec(text)?.[1] ?? 1)
}

/** A key that nobody has: the probes below read nothing of anybody's and change nothing. */
const PROBE_KEY = 'redis-session-inspector:probe'

const PROBES: readonly (readonly [command: string, ...args: string[]])[] = [
  ['SCAN', '0', 'COUNT', '1'],
  ['TYPE', PROBE_KEY],
  ['PTTL', PROBE_KEY],
  ['HMGET', PROBE_KEY, 'field'],
  ['HGETALL', PROBE_KEY],
  ['DBSIZE'],
  ['EVALSHA', '0'.repeat(40), '0'],
  ['EVAL', 'return 1', '0'],
  // Writes to a key that does not exist, of the kinds that then do nothing.
  ['HDEL', PROBE_KEY, 'field'],
  ['EXPIRE', PROBE_KEY, '1'],
  ['UNLINK', PROBE_KEY],
]

/** The commands that this user may not run. A key pattern that excludes the probe's key says nothing of commands. */
async function findMissingCommands(client: RedisClient): Promise<readonly string[]> {
  const refused = await Promise.all(
    PROBES.map(async ([command, ...args]) => {
      try {
        await client.call(command, ...args)
        return null
      } catch (error) {
        const message = error instanceof Error ? error.message : ''
        return /^NOPERM/.test(message) && /command/i.test(message) && !/\bkeys?\b/.test(message)
          ? command
          : null
      }
    }),
  )
  return refused.filter((command) => command !== null)
}
