import type { Bytes } from '#shared/bytes.ts'

export const isBinary = (bytes: Bytes): bytes is { readonly base64: string } => typeof bytes !== 'string'

/** The octets of text as UTF-8, or of a binary value. */
export function toOctets(bytes: Bytes): Uint8Array {
  if (typeof bytes === 'string') return new TextEncoder().encode(bytes)
  const binary = atob(bytes.base64)
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

const hex = (octet: number): string => octet.toString(16).padStart(2, '0')

/** On one line: text as it is, binary with each unprintable octet as `\xNN`, the way redis-cli shows it. */
export function toLine(bytes: Bytes): string {
  if (typeof bytes === 'string') return bytes
  return [...toOctets(bytes)]
    .map((octet) =>
      octet >= 0x20 && octet < 0x7f && octet !== 0x5c ? String.fromCharCode(octet) : `\\x${hex(octet)}`,
    )
    .join('')
}

export interface HexLine {
  /** `00000010` */
  readonly offset: string
  readonly hex: string
  /** Printable ASCII, `·` for the rest. */
  readonly text: string
}

/** Lines of 8 octets: what fits beside a list. */
export function toHexLines(bytes: Bytes, maxOctets: number): readonly HexLine[] {
  const octets = toOctets(bytes).subarray(0, maxOctets)
  const lines: HexLine[] = []
  for (let at = 0; at < octets.length; at += 8) {
    const part = [...octets.subarray(at, at + 8)]
    lines.push({
      offset: at.toString(16).padStart(6, '0'),
      hex: part.map(hex).join(' '),
      text: part.map((octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '·')).join(''),
    })
  }
  return lines
}
