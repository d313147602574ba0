import type { TreeEntry, TreeNode } from '#shared/formats.ts'
import { Undecodable } from '../budget.ts'
import { childrenOf, type Nodes, numberOf, plainText } from '../nodes.ts'

/**
 * What a call would answer, for the few classes of Python's own that sessions hold. All others are an object that names
 * what would be called, with what; nothing is called.
 */
export function reduce(name: string, args: TreeNode, nodes: Nodes): TreeNode {
  const items = childrenOf(nodes.follow(args)).map((item) => nodes.follow(item))
  const [first] = items
  switch (name) {
    case 'datetime.datetime':
    case 'datetime.date': {
      const at = first === undefined ? null : pythonTime(first)
      if (at === null) break
      const zone = items[1]
      const offset = zone === undefined ? null : zoneOffset(zone, nodes)
      if (zone !== undefined && offset === null) break
      return { type: 'date', at: at - (offset ?? 0), ...(zone === undefined ? { local: true } : {}) }
    }
    case 'decimal.Decimal': {
      const text = plainText(first)
      if (text !== null && /^[-+]?[\d.]+(?:E[-+]?\d+)?$/i.test(text))
        return { type: 'number', text, whole: false, of: name }
      break
    }
    case 'set':
    case 'frozenset':
      if (first?.type === 'list') return { type: 'list', items: first.items, of: name }
      break
    case 'collections.OrderedDict':
    case 'dict':
      if (first === undefined) return { type: 'map', entries: [], of: name }
      break
    case 'copyreg._reconstructor':
    case 'copy_reg._reconstructor': {
      // How protocols 0 and 1 make an object: of its class alone.
      const type = plainText(first)
      if (type !== null) return { type: 'object', name: type, entries: [] }
      break
    }
    case '_codecs.encode': {
      // How protocol 2 writes bytes: as the text of the same code points.
      const text = plainText(first)
      if (text !== null && plainText(items[1]) === 'latin1') return nodes.bytes(Buffer.from(text, 'latin1'))
      break
    }
  }
  return {
    type: 'object',
    name,
    entries: items.length === 0 ? [] : [[nodes.string('arguments', 'call'), args]],
  }
}

/** The four to ten bytes of a date: year, month, day, hour, minute, second, microseconds, all big-endian. */
function pythonTime(node: TreeNode): number | null {
  const bytes = bytesOf(node)
  if (bytes === null || (bytes.length !== 4 && bytes.length !== 10)) return null
  const part = (place: number): number => bytes[place] ?? 0
  const microseconds = (part(7) << 16) | (part(8) << 8) | part(9)
  const date = new Date(0)
  // The month's highest bit is the fold of a time that a change of clocks repeats.
  date.setUTCFullYear((part(0) << 8) | part(1), (part(2) & 0x7f) - 1, part(3))
  date.setUTCHours(part(4), part(5), part(6), Math.floor(microseconds / 1000))
  return Number.isNaN(date.getTime()) ? null : date.getTime()
}

/** Protocols before 3 write bytes as text of the same code points. */
function bytesOf(node: TreeNode): Buffer | null {
  if (node.type === 'bytes') return Buffer.from(node.base64, 'base64')
  return node.type === 'text' ? Buffer.from(node.value, 'latin1') : null
}

/** Milliseconds east of UTC; null where only the class knows. */
function zoneOffset(zone: TreeNode, nodes: Nodes): number | null {
  if (zone.type !== 'object') return null
  const args = zone.entries[0]?.[1]
  if (zone.name === 'datetime.timezone') {
    const given = args === undefined ? undefined : childrenOf(nodes.follow(args))[0]
    const delta = given === undefined ? undefined : nodes.follow(given)
    const parts =
      delta?.type === 'object' && delta.name === 'datetime.timedelta' ? delta.entries[0]?.[1] : undefined
    const [days, seconds] = parts === undefined ? [] : childrenOf(nodes.follow(parts)).map(numberOf)
    if (typeof days !== 'number' || typeof seconds !== 'number') return delta === undefined ? 0 : null
    return 1000 * (86_400 * days + seconds)
  }
  return /(?:\.utc|UTC)$/i.test(zone.name) || zone.name === 'pytz._UTC' ? 0 : null
}

/** An object of a class that is named and not made. */
export function instance(name: string, args: TreeNode): TreeNode {
  const items = args.type === 'list' ? args.items : [args]
  const entries: TreeEntry[] =
    items.length === 0 ? [] : [[{ type: 'text', value: 'arguments', size: 9, of: 'call' }, args]]
  return { type: 'object', name, entries }
}

export function addPairs(node: TreeNode, items: readonly TreeNode[]): void {
  const entries = node.type === 'map' || node.type === 'object' ? (node.entries as TreeEntry[]) : null
  if (entries === null) throw new Undecodable('It sets names in what has none.')
  for (let at = 0; at + 1 < items.length; at += 2)
    entries.push([items[at] as TreeNode, items[at + 1] as TreeNode])
}

export function addItems(node: TreeNode, items: readonly TreeNode[]): void {
  if (node.type === 'list') {
    for (const item of items) (node.items as TreeNode[]).push(item)
    return
  }
  if (node.type !== 'object') throw new Undecodable('It adds items to what takes none.')
  const list: TreeNode = { type: 'list', items: [...items] }
  ;(node.entries as TreeEntry[]).push([{ type: 'text', value: 'items', size: 5, of: 'call' }, list])
}

/** What `__setstate__` would get: the attributes of most classes. */
export function setState(node: TreeNode, state: TreeNode, nodes: Nodes): void {
  if (node.type !== 'object') return
  const [attributes, slots] = state.type === 'list' && state.of === 'tuple' ? state.items : [state]
  let known = false
  for (const part of [attributes, slots]) {
    if (part?.type !== 'map') continue
    known = true
    addPairs(node, part.entries.flat())
  }
  if (!known) (node.entries as TreeEntry[]).push([nodes.string('state', 'call'), state])
}
