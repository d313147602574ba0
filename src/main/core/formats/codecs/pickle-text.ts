import { Undecodable } from '../budget.ts'

/** The text of protocol 0: a Python literal in quotes. */
export function unquoted(line: string): Buffer {
  const quote = line[0]
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line.at(-1) !== quote) {
    throw new Undecodable('A text in it is not in quotes.')
  }
  const text = line
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-f]{2})|(.))/gi, (_match, hex: string | undefined, other: string | undefined) =>
      hex === undefined
        ? (ESCAPES.get(other ?? '') ?? other ?? '')
        : String.fromCharCode(Number.parseInt(hex, 16)),
    )
  return Buffer.from(text, 'latin1')
}
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

export const unescapedUnicode = (line: string): string =>
  line.replace(
    /\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g,
    (match, four: string | undefined, eight: string | undefined) => {
      const point = Number.parseInt(four ?? eight ?? '', 16)
      return point <= 0x10ffff ? String.fromCodePoint(point) : match
    },
  )
