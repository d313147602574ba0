import type { TreeEntry, TreeNode } from '#shared/formats.ts'
import { type Budget, Undecodable } from '../budget.ts'
import { ByteReader } from '../byte-reader.ts'
import { bool, float, Nodes, nothing, whole } from '../nodes.ts'
import { type Done, type Into, type Parsed, runParser } from '../parsed.ts'
import { type ClassData, kindOf, type Shape, simplify } from './java-classes.ts'
import { modifiedUtf8 } from './java-text.ts'

/*
 * Java's object serialisation. A stream tells its classes along with it, so that it can be read without them; nothing is
 * loaded. A parser of our own: java-object-serialization on npm needs every class registered beforehand. Source: "Object
 * Serialization Stream Protocol" of the Java Object Serialization Specification.
 */

const MAGIC = 0xaced_0005

export const looksLikeJava = (bytes: Buffer): boolean => bytes.length > 4 && bytes.readUInt32BE(0) === MAGIC

export function parseJava(bytes: Buffer, budget: Budget): Parsed {
  const reader = new ByteReader(bytes)
  const parser = new JavaParser(reader, budget)
  return runParser(
    (into) => {
      if (reader.u32() !== MAGIC)
        throw new Undecodable('It does not begin as a stream of Java’s objects does.')
      parser.value(into)
    },
    () => reader.at,
  )
}

const TC = {
  null: 0x70,
  reference: 0x71,
  classDesc: 0x72,
  object: 0x73,
  string: 0x74,
  array: 0x75,
  class: 0x76,
  blockData: 0x77,
  endBlockData: 0x78,
  reset: 0x79,
  blockDataLong: 0x7a,
  exception: 0x7b,
  longString: 0x7c,
  proxyClassDesc: 0x7d,
  enum: 0x7e,
} as const
const FIRST_HANDLE = 0x7e0000
const FLAG = { writeMethod: 1, serializable: 2, externalizable: 4, blockData: 8 } as const

interface ClassDescription {
  readonly name: string
  flags: number
  fields: readonly { readonly type: string; readonly name: string }[]
  parent: ClassDescription | null
}

class JavaParser {
  readonly #reader: ByteReader
  readonly #budget: Budget
  readonly #nodes: Nodes
  #handles: (TreeNode | ClassDescription | null)[] = []

  constructor(reader: ByteReader, budget: Budget) {
    this.#reader = reader
    this.#budget = budget
    this.#nodes = new Nodes(budget)
  }

  value(into: Into): Done {
    const reader = this.#reader
    this.#budget.item()
    const at = reader.at
    const code = reader.u8()
    switch (code) {
      case TC.null:
        return into(nothing())
      case TC.reference:
        return into(this.#reference())
      case TC.string:
        return into(this.#keep(this.#text(reader.u16())))
      case TC.longString:
        return into(this.#keep(this.#text(this.#longLength())))
      case TC.object:
        return this.#object(into)
      case TC.array:
        return this.#array(into)
      case TC.enum: {
        const type = this.#description()
        const slot = this.#handles.push(null) - 1
        let constant: TreeNode | undefined
        this.value((node) => {
          constant = node
        })
        const name = constant?.type === 'text' ? constant.value : '?'
        const node = this.#nodes.string(name, type?.name ?? 'enum')
        this.#handles[slot] = node
        return into(node)
      }
      case TC.class: {
        const type = this.#description()
        return into(this.#keep(this.#nodes.string(type?.name ?? '?', 'java.lang.Class')))
      }
      case TC.classDesc:
      case TC.proxyClassDesc: {
        reader.at -= 1
        const type = this.#description()
        return into(this.#nodes.string(type?.name ?? '?', 'java.io.ObjectStreamClass'))
      }
      case TC.reset:
        this.#handles = []
        return this.value(into)
      case TC.exception:
        throw new Undecodable(`The stream ends in an exception of its writer (byte ${at}).`)
      default:
        throw new Undecodable(`Java writes nothing that begins with byte ${code} (at ${at}).`)
    }
  }

  #keep(node: TreeNode): TreeNode {
    this.#handles.push(node)
    return node
  }

  #text(length: number): TreeNode {
    return this.#nodes.text(modifiedUtf8(this.#reader.take(length)))
  }

  #longLength(): number {
    const length = this.#reader.u64()
    if (length > BigInt(this.#reader.left)) throw new Undecodable('A text in it is longer than the value.')
    return Number(length)
  }

  #reference(): TreeNode {
    const target = this.#handles[this.#reader.u32() - FIRST_HANDLE]
    if (target === undefined || target === null) throw new Undecodable('A reference in it leads nowhere.')
    return 'type' in target
      ? this.#nodes.again(target)
      : this.#nodes.string(target.name, 'java.io.ObjectStreamClass')
  }

  /** Of the class of what follows, with those that it extends. */
  #description(): ClassDescription | null {
    const reader = this.#reader
    this.#budget.item()
    const code = reader.u8()
    switch (code) {
      case TC.null:
        return null
      case TC.reference: {
        const target = this.#handles[reader.u32() - FIRST_HANDLE]
        if (target === undefined || target === null || 'type' in target) {
          throw new Undecodable('A reference to a class in it leads to none.')
        }
        return target
      }
      case TC.classDesc: {
        const name = modifiedUtf8(reader.take(reader.u16())).toString()
        reader.take(8)
        const description: ClassDescription = { name, flags: 0, fields: [], parent: null }
        this.#handles.push(description)
        description.flags = reader.u8()
        description.fields = this.#fields()
        this.#annotation()
        description.parent = this.#parent()
        return description
      }
      case TC.proxyClassDesc: {
        const description: ClassDescription = {
          name: 'proxy',
          flags: FLAG.serializable,
          fields: [],
          parent: null,
        }
        this.#handles.push(description)
        for (let left = reader.u32(); left > 0; left -= 1) {
          this.#budget.item()
          reader.take(reader.u16())
        }
        this.#annotation()
        description.parent = this.#parent()
        return description
      }
      default:
        throw new Undecodable(`Where a class is described stands byte ${code} (at ${reader.at - 1}).`)
    }
  }

  #parent(): ClassDescription | null {
    this.#budget.enter()
    const parent = this.#description()
    this.#budget.leave()
    return parent
  }

  #fields(): ClassDescription['fields'] {
    const reader = this.#reader
    const fields: { type: string; name: string }[] = []
    for (let left = reader.u16(); left > 0; left -= 1) {
      this.#budget.item()
      const type = String.fromCharCode(reader.u8())
      const name = modifiedUtf8(reader.take(reader.u16())).toString()
      // The name of the field's class, which is a text that later ones may refer to.
      if (type === 'L' || type === '[') this.value(() => undefined)
      fields.push({ type, name })
    }
    return fields
  }

  #object(into: Into): Done {
    const description = this.#description()
    if (description === null) throw new Undecodable('An object in it has no class.')
    const shape = kindOf(description.name)
    const node = emptyNode(shape, description.name)
    const slot = this.#handles.push(node) - 1
    // Numbers, dates and the like are known when they are read; lists and maps may hold themselves.
    if (node !== null) into(node)
    this.#budget.enter()
    const data: ClassData = { fields: [], written: [] }
    for (const type of this.#lineage(description)) this.#classData(type, data)
    this.#budget.leave()
    const simple = simplify({ name: description.name, shape, node, data, nodes: this.#nodes })
    if (node !== null) return
    this.#handles[slot] = simple
    into(simple)
  }

  /** The class that extends nothing first. */
  #lineage(description: ClassDescription): readonly ClassDescription[] {
    const classes: ClassDescription[] = []
    for (let type: ClassDescription | null = description; type !== null; type = type.parent) {
      if (classes.includes(type)) throw new Undecodable('A class in it extends itself.')
      classes.unshift(type)
    }
    return classes
  }

  #classData({ name, flags, fields }: ClassDescription, data: ClassData): Done {
    if ((flags & FLAG.externalizable) !== 0) {
      if ((flags & FLAG.blockData) === 0) {
        throw new Undecodable(
          `The class ${name} wrote itself in a form that only it can read, and of unknown length.`,
        )
      }
      data.written.push(...this.#annotation())
      return
    }
    for (const field of fields) {
      const fieldName = this.#nodes.string(field.name)
      this.#field(field.type, (value) => {
        data.fields.push([fieldName, value])
      })
    }
    if ((flags & FLAG.writeMethod) !== 0) data.written.push(...this.#annotation())
  }

  #field(type: string, into: Into): Done {
    const reader = this.#reader
    switch (type) {
      case 'B':
        return into(whole(reader.i8()))
      case 'C':
        return into(this.#nodes.string(String.fromCharCode(reader.u16()), 'char'))
      case 'D':
        return into(float(reader.f64()))
      case 'F':
        return into(float(reader.f32()))
      case 'I':
        return into(whole(reader.i32()))
      case 'J':
        return into(whole(reader.i64()))
      case 'S':
        return into(whole(reader.i16()))
      case 'Z':
        return into(bool(reader.u8() !== 0))
      case 'L':
      case '[':
        return this.value(into)
      default:
        throw new Undecodable(`Java has no type “${type}”.`)
    }
  }

  /** What a class wrote beside its fields, up to the mark of its end: bytes and objects. */
  #annotation(): (Buffer | TreeNode)[] {
    const reader = this.#reader
    const parts: (Buffer | TreeNode)[] = []
    for (;;) {
      this.#budget.item()
      switch (reader.peek()) {
        case TC.endBlockData:
          reader.u8()
          return parts
        case TC.blockData:
          reader.u8()
          parts.push(reader.take(reader.u8()))
          break
        case TC.blockDataLong:
          reader.u8()
          parts.push(reader.take(reader.u32()))
          break
        default:
          this.value((node) => {
            parts.push(node)
          })
      }
    }
  }

  #array(into: Into): Done {
    const reader = this.#reader
    const type = this.#description()?.name ?? '?'
    const element = type[1] ?? '?'
    const slot = this.#handles.push(null) - 1
    const length = reader.u32()
    if (element === 'B' || element === 'C') {
      const bytes = reader.take(element === 'B' ? length : 2 * length)
      const node = element === 'B' ? this.#nodes.bytes(bytes) : this.#nodes.string(utf16(bytes), 'char[]')
      this.#handles[slot] = node
      return into(node)
    }
    const items: TreeNode[] = []
    const node: TreeNode = { type: 'list', items, of: type }
    this.#handles[slot] = node
    into(node)
    this.#budget.enter()
    for (let left = length; left > 0; left -= 1) {
      this.#budget.item()
      this.#field(element, (item) => {
        items.push(item)
      })
    }
    this.#budget.leave()
  }
}

/** A node for what may hold itself; null for what is a single value. */
function emptyNode(shape: Shape, name: string): TreeNode | null {
  switch (shape) {
    case 'list':
      return { type: 'list', items: [], of: name }
    case 'map':
      return { type: 'map', entries: [], of: name }
    case 'object':
      return { type: 'object', name, entries: [] as TreeEntry[] }
    case 'single':
      return null
  }
}

const utf16 = (bytes: Buffer): string => Buffer.from(bytes).swap16().toString('utf16le').toWellFormed()
