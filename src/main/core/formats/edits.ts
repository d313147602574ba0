import { AppError } from '#shared/errors.ts'
import type { NewValue, SessionEdit, TreeNode } from '#shared/formats.ts'
import { FORMAT_LIMITS } from './limits.ts'
import { nodeAt } from './nodes.ts'
import type { Parsed, Span, Spans } from './parsed.ts'

/** A stretch of the original, and what takes its place. */
export interface Splice<T> {
  readonly start: number
  readonly end: number
  readonly by: T
}

/** What an edit comes down to: a value replaced, or an entry more or less in a container. */
export type PlannedEdit =
  | { readonly kind: 'set'; readonly node: TreeNode; readonly span: Span; readonly value: NewValue }
  | {
      readonly kind: 'add'
      readonly node: TreeNode
      readonly span: Span
      readonly name: string | null
      readonly value: NewValue
    }
  | { readonly kind: 'remove'; readonly node: TreeNode; readonly span: Span; readonly position: number }

export const splice = (text: string, { start, end, by }: Splice<string>): string =>
  text.slice(0, start) + by + text.slice(end)

export const spliceBytes = (bytes: Buffer, ...splices: readonly Splice<Buffer>[]): Buffer => {
  const parts: Buffer[] = []
  let at = 0
  for (const { start, end, by } of [...splices].sort((one, other) => one.start - other.start)) {
    parts.push(bytes.subarray(at, start), by)
    at = end
  }
  return Buffer.concat([...parts, bytes.subarray(at)])
}

/** Finds what an edit is about. @throws AppError where there is no such place, or nothing may be written there */
export function planEdit({ root, problem }: Parsed, edit: SessionEdit, spans: Spans): PlannedEdit {
  if (root === null || problem !== null) {
    throw new AppError(
      'unsupported',
      `This value was not decoded whole, so it is not edited. ${problem?.message ?? ''}`,
    )
  }
  if (edit.kind === 'remove') {
    const position = edit.path.at(-1)
    const node = nodeAt(root, edit.path.slice(0, -1))
    const span = node === null ? undefined : spans.get(node)
    if (node === null || position === undefined || span?.parts?.[position] === undefined) throw noPlace()
    return { kind: 'remove', node, span, position }
  }
  const node = nodeAt(root, edit.path)
  const span = node === null ? undefined : spans.get(node)
  if (node === null || span === undefined) throw noPlace()
  if (edit.kind === 'set') {
    if (node.type === 'undecoded') throw invalidValue('This part was not decoded, so it is not edited.')
    return { kind: 'set', node, span, value: edit.value }
  }
  if (span.parts === undefined) throw invalidValue('Only a list or a map takes a further entry.')
  const takesName = node.type !== 'list'
  if (takesName !== (edit.name !== null)) {
    throw invalidValue(takesName ? 'The entry needs a name.' : 'An item of a list has no name.')
  }
  if (node.type !== 'list' && hasName(node, edit.name)) {
    throw new AppError('invalid_field', 'There is an entry of that name already. Change that one.')
  }
  return { kind: 'add', node, span, name: edit.name, value: edit.value }
}

const hasName = (node: TreeNode, name: string | null): boolean =>
  (node.type === 'map' || node.type === 'object') &&
  node.entries.some(([key]) =>
    key.type === 'text' ? key.value === name : key.type === 'number' && key.text === name,
  )

/**
 * Makes several edits, one after the other. Their paths are those of the tree as it was: values are set first, then
 * entries added, each at an end, and removed from the last on, so that no path moves before it is used.
 */
export function applyEdits<T>(
  value: T,
  edits: readonly SessionEdit[],
  apply: (value: T, edit: SessionEdit) => T,
): T {
  if (edits.length > FORMAT_LIMITS.edits) {
    throw invalidValue(`More than ${FORMAT_LIMITS.edits} edits at once. Make them in several steps.`)
  }
  return [...edits].sort(inSafeOrder).reduce(apply, value)
}

const RANK = { set: 0, add: 1, remove: 2 } as const

function inSafeOrder(one: SessionEdit, other: SessionEdit): number {
  if (one.kind !== other.kind) return RANK[one.kind] - RANK[other.kind]
  if (one.kind !== 'remove') return 0
  for (let step = 0; step < Math.min(one.path.length, other.path.length); step += 1) {
    const difference = (other.path[step] ?? 0) - (one.path[step] ?? 0)
    if (difference !== 0) return difference
  }
  return other.path.length - one.path.length
}

const noPlace = () =>
  new AppError(
    'conflict',
    'There is no such entry in this session any more. Look at it again, and edit it then.',
  )

export const invalidValue = (message: string): AppError => new AppError('invalid_value', message)

/** @throws AppError for what no encoding takes for a number */
export function numberText(text: string): string {
  const trimmed = text.trim()
  if (!/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(trimmed) || trimmed.length > FORMAT_LIMITS.digits) {
    throw invalidValue(`“${trimmed.slice(0, 40)}” is not a number.`)
  }
  return trimmed
}

export const isWholeText = (text: string): boolean => /^[-+]?\d+$/.test(text)
