import type { TreeNode } from '#shared/formats.ts'
import { type Budget, Undecodable } from '../budget.ts'
import { ByteReader } from '../byte-reader.ts'
import { bool, float, Nodes, nothing, plainText, whole } from '../nodes.ts'
import { type Parsed, runParser } from '../parsed.ts'
import { addItems, addPairs, instance, reduce, setState } from './pickle-classes.ts'
import { unescapedUnicode, unquoted } from './pickle-text.ts'

/*
 * Python's pickle, protocols 0 to 5. A pickle is a program that names functions and calls them; this machine has its
 * stack and its memo and calls nothing: a class or function is its name, a call is a node that says so. A parser of our
 * own: pickleparser and jpickle on npm make plain objects and class instances of what a pickle names, lose integers beyond
 * 2^53, and have no limits. Source: Lib/pickletools.py of CPython.
 */

const [PROTO, STOP, MARK, EMPTY_DICT] = [0x80, 0x2e, 0x28, 0x7d]

/** Protocol 2 to 5 begin so; 0 and 1 with an opcode for a dictionary, and end with a full stop. */
export function looksLikePickle(bytes: Buffer, isWhole: boolean): boolean {
  if (bytes[0] === PROTO) return (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 9) <= 5
  if (bytes[0] !== MARK && bytes[0] !== EMPTY_DICT) return false
  const begin = bytes.toString('latin1', 0, 4)
  return /^(?:\(d|\}q|\(dp)/.test(begin) && (!isWhole || bytes.at(-1) === STOP)
}

export function parsePickle(bytes: Buffer, budget: Budget): Parsed {
  const machine = new PickleMachine(bytes, budget)
  const parsed = runParser(
    (into) => into(machine.run()),
    () => machine.at,
  )
  // What has been read when it has to stop lies about on the stack.
  return parsed.root === null ? { ...parsed, root: machine.salvage() } : parsed
}

class PickleMachine {
  readonly #reader: ByteReader
  readonly #budget: Budget
  readonly #nodes: Nodes
  #stack: TreeNode[] = []
  readonly #marks: TreeNode[][] = []
  readonly #memo = new Map<number, TreeNode>()
  /** Names of classes and functions, by the node that stands for them. */
  readonly #globals = new Map<TreeNode, string>()

  constructor(bytes: Buffer, budget: Budget) {
    this.#reader = new ByteReader(bytes)
    this.#budget = budget
    this.#nodes = new Nodes(budget)
  }

  get at(): number {
    return this.#reader.at
  }

  run(): TreeNode {
    for (;;) {
      this.#budget.item()
      const at = this.#reader.at
      const code = this.#reader.u8()
      if (code === STOP) return this.#pop()
      if (!(this.#literal(code) || this.#build(code) || this.#memory(code) || this.#call(code))) {
        throw new Undecodable(`Pickle knows no instruction ${code} (byte ${at}).`)
      }
    }
  }

  /** What the innermost open dictionary or list holds by now, put into those around it. */
  salvage(): TreeNode | null {
    while (this.#marks.length > 0) {
      const items = this.#popMark()
      const target = this.#stack.at(-1)
      if (target?.type === 'map') addPairs(target, items)
      else if (target?.type === 'list') (target.items as TreeNode[]).push(...items)
    }
    return this.#stack[0] ?? null
  }

  #pop(): TreeNode {
    const node = this.#stack.pop()
    if (node === undefined) throw new Undecodable('It takes a value from an empty stack.')
    return node
  }

  #top(): TreeNode {
    const node = this.#stack.at(-1)
    if (node === undefined) throw new Undecodable('It looks at a value on an empty stack.')
    return node
  }

  /** What is on top, for more to be put into it. */
  #target(): TreeNode {
    return this.#nodes.follow(this.#top())
  }

  #push(node: TreeNode): true {
    this.#stack.push(node)
    return true
  }

  /** What was put on the stack since the last mark. */
  #popMark(): readonly TreeNode[] {
    const before = this.#marks.pop()
    if (before === undefined) throw new Undecodable('It looks for a mark where there is none.')
    const items = this.#stack
    this.#stack = before
    return items
  }

  #literal(code: number): boolean {
    const reader = this.#reader
    switch (String.fromCharCode(code)) {
      case 'N':
        return this.#push(nothing('None'))
      case '\x88':
      case '\x89':
        return this.#push(bool(code === 0x88))
      case 'I': {
        const line = this.#line()
        return this.#push(line === '00' || line === '01' ? bool(line === '01') : this.#whole(line))
      }
      case 'L':
        return this.#push(this.#whole(this.#line().replace(/L$/, '')))
      case 'J':
        return this.#push(whole(reader.i32le()))
      case 'K':
        return this.#push(whole(reader.u8()))
      case 'M':
        return this.#push(whole(reader.u16le()))
      case '\x8a':
        return this.#push(this.#long(reader.take(reader.u8())))
      case '\x8b':
        return this.#push(this.#long(reader.take(reader.i32le())))
      case 'F':
        return this.#push(float(this.#double(this.#line())))
      case 'G':
        return this.#push(float(reader.f64()))
      case 'S':
        return this.#push(this.#nodes.text(unquoted(this.#line()), 'bytes'))
      case 'T':
        return this.#push(this.#nodes.text(reader.take(reader.i32le())))
      case 'U':
        return this.#push(this.#nodes.text(reader.take(reader.u8())))
      case 'V':
        return this.#push(this.#nodes.string(unescapedUnicode(this.#line())))
      case 'X':
        return this.#push(this.#nodes.text(reader.take(reader.u32le())))
      case '\x8c':
        return this.#push(this.#nodes.text(reader.take(reader.u8())))
      case '\x8d':
        return this.#push(this.#nodes.text(reader.take(reader.u64le())))
      case 'C':
        return this.#push(this.#nodes.bytes(reader.take(reader.u8())))
      case 'B':
        return this.#push(this.#nodes.bytes(reader.take(reader.u32le())))
      case '\x8e':
        return this.#push(this.#nodes.bytes(reader.take(reader.u64le())))
      case '\x96':
        return this.#push(this.#nodes.bytes(reader.take(reader.u64le()), 'bytearray'))
      default:
        return false
    }
  }

  #build(code: number): boolean {
    switch (String.fromCharCode(code)) {
      case '(':
        this.#marks.push(this.#stack)
        this.#stack = []
        if (this.#marks.length > this.#budget.limits.depth) {
          throw new Undecodable(`Values lie within values more than ${this.#budget.limits.depth} deep.`)
        }
        return true
      case '0':
        // Protocol 0 takes a mark away with it where nothing is above one.
        if (this.#stack.length === 0 && this.#marks.length > 0) this.#popMark()
        else this.#pop()
        return true
      case '1':
        this.#popMark()
        return true
      case '2':
        return this.#push(this.#again(this.#top()))
      case '}':
        return this.#push({ type: 'map', entries: [] })
      case 'd': {
        const map: TreeNode = { type: 'map', entries: [] }
        addPairs(map, this.#popMark())
        return this.#push(map)
      }
      case ']':
        return this.#push({ type: 'list', items: [] })
      case 'l':
        return this.#push({ type: 'list', items: [...this.#popMark()] })
      case ')':
        return this.#push({ type: 'list', items: [], of: 'tuple' })
      case 't':
        return this.#push({ type: 'list', items: [...this.#popMark()], of: 'tuple' })
      case '\x85':
      case '\x86':
      case '\x87': {
        const items: TreeNode[] = []
        for (let left = code - 0x84; left > 0; left -= 1) items.unshift(this.#pop())
        return this.#push({ type: 'list', items, of: 'tuple' })
      }
      case '\x8f':
        return this.#push({ type: 'list', items: [], of: 'set' })
      case '\x91':
        return this.#push({ type: 'list', items: [...this.#popMark()], of: 'frozenset' })
      case 's': {
        const value = this.#pop()
        const name = this.#pop()
        addPairs(this.#target(), [name, value])
        return true
      }
      case 'u': {
        const items = this.#popMark()
        addPairs(this.#target(), items)
        return true
      }
      case 'a': {
        const item = this.#pop()
        addItems(this.#target(), [item])
        return true
      }
      case 'e':
      case '\x90': {
        const items = this.#popMark()
        addItems(this.#target(), items)
        return true
      }
      default:
        return false
    }
  }

  #memory(code: number): boolean {
    const reader = this.#reader
    switch (String.fromCharCode(code)) {
      case 'p':
        return this.#put(Number(this.#line()))
      case 'q':
        return this.#put(reader.u8())
      case 'r':
        return this.#put(reader.u32le())
      case '\x94':
        return this.#put(this.#memo.size)
      case 'g':
        return this.#get(Number(this.#line()))
      case 'h':
        return this.#get(reader.u8())
      case 'j':
        return this.#get(reader.u32le())
      case '\x80':
        reader.u8()
        return true
      case '\x95':
        // A frame: how many bytes come in one reading.
        reader.take(8)
        return true
      default:
        return false
    }
  }

  #put(place: number): true {
    this.#memo.set(place, this.#top())
    return true
  }

  #get(place: number): true {
    const node = this.#memo.get(place)
    if (node === undefined) throw new Undecodable('It takes a value from its memo that it has not put there.')
    return this.#push(this.#again(node))
  }

  #again(node: TreeNode): TreeNode {
    return this.#globals.has(node) ? node : this.#nodes.again(node)
  }

  #call(code: number): boolean {
    switch (String.fromCharCode(code)) {
      case 'c':
        return this.#global(this.#line(), this.#line())
      case '\x93': {
        const name = plainText(this.#pop()) ?? '?'
        return this.#global(plainText(this.#pop()) ?? '?', name)
      }
      case 'R': {
        const args = this.#pop()
        return this.#push(reduce(this.#nameOf(this.#pop()), args, this.#nodes))
      }
      case '\x81': {
        const args = this.#pop()
        return this.#push(instance(this.#nameOf(this.#pop()), args))
      }
      case '\x92': {
        const named = this.#pop()
        const args = this.#pop()
        const node = instance(this.#nameOf(this.#pop()), args)
        addPairs(node, named.type === 'map' ? named.entries.flat() : [])
        return this.#push(node)
      }
      case 'i': {
        const name = `${this.#line()}.${this.#line()}`
        return this.#push(instance(name, { type: 'list', items: [...this.#popMark()] }))
      }
      case 'o': {
        const [type, ...args] = this.#popMark()
        return this.#push(
          instance(type === undefined ? '?' : this.#nameOf(type), { type: 'list', items: args }),
        )
      }
      case 'b': {
        const state = this.#pop()
        setState(this.#target(), state, this.#nodes)
        return true
      }
      case 'P':
        this.#line()
        return this.#push(this.#outside())
      case 'Q':
        this.#pop()
        return this.#push(this.#outside())
      case '\x82':
        this.#reader.u8()
        return this.#push(this.#outside())
      case '\x83':
        this.#reader.take(2)
        return this.#push(this.#outside())
      case '\x84':
        this.#reader.take(4)
        return this.#push(this.#outside())
      case '\x97':
        return this.#push(this.#outside())
      case '\x98':
        return true
      default:
        return false
    }
  }

  #global(module: string, name: string): true {
    const full = module === 'builtins' || module === '__builtin__' ? name : `${module}.${name}`
    const node = this.#nodes.string(full, 'class')
    this.#globals.set(node, full)
    return this.#push(node)
  }

  #nameOf(node: TreeNode): string {
    return this.#globals.get(node) ?? plainText(node) ?? '?'
  }

  #outside(): TreeNode {
    return this.#nodes.undecoded('What this refers to is kept outside the session.', Buffer.alloc(0))
  }

  #line(): string {
    return this.#reader.latin1Until(0x0a, this.#budget.limits.valueBytes)
  }

  #whole(text: string): TreeNode {
    const trimmed = text.trim()
    if (!/^[-+]?\d+$/.test(trimmed)) throw new Undecodable('A whole number in it is none.')
    return this.#nodes.wholeText(trimmed)
  }

  #double(text: string): number {
    const special = { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY, nan: Number.NaN }
    if (text === 'inf' || text === '-inf' || text === 'nan') return special[text]
    const value = Number(text)
    if (text.trim() === '' || Number.isNaN(value)) throw new Undecodable('A number in it is none.')
    return value
  }

  /** Two's complement, little-endian. */
  #long(bytes: Buffer): TreeNode {
    if (bytes.length > this.#budget.limits.digits / 3) {
      throw new Undecodable('It holds a number of very many digits.')
    }
    const hex = Buffer.from(bytes).reverse().toString('hex')
    return whole(hex === '' ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`)))
  }
}
