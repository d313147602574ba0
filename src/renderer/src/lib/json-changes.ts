import { looksLikeJson } from './value-type.ts'

/** A place within a JSON value that differs; null where it is absent. */
export interface JsonChange {
  /** `items[0].quantity`; '' for the whole. */
  readonly path: string
  readonly old: string | null
  readonly new: string | null
}

/** Places of one value that are looked at, at most: what differs in more is better seen as a whole. */
const MOST_PLACES = 2000

/**
 * Where two JSON texts differ, in their own order.
 * @returns null unless both are objects or arrays, or where there is too much in them
 */
export function jsonChanges(old: string, now: string): readonly JsonChange[] | null {
  const [before, after] = [parse(old), parse(now)]
  if (before === undefined || after === undefined) return null
  const changes: JsonChange[] = []
  let places = 0
  const compare = (path: string, a: unknown, b: unknown): void => {
    places += 1
    if (places > MOST_PLACES) return
    const both = isContainer(a) && isContainer(b) && Array.isArray(a) === Array.isArray(b)
    if (!both) {
      const [left, right] = [toText(a), toText(b)]
      if (left !== right) changes.push({ path, old: left, new: right })
      return
    }
    const names = new Set([...Object.keys(a), ...Object.keys(b)])
    for (const name of names) {
      const inner = Array.isArray(a) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`
      compare(inner, member(a, name), member(b, name))
    }
  }
  compare('', before, after)
  return places > MOST_PLACES ? null : changes
}

type Container = Readonly<Record<string, unknown>>

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null

/** Only own members count, so that nothing reaches a prototype. */
const member = (container: Container, name: string): unknown =>
  Object.hasOwn(container, name) ? container[name] : undefined

const toText = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

function parse(text: string): unknown {
  if (!looksLikeJson(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
