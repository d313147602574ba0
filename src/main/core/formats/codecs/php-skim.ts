import type { TreeEntry, TreeNode } from '#shared/formats.ts'
import { type Budget, Undecodable } from '../budget.ts'
import { ByteReader } from '../byte-reader.ts'
import { Nodes } from '../nodes.ts'
import { type Parsed, runParser } from '../parsed.ts'
import { parsePhp } from './php.ts'
import { BYTE, MOST_DIGITS, type PhpHandler, VARIABLE_NAME_BYTES } from './php-handler.ts'

/**
 * Of a session's variables those alone whose names are wanted; the others are passed over without a node for anything in
 * them. For rows of a list. Names are told by, and those are ASCII: what a name is otherwise does not matter.
 */
export function skimPhp(
  bytes: Buffer,
  handler: PhpHandler,
  budget: Budget,
  isWanted: (name: string) => boolean,
): Parsed {
  const reader = new ByteReader(bytes)
  const nodes = new Nodes(budget)
  const entries: TreeEntry[] = []
  return runParser(
    (into) => {
      into({ type: 'map', entries })
      if (handler === 'php_serialize') reader.passUntil(BYTE.open, MOST_DIGITS)
      while (reader.left > 0 && reader.peek() !== BYTE.close) {
        const name = NAME[handler](reader)
        // A variable that is undefined has no value.
        if (name === null) continue
        const start = reader.at
        skip(reader)
        if (!isWanted(name)) continue
        const value = bytes.subarray(start, reader.at)
        const node = scalar(value, nodes) ?? parsePhp(value, budget).root
        if (node !== null) entries.push([nodes.string(name), node])
      }
    },
    () => reader.at,
  )
}

const NAME: Readonly<Record<PhpHandler, (reader: ByteReader) => string | null>> = {
  php(reader) {
    const isUndefined = reader.peek() === BYTE.undefined
    const name = reader.latin1Until(BYTE.bar, VARIABLE_NAME_BYTES)
    return isUndefined ? null : name
  },
  php_binary(reader) {
    const length = reader.u8()
    const name = reader.latin1(length & 0x7f)
    return length > 0x7f ? null : name
  },
  php_serialize(reader) {
    if (reader.u8() !== BYTE.text) return reader.latin1Until(BYTE.semicolon, MOST_DIGITS)
    reader.expect(BYTE.colon)
    const name = quoted(reader)
    reader.expect(BYTE.semicolon)
    return name
  },
}

/** A text or a whole number, as what names a user mostly is: a parser would be made for each. Null for anything else. */
function scalar(value: Buffer, nodes: Nodes): TreeNode | null {
  const last = value.length - 1
  if (value[0] === BYTE.whole) {
    const digits = value.toString('latin1', 2, last)
    return /^-?\d+$/.test(digits) ? nodes.wholeText(digits) : null
  }
  if (value[0] !== BYTE.text) return null
  const quote = value.indexOf(BYTE.quote)
  // Where its quotes stand elsewhere its length is wrong, which the parser tells.
  const isQuoted = value[quote - 1] === BYTE.colon && quote < last - 1 && value[last - 1] === BYTE.quote
  return isQuoted ? nodes.text(value.subarray(quote + 1, last - 1)) : null
}

/** Passes over one value and what is in it. */
function skip(reader: ByteReader): void {
  let depth = 0
  do {
    const kind = reader.u8()
    switch (kind) {
      case BYTE.close:
        depth -= 1
        break
      case BYTE.text:
      case BYTE.enum:
        reader.expect(BYTE.colon)
        passQuoted(reader)
        reader.expect(BYTE.semicolon)
        break
      case BYTE.object:
        reader.expect(BYTE.colon)
        passQuoted(reader)
        reader.passUntil(BYTE.open, MOST_DIGITS)
        depth += 1
        break
      case BYTE.array:
        reader.passUntil(BYTE.open, MOST_DIGITS)
        depth += 1
        break
      case BYTE.custom:
      case BYTE.escaped:
        throw new Undecodable('It holds what is not passed over in a hurry.')
      default:
        reader.passUntil(BYTE.semicolon, MOST_DIGITS)
    }
  } while (depth > 0)
}

/** A length, and the text in quotes, which is answered. */
function quoted(reader: ByteReader): string {
  const length = quotedLength(reader)
  reader.pass(1)
  const text = reader.latin1(length)
  reader.pass(1)
  return text
}

const passQuoted = (reader: ByteReader): void => reader.pass(quotedLength(reader) + 2)

function quotedLength(reader: ByteReader): number {
  let length = 0
  for (let digit = reader.u8(); digit !== BYTE.colon; digit = reader.u8()) {
    if (digit < 0x30 || digit > 0x39) throw new Undecodable(`A length in it is none (byte ${reader.at - 1}).`)
    length = 10 * length + digit - 0x30
  }
  return length
}
