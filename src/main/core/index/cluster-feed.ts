import { ClusterClient } from '../connection/cluster-client.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import type { ResolvedTarget } from '../connection/target.ts'
import type { CommandLog } from '../journal/command-log.ts'
import { type KeyspaceFeed, openKeyspaceFeed } from './keyspace-feed.ts'

/**
 * The keyspace notifications of a server, or of all masters of a cluster: each sends those of its own keys alone. For
 * other masters it is opened anew, when the connection says that there are others.
 *
 * A key that moves in a resharding is said to be deleted by the one and restored by the other: it is read then, and found
 * to be as it was.
 * @param onRefused called when this user is refused on the way back
 * @param onHealth called when the feed is not whole any more, and when it is whole again
 * @throws what ioredis throws when this user may not subscribe, or a master cannot be reached
 */
export async function openFeed(
  client: RedisClient,
  target: ResolvedTarget,
  onHealth: (healthy: boolean) => void,
  onRefused: () => void,
  commands?: CommandLog,
): Promise<KeyspaceFeed> {
  if (!(client instanceof ClusterClient)) return openKeyspaceFeed(target, onHealth, onRefused, commands)
  const feeds: KeyspaceFeed[] = []
  let whole = true
  const isWhole = () => feeds.every(({ healthy }) => healthy)
  const look = () => {
    if (isWhole() === whole) return
    whole = !whole
    onHealth(whole)
  }
  const stop = () => {
    for (const feed of feeds) feed.stop()
  }
  const opened = await Promise.allSettled(
    client.shards.map(async ({ client: { options } }) => {
      const { host = target.host, port = target.port } = options
      const node: ResolvedTarget = { ...target, deployment: 'standalone', host, port, path: null, nodes: [] }
      feeds.push(await openKeyspaceFeed(node, look, onRefused, commands))
    }),
  )
  const failure = opened.find(({ status }) => status === 'rejected')
  if (failure?.status === 'rejected') {
    stop()
    throw failure.reason
  }
  return {
    get healthy() {
      return isWhole()
    },
    async subscribe(prefix, listener) {
      const subscribed = await Promise.allSettled(feeds.map((feed) => feed.subscribe(prefix, listener)))
      const end = () => {
        for (const each of subscribed) if (each.status === 'fulfilled') each.value()
      }
      const refused = subscribed.find(({ status }) => status === 'rejected')
      if (refused?.status !== 'rejected') return end
      end()
      throw refused.reason
    },
    stop,
  }
}
