import { Redis } from 'ioredis'
import { openClient } from './client.ts'
import { ClusterClient, type Shard } from './cluster-client.ts'
import type { ResolvedTarget } from './target.ts'

/** A client of one server or of a whole cluster. Commands with a key go to the server that has it. */
export type RedisClient = Redis | ClusterClient

/** The servers that hold the keys. */
export const shardsOf = (client: RedisClient): readonly Shard[] =>
  client instanceof ClusterClient ? client.shards : [{ id: '', client }]

/** Keys of all servers together. */
export async function countKeys(client: RedisClient): Promise<number> {
  if (client instanceof Redis) return client.dbsize()
  const counts = await Promise.all(client.shards.map((shard) => shard.client.dbsize()))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** One server that holds keys: what is asked of it holds for all that this user connects to. */
export const anyServer = (client: RedisClient): Redis =>
  client instanceof Redis ? client : (client.shards[0]?.client ?? client.nodes('master')[0] ?? unreachable())

function unreachable(): never {
  throw new Error('Connection is closed.')
}

/** From the next connecting on. */
export function usePassword(client: RedisClient, password: string): void {
  if (client instanceof Redis) client.options.password = password
  else client.usePassword(password)
}

/** Connects, also again after it was lost. @throws AppError */
export const openAny = (client: RedisClient, target: ResolvedTarget): Promise<void> =>
  client instanceof ClusterClient ? client.open() : openClient(client, target)
