import { isUtf8 } from 'node:buffer'
import { nameOfEntry, type TreeEntry, type TreeNode } from '#shared/formats.ts'
import { RISK_THRESHOLDS } from '#shared/risks.ts'
import { childrenOf, entriesOf, plainText } from '../formats/nodes.ts'
import { decode, sizeOf } from '../formats/registry.ts'
import type { StoredSession } from '../formats/stored-session.ts'
import { looksSecret, type SecretKind, secretKindOf } from './secrets.ts'

/** What a session's values say, without any of them: this is all that leaves the decoder. */
export interface Inspection {
  /** Bytes that an application loads with it: names and values. */
  readonly bytes: number
  readonly largest: SizedField | null
  /** Fields that hold secrets, by their paths in words, each once. */
  readonly secrets: readonly SecretField[]
  /** More of them than are named. */
  readonly moreSecrets: boolean
  /** True where a part was not decoded, so that nothing is known of it. */
  readonly undecoded: boolean
  /** The key that a pointer points to, a byte a character; null for anything else. */
  readonly pointsTo: string | null
}

export interface SizedField {
  readonly name: string
  readonly bytes: number
}

export interface SecretField {
  readonly kind: SecretKind
  readonly field: string
}

const LIMITS = {
  /** Fields that are named of one session, characters of a path, and nodes that are looked at. */
  secrets: 20,
  nameCharacters: 120,
  /** A longer name is more likely to be an id, or a value. */
  plainNameCharacters: 60,
  nodes: 50_000,
  /** Bytes of a text that is looked into as JSON of its own. */
  nestedJson: 64 * 1024,
} as const

interface Look {
  readonly found: Map<string, SecretField>
  nodes: number
  more: boolean
}

/** Looks at one session. To be run in the worker, since it decodes. */
export function inspect(stored: StoredSession): Inspection {
  const decoded = decode(stored)
  const root = decoded?.root ?? rawTree(stored)
  const look: Look = { found: new Map(), nodes: 0, more: false }
  if (decoded === null || decoded.role === 'session') visit(root, '', '', look)
  const target = decoded?.role === 'pointer' ? (decoded.related[0]?.key ?? null) : null
  return {
    bytes: sizeOf(stored),
    largest: largestOf(stored, root),
    secrets: [...look.found.values()],
    moreSecrets: look.more,
    undecoded: root === null || (decoded?.undecoded.length ?? 0) > 0 || look.nodes >= LIMITS.nodes,
    pointsTo: target === null ? null : toBinary(target),
  }
}

const toBinary = (bytes: string | { readonly base64: string }): string =>
  (typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.base64, 'base64')).toString('latin1')

/** A hash or a text of no library that is known, as it is. */
function rawTree({ type, value, fields }: StoredSession): TreeNode | null {
  const text = (bytes: Buffer): TreeNode => ({ type: 'text', value: bytes.toString(), size: bytes.length })
  if (type === 'hash')
    return { type: 'map', entries: fields.all().map(([name, held]): TreeEntry => [text(name), text(held)]) }
  return type === 'string' && isUtf8(value) ? text(value) : null
}

/** @param name of the field that it is in @param path of it, in words; positions in lists do not count */
function visit(node: TreeNode | null, name: string, path: string, look: Look): void {
  if (node === null || look.nodes >= LIMITS.nodes) return
  look.nodes += 1
  if (node.type === 'list') {
    for (const item of node.items) visit(item, name, path, look)
    return
  }
  if (node.type === 'map' || node.type === 'object') {
    for (const [key, value] of node.entries) {
      const inner = nameOfEntry(key)
      visit(value, inner, stepInWords(path, inner), look)
    }
    return
  }
  const text = plainText(node)
  const json = text === null ? undefined : nestedJson(text)
  if (json !== undefined) visitJson(json, name, path, look)
  else noteSecret(name, text, path === '' ? '(the value itself)' : path, look)
}

/** Names may be ids or tokens themselves, where something is kept by them: those are not told. */
const nameInWords = (name: string): string =>
  name.length > LIMITS.plainNameCharacters || looksSecret(name) || ID_LIKE.test(name) ? '*' : name
const ID_LIKE = /^(?:\d+|[\da-f]{16,}|[\da-f]{8}-[\da-f-]{27})$/i

const stepInWords = (path: string, name: string): string =>
  path === '' ? nameInWords(name) : `${path}.${nameInWords(name)}`

/** Applications put JSON into fields as text. */
function nestedJson(text: string): unknown {
  if (text.length > LIMITS.nestedJson || !/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function visitJson(value: unknown, name: string, path: string, look: Look): void {
  if (look.nodes >= LIMITS.nodes) return
  look.nodes += 1
  if (Array.isArray(value)) {
    for (const item of value) visitJson(item, name, path, look)
  } else if (typeof value === 'object' && value !== null) {
    for (const [inner, held] of Object.entries(value)) visitJson(held, inner, stepInWords(path, inner), look)
  } else if (typeof value === 'string' || typeof value === 'number') {
    noteSecret(name, String(value), path, look)
  }
}

function noteSecret(name: string, text: string | null, field: string, look: Look): void {
  const kind = secretKindOf(name, text)
  if (kind === null) return
  const short = field.length <= LIMITS.nameCharacters ? field : `${field.slice(0, LIMITS.nameCharacters)}…`
  const key = `${kind} ${short}`
  if (look.found.size < LIMITS.secrets || look.found.has(key)) look.found.set(key, { kind, field: short })
  else look.more = true
}

/** The largest field at the top: of a hash by its bytes, of a decoded string by about as many. */
function largestOf(stored: StoredSession, root: TreeNode | null): SizedField | null {
  let largest: SizedField | null = null
  const take = (name: string, bytes: number) => {
    if (bytes > (largest?.bytes ?? 0)) largest = { name: nameInWords(name), bytes }
  }
  if (stored.type === 'hash') {
    for (const [name, value] of stored.fields.all()) take(name.toString(), value.length)
    return largest
  }
  // A field cannot be larger than the whole.
  if (root === null || stored.size < RISK_THRESHOLDS.fieldBytes / 4) return null
  for (const [name, value] of entriesOf(root)) take(nameOfEntry(name), bytesOf(value))
  return largest
}

function bytesOf(root: TreeNode): number {
  let bytes = 0
  const left = [root]
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.type === 'text' || node.type === 'bytes' || node.type === 'undecoded') bytes += node.size
    else if (node.type === 'number' || node.type === 'bigint') bytes += node.text.length
    for (const [name] of entriesOf(node)) left.push(name)
    left.push(...childrenOf(node))
  }
  return bytes
}
