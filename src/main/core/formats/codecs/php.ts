import type { TreeEntry, TreeNode } from '#shared/formats.ts'
import { type Budget, Undecodable } from '../budget.ts'
import { ByteReader } from '../byte-reader.ts'
import { bool, Nodes, nothing } from '../nodes.ts'
import { type Done, type Into, type Parsed, runParser, type Spans } from '../parsed.ts'

/*
 * What PHP's serialize() writes, and the three ways in which its sessions use it. A parser of our own: those on npm
 * (php-serialize, phpunserialize, locutus) make instances of classes or plain objects of what they read, lose integers
 * beyond 2^53 and references, and none tells where a value stands, without which an edit cannot keep the other bytes.
 * Nothing is instantiated here: an object is its class's name and its properties. Sources: ext/standard/var.c,
 * var_unserializer.re and ext/session/session.c of PHP.
 */

/** How a session's variables are put together: `session.serialize_handler`. */
export type PhpHandler = 'php' | 'php_serialize' | 'php_binary'

const [COLON, SEMICOLON, QUOTE, OPEN, CLOSE, BAR, BACKSLASH] = [0x3a, 0x3b, 0x22, 0x7b, 0x7d, 0x7c, 0x5c]
const [TEXT, ENUM, OBJECT, ARRAY, CUSTOM, ESCAPED] = [0x73, 0x45, 0x4f, 0x61, 0x43, 0x53]
/** Characters of a number and a class's name, at most: more is no PHP. */
const MOST_DIGITS = 400
const VARIABLE_NAME_BYTES = 1024

const VALUE = /^(?:N;|[bi]:[-+\d]|d:[-\dIN.]|[sSaOCE]:\d+:[{"])/
/** Bytes by which the beginning of a value is known. */
const VALUE_BYTES = 16

const startsValue = (bytes: Buffer, at: number): boolean =>
  VALUE.test(bytes.toString('latin1', at, at + VALUE_BYTES))

/** The handler that a session's first bytes tell of; null for none. */
export function phpHandlerOf(bytes: Buffer): PhpHandler | null {
  const first = bytes[0] ?? 0
  if (first === ARRAY && /^a:\d+:\{/.test(bytes.toString('latin1', 0, VALUE_BYTES))) return 'php_serialize'
  const bar = bytes.subarray(0, VARIABLE_NAME_BYTES).indexOf(BAR)
  if (bar > 0 && startsValue(bytes, bar + 1)) return 'php'
  const length = first & 0x7f
  return length > 0 && startsValue(bytes, 1 + length) ? 'php_binary' : null
}

/** Whether the bytes begin as one serialised value does. */
export const looksLikePhpValue = (bytes: Buffer): boolean =>
  /^(?:N;|b:[01];|i:[-+]?\d+;|d:[-\dIN.]|[sS]:\d+:"|a:\d+:\{|O:\d+:")/.test(bytes.toString('latin1', 0, 32))

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

/**
 * Of the outermost array or of a session's variables, the entries alone whose names are wanted; the others are passed
 * over. For rows of a list.
 */
export function skimPhp(
  bytes: Buffer,
  handler: PhpHandler,
  budget: Budget,
  isWanted: (name: string) => boolean,
): Parsed {
  const parser = new PhpParser(bytes, budget)
  return parser.run((into) => parser.wanted(handler, isWanted, into))
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

  wanted(handler: PhpHandler, isWanted: (name: string) => boolean, into: Into): Done {
    const reader = this.#reader
    const entries: TreeEntry[] = []
    into({ type: 'map', entries })
    if (handler === 'php_serialize') reader.until(OPEN, MOST_DIGITS)
    while (reader.left > 0 && reader.peek() !== CLOSE) {
      const start = reader.at
      // Names alone are told by, and those are ASCII: what a name is otherwise does not matter here.
      const name = this.#bareName(handler)
      if (name === null || !isWanted(name)) {
        if (name !== null || handler === 'php_serialize') this.#skip()
        continue
      }
      reader.at = start
      const node = handler === 'php_serialize' ? this.#name() : this.#variableName(handler).name
      this.value((value) => {
        entries.push([node, value])
      })
    }
  }

  /** Null for a number, or a variable that is undefined. */
  #bareName(handler: PhpHandler): string | null {
    const reader = this.#reader
    if (handler === 'php') {
      const name = reader.until(BAR, VARIABLE_NAME_BYTES)
      return name[0] === 0x21 ? null : name.toString('latin1')
    }
    if (handler === 'php_binary') {
      const length = reader.u8()
      const name = reader.take(length & 0x7f)
      return length > 0x7f ? null : name.toString('latin1')
    }
    const kind = reader.u8()
    if (kind !== TEXT) {
      reader.until(SEMICOLON, MOST_DIGITS)
      return null
    }
    reader.expect(COLON)
    const name = this.#skipText()
    reader.expect(SEMICOLON)
    return name.toString('latin1')
  }

  /** Passes over one value and what is in it. */
  #skip(): void {
    const reader = this.#reader
    let depth = 0
    do {
      const kind = reader.u8()
      if (kind === CLOSE) {
        depth -= 1
        continue
      }
      switch (kind) {
        case TEXT:
        case ENUM:
          reader.expect(COLON)
          this.#skipText()
          reader.expect(SEMICOLON)
          break
        case OBJECT:
          reader.expect(COLON)
          this.#skipText()
          reader.expect(COLON)
          reader.until(OPEN, MOST_DIGITS)
          depth += 1
          break
        case ARRAY:
          reader.until(OPEN, MOST_DIGITS)
          depth += 1
          break
        case CUSTOM:
        case ESCAPED:
          throw new Undecodable('It holds what is not passed over in a hurry.')
        default:
          reader.until(SEMICOLON, MOST_DIGITS)
      }
    } while (depth > 0)
  }

  /** A length, and the text in quotes, which is answered. */
  #skipText(): Buffer {
    const reader = this.#reader
    let length = 0
    for (let digit = reader.u8(); digit !== COLON; digit = reader.u8()) {
      if (digit < 0x30 || digit > 0x39)
        throw new Undecodable(`A length in it is none (byte ${reader.at - 1}).`)
      length = 10 * length + digit - 0x30
    }
    return reader.take(length + 2).subarray(1, -1)
  }

  #variableName(handler: PhpHandler): { name: TreeNode; isUndefined: boolean } {
    const reader = this.#reader
    if (handler === 'php_binary') {
      const length = reader.u8()
      return { name: this.#nodes.text(reader.take(length & 0x7f)), isUndefined: length > 0x7f }
    }
    const isUndefined = reader.peek() === 0x21
    if (isUndefined) reader.u8()
    return { name: this.#nodes.text(reader.until(BAR, VARIABLE_NAME_BYTES)), isUndefined }
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
      reader.expect(SEMICOLON)
      return done(nothing())
    }
    reader.expect(COLON)
    switch (kind) {
      case 'b':
        return done(bool(this.#number(SEMICOLON) !== '0'))
      case 'i':
        return done(this.#nodes.wholeText(this.#whole(SEMICOLON)))
      case 'd':
        return done(this.#nodes.number(this.#number(SEMICOLON)))
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
        reader.expect(COLON)
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
    const count = Number(this.#whole(COLON))
    if (count < 0) throw new Undecodable(`A count in it is below 0 (byte ${countStart}).`)
    const countEnd = reader.at - 1
    reader.expect(OPEN)
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
    reader.expect(CLOSE)
    this.#spans?.set(node, { start, end: reader.at, parts, count: [countStart, countEnd] })
  }

  /** The name of an entry, which takes no slot. Properties that are not public carry their class between NULs. */
  #name(): TreeNode {
    const reader = this.#reader
    this.#budget.item()
    const kind = String.fromCharCode(reader.u8())
    reader.expect(COLON)
    if (kind === 'i') return this.#nodes.wholeText(this.#whole(SEMICOLON))
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
    const target = this.#slots[Number(this.#whole(SEMICOLON)) - 1]
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
    const length = Number(this.#whole(COLON))
    reader.expect(OPEN)
    const data = reader.take(length)
    reader.expect(CLOSE)
    return this.#nodes.undecoded(`The class ${name} wrote this in a form of its own.`, data)
  }

  #number(end: number): string {
    const text = this.#reader.until(end, MOST_DIGITS).toString('latin1')
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
    const length = Number(this.#whole(COLON))
    reader.expect(QUOTE)
    const text = isEscaped ? this.#escaped(length) : reader.take(length)
    reader.expect(QUOTE)
    return text
  }

  #textEnd(isEscaped: boolean): Buffer {
    const text = this.#quoted(isEscaped)
    this.#reader.expect(SEMICOLON)
    return text
  }

  #escaped(length: number): Buffer {
    const reader = this.#reader
    if (length > reader.left) reader.take(length)
    const text = Buffer.alloc(length)
    for (let at = 0; at < length; at += 1) {
      const byte = reader.u8()
      text[at] = byte === BACKSLASH ? Number.parseInt(reader.take(2).toString('latin1'), 16) : byte
    }
    return text
  }
}
