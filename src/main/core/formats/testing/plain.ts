import type { NewValue, TreeNode, TreePath } from '#shared/formats.ts'
import { childrenOf, entriesOf, plainText } from '../nodes.ts'

/** A tree as values that a test can write down. Names of any kind are texts, and objects tell their class. */
export function plain(node: TreeNode | null): unknown {
  switch (node?.type) {
    case 'text':
      return node.value
    case 'bytes':
      return Buffer.from(node.base64, 'base64')
    case 'number':
      return Number(node.text)
    case 'bigint':
      return BigInt(node.text)
    case 'boolean':
      return node.value
    case 'date':
      return new Date(node.at)
    case 'list':
      return node.items.map(plain)
    case 'map':
      return new Map(node.entries.map(([name, value]) => [plainText(name) ?? '?', plain(value)]))
    case 'object':
      return {
        of: node.name,
        has: new Map(node.entries.map(([name, value]) => [plainText(name) ?? '?', plain(value)])),
      }
    case 'reference':
      return { to: node.to }
    case 'undecoded':
      return { why: node.reason }
    default:
      return null
  }
}

/** The path to what these names lead to; positions for items of lists. */
export function pathTo(root: TreeNode | null, ...names: readonly (string | number)[]): TreePath {
  const path: number[] = []
  let node = root
  for (const name of names) {
    const position =
      typeof name === 'number' ? name : entriesOf(node).findIndex(([key]) => plainText(key) === name)
    const next = node === null ? undefined : childrenOf(node)[position]
    if (next === undefined) throw new Error(`There is no ${name} in the tree.`)
    path.push(position)
    node = next
  }
  return path
}

export const text = (value: string): NewValue => ({ type: 'text', value })
export const number = (value: number | string): NewValue => ({ type: 'number', text: String(value) })
