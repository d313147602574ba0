/** Texts that are remembered, a power of two. */
const REMEMBERED = 4096

/**
 * Makes strings of bytes, the same one where a value comes again, as most values of a session's field do: a million
 * rows then share some thousand strings instead of having one each.
 */
export class TextCache {
  readonly #texts: string[] = new Array(REMEMBERED).fill('')

  /** The text from `start` up to `end`; null where it is not ASCII. */
  ascii(buffer: Buffer, start: number, end: number): string | null {
    let hash = 0
    let all = 0
    for (let at = start; at < end; at += 1) {
      const byte = buffer[at] as number
      all |= byte
      hash = Math.imul(hash ^ byte, 0x0100_0193)
    }
    if (all > 127) return null
    const place = (hash ^ (hash >>> 15)) & (REMEMBERED - 1)
    const known = this.#texts[place] as string
    if (isText(known, buffer, start, end)) return known
    const text = buffer.toString('latin1', start, end)
    this.#texts[place] = text
    return text
  }

  /** The one that was met before, where there was one like it. */
  same(text: string): string {
    let hash = text.length
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193)
    const place = (hash ^ (hash >>> 15)) & (REMEMBERED - 1)
    const known = this.#texts[place] as string
    if (known === text) return known
    this.#texts[place] = text
    return text
  }
}

function isText(text: string, buffer: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let at = start; at < end; at += 1) if (text.charCodeAt(at - start) !== buffer[at]) return false
  return true
}
