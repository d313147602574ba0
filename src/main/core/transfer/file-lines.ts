import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { TRANSFER_LIMITS } from '#shared/transfer.ts'

/** One value of a file, or why it cannot be read. */
export type FileLine = {
  /** The line, from 1; of a JSON array the element. */
  readonly number: number
  /** Eight bytes by which the line is known again. */
  readonly digest: Buffer
} & ({ readonly value: unknown } | { readonly problem: string })

const NEWLINE = 0x0a
const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const MEGABYTE = 1024 * 1024

/** Parts a file that comes in pieces into its values: one a line, or the elements of one JSON array. */
export class FileLines {
  #pieces: Buffer[] = []
  #length = 0
  #number = 0
  /** Null until the first byte that is not blank has come. */
  #isArray: boolean | null = null
  /** The line that is under way is too long: what comes of it is dropped. */
  #skipping = false
  #atStart = true

  /** How many lines have been met. */
  get count(): number {
    return this.#number
  }

  /** @param last nothing comes after this piece */
  *add(piece: Buffer, last: boolean): Generator<FileLine> {
    const bytes = this.#atStart && piece.subarray(0, 3).equals(BOM) ? piece.subarray(3) : piece
    if (piece.length > 0) this.#atStart = false
    this.#isArray ??= firstIsBracket(bytes)
    if (this.#isArray === true) {
      this.#keep(bytes, TRANSFER_LIMITS.arrayBytes)
      if (last) yield* this.#elements()
      return
    }
    let from = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      this.#keep(bytes.subarray(from, end), TRANSFER_LIMITS.lineBytes)
      from = end + 1
      yield* this.#line()
    }
    this.#keep(bytes.subarray(from), TRANSFER_LIMITS.lineBytes)
    if (last) yield* this.#line()
  }

  #keep(bytes: Buffer, limit: number): void {
    if (this.#skipping || bytes.length === 0) return
    this.#length += bytes.length
    if (this.#length > limit) {
      this.#skipping = true
      this.#pieces = []
    } else {
      this.#pieces.push(bytes)
    }
  }

  #taken(): Buffer {
    const [only] = this.#pieces
    const bytes = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#length = 0
    return bytes
  }

  *#line(): Generator<FileLine> {
    const skipped = this.#skipping
    this.#skipping = false
    const bytes = this.#taken()
    this.#number += 1
    const number = this.#number
    const digest = digestOf(bytes)
    if (skipped) {
      const problem = `It is longer than ${TRANSFER_LIMITS.lineBytes / MEGABYTE} MB.`
      yield { number, digest, problem }
    } else if (!isBlank(bytes)) {
      const parsed = parse(bytes)
      yield 'problem' in parsed ? { number, digest, problem: parsed.problem } : { number, digest, ...parsed }
    }
  }

  *#elements(): Generator<FileLine> {
    const skipped = this.#skipping
    const bytes = this.#taken()
    const whole = { number: 1, digest: digestOf(bytes) }
    this.#number = 1
    if (skipped) {
      const problem = `A JSON array is read whole, so it takes at most ${TRANSFER_LIMITS.arrayBytes / MEGABYTE} MB. Write one session a line instead.`
      yield { ...whole, problem }
      return
    }
    const parsed = parse(bytes)
    if ('problem' in parsed) {
      yield { ...whole, problem: parsed.problem }
      return
    }
    this.#number = 0
    for (const value of parsed.value as readonly unknown[]) {
      this.#number += 1
      yield { number: this.#number, digest: digestOf(Buffer.from(JSON.stringify(value))), value }
    }
  }
}

function parse(bytes: Buffer): { readonly value: unknown } | { readonly problem: string } {
  if (!isUtf8(bytes)) return { problem: 'It is no UTF-8 text.' }
  if (isDeep(bytes)) return { problem: `It is nested deeper than ${MOST_DEPTH} levels.` }
  try {
    return { value: JSON.parse(bytes.toString('utf8')) as unknown }
  } catch {
    return { problem: 'It is no JSON, or was cut.' }
  }
}

/** Levels of objects and arrays; a session has four. */
const MOST_DEPTH = 16
const [QUOTE, BACKSLASH] = [0x22, 0x5c]

/** Told before it is parsed: what is made of text that opens a million brackets is walked by recursion. */
function isDeep(bytes: Buffer): boolean {
  let depth = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number
    if (byte === QUOTE) {
      at += 1
      while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1
      if (depth > MOST_DEPTH) return true
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1
  }
  return false
}

const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
const isBlank = (bytes: Buffer) => bytes.every(isSpace)

function firstIsBracket(bytes: Buffer): boolean | null {
  const first = bytes.find((byte) => !isSpace(byte))
  return first === undefined ? null : first === 0x5b
}

const digestOf = (bytes: Buffer): Buffer => createHash('sha1').update(bytes).digest().subarray(0, 8)
