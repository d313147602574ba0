import type { Bytes } from './bytes.ts'

/** The session libraries whose layout is known; `other` for a known encoding by nobody that is known. */
export const FORMAT_IDS = [
  'guide',
  'connect-redis',
  'fastify-session',
  'auth-js',
  'spring-session',
  'flask-session',
  'django-cache',
  'django-redis-sessions',
  'phpredis',
  'laravel',
  'redis-session-store',
  'aspnet-core',
  'other',
] as const
export type FormatId = (typeof FORMAT_IDS)[number]

interface AnyNode {
  /** What its writer calls the type, where that says more: `symbol`, `tuple`, `java.util.HashMap`. */
  readonly of?: string
  /** The number by which references in the same tree name it; absent where there are none. */
  id?: number
}

/** An entry of a map or an object: names are nodes too, since PHP, MessagePack and Python have more than texts there. */
export type TreeEntry = readonly [name: TreeNode, value: TreeNode]

/**
 * A part of a decoded value. Names that were read are never properties of an object, so that none can reach a prototype.
 * Numbers travel as text: as they are spelt where they are spelt, else in the shortest form that gives the same number.
 */
export type TreeNode = AnyNode &
  (
    | { readonly type: 'text'; readonly value: string; readonly size: number; readonly cut?: true }
    | { readonly type: 'bytes'; readonly base64: string; readonly size: number; readonly cut?: true }
    /** `whole` for integers, also those with a fraction of their own spelling left out. */
    | { readonly type: 'number'; readonly text: string; readonly whole: boolean }
    /** An integer beyond what a double holds exactly. */
    | { readonly type: 'bigint'; readonly text: string }
    | { readonly type: 'boolean'; readonly value: boolean }
    | { readonly type: 'null' }
    /** Epoch milliseconds. `local` where it was written without a zone, and was taken as UTC. */
    | { readonly type: 'date'; readonly at: number; readonly local?: true }
    | { readonly type: 'list'; readonly items: readonly TreeNode[] }
    | { readonly type: 'map'; readonly entries: readonly TreeEntry[] }
    /** @property name of the class, as it was written */
    | { readonly type: 'object'; readonly name: string; readonly entries: readonly TreeEntry[] }
    /** The node with that `id` once more. */
    | { readonly type: 'reference'; readonly to: number }
    /** Why this part could not be decoded, and its bytes, the first of them. */
    | { readonly type: 'undecoded'; readonly reason: string; readonly base64: string; readonly size: number }
  )

/**
 * Where a node is: the position of the child at each step from the root, since names may repeat. In a map or an object
 * the position is the entry's, and the path leads to its value.
 */
export type TreePath = readonly number[]

/** A part that could not be decoded. */
export interface UndecodedPart {
  /** Where in the tree it belongs; null for what is after its end, or where there is no tree. */
  readonly path: TreePath | null
  readonly reason: string
  /** Bytes that it takes. */
  readonly size: number
}

/** A moment that a session tells, and where it says so. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly at: number
  /** The field or the sum that it comes from: `cookie.expires`. */
  readonly from: string
}

/** When a session ends by what is inside it, whatever Redis says. */
export interface InnerExpiry {
  /** Epoch milliseconds; null where it moves with each access and only Redis's TTL tells. */
  readonly at: number | null
  /** What it is relative to, in words: `lastAccessedTime + maxInactiveInterval`. */
  readonly from: string
  /** Redis's TTL slides within it, with each access, so that it may well be sooner. @default false */
  readonly slides?: boolean
}

/** A further key that belongs to a session or is told of by one; it may not exist. */
export interface RelatedKey {
  readonly key: Bytes
  /** What it is, in words: `holds the true TTL`. */
  readonly what: string
  /** True where a deleted session takes the whole key along; false for what others share. */
  readonly owned: boolean
  /** The member of a set that stands for this session, as it is stored; null for keys that are no set. */
  readonly member: Bytes | null
  /** What a pointer holds while it leads to this session: a deleted one takes it along then. */
  readonly holds?: Bytes
}

/** What becomes of a further key that is there when its session is deleted. */
export interface RelatedFate {
  readonly key: Bytes
  /** What it is, in words. */
  readonly what: string
  /** The whole key, the session's member of it, or a pointer that leads to the session. */
  readonly part: 'whole' | 'member' | 'pointer'
  /** Why it cannot go in the same step and stays, in a sentence; null where it goes along. */
  readonly stays: string | null
}

/** What a row of the list shows of a session. */
export interface SessionSummary {
  readonly format: FormatId
  /** The library's name, and its encoding: `Flask-Session`, `MessagePack`. */
  readonly name: string
  readonly encoding: string
  /** 0 to 100: how sure the detection is. */
  readonly confidence: number
  /** Some keys of a library are no sessions, but point to one or index them. */
  readonly role: 'session' | 'pointer' | 'marker' | 'index'
  readonly user: string | null
  /** Epoch milliseconds. */
  readonly createdAt: number | null
  readonly lastSeenAt: number | null
  /** Of what is inside. */
  readonly expiry: InnerExpiry | null
  /** Seconds that each access or save gives it, where the session says so. */
  readonly lifetime: number | null
}

/** A session as its library wrote it, decoded. */
export interface DecodedSession {
  readonly format: FormatId
  readonly name: string
  readonly encoding: string
  readonly confidence: number
  readonly role: SessionSummary['role']
  readonly user: string | null
  readonly createdAt: Moment | null
  readonly lastSeenAt: Moment | null
  readonly expiry: InnerExpiry | null
  /** Its fields; null where nothing could be decoded. */
  readonly root: TreeNode | null
  readonly undecoded: readonly UndecodedPart[]
  readonly related: readonly RelatedKey[]
  /** Why fields cannot be edited here; null where they can. */
  readonly readOnly: string | null
  /** Fields that keep what the library put there: paths, each with the reason. */
  readonly locked: readonly { readonly path: TreePath; readonly reason: string }[]
  /** What the library's next request does to the key's TTL. */
  readonly ttlNote: string
}

/** A value to be written. Numbers as text, so that the spelling and large ones are kept. */
export type NewValue =
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'bytes'; readonly base64: string }
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'null' }
  | { readonly type: 'list'; readonly items: readonly NewValue[] }
  | { readonly type: 'map'; readonly entries: readonly (readonly [name: string, value: NewValue])[] }

/**
 * A change of a decoded session. Every path is that of the tree which was decoded, however many edits there are.
 * `add` puts an entry at the end of the map, object or list that the path leads to; a list takes no name.
 */
export type SessionEdit =
  | { readonly kind: 'set'; readonly path: TreePath; readonly value: NewValue }
  | { readonly kind: 'add'; readonly path: TreePath; readonly name: string | null; readonly value: NewValue }
  | { readonly kind: 'remove'; readonly path: TreePath }

/** A key of some library's format, decoded as it was read. */
export interface DecodedKey {
  readonly session: DecodedSession
  /** When Redis ended it by the same reading, epoch milliseconds; null for never. */
  readonly expiresAt: number | null
  /**
   * What was decoded, by a hash of its bytes: the one of a string, or of a hash that of each field, in the order of the
   * tree. An edit is refused where what it is about has another one by now.
   */
  readonly marks: readonly string[]
}

/** Names that lead to a node, as one reads them: `user.roles.0`. */
export const pathInWords = (root: TreeNode | null, path: TreePath): string =>
  namesAtPath(root, path).join('.')

/** Names that lead to a node, the outermost first. */
export function namesAtPath(root: TreeNode | null, path: TreePath): readonly string[] {
  const names: string[] = []
  let node: TreeNode | null = root
  for (const position of path) {
    if (node === null) break
    const [name, child] = stepInto(node, position)
    names.push(name)
    node = child
  }
  return names
}

/** The node that a path leads to; null where there is none. */
export function nodeAtPath(root: TreeNode | null, path: TreePath): TreeNode | null {
  let node = root
  for (const position of path) node = node === null ? null : stepInto(node, position)[1]
  return node
}

function stepInto(node: TreeNode, position: number): readonly [name: string, child: TreeNode | null] {
  if (node.type === 'list') return [String(position), node.items[position] ?? null]
  if (node.type !== 'map' && node.type !== 'object') return ['', null]
  const entry = node.entries[position]
  return entry === undefined ? ['', null] : [nameOfEntry(entry[0]), entry[1]]
}

/** A name as one reads it. */
export function nameOfEntry(name: TreeNode): string {
  switch (name.type) {
    case 'text':
      return name.value
    case 'number':
    case 'bigint':
      return name.text
    case 'boolean':
      return String(name.value)
    case 'date':
      return new Date(name.at).toISOString()
    case 'bytes':
      return `bytes:${name.base64}`
    default:
      return name.type
  }
}
