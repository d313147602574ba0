import type { TreeNode } from '#shared/formats.ts'
import { Undecodable } from './budget.ts'

/** Where a node stands in what it was parsed from: units of bytes, in JSON of characters. */
export interface Span {
  readonly start: number
  readonly end: number
  /** Of a container: its items, or its entries from the name on. */
  readonly parts?: readonly (readonly [start: number, end: number])[]
  /** Of a container that says how many parts it has: where it says so. */
  readonly count?: readonly [start: number, end: number]
}
export type Spans = Map<TreeNode, Span>

/** What a parser made of some bytes: all of it, or what it read before it had to stop. */
export interface Parsed {
  /** Null where not even the beginning could be read. */
  readonly root: TreeNode | null
  /** Why it stopped before the value's end; null for a value that is complete. */
  readonly problem: Undecodable | null
  /** How far it came. */
  readonly end: number
}

/** Takes a node as soon as there is one, so that a container which breaks off later keeps what it has. */
export type Into = (node: TreeNode) => Done
/** Nothing; not `void`, so that a parser may end with `return into(node)`. */
export type Done = undefined

/**
 * Runs a parser, and keeps what it has when it has to stop. Anything but {@link Undecodable} is a mistake of the parser;
 * the value is undecoded then all the same, since one key must not take the list along.
 * @param at how far the parser has come
 */
export function runParser(read: (into: Into) => Done, at: () => number): Parsed {
  let root: TreeNode | null = null
  try {
    read((node) => {
      root = node
    })
    return { root, problem: null, end: at() }
  } catch (error) {
    return { root, problem: toUndecodable(error), end: at() }
  }
}

export function toUndecodable(error: unknown): Undecodable {
  if (error instanceof Undecodable) return error
  if (error instanceof RangeError)
    return new Undecodable('It is not what it looks like: a length or number in it is out of range.')
  return new Undecodable('It is not what it looks like.', { cause: error })
}
