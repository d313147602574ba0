import { AppError } from '#shared/errors.ts'
import type { PublicTarget, ServerInfo } from '#shared/model.ts'
import { ClusterClient } from './cluster-client.ts'
import { addressOf } from './link.ts'
import { readNotifySetting } from './notifications.ts'
import { findMissingCommands } from './permissions.ts'
import { loadingOf, notReadyError, readReadiness } from './readiness.ts'
import { anyServer, type RedisClient } from './redis-client.ts'
import { parseRole } from './server-role.ts'

/** What is asked of a server right after connecting to it. */
export interface ServerFacts {
  readonly server: ServerInfo
  /** Where it is: `host:port` or its socket; null where that is not known. */
  readonly address: string | null
  /** What `notify-keyspace-events` is; null where that may not be asked. */
  readonly notify: string | null
  /** Commands that this user may not run, of those that something here takes. */
  readonly missing: readonly string[]
}

/**
 * @throws AppError `connection_lost` when the connection ends meanwhile, `not_ready` while the server loads its data
 * or runs a long script: it answers nothing of use till then.
 */
export async function readServerFacts(client: RedisClient): Promise<ServerFacts> {
  const [notReady, server, notify, missing] = await Promise.all([
    readReadiness(anyServer(client)),
    readServerInfo(client),
    readNotifySetting(client),
    findMissingCommands(client),
  ])
  refuseEnded(client)
  if (notReady !== null) throw notReadyError(notReady)
  return { server, address: client instanceof ClusterClient ? null : addressOf(client), notify, missing }
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
  const loading = loadingOf(text)
  if (loading !== null) throw notReadyError(loading)
  const mode = value('redis_mode') ?? value('server_mode')
  return {
    product: value('server_name') === 'valkey' ? 'Valkey' : 'Redis',
    version: value('valkey_version') ?? value('redis_version') ?? '',
    mode: mode === 'cluster' || mode === 'sentinel' ? mode : 'standalone',
    ...parseRole(text),
    ...(client instanceof ClusterClient ? { nodes: client.topology.shown } : {}),
  }
}

/** @throws AppError for a server whose keys are no whole list of sessions. */
export async function refuseUnsupported(
  client: RedisClient,
  { server }: ServerFacts,
  target: PublicTarget,
): Promise<void> {
  if (server.mode === 'sentinel') {
    throw new AppError(
      'other_deployment',
      `${target.label} is a Sentinel, which holds no sessions. Connect by way of it: choose Sentinel, and give the name of the master.`,
      { deployment: 'sentinel' },
    )
  }
  if (client instanceof ClusterClient) return
  if (server.mode === 'cluster' && (await countClusterMasters(client)) > 1) {
    throw new AppError(
      'other_deployment',
      `${target.label} is one node of a cluster and holds a part of the sessions only. Connect to it as a cluster.`,
      { deployment: 'cluster' },
    )
  }
}

/** How many masters share a cluster's keys, so that no part of them passes for all; 1 where this may not be asked. */
async function countClusterMasters(client: RedisClient): Promise<number> {
  const text = await client.cluster('INFO').catch(() => '')
  refuseEnded(client)
  return Number(/^cluster_size:(\d+)/m.exec(text)?.[1] ?? 1)
}
