import { isUtf8 } from 'node:buffer'
import { visit } from 'jsonc-parser'
import type { NewValue, SessionEdit, TreeEntry, TreeNode } from '#shared/formats.ts'
import { type Budget, Undecodable } from '../budget.ts'
import { invalidValue, numberText, planEdit, type Splice, splice } from '../edits.ts'
import { bool, Nodes, nothing } from '../nodes.ts'
import { type Parsed, runParser, type Spans } from '../parsed.ts'

/*
 * JSON by Microsoft's jsonc-parser, which tells where each value stands, so that an edit leaves white space, order, the
 * spelling of numbers and the escapes of all others as they are. It recurses, which the budget's depth keeps short.
 */

/** White space, then what a JSON value of an object or a list begins with. */
export const looksLikeJson = (bytes: Buffer): boolean => firstCharacter(bytes) === 0x7b

export function firstCharacter(bytes: Buffer): number {
  let at = 0
  while (at < bytes.length && isSpace(bytes[at] as number)) at += 1
  return bytes[at] ?? 0
}
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)

export function parseJson(bytes: Buffer, budget: Budget, spans?: Spans): Parsed {
  if (!isUtf8(bytes)) {
    return { root: null, problem: new Undecodable('It looks like JSON but is not UTF-8.'), end: 0 }
  }
  const text = bytes.toString()
  const parsed = parseText(text, budget, spans)
  // The parser counts characters, and takes nothing but white space after the value.
  const end = parsed.problem === null ? bytes.length : Buffer.byteLength(text.slice(0, parsed.end))
  return { ...parsed, end }
}

interface Open {
  readonly node: TreeNode
  readonly add: (value: TreeNode, start: number) => void
  readonly parts: [number, number][]
  readonly start: number
}

/** @param spans in characters */
function parseText(text: string, budget: Budget, spans?: Spans): Parsed {
  const nodes = new Nodes(budget)
  const open: Open[] = []
  let name: { readonly node: TreeNode; readonly start: number } | null = null
  let at = 0
  return runParser(
    (into) => {
      const put = (node: TreeNode, start: number): void => {
        budget.item()
        const parent = open.at(-1)
        if (parent === undefined) into(node)
        else parent.add(node, start)
      }
      const begin = (entry: Open, start: number): void => {
        put(entry.node, start)
        budget.enter()
        open.push(entry)
      }
      const end = (offset: number, length: number): void => {
        at = offset + length
        const entry = open.pop()
        if (entry === undefined) return
        budget.leave()
        spans?.set(entry.node, { start: entry.start, end: at, parts: entry.parts })
        closePart(open.at(-1), at)
      }
      visit(
        text,
        {
          onObjectBegin(offset) {
            const entries: TreeEntry[] = []
            const parts: [number, number][] = []
            const add = (value: TreeNode, start: number): void => {
              if (name === null) return
              entries.push([name.node, value])
              parts.push([name.start, start])
              name = null
            }
            begin({ node: { type: 'map', entries }, add, parts, start: offset }, offset)
          },
          onObjectProperty(property, offset, length) {
            budget.item()
            at = offset + length
            name = { node: nodes.string(property), start: offset }
          },
          onObjectEnd: end,
          onArrayBegin(offset) {
            const items: TreeNode[] = []
            const parts: [number, number][] = []
            const add = (value: TreeNode, start: number): void => {
              items.push(value)
              parts.push([start, start])
            }
            begin({ node: { type: 'list', items }, add, parts, start: offset }, offset)
          },
          onArrayEnd: end,
          onLiteralValue(value: unknown, offset, length) {
            const node = literal(value, text.slice(offset, offset + length), nodes)
            put(node, offset)
            at = offset + length
            spans?.set(node, { start: offset, end: at })
            closePart(open.at(-1), at)
          },
          onError(_error, offset) {
            throw new Undecodable(`It is no valid JSON from character ${offset} on.`)
          },
        },
        { disallowComments: true },
      )
    },
    () => at,
  )
}

function closePart(parent: Open | undefined, end: number): void {
  const part = parent?.parts.at(-1)
  if (part !== undefined) part[1] = end
}

function literal(value: unknown, spelt: string, nodes: Nodes): TreeNode {
  if (typeof value === 'string') return nodes.string(value)
  if (typeof value === 'boolean') return bool(value)
  if (typeof value !== 'number') return nothing()
  return /^-?\d+$/.test(spelt) ? nodes.wholeText(spelt) : nodes.number(spelt)
}

/** One edit of a JSON text; all else stays as it is, to the character. @throws AppError `invalid_value`, `conflict` */
export function editJson(bytes: Buffer, edit: SessionEdit, budget: Budget): Buffer {
  const text = bytes.toString()
  const spans: Spans = new Map()
  return Buffer.from(splice(text, editsOf(text, parseJson(bytes, budget, spans), edit, spans)))
}

function editsOf(text: string, parsed: Parsed, edit: SessionEdit, spans: Spans): Splice<string> {
  const plan = planEdit(parsed, edit, spans)
  const { span } = plan
  const parts = span.parts ?? []
  switch (plan.kind) {
    case 'set':
      return { start: span.start, end: span.end, by: encodeJson(plan.value) }
    case 'add': {
      const last = parts.at(-1)
      const name = plan.name === null ? '' : `${JSON.stringify(plan.name)}:${spaceAfterColon(text, parts)}`
      const entry = name + encodeJson(plan.value)
      if (last === undefined) return { start: span.start + 1, end: span.start + 1, by: entry }
      return { start: last[1], end: last[1], by: `,${spaceBetween(text, span.start, parts)}${entry}` }
    }
    case 'remove': {
      const [start, end] = parts[plan.position] ?? [0, 0]
      const before = parts[plan.position - 1]
      const after = parts[plan.position + 1]
      if (before !== undefined) return { start: before[1], end, by: '' }
      return { start, end: after?.[0] ?? end, by: '' }
    }
  }
}

/** As the text has it between its entries, so that an added one looks like the others. */
function spaceBetween(
  text: string,
  start: number,
  parts: NonNullable<ReturnType<Spans['get']>>['parts'] = [],
): string {
  const [first, second] = parts
  if (first === undefined) return ''
  const between = second === undefined ? text.slice(start + 1, first[0]) : text.slice(first[1], second[0])
  return between.replace(',', '')
}

function spaceAfterColon(text: string, parts: readonly (readonly [number, number])[]): string {
  const [first] = parts
  if (first === undefined) return ''
  return /^"(?:[^"\\]|\\.)*"\s*:(\s*)/s.exec(text.slice(first[0], first[1]))?.[1] ?? ''
}

export function encodeJson(value: NewValue): string {
  switch (value.type) {
    case 'text':
      return JSON.stringify(value.value)
    case 'number': {
      const text = numberText(value.text)
      if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text)) {
        throw invalidValue(`JSON has no number spelt ${text}.`)
      }
      return text
    }
    case 'boolean':
      return String(value.value)
    case 'null':
      return 'null'
    case 'bytes':
      throw invalidValue(
        'JSON holds text alone. Write the bytes as base64 text, if the application reads that.',
      )
    case 'list':
      return `[${value.items.map(encodeJson).join(',')}]`
    case 'map':
      return `{${value.entries.map(([name, entry]) => `${JSON.stringify(name)}:${encodeJson(entry)}`).join(',')}}`
  }
}
