import { PORTS } from './inputs/calls.ts'

/** Where a target's inputs may lead: never beyond this machine, nor to anybody else's servers on it. */
export interface Places {
  /** Nothing listens here. */
  readonly closed: number
  readonly redis: number
  /** Takes connections and stays silent. */
  readonly silent: number
  /** Speaks HTTP. */
  readonly http: number
}

const LOCAL = '127.0.0.1'

/**
 * Keeps what a call could connect to within the places: names of hosts become this machine, ports those of the places.
 * What the contract refuses anyhow stays as it is.
 */
export function keepLocal(name: unknown, arg: unknown, places: Places): unknown {
  if (typeof name !== 'string' || !/^(connections?|demo)\b/.test(name)) return arg
  const kept = walk(arg, '', name.startsWith('demo'), places)
  return /connect$|test/i.test(name) ? withPort(kept, places) : kept
}

/** A target that names no port would go to 6379, where a developer's own Redis may be. */
const withPort = (value: unknown, places: Places): unknown =>
  isPlain(value) && !Object.hasOwn(value, 'port') ? { ...value, port: places.redis } : value

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

function walk(value: unknown, key: string, isDemo: boolean, places: Places): unknown {
  if (typeof value === 'string') {
    if (key === 'host' && value.length <= 255 && value.trim() !== '') return LOCAL
    if (key === 'path' && value.trim() !== '') return '/nonexistent/redis.sock'
    if (key === 'url') return localUrl(value, places)
    return value
  }
  if (typeof value === 'number' && key === 'port' && Number.isInteger(value)) {
    if (value < 0 || value > 65_535) return value
    if (isDemo) return value === PORTS.redis ? places.redis : 0
    return value === 0 ? 0 : portOf(value, places)
  }
  if (Array.isArray(value)) return value.map((item) => walk(item, key, isDemo, places))
  if (!isPlain(value) || Object.hasOwn(value, 'self')) return value
  const copy = {}
  for (const [name, member] of Object.entries(value) as [string, unknown][]) {
    const kept = walk(member, name, isDemo, places)
    Object.defineProperty(copy, name, { value: kept, enumerable: true, configurable: true, writable: true })
  }
  return Object.hasOwn(copy, 'host') ? withPort(copy, places) : copy
}

const portOf = (port: number, places: Places): number => {
  const kinds = Object.keys(PORTS) as (keyof typeof PORTS)[]
  const kind = kinds.find((each) => PORTS[each] === port) ?? kinds[port % kinds.length] ?? 'closed'
  return places[kind]
}

function localUrl(text: string, places: Places): string {
  if (!/^\s*rediss?:/i.test(text)) return text
  try {
    const url = new URL(text.trim())
    const port = portOf(Number(url.port || PORTS.redis), places)
    const user = url.username === '' ? '' : `${url.username}:${url.password}@`
    return `${url.protocol}//${user}${LOCAL}:${port}${url.pathname}${url.search}`
  } catch {
    return text
  }
}
