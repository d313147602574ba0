import { setTimeout as wait } from 'node:timers/promises'
import type { PrefixSuggestion, PrefixSurvey } from '#shared/model.ts'
import { fromBinary, toBinary, toBytes } from '../bytes.ts'
import { countKeys, type RedisClient, shardsOf } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'

export const SURVEY_DEFAULTS = {
  /** Keys and milliseconds after which it ends, whichever comes first: it shows what there is, it does not count it. */
  mostKeys: 100_000,
  mostTime: 1000,
  /** Keys that one call looks at. */
  count: 500,
  /** Suggestions, at most. */
  most: 50,
  /** Parts of a key that may be namespaces: what comes after is the business of the application. */
  depth: 5,
  /** Different parts below one namespace beyond which they are ids. */
  fanOut: 50,
} as const

/** A part of keys that ends with a colon. */
interface Node {
  keys: number
  readonly children: Map<string, Node>
}

/**
 * Finds the namespaces of a database: the parts of its keys up to a colon, as far as they are no ids. Looks at a
 * bounded number of keys and leaves the server alone as long as it was busy, so that it may be asked at any time.
 * @param onKey told of each key that it meets, a byte a character
 * @throws AppError
 */
export async function surveyPrefixes(
  client: RedisClient,
  onKey: (key: string) => void = () => {},
): Promise<PrefixSurvey> {
  const { mostKeys, mostTime, count } = SURVEY_DEFAULTS
  const root: Node = { keys: 0, children: new Map() }
  try {
    // Who may not count the keys sees those that were looked at.
    const keys = await countKeys(client).catch((error: unknown) => {
      if (error instanceof Error && error.message.startsWith('NOPERM')) return 0
      throw error
    })
    const began = performance.now()
    const look = async (node: RedisClient): Promise<boolean> => {
      let cursor = '0'
      do {
        const asked = performance.now()
        const [next, found] = await node.scanBuffer(cursor, 'COUNT', count)
        cursor = next.toString()
        const took = performance.now() - asked
        for (const key of found) {
          const binary = toBinary(key)
          add(root, binary)
          onKey(binary)
        }
        if (cursor !== '0') await wait(took)
      } while (cursor !== '0' && root.keys < mostKeys && performance.now() - began < mostTime)
      return cursor === '0'
    }
    const whole = await Promise.all(shardsOf(client).map((shard) => look(shard.client)))
    const complete = whole.every((each) => each)
    const scale = complete || root.keys === 0 ? 1 : Math.max(1, keys / root.keys)
    const prefixes = suggestions(root)
      .map(({ prefix, keys: counted }) => ({ prefix, keys: Math.round(counted * scale) }))
      .sort((a, b) => b.keys - a.keys || (a.prefix < b.prefix ? -1 : 1))
      .slice(0, SURVEY_DEFAULTS.most)
    return { prefixes, looked: root.keys, keys: Math.max(keys, root.keys), complete }
  } catch (error) {
    throw toAppError(error)
  }
}

/** @param key its bytes, one character each */
function add(root: Node, key: string): void {
  root.keys += 1
  let node = root
  let start = 0
  for (let depth = 0; depth < SURVEY_DEFAULTS.depth; depth += 1) {
    const end = key.indexOf(':', start)
    if (end < 0) return
    const part = key.slice(start, end + 1)
    const child = node.children.get(part) ?? { keys: 0, children: new Map() }
    node.children.set(part, child)
    child.keys += 1
    node = child
    start = end + 1
  }
}

function suggestions(root: Node): readonly PrefixSuggestion[] {
  const found: PrefixSuggestion[] = []
  const visit = (node: Node, path: string) => {
    const isIdLevel = path !== '' && node.children.size > SURVEY_DEFAULTS.fanOut
    const named = isIdLevel ? [] : [...node.children].filter(([part]) => !looksLikeId(part.slice(0, -1)))
    // A deeper part that only one key has is that key's own.
    const namespaces = named.filter(([, child]) => path === '' || child.keys > 1)
    const isOnlyStep = namespaces.length === 1 && namespaces[0]?.[1].keys === node.keys
    const prefix = toBytes(fromBinary(path))
    if (path !== '' && !isOnlyStep && typeof prefix === 'string') found.push({ prefix, keys: node.keys })
    for (const [part, child] of namespaces) visit(child, path + part)
  }
  visit(root, '')
  return found
}

/** Numbers, UUIDs and long random text: no namespace has such a name. */
const looksLikeId = (part: string): boolean =>
  /^\d{2,}$/.test(part) || /^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(part) || /^(?=.*\d)[\w-]{20,}$/.test(part)
