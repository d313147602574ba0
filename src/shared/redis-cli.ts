import type { Bytes } from './bytes.ts'
import { type CommandWord, isWhole } from './commands.ts'

const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

const hex = (octets: Iterable<number>): string =>
  Array.from(octets, (octet) => `\\x${octet.toString(16).padStart(2, '0')}`).join('')

/**
 * A word as one types it at redis-cli's prompt. It splits at spaces and reads quotes and backslashes, so what has them is
 * quoted in its way.
 */
export function redisCliWord(bytes: Bytes): string {
  if (typeof bytes !== 'string') return quoteBinary(bytes.base64)
  if (bytes !== '' && !/[\s"'\\\p{Cc}]/u.test(bytes)) return bytes
  const escaped = bytes.replace(
    /["\\\p{Cc}]/gu,
    (character) => NAMED[character] ?? hex(new TextEncoder().encode(character)),
  )
  return `"${escaped}"`
}

const quoteBinary = (base64: string): string =>
  `"${Array.from(atob(base64), (character) =>
    character >= ' ' && character <= '~' ? (NAMED[character] ?? character) : hex([character.charCodeAt(0)]),
  ).join('')}"`

/** A word as it is shown: whole as it would be typed, else with what is left out in angle brackets. */
export function shownWord(word: CommandWord): string {
  if (isWhole(word)) return redisCliWord(word)
  const { shown, left, amount } = word
  const start = shown === '' ? '' : redisCliWord(shown)
  if (left === 'secret') return start === '' ? '<secret>' : start
  if (left === 'dump') return `<${inBytes(amount)}>`
  if (left === 'source') return '<source>'
  return left === 'long' ? `${start}<+ ${inBytes(amount)}>` : `<+ ${amount} more>`
}

/** Small sizes to the byte. */
const inBytes = (bytes: number): string =>
  bytes < 1000
    ? `${bytes} B`
    : bytes < 1_000_000
      ? `${(bytes / 1000).toFixed(1)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`

/** A command on one line, as redis-cli takes it where all its words are whole. */
export const shownLine = (words: readonly CommandWord[]): string => words.map(shownWord).join(' ')
