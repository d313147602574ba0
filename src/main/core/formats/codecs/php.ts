import type { TreeEntry, TreeNode } from '#shared/formats.ts'
import { type Budget, Undecodable } from '../budget.ts'
import { ByteReader } from '../byte-reader.ts'
import { bool, Nodes, nothing } from '../nodes.ts'
import { type Done, type Into, type Parsed, runParser, type Spans } from '../parsed.ts'
import { BYTE, MOST_DIGITS, type PhpHandler, VARIABLE_NAME_BYTES } from './php-handler.ts'

/*
 * What PHP's serialize() writes, and the three ways in which its sessions use it. A parser of our own: those on npm
 * (php-serialize, phpunserialize, locutus) make instances of classes or plain objects of what they read, lose integers
 * beyond 2^53 and references, and none tells where a value stands, without which an edit cannot keep the other bytes.
 * Nothing is instantiated here: an object is its class's name and its properties. Sources: ext/standard/var.c,
 * var_unserializer.re and ext/session/session.c of PHP.
 */

export interface ParsedPhp extends Parsed {
  /** Values refer to others by number, so that no value may come or go. */
  readonly hasReferences: boolean
}

export function parsePhp(bytes: Buffer, budget: Budget, spans?: Spans): ParsedPhp {
  const parser = new PhpParser(bytes, budget, spans)
  return parser.run((into) => parser.value(into))
}

/** The variables of a session. */
export function parsePhpSession(
  bytes: Buffer,
  handler: PhpHandler,
  budget: Budget,
  spans?: Spans,
): ParsedPhp {
  const parser = new PhpParser(bytes, budget, spans)
  if (handler === 'php_serialize') return parser.run((into) => parser.value(into))
  return parser.run((into) => parser.variables(handler, into))
}

class PhpParser {
  readonly #reader: ByteReader
  readonly #budget: Budget
  readonly #nodes: Nodes
  readonly #spans: Spans | undefined
  /** What `r:` and `R:` count, from 1 on. */
  readonly #slots: TreeNode[] = []
  #hasReferences = false

  constructor(bytes: Buffer, budget: Budget, spans?: Spans) {
    this.#reader = new ByteReader(bytes)
    this.#budget = budget
    this.#nodes = new Nodes(budget)
    this.#spans = spans
  }

  run(read: (into: Into) => Done): ParsedPhp {
    const parsed = runParser(read, () => this.#reader.at)
    return { ...parsed, hasReferences: this.#hasReferences }
  }

  variables(handler: PhpHandler, into: Into): Done {
    const reader = this.#reader
    const entries: TreeEntry[] = []
    const parts: [number, number][] = []
    const root: TreeNode = { type: 'map', entries }
    into(root)
    while (reader.left > 0) {
      this.#budget.item()
      const start = reader.at
      const { name, isUndefined } = this.#variableName(handler)
      const add = (value: TreeNode): Done => {
        entries.push([name, value])
      }
      if (isUndefined) add(nothing('undefined'))
      else this.value(add)
      parts.push([start, reader.at])
    }
    this.#spans?.set(root, { start: 0, end: reader.end, parts })
  }

  #variableName(handler: PhpHandler): { name: TreeNode; isUndefined: boolean } {
    const reader = this.#reader
    if (handler === 'php_binary') {
      const length = reader.u8()
      return { name: this.#nodes.text(reader.take(length & 0x7f)), isUndefined: length > 0x7f }
    }
    const isUndefined = reader.peek() === BYTE.undefined
    if (isUndefined) reader.u8()
    return { name: this.#nodes.text(reader.until(BYTE.bar, VARIABLE_NAME_BYTES)), isUndefined }
  }

  value(into: Into): Done {
    const reader = this.#reader
    this.#budget.item()
    const start = reader.at
    const kind = String.fromCharCode(reader.u8())
    const done = (node: TreeNode): Done => {
      this.#slots.push(node)
      into(node)
      this.#spans?.set(node, { start, end: reader.at })
    }
    if (kind === 'N') {
      reader.expect(BYTE.semicolon)
      return done(nothing())
    }
    reader.expect(BYTE.colon)
    switch (kind) {
      case 'b':
        return done(bool(this.#number(BYTE.semicolon) !== '0'))
      case 'i':
        return done(this.#nodes.wholeText(this.#whole(BYTE.semicolon)))
      case 'd':
        return done(this.#nodes.number(this.#number(BYTE.semicolon)))
      case 's':
      case 'S':
        return done(this.#nodes.text(this.#textEnd(kind === 'S')))
      case 'E':
        return done(this.#nodes.text(this.#textEnd(false), 'enum'))
      case 'r':
      case 'R':
        return this.#reference(kind, start, into)
      case 'a':
        return this.#container({ type: 'map', entries: [] }, start, into)
      case 'O':
      case 'C': {
        const name = this.#quoted(false).toString()
        reader.expect(BYTE.colon)
        if (kind === 'O') return this.#container({ type: 'object', name, entries: [] }, start, into)
        return done(this.#custom(name))
      }
      default:
        throw new Undecodable(`PHP writes no value that begins with “${kind}:” (byte ${start}).`)
    }
  }

  /** An array or an object from its count on. */
  #container(node: TreeNode & { type: 'map' | 'object' }, start: number, into: Into): Done {
    const reader = this.#reader
    this.#slots.push(node)
    into(node)
    const countStart = reader.at
    const count = Number(this.#whole(BYTE.colon))
    if (count < 0) throw new Undecodable(`A count in it is below 0 (byte ${countStart}).`)
    const countEnd = reader.at - 1
    reader.expect(BYTE.open)
    const entries = node.entries as TreeEntry[]
    const parts: [number, number][] = []
    this.#budget.enter()
    for (let left = count; left > 0; left -= 1) {
      const partStart = reader.at
      const name = this.#name()
      this.value((value) => {
        entries.push([name, value])
      })
      parts.push([partStart, reader.at])
    }
    this.#budget.leave()
    reader.expect(BYTE.close)
    this.#spans?.set(node, { start, end: reader.at, parts, count: [countStart, countEnd] })
  }

  /** The name of an entry, which takes no slot. Properties that are not public carry their class between NULs. */
  #name(): TreeNode {
    const reader = this.#reader
    this.#budget.item()
    const kind = String.fromCharCode(reader.u8())
    reader.expect(BYTE.colon)
    if (kind === 'i') return this.#nodes.wholeText(this.#whole(BYTE.semicolon))
    if (kind !== 's' && kind !== 'S')
      throw new Undecodable(`A name in it is neither text nor number (byte ${reader.at}).`)
    const name = this.#textEnd(kind === 'S')
    const end = name[0] === 0 ? name.indexOf(0, 1) : -1
    if (end < 0) return this.#nodes.text(name)
    const owner = name.toString('utf8', 1, end)
    return this.#nodes.text(name.subarray(end + 1), owner === '*' ? 'protected' : `private ${owner}`)
  }

  /** @param kind `R` is the same variable and takes no slot; `r` is the same object in a slot of its own */
  #reference(kind: 'r' | 'R', start: number, into: Into): Done {
    const target = this.#slots[Number(this.#whole(BYTE.semicolon)) - 1]
    if (target === undefined) throw new Undecodable(`A reference in it leads nowhere (byte ${start}).`)
    this.#hasReferences = true
    const node = this.#nodes.reference(target)
    if (kind === 'r') this.#slots.push(target)
    into(node)
    this.#spans?.set(node, { start, end: this.#reader.at })
  }

  /** What a class wrote by itself; only it knows how to read that. */
  #custom(name: string): TreeNode {
    const reader = this.#reader
    const length = Number(this.#whole(BYTE.colon))
    reader.expect(BYTE.open)
    const data = reader.take(length)
    reader.expect(BYTE.close)
    return this.#nodes.undecoded(`The class ${name} wrote this in a form of its own.`, data)
  }

  #number(end: number): string {
    const text = this.#reader.latin1Until(end, MOST_DIGITS)
    if (!/^[-+]?(?:INF|NAN|\d*\.?\d+(?:[eE][-+]?\d+)?|\d+\.)$/.test(text)) {
      throw new Undecodable(`A number in it is none (before byte ${this.#reader.at}).`)
    }
    return text
  }

  #whole(end: number): string {
    const text = this.#number(end)
    if (!/^[-+]?\d+$/.test(text))
      throw new Undecodable(`A whole number in it is none (before byte ${this.#reader.at}).`)
    return text
  }

  /** Length, colon and the text in its quotes. @param isEscaped bytes are written as `\41` */
  #quoted(isEscaped: boolean): Buffer {
    const reader = this.#reader
    const length = Number(this.#whole(BYTE.colon))
    reader.expect(BYTE.quote)
    const text = isEscaped ? this.#escaped(length) : reader.take(length)
    reader.expect(BYTE.quote)
    return text
  }

  #textEnd(isEscaped: boolean): Buffer {
    const text = this.#quoted(isEscaped)
    this.#reader.expect(BYTE.semicolon)
    return text
  }

  #escaped(length: number): Buffer {
    const reader = this.#reader
    if (length > reader.left) reader.take(length)
    const text = Buffer.alloc(length)
    for (let at = 0; at < length; at += 1) {
      const byte = reader.u8()
      text[at] = byte === BYTE.backslash ? Number.parseInt(reader.take(2).toString('latin1'), 16) : byte
    }
    return text
  }
}
