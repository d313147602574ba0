import type { DecodedSession, TreeNode, TreePath } from '#shared/formats.ts'

/* What can be done to a part of a decoded session, each as the reason why not; null where it can. */

export type Container = Extract<TreeNode, { type: 'list' | 'map' | 'object' }>

export const isContainer = (node: TreeNode): node is Container =>
  node.type === 'list' || node.type === 'map' || node.type === 'object'

/** Why the value cannot be changed. */
export function whyFixed(node: TreeNode, session: DecodedSession, path: TreePath): string | null {
  const lock = lockOf(session, path)
  if (lock !== null) return lock
  switch (node.type) {
    case 'text':
      return node.cut === true ? 'It is too long to be edited here.' : null
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'null':
      return null
    case 'undecoded':
      return 'This part was not decoded, so it is not edited.'
    case 'reference':
      return 'It is the same value as another one: edit that.'
    default:
      return 'Values of this type are shown and not edited.'
  }
}

/** Why the library keeps it for itself. */
export const lockOf = ({ locked }: DecodedSession, path: TreePath): string | null =>
  locked.find((kept) => kept.path.every((position, step) => path[step] === position))?.reason ?? null

/** Why nothing can be added to it. */
export function whyNoEntry(node: Container, session: DecodedSession, path: TreePath): string | null {
  return lockOf(session, path) ?? ofForeignClass(node)
}

/** Why it cannot go. @param parent what it lies in */
export function whyNotRemoved(parent: Container, session: DecodedSession, path: TreePath): string | null {
  return lockOf(session, path) ?? ofForeignClass(parent)
}

const ofForeignClass = (node: Container): string | null =>
  node.type === 'object' && node.name !== 'stdClass'
    ? `Which properties an object of ${node.name} has is that class’s business.`
    : null
