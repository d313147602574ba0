import { fromBinary, toBinary } from '../bytes.ts'
import { type RedisClient, shardsOf } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { springKeyOf } from '../formats/spring-keys.ts'
import { prefixPattern } from '../index/glob.ts'
import type { RowTable } from '../index/row-table.ts'
import { runSliced, SLICE_STEPS, type Sliced } from '../index/sliced.ts'
import { userIndexKey } from '../store/user-index.ts'
import { KeyBatches, type KeyReply, toContent } from '../transfer/key-batches.ts'
import { PacedCalls } from '../transfer/paced-calls.ts'
import type { ScoredItem } from '../transfer/record.ts'
import { RISK_DEFAULTS } from './defaults.ts'
import { type IndexLibrary, indexKeyOf } from './index-members.ts'
import { kindOf } from './row-facts.ts'

/** The per-user index keeps a member until it is pruned by a later login; only after so long nobody has, it is left over. */
const PRUNED_BY_THEN = 60 * 60_000
/** Keys asked after at once. */
const ASKED_AT_ONCE = 100

export interface OrphansOfIndex {
  readonly key: Buffer
  readonly library: IndexLibrary
  readonly type: 'set' | 'zset'
  /** Those that are kept, each with the session that it stands for. */
  readonly members: readonly { readonly member: Buffer; readonly session: Buffer }[]
  readonly count: number
}

export interface OrphanSearchOptions {
  readonly client: RedisClient
  readonly prefix: string
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly table: RowTable
  /** Asked before each call: whether it goes on. */
  readonly more: () => boolean
}

/**
 * Finds entries of indexes whose sessions are gone: in the indexes under the prefix and, where `outside` is set, in those
 * that belong to it and lie elsewhere in the database.
 * @returns the indexes that have some, and how many indexes were read; null where it was stopped
 * @throws AppError
 */
export async function searchOrphans(
  options: OrphanSearchOptions,
  outside: readonly Buffer[],
): Promise<{ readonly orphans: readonly OrphansOfIndex[]; readonly read: number } | null> {
  const { client, more } = options
  const keys = [...(await runSliced(indexesUnder(options))), ...outside]
  if (keys.length === 0) return { orphans: [], read: 0 }
  const batches = new KeyBatches(client, 'content')
  const asking = new PacedCalls(client)
  const orphans: OrphansOfIndex[] = []
  let kept = 0
  try {
    for (let from = 0; from < keys.length; ) {
      if (!more()) return null
      const { keys: replies } = await batches.read(keys.slice(from, from + batches.count))
      for (const [position, reply] of replies.entries()) {
        const found = await orphansOf(options, asking, keys[from + position] as Buffer, reply)
        if (found === null || found.count === 0) continue
        const members = found.members.slice(0, Math.max(0, RISK_DEFAULTS.orphans - kept))
        kept += members.length
        orphans.push({ ...found, members })
      }
      from += Math.max(1, replies.length)
    }
    return { orphans, read: keys.length }
  } catch (error) {
    throw toAppError(error)
  } finally {
    batches.stop()
    asking.stop()
  }
}

/** The indexes that belong to a prefix and lie outside of it: found by looking at every name in the database. @throws AppError */
export async function searchIndexKeys(options: OrphanSearchOptions): Promise<readonly Buffer[] | null> {
  const { client, prefix, more } = options
  const start = Buffer.from(prefix)
  const found = new Map<string, Buffer>()
  for (const pattern of await runSliced(patternsOf(options))) {
    for (const shard of shardsOf(client)) {
      const calls = new PacedCalls(shard.client)
      try {
        for (let cursor = '0', begun = false; !begun || cursor !== '0'; begun = true) {
          if (!more()) return null
          const { count } = calls
          const [next, keys] = await calls.run(async () => ({
            value: await shard.client.scanBuffer(cursor, 'MATCH', pattern, 'COUNT', count),
            keys: count,
            served: null,
          }))
          cursor = next.toString()
          for (const key of keys) {
            // Those under the prefix the list knows.
            if (!key.subarray(0, start.length).equals(start)) found.set(toBinary(key), key)
          }
        }
      } catch (error) {
        throw toAppError(error)
      } finally {
        calls.stop()
      }
    }
  }
  return [...found.values()]
}

function* patternsOf({ prefix, table }: OrphanSearchOptions): Sliced<readonly string[]> {
  const patterns = [prefixPattern(userIndexKey(prefix, ''))]
  const namespaces = new Set<string>()
  for (let slot = 0; slot < table.end && namespaces.size < 3; slot += 1) {
    if (slot % SLICE_STEPS === 0) yield
    if (!table.alive(slot) || table.format(slot)?.id !== 'spring-session') continue
    const known = springKeyOf(prefix + fromBinary(table.id(slot)).toString())
    if (known !== null) namespaces.add(known.namespace)
  }
  for (const namespace of namespaces) {
    if (!`${namespace}:index:`.startsWith(prefix)) patterns.push(prefixPattern(`${namespace}:index:`))
    if (!`${namespace}:expirations:`.startsWith(prefix))
      patterns.push(prefixPattern(`${namespace}:expirations:`))
  }
  return patterns
}

function* indexesUnder({ prefix, table }: OrphanSearchOptions): Sliced<readonly Buffer[]> {
  const start = Buffer.from(prefix)
  const keys: Buffer[] = []
  for (let slot = 0; slot < table.end; slot += 1) {
    if (slot % SLICE_STEPS === 0) yield
    if (table.alive(slot) && kindOf(table, slot) === 'index')
      keys.push(Buffer.concat([start, fromBinary(table.id(slot))]))
  }
  return keys
}

async function orphansOf(
  { client, prefix, clock, table }: OrphanSearchOptions,
  asking: PacedCalls,
  key: Buffer,
  reply: KeyReply,
): Promise<OrphansOfIndex | null> {
  const index = indexKeyOf(key, prefix)
  const content = toContent(reply)
  if (index === null || content === null || (content.type !== 'set' && content.type !== 'zset')) return null
  const now = clock()
  const isLeftOver = ({ score }: ScoredItem) => score > now || score < now - PRUNED_BY_THEN
  const members =
    content.type === 'zset' ? content.items.filter(isLeftOver).map(({ member }) => member) : content.items
  const start = Buffer.from(prefix)
  const missing = members.flatMap((member) => {
    const session = index.sessionKeyOf(member)
    if (session === null) return []
    const isKnown =
      session.subarray(0, start.length).equals(start) &&
      table.find(toBinary(session.subarray(start.length))) >= 0
    return isKnown ? [] : [{ member, session }]
  })
  // The list may not have heard of a session that has just come.
  const gone: (typeof missing)[number][] = []
  for (let from = 0; from < missing.length; from += ASKED_AT_ONCE) {
    const some = missing.slice(from, from + ASKED_AT_ONCE)
    const exist = await asking.run(async () => ({
      value: await Promise.all(some.map(({ session }) => client.exists(session))),
      keys: some.length,
      served: null,
    }))
    gone.push(...some.filter((_, position) => exist[position] === 0))
  }
  return { key, library: index.library, type: content.type, members: gone, count: gone.length }
}
