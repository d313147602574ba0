import type { TreeEntry, TreeNode } from '#shared/formats.ts'
import { child, type Nodes, numberOf, plainText, whole } from '../nodes.ts'

/** What an object is made of, of all its classes: their fields, and what they wrote by themselves. */
export interface ClassData {
  readonly fields: TreeEntry[]
  readonly written: (Buffer | TreeNode)[]
}

/** What a class is shown as. `single`: one value, which cannot hold itself. */
export type Shape = 'list' | 'map' | 'object' | 'single'

const LISTS = new Set(
  [
    'ArrayList',
    'LinkedList',
    'Vector',
    'Stack',
    'ArrayDeque',
    'HashSet',
    'LinkedHashSet',
    'TreeSet',
    'PriorityQueue',
  ].map((name) => `java.util.${name}`),
)
LISTS.add('java.util.concurrent.CopyOnWriteArrayList')
const MAPS = new Set(
  ['HashMap', 'LinkedHashMap', 'TreeMap', 'Hashtable', 'Properties', 'IdentityHashMap'].map(
    (name) => `java.util.${name}`,
  ),
)
MAPS.add('java.util.concurrent.ConcurrentHashMap')
const BOXES = new Set(
  ['Integer', 'Long', 'Short', 'Byte', 'Double', 'Float', 'Boolean', 'Character'].map(
    (name) => `java.lang.${name}`,
  ),
)
/** What List.of, Set.of and Map.of write instead of themselves. */
const IMMUTABLE = 'java.util.CollSer'
const SINGLE = new Set([
  'java.util.Date',
  'java.sql.Timestamp',
  'java.math.BigInteger',
  'java.util.UUID',
  'java.time.Ser',
  IMMUTABLE,
])

/** What a class is shown as, by its name: known before what it holds is read. */
export function kindOf(name: string): Shape {
  if (LISTS.has(name)) return 'list'
  if (MAPS.has(name)) return 'map'
  return BOXES.has(name) || SINGLE.has(name) ? 'single' : 'object'
}

interface Read {
  readonly name: string
  readonly shape: Shape
  /** What is to be filled; null for a single value. */
  readonly node: TreeNode | null
  readonly data: ClassData
  readonly nodes: Nodes
}

/** Fills a node with what was read of it, or makes the single value. */
export function simplify(read: Read): TreeNode {
  const { node, data, shape } = read
  if (node === null) return single(read)
  if (node.type === 'list') {
    const items = elements(data)
    for (const item of items) (node.items as TreeNode[]).push(item)
  } else if (node.type === 'map' && shape === 'map') {
    fillMap(node, elements(data))
  } else if (node.type === 'object') {
    fillObject(node, read)
  }
  return node
}

/** The objects that a collection wrote: those after its size. A comparator comes before it, and is none of them. */
function elements({ written }: ClassData): readonly TreeNode[] {
  const first = written.findIndex((part) => Buffer.isBuffer(part))
  return written.slice(first + 1).filter((part): part is TreeNode => !Buffer.isBuffer(part))
}

function fillMap(node: TreeNode & { type: 'map' }, items: readonly TreeNode[]): void {
  for (let at = 0; at + 1 < items.length; at += 2) {
    const [name, value] = [items[at] as TreeNode, items[at + 1] as TreeNode]
    // ConcurrentHashMap ends with two nulls.
    if (name.type === 'null' && value.type === 'null' && at + 2 >= items.length) return
    ;(node.entries as TreeEntry[]).push([name, value])
  }
}

function fillObject(node: TreeNode & { type: 'object' }, { name, data, nodes }: Read): void {
  const entries = node.entries as TreeEntry[]
  for (const entry of data.fields) entries.push(entry)
  if (data.written.length === 0) return
  const items = data.written.map((part) =>
    Buffer.isBuffer(part)
      ? nodes.undecoded(`Only the class ${name} knows what these bytes are.`, part)
      : part,
  )
  entries.push([nodes.string('written by the class', 'annotation'), { type: 'list', items }])
}

function single({ name, data, nodes }: Read): TreeNode {
  const fields: TreeNode = { type: 'map', entries: data.fields }
  if (BOXES.has(name)) {
    const value = child(fields, 'value')
    if (value !== null) return { ...value, of: name }
  }
  const block = data.written.find((part) => Buffer.isBuffer(part))
  switch (name) {
    case 'java.util.Date':
    case 'java.sql.Timestamp':
      if (block !== undefined && block.length >= 8) return dateOf(Number(block.readBigInt64BE(0)), name)
      break
    case IMMUTABLE: {
      // 1 to 3 in the lowest byte: a list, a set, a map.
      const tag = (numberOf(child(fields, 'tag')) ?? 0) & 0xff
      const items = elements(data)
      if (tag === 1 || tag === 2) return { type: 'list', items, of: tag === 1 ? 'List' : 'Set' }
      if (tag !== 3) break
      const map: TreeNode = { type: 'map', entries: [], of: 'Map' }
      fillMap(map as TreeNode & { type: 'map' }, items)
      return map
    }
    case 'java.math.BigInteger': {
      const magnitude = child(fields, 'magnitude')
      const sign = numberOf(child(fields, 'signum'))
      if (magnitude?.type !== 'bytes' || magnitude.size > nodes.budget.limits.digits / 3) break
      const hex = Buffer.from(magnitude.base64, 'base64').toString('hex')
      const value = BigInt(`0x${hex || '0'}`)
      return whole(sign === -1 ? -value : value, name)
    }
    case 'java.util.UUID': {
      const [most, least] = ['mostSigBits', 'leastSigBits'].map((half) => plainText(child(fields, half)))
      if (typeof most !== 'string' || typeof least !== 'string') break
      return nodes.string(uuid(BigInt(most), BigInt(least)), name)
    }
    case 'java.time.Ser':
      // 2 is an Instant: seconds and nanoseconds.
      if (block?.[0] === 2 && block.length >= 13) {
        return dateOf(
          1000 * Number(block.readBigInt64BE(1)) + Math.floor(block.readInt32BE(9) / 1e6),
          'java.time.Instant',
        )
      }
      break
  }
  const node: TreeNode = { type: 'object', name, entries: [] }
  fillObject(node as TreeNode & { type: 'object' }, { name, shape: 'object', node, data, nodes })
  return node
}

const dateOf = (at: number, of: string): TreeNode => ({ type: 'date', at, of })

function uuid(most: bigint, least: bigint): string {
  const hex = [most, least].map((half) => BigInt.asUintN(64, half).toString(16).padStart(16, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
