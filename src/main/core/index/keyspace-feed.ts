import { Redis } from 'ioredis'
import { toBinary } from '../bytes.ts'
import { targetOptions } from '../connection/client.ts'
import type { ResolvedTarget } from '../connection/target.ts'
import type { CommandLog } from '../journal/command-log.ts'
import { BACKGROUND, doFor } from '../journal/command-purpose.ts'
import { tapCommands } from '../journal/command-tap.ts'
import { prefixPattern } from './glob.ts'

/** Refused for the channel, where the command as such may be run. */
export const isChannelRefused = (error: unknown): boolean =>
  error instanceof Error && /^NOPERM/.test(error.message) && /channel/i.test(error.message)

/** The channels that tell of keys with a prefix: a glob. */
export const channelsOf = (db: number, prefix: string): string =>
  `__keyspace@${db}__:${prefixPattern(prefix)}`

/** Nobody publishes there: who may listen to it may subscribe, and who listens is not closed by the server's `timeout`. */
const PROBE = '__redis-session-inspector__'

export interface KeyspaceFeed {
  /** False while its own connection is lost: then nobody is told of changes. */
  readonly healthy: boolean
  /** Tells of each change of a key with this prefix, by its id as a binary string and the server's word for it. */
  subscribe(prefix: string, listener: (id: string, word: string) => void): Promise<() => void>
  stop(): void
}

/**
 * Keyspace notifications on a connection of their own: only keys with a subscribed prefix are sent at all.
 * @param onRefused called when it was lost and the server refuses it, or its subscriptions, now: it is not tried again
 * @param commands where what it sends is noted
 * @param onHealth called when the feed's connection is lost, and when it is back with its subscriptions
 * @throws what ioredis throws when this user may not subscribe
 */
export async function openKeyspaceFeed(
  target: ResolvedTarget,
  onHealth: (healthy: boolean) => void,
  onRefused: () => void,
  commands?: CommandLog,
): Promise<KeyspaceFeed> {
  const subscriber = new Redis({
    ...targetOptions(target),
    // ioredis leaves the promises of its own resubscribing to nobody: one that fails would end the process.
    autoResubscribe: false,
    retryStrategy: (attempt: number) => Math.min(250 * attempt, 2000),
    connectionName: 'redis-session-inspector:live',
  })
  if (commands !== undefined) tapCommands(subscriber, 'notifications', commands)
  const listeners = new Map<
    string,
    { readonly skip: number; readonly tell: Set<(id: string, word: string) => void> }
  >()
  let healthy = true
  const giveUp = () => {
    subscriber.disconnect()
    onRefused()
  }
  subscriber.on('error', (error) => {
    // Tried again and again, a password that is refused may lock the user out; the main connection asks for another.
    if (/WRONGPASS|NOAUTH|invalid password/i.test(error.message)) giveUp()
  })
  subscriber.on('close', () => {
    if (!healthy) return
    healthy = false
    onHealth(false)
  })
  subscriber.on('ready', () => {
    if (healthy) return
    doFor(BACKGROUND.feed, () => subscriber.psubscribe(PROBE, ...listeners.keys())).then(
      () => {
        // One that was cut off is sent again by ioredis, beside the next.
        if (healthy) return
        healthy = true
        onHealth(true)
      },
      (error: unknown) => {
        // Else it was closed again meanwhile, and comes back once more.
        if (error instanceof Error && error.name === 'ReplyError') giveUp()
      },
    )
  })
  subscriber.on('pmessageBuffer', (pattern: Buffer | string, channel: Buffer, message: Buffer) => {
    const entry = listeners.get(pattern.toString())
    if (entry === undefined) return
    const id = toBinary(channel.subarray(entry.skip))
    const word = message.toString('latin1')
    for (const tell of entry.tell) tell(id, word)
  })
  try {
    await subscriber.connect()
    // Finds out whether this user may subscribe at all, before anybody relies on it.
    await subscriber.psubscribe(PROBE).catch((error: unknown) => {
      // Other channels may be allowed: each list finds out about its own.
      if (!isChannelRefused(error)) throw error
    })
  } catch (error) {
    subscriber.disconnect()
    throw error
  }
  return {
    get healthy() {
      return healthy
    },
    async subscribe(prefix, listener) {
      const pattern = channelsOf(target.db, prefix)
      const skip = Buffer.byteLength(`__keyspace@${target.db}__:${prefix}`)
      const entry = listeners.get(pattern) ?? { skip, tell: new Set() }
      entry.tell.add(listener)
      listeners.set(pattern, entry)
      const end = () => {
        entry.tell.delete(listener)
        if (entry.tell.size > 0) return
        listeners.delete(pattern)
        doFor(BACKGROUND.feed, () => subscriber.punsubscribe(pattern)).catch(() => {})
      }
      try {
        await doFor(BACKGROUND.feed, () => subscriber.psubscribe(pattern))
      } catch (error) {
        end()
        throw error
      }
      return end
    },
    stop: () => subscriber.disconnect(),
  }
}
