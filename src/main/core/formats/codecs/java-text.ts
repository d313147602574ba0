import { isUtf8 } from 'node:buffer'

/**
 * Java's texts as UTF-8. Its own form writes NUL as two bytes, and characters beyond the first 65,536 as two surrogates
 * of three bytes each.
 */
export function modifiedUtf8(bytes: Buffer): Buffer {
  if (isUtf8(bytes)) return bytes
  const units: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] as number
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : 3
    // What is none of the form stays bytes.
    if (at + length > bytes.length || (lead >= 0x80 && lead < 0xc0) || lead >= 0xf0) return bytes
    const [second, third] = [(bytes[at + 1] ?? 0) & 0x3f, (bytes[at + 2] ?? 0) & 0x3f]
    units.push(
      length === 1
        ? lead
        : length === 2
          ? ((lead & 0x1f) << 6) | second
          : ((lead & 0x0f) << 12) | (second << 6) | third,
    )
    at += length
  }
  const wide = Buffer.alloc(2 * units.length)
  units.forEach((unit, place) => {
    wide.writeUInt16LE(unit, 2 * place)
  })
  return Buffer.from(wide.toString('utf16le').toWellFormed())
}
