import { isUtf8 } from 'node:buffer'
import type { TreeEntry, TreeNode, TreePath, UndecodedPart } from '#shared/formats.ts'
import { trimUtf8 } from '../index/fresh-row.ts'
import type { Budget } from './budget.ts'
import { OverLimit } from './budget.ts'

/** Makes the nodes of one tree, and counts them. */
export class Nodes {
  readonly budget: Budget
  readonly #targets = new Map<TreeNode, TreeNode>()
  #ids = 0

  constructor(budget: Budget) {
    this.budget = budget
  }

  /** Text where the bytes are valid UTF-8, else bytes; cut where they are very long. */
  text(bytes: Buffer, of?: string): TreeNode {
    if (!isUtf8(bytes)) return this.bytes(bytes, of)
    const most = this.budget.limits.valueBytes
    const shown = bytes.length <= most ? bytes : trimUtf8(bytes.subarray(0, most))
    this.budget.bytes(shown.length)
    return { type: 'text', value: shown.toString(), size: bytes.length, ...cut(shown, bytes), ...called(of) }
  }

  /** The same of what is a string already. */
  string(value: string, of?: string): TreeNode {
    if (value.length < 64 && value.isWellFormed()) {
      this.budget.bytes(value.length)
      return { type: 'text', value, size: Buffer.byteLength(value), ...called(of) }
    }
    return this.text(Buffer.from(value), of)
  }

  bytes(bytes: Buffer, of?: string): TreeNode {
    const shown = bytes.subarray(0, this.budget.limits.valueBytes)
    this.budget.bytes(shown.length)
    return {
      type: 'bytes',
      base64: shown.toString('base64'),
      size: bytes.length,
      ...cut(shown, bytes),
      ...called(of),
    }
  }

  undecoded(reason: string, bytes: Buffer): TreeNode {
    const shown = bytes.subarray(0, this.budget.limits.undecodedBytes)
    this.budget.bytes(shown.length)
    return { type: 'undecoded', reason, base64: shown.toString('base64'), size: bytes.length }
  }

  /** A reference to a node, which gets an id by that. */
  reference(to: TreeNode): TreeNode {
    if (to.id === undefined) {
      this.#ids += 1
      to.id = this.#ids
    }
    const node: TreeNode = { type: 'reference', to: to.id }
    this.#targets.set(node, to)
    return node
  }

  /** What a reference leads to; any other node itself. */
  follow(node: TreeNode): TreeNode {
    return this.#targets.get(node) ?? node
  }

  /** A node that is in the tree already, once more: containers by reference, since they may hold it; the rest as it is. */
  again(node: TreeNode): TreeNode {
    const known = this.follow(node)
    if (isContainer(known)) return this.reference(known)
    if (known.type === 'text' || known.type === 'bytes') {
      this.budget.bytes(Math.min(known.size, this.budget.limits.valueBytes))
    }
    return known
  }

  /** A number with a fraction or an exponent, spelt as it is. */
  number(text: string): TreeNode {
    this.budget.bytes(text.length)
    return { type: 'number', text, whole: false }
  }

  /** A whole number in decimal digits, spelt as it is. */
  wholeText(text: string, of?: string): TreeNode {
    if (text.length > this.budget.limits.digits) {
      throw new OverLimit(`It holds a number of more than ${this.budget.limits.digits} digits.`)
    }
    return Number.isSafeInteger(Number(text))
      ? { type: 'number', text, whole: true, ...called(of) }
      : big(text, of)
  }
}

const cut = (shown: Buffer, whole: Buffer): { cut?: true } =>
  shown.length < whole.length ? { cut: true } : {}
const called = (of: string | undefined): { of?: string } => (of === undefined ? {} : { of })
const big = (text: string, of?: string): TreeNode => ({ type: 'bigint', text, ...called(of) })

/** Null, nil, None. A new one each time: where it stands in the bytes is known by the node. */
export const nothing = (of?: string): TreeNode => ({ type: 'null', ...called(of) })
export const bool = (value: boolean): TreeNode => ({ type: 'boolean', value })
export const whole = (value: number | bigint, of?: string): TreeNode =>
  Number.isSafeInteger(Number(value))
    ? { type: 'number', text: String(value), whole: true, ...called(of) }
    : big(String(value), of)
export const float = (value: number, of?: string): TreeNode => ({
  type: 'number',
  text: Object.is(value, -0) ? '-0' : String(value),
  whole: false,
  ...called(of),
})

export const isContainer = (node: TreeNode): boolean =>
  node.type === 'list' || node.type === 'map' || node.type === 'object'

/** Entries of a map or an object; none for other nodes. */
export const entriesOf = (node: TreeNode | null | undefined): readonly TreeEntry[] =>
  node?.type === 'map' || node?.type === 'object' ? node.entries : []

/** The children in the order of their positions. */
export function childrenOf(node: TreeNode): readonly TreeNode[] {
  return node.type === 'list' ? node.items : entriesOf(node).map(([, value]) => value)
}

export function nodeAt(root: TreeNode, path: TreePath): TreeNode | null {
  let node: TreeNode | undefined = root
  for (const position of path) {
    if (node === undefined) return null
    node = node.type === 'list' ? node.items[position] : entriesOf(node)[position]?.[1]
  }
  return node ?? null
}

/** The value under a name that is a text. The last one where a name repeats, as parsers take it. */
export const child = (node: TreeNode | null | undefined, name: string): TreeNode | null =>
  entriesOf(node).findLast(([key]) => key.type === 'text' && key.value === name)?.[1] ?? null

export const childAt = (node: TreeNode | null | undefined, ...names: readonly string[]): TreeNode | null =>
  names.reduce<TreeNode | null>((found, name) => child(found, name), node ?? null)

/** What a text or a number says; null for other nodes. */
export function plainText(node: TreeNode | null | undefined): string | null {
  switch (node?.type) {
    case 'text':
      return node.value
    case 'number':
    case 'bigint':
      return node.text
    default:
      return null
  }
}

/** A number, or a text that is one; null for other nodes. */
export function numberOf(node: TreeNode | null | undefined): number | null {
  const text = plainText(node)
  if (text === null || text.trim() === '') return null
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}

/** Whether values lie within values deeper than that. It does not call itself: there may be tens of thousands. */
export function isDeeperThan(root: TreeNode, depth: number): boolean {
  let level: readonly TreeNode[] = [root]
  for (let at = 0; level.length > 0; at += 1) {
    if (at > depth) return true
    level = level.flatMap(familyOf)
  }
  return false
}

const familyOf = (node: TreeNode): readonly TreeNode[] =>
  node.type === 'list' ? node.items : entriesOf(node).flat()

/** The undecoded nodes of a tree, each with its place. */
export function undecodedIn(root: TreeNode): readonly UndecodedPart[] {
  const parts: UndecodedPart[] = []
  const look = (node: TreeNode, path: TreePath): void => {
    if (node.type === 'undecoded') parts.push({ path, reason: node.reason, size: node.size })
    childrenOf(node).forEach((value, position) => {
      look(value, [...path, position])
    })
  }
  look(root, [])
  return parts
}
