import type { Redis } from 'ioredis'
import type { NotificationChange } from '#shared/model.ts'
import { ClusterClient } from './cluster-client.ts'
import { type RedisClient, shardsOf } from './redis-client.ts'

const SETTING = 'notify-keyspace-events'

/** What a node had before this inspector changed it. */
export interface NodeSetting {
  /** Its `host:port`. */
  readonly node: string
  readonly before: string
  /** What it said of the setting right after. */
  readonly after: string
}

/** What this inspector did to the setting, on one connection. */
export interface MadeChange {
  readonly before: string
  /** What the server said of the setting right after. */
  readonly after: string
  /** What each node of a cluster had before. @default none */
  readonly each?: readonly NodeSetting[]
}

/**
 * The server's `notify-keyspace-events`; null where this user may not ask, or the server has no CONFIG. Of a cluster,
 * whose masters have one each, that of the first one that does not send all.
 */
export async function readNotifySetting(client: RedisClient): Promise<string | null> {
  const settings = await Promise.all(shardsOf(client).map((shard) => readOne(shard.client)))
  if (settings.includes(null)) return null
  return settings.find((setting) => setting !== null && !sendsAll(setting)) ?? settings[0] ?? null
}

async function readOne(client: Redis): Promise<string | null> {
  try {
    const reply = (await client.config('GET', SETTING)) as readonly string[]
    return reply[1] ?? null
  } catch {
    return null
  }
}

/** Replicas too, since any of them may become a master. */
export const notifiedNodes = (client: ClusterClient): readonly Redis[] => client.reachable

/**
 * Does what was planned; in a cluster on each node that lacks something, or whose setting was changed here.
 * @returns what the nodes of a cluster had before
 * @throws what ioredis throws for a server, or a master of a cluster, that refuses
 */
export async function writeNotifySetting(
  client: RedisClient,
  { kind, value }: Pick<PlannedChange, 'kind' | 'value'>,
  made: MadeChange | null,
): Promise<readonly NodeSetting[]> {
  if (!(client instanceof ClusterClient)) {
    await client.config('SET', SETTING, value)
    return []
  }
  const isMaster = (node: Redis) => client.shards.some((shard) => shard.client === node)
  const changed = await Promise.all(
    notifiedNodes(client).map(async (node): Promise<NodeSetting | null> => {
      const now = await readOne(node)
      const name = `${node.options.host}:${node.options.port}`
      const known = made?.each?.find((setting) => setting.node === name)
      const wanted = kind === 'enable' ? withAll(now ?? '') : (known?.before ?? null)
      const isRight = kind === 'enable' ? now !== null && sendsAll(now) : now !== known?.after
      if (wanted === null || isRight) return null
      try {
        await node.config('SET', SETTING, wanted)
      } catch (error) {
        // A replica that is away is of no use at the moment anyway.
        if (isMaster(node)) throw error
        return null
      }
      return { node: name, before: now ?? '', after: (await readOne(node)) ?? wanted }
    }),
  )
  return changed.filter((setting) => setting !== null)
}

/**
 * Whether a setting sends every event that a list of keys needs: keyspace events (K) of generic commands (g), expiries
 * (x), evictions (e), and of hashes (h) and the other types, which are listed too. With one kind missing a key could
 * come or go untold.
 * Source of the letters: https://redis.io/docs/latest/develop/pubsub/keyspace-notifications/
 */
export function sendsAll(setting: string): boolean {
  const complete = setting.includes('A') || [...'gxeh$lszt'].every((letter) => setting.includes(letter))
  return setting.includes('K') && complete
}

/** The setting with all that a list needs; what it has beyond that stays, since others may rely on it. */
export function withAll(setting: string): string {
  // A stands for these; it excludes key misses (m), new keys (n) and whatever later versions add.
  const others = [...setting].filter((letter) => !'AKg$lshzxetd'.includes(letter))
  return ['A', 'K', ...new Set(others)].join('')
}

/** The value to be set, and how the whole is put to the person. */
export interface PlannedChange extends NotificationChange {
  readonly value: string
}

/**
 * What may be offered: to switch notifications on where something is missing, or to put back what was switched on here
 * and has not been changed by anybody since.
 */
export function planChange(setting: string | null, made: MadeChange | null): PlannedChange | null {
  if (setting === null) return null
  if (made !== null && made.after === setting) return plan('restore', setting, made.before)
  return sendsAll(setting) ? null : plan('enable', setting, withAll(setting))
}

const plan = (kind: NotificationChange['kind'], current: string, value: string): PlannedChange => ({
  kind,
  current,
  command: `CONFIG SET ${SETTING} ${value === '' ? '""' : value}`,
  value,
})
