import { nameOfEntry, type TreeEntry, type TreeNode } from '#shared/formats.ts'
import { isSecretName, withoutSecrets } from '#shared/secret-names.ts'

/** In the place of a value. No length of it can be told. */
const MASK: TreeNode = { type: 'text', value: '••••••••', size: 0 }

export interface MaskedTree {
  readonly root: TreeNode
  /** Values that are hidden. */
  readonly hidden: number
}

/** A decoded value without what looks like a secret, by its name or by itself. */
export function maskedTree(root: TreeNode): MaskedTree {
  let hidden = 0
  const mask = (node: TreeNode): TreeNode => {
    if (node.type === 'list') return { ...node, items: node.items.map(mask) }
    if (node.type === 'map' || node.type === 'object')
      return { ...node, entries: node.entries.map(maskEntry) }
    if (node.type !== 'text' || withoutSecrets(node.value) === node.value) return node
    hidden += 1
    return MASK
  }
  const maskEntry = ([name, value]: TreeEntry): TreeEntry => {
    if (value.type === 'null' || !isSecretName(nameOfEntry(name))) return [name, mask(value)]
    hidden += 1
    return [name, MASK]
  }
  return { root: mask(root), hidden }
}
