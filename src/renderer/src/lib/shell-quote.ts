import type { Bytes } from '#shared/bytes.ts'
import { toOctets } from './bytes-view.ts'

/** A word of a POSIX shell that stands for exactly these bytes; bytes that are no text need bash's or zsh's `$'…'`. */
export function shellQuote(bytes: Bytes): string {
  if (typeof bytes === 'string') {
    if (/^[\w:.@%+=,/-]+$/.test(bytes)) return bytes
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
    if (!/[\u0000-\u001f\u007f]/.test(bytes)) return `'${bytes.replaceAll("'", `'\\''`)}'`
  }
  const escaped = [...toOctets(bytes)].map((octet) => {
    const character = String.fromCharCode(octet)
    if (character === "'" || character === '\\') return `\\${character}`
    return octet >= 0x20 && octet < 0x7f ? character : `\\x${octet.toString(16).padStart(2, '0')}`
  })
  return `$'${escaped.join('')}'`
}
