import type { Redis } from 'ioredis'
import { ClusterClient, type Shard } from '../connection/cluster-client.ts'
import type { RedisClient } from '../connection/redis-client.ts'

export const OTHER_CLIENTS_DEFAULTS = {
  /** Milliseconds from the first look to the second, which is the first that says anything, and between later ones. */
  firstLookAfter: 50,
  lookEvery: 250,
  /**
   * Bytes a millisecond that the server may receive from others without them counting as active, some 200 small
   * commands a second; and the least number, since what we have just sent may be among what it has received.
   */
  quietRate: 8,
  quietAtLeast: 600,
} as const

/** Tells whether nobody else uses any of some servers. */
function watchAll(shards: readonly Shard[], onLook: (alone: boolean) => void): () => void {
  const alone = new Map<Shard, boolean>()
  const stops = shards.map((shard) =>
    watchOthers(shard.client, (isAlone) => {
      alone.set(shard, isAlone)
      onLook(shards.every((each) => alone.get(each) === true))
    }),
  )
  return () => {
    for (const stop of stops) stop()
  }
}

/**
 * Tells whether nobody else uses a server, by what it has received (INFO's `total_net_input_bytes`, with which a
 * replica does not count what its master sends) beside what this connection has sent.
 * @param onLook told at each look; whoever may not ask is never alone
 * @returns what stops it
 */
export function watchOthers(client: RedisClient, onLook: (alone: boolean) => void): () => void {
  if (client instanceof ClusterClient) return watchAll(client.shards, onLook)
  const { firstLookAfter, lookEvery, quietRate, quietAtLeast } = OTHER_CLIENTS_DEFAULTS
  let before = { at: Number.NaN, others: Number.NaN }
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const look = async () => {
    const answer = client.info('stats').catch(() => '')
    const at = performance.now()
    // Before the connection is open there is no stream.
    const sent = (client.stream as Redis['stream'] | undefined)?.bytesWritten ?? Number.NaN
    const stats = await answer
    if (stopped) return
    const others = Number(/^total_net_input_bytes:(\d+)/m.exec(stats)?.[1] ?? Number.NaN) - sent
    // False where it is not known.
    onLook(Math.abs(others - before.others) < Math.max(quietAtLeast, quietRate * (at - before.at)))
    timer = setTimeout(() => void look(), Number.isNaN(before.at) ? firstLookAfter : lookEvery)
    before = { at, others }
  }
  void look()
  return () => {
    stopped = true
    clearTimeout(timer)
    onLook(false)
  }
}
