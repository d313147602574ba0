import type { TreeEntry, TreeNode } from '#shared/formats.ts'
import { type Budget, Undecodable } from '../budget.ts'
import { ByteReader } from '../byte-reader.ts'
import { bool, float, Nodes, nothing, whole } from '../nodes.ts'
import { type Done, type Into, type Parsed, runParser } from '../parsed.ts'

/*
 * Ruby's Marshal, version 4.8. A parser of our own: `marshal` on npm has no limits, and @hyrious/marshal makes plain
 * objects of hashes, so that names like `__proto__` and those that are no texts are lost, and keeps classes that it does
 * not know only as wrapped objects of its own. Here an object is its class's name and its instance variables; nothing is
 * looked up or called. Source: doc/marshal.rdoc and marshal.c of Ruby.
 */

export const looksLikeMarshal = (bytes: Buffer): boolean =>
  bytes[0] === 4 && bytes[1] === 8 && bytes.length > 2

export function parseMarshal(bytes: Buffer, budget: Budget): Parsed {
  const reader = new ByteReader(bytes)
  const parser = new MarshalParser(reader, budget)
  return runParser(
    (into) => {
      const [major, minor] = [reader.u8(), reader.u8()]
      if (major !== 4 || minor > 8)
        throw new Undecodable(`Marshal’s version ${major}.${minor} is not known; 4.8 is.`)
      parser.value(into)
    },
    () => reader.at,
  )
}

/** Variables that tell of a text's encoding. */
const ENCODING: ReadonlySet<string> = new Set(['encoding', 'E', 'K'])
/** `u` */
const DUMPED = 0x75

class MarshalParser {
  readonly #reader: ByteReader
  readonly #budget: Budget
  readonly #nodes: Nodes
  readonly #symbols: string[] = []
  /** What `@` counts, from 0 on. */
  readonly #objects: (TreeNode | null)[] = []

  constructor(reader: ByteReader, budget: Budget) {
    this.#reader = reader
    this.#budget = budget
    this.#nodes = new Nodes(budget)
  }

  value(into: Into): Done {
    const reader = this.#reader
    this.#budget.item()
    const at = reader.at
    const kind = String.fromCharCode(reader.u8())
    switch (kind) {
      case '0':
        return into(nothing())
      case 'T':
      case 'F':
        return into(bool(kind === 'T'))
      case 'i':
        return into(whole(this.#fixnum()))
      case ':':
      case ';':
        return into(this.#nodes.string(this.#symbolOf(kind), 'symbol'))
      case '@':
        return into(this.#link())
      case 'I':
        return this.#withVariables(into)
      case 'e': {
        this.#symbol()
        return this.value(into)
      }
      case 'u':
        return this.#dumped(null, into)
      case 'C': {
        const name = this.#symbol()
        return this.value((node) => {
          // The node itself, since links lead to it.
          ;(node as { of?: string }).of = name
          into(node)
        })
      }
      default:
        return this.#object(kind, at, into)
    }
  }

  /** What counts for links, in the order of its beginning. */
  #object(kind: string, at: number, into: Into): Done {
    const reader = this.#reader
    const slot = this.#objects.push(null) - 1
    const put = (node: TreeNode): Done => {
      this.#objects[slot] = node
      into(node)
    }
    switch (kind) {
      case '"':
        return put(this.#nodes.text(this.#bytes()))
      case '/': {
        const source = this.#nodes.text(this.#bytes(), 'Regexp')
        reader.u8()
        return put(source)
      }
      case 'f':
        return put(this.#float())
      case 'l':
        return put(this.#bignum())
      case 'c':
      case 'm':
      case 'M':
        return put(this.#nodes.text(this.#bytes(), kind === 'c' ? 'class' : 'module'))
      case '[':
        return this.#list(put)
      case '{':
      case '}': {
        const entries: TreeEntry[] = []
        put({ type: 'map', entries })
        this.#pairs(this.#length(2), entries, (add) => this.value(add))
        if (kind === '}') this.value(() => undefined)
        return
      }
      case 'o':
      case 'S': {
        const entries: TreeEntry[] = []
        put({ type: 'object', name: this.#symbol(), entries })
        return this.#variables(entries)
      }
      case 'U': {
        const entries: TreeEntry[] = []
        const node: TreeNode = { type: 'object', name: this.#symbol(), entries }
        put(node)
        this.#budget.enter()
        this.value((inner) => {
          entries.push([this.#nodes.string('marshal_dump', 'method'), inner])
        })
        this.#budget.leave()
        return
      }
      default:
        throw new Undecodable(
          `Marshal knows no value that begins with byte ${kind.charCodeAt(0)} (at ${at}).`,
        )
    }
  }

  #list(put: Into): Done {
    const items: TreeNode[] = []
    put({ type: 'list', items })
    this.#budget.enter()
    for (let left = this.#length(1); left > 0; left -= 1) {
      this.value((item) => {
        items.push(item)
      })
    }
    this.#budget.leave()
  }

  #pairs(count: number, entries: TreeEntry[], readName: (add: Into) => Done): Done {
    this.#budget.enter()
    for (let left = count; left > 0; left -= 1) {
      let name: TreeNode | undefined
      readName((node) => {
        name = node
      })
      this.value((value) => {
        if (name !== undefined) entries.push([name, value])
      })
    }
    this.#budget.leave()
  }

  /** A value with instance variables: the encoding of a text, which is no news, and the zone of a Time. */
  #withVariables(into: Into): Done {
    let value: TreeNode | undefined
    const variables: TreeEntry[] = []
    this.#budget.enter()
    if (this.#reader.peek() === DUMPED) {
      this.#reader.u8()
      this.#dumped(variables, into)
    } else {
      this.value((node) => {
        value = node
        into(node)
      })
      this.#variables(variables)
    }
    this.#budget.leave()
    if (value === undefined) return
    const own = variables.filter(([name]) => name.type === 'text' && !ENCODING.has(name.value))
    if (value.type === 'map' || value.type === 'object') (value.entries as TreeEntry[]).push(...own)
  }

  /** What a class's `_dump` wrote. It counts for links after its variables. @param variables null for none */
  #dumped(variables: TreeEntry[] | null, into: Into): Done {
    const name = this.#symbol()
    const data = this.#bytes()
    const node =
      (name === 'Time' ? rubyTime(data) : name === 'BigDecimal' ? rubyDecimal(data) : null) ??
      this.#nodes.undecoded(`The class ${name} wrote this in a form of its own.`, data)
    into(node)
    if (variables !== null) this.#variables(variables)
    this.#objects.push(node)
  }

  #variables(into: TreeEntry[]): Done {
    this.#pairs(this.#length(2), into, (add) => add(this.#variableName()))
  }

  /** `@name` without the sign; members of a Struct have none. */
  #variableName(): TreeNode {
    this.#budget.item()
    return this.#nodes.string(this.#symbol().replace(/^@/, ''))
  }

  #link(): TreeNode {
    const target = this.#objects[this.#fixnum()]
    if (target === undefined || target === null) throw new Undecodable('A link in it leads nowhere.')
    return this.#nodes.again(target)
  }

  #symbol(): string {
    const kind = String.fromCharCode(this.#reader.u8())
    if (kind === 'I') {
      const symbol = this.#symbol()
      this.#variables([])
      return symbol
    }
    if (kind !== ':' && kind !== ';')
      throw new Undecodable(`A name in it is no symbol (byte ${this.#reader.at - 1}).`)
    return this.#symbolOf(kind)
  }

  #symbolOf(kind: ':' | ';'): string {
    if (kind === ':') {
      const symbol = this.#bytes().toString()
      this.#symbols.push(symbol)
      return symbol
    }
    const symbol = this.#symbols[this.#fixnum()]
    if (symbol === undefined) throw new Undecodable('A symbol’s number in it leads nowhere.')
    return symbol
  }

  #bytes(): Buffer {
    return this.#reader.take(this.#fixnum())
  }

  /** A count of things that take so many bytes each at least. */
  #length(least: number): number {
    const length = this.#fixnum()
    if (length < 0 || length * least > this.#reader.left)
      throw new Undecodable('A count in it is more than there is.')
    return length
  }

  #fixnum(): number {
    const reader = this.#reader
    const first = reader.i8()
    if (first === 0) return 0
    if (first > 4) return first - 5
    if (first < -4) return first + 5
    let value = first > 0 ? 0 : -1
    for (let byte = 0; byte < Math.abs(first); byte += 1) {
      const shift = 2 ** (8 * byte)
      value = first > 0 ? value + reader.u8() * shift : value - (0xff - reader.u8()) * shift
    }
    return value
  }

  #float(): TreeNode {
    const text = this.#bytes().toString('latin1')
    if (/^-?(?:inf|nan)$/.test(text)) {
      return { type: 'number', text: text.replace('inf', 'Infinity').replace('nan', 'NaN'), whole: false }
    }
    const value = Number(/^[-+\d.eE]{1,400}/.exec(text)?.[0] || Number.NaN)
    if (Number.isNaN(value)) throw new Undecodable('A number in it is none.')
    return float(value)
  }

  #bignum(): TreeNode {
    const sign = this.#reader.u8()
    const length = 2 * this.#fixnum()
    if (length > this.#budget.limits.digits / 3)
      throw new Undecodable('It holds a number of very many digits.')
    const bytes = Buffer.from(this.#reader.take(length)).reverse()
    const value = BigInt(`0x${bytes.toString('hex') || '0'}`)
    return whole(sign === 0x2d ? -value : value)
  }
}

/** What Time#_dump packs into eight bytes: UTC to the microsecond. Null for another form. */
function rubyTime(data: Buffer): TreeNode | null {
  if (data.length < 8) return null
  const [high, low] = [data.readUInt32LE(0), data.readUInt32LE(4)]
  if (high >>> 31 === 0) return null
  const at = Date.UTC(
    1900 + ((high >>> 14) & 0xffff),
    (high >>> 10) & 0xf,
    (high >>> 5) & 0x1f,
    high & 0x1f,
    (low >>> 26) & 0x3f,
    (low >>> 20) & 0x3f,
    Math.floor((low & 0xfffff) / 1000),
  )
  return Number.isNaN(at) ? null : { type: 'date', at }
}

/** `18:0.125e2`: the digits that it has room for, and the number. */
function rubyDecimal(data: Buffer): TreeNode | null {
  const text = /^\d+:(-?[\d.]{1,400}(?:e-?\d{1,9})?)$/.exec(data.toString('latin1'))?.[1]
  return text === undefined ? null : { type: 'number', text, whole: false, of: 'BigDecimal' }
}
