import type { Bytes } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import { type ImportOptions, type ImportSource, TRANSFER_LIMITS } from '#shared/transfer.ts'
import { toBinary, toBytes } from '../bytes.ts'
import { FileLines } from './file-lines.ts'
import { parseHeader, parseLine } from './read-lines.ts'
import type { SessionRecord } from './record.ts'

/** A line that should be a session. */
export interface PassLine {
  readonly line: number
  readonly digest: Buffer
  /** Null where the line could not be read so far. */
  readonly id: Bytes | null
  readonly found:
    | { readonly kind: 'session'; readonly record: SessionRecord; readonly key: Buffer }
    | { readonly kind: 'invalid' | 'redacted'; readonly reason: string }
}

/** One reading of a file from its beginning: its lines as sessions, under the prefix where they are to go. */
export class FilePass {
  readonly #lines = new FileLines()
  readonly #into: ImportOptions['into']
  readonly #given: string
  /** The lines by their keys, a byte a character. */
  readonly #met = new Map<string, number>()
  #source: ImportSource | null = null
  #begun = false
  /** What the last line says of the number of sessions. */
  #said: number | null = null
  #read = 0
  #afterEnd = 0
  #redacted = 0

  /** @param given where the sessions go if not where the file says */
  constructor(into: ImportOptions['into'], given: string) {
    this.#into = into
    this.#given = given
  }

  get source(): ImportSource | null {
    return this.#source
  }

  get prefix(): string {
    return this.#into === 'exported' ? (this.#source?.prefix ?? this.#given) : this.#given
  }

  /** Lines read. */
  get count(): number {
    return this.#lines.count
  }

  /** What is odd about the file, once it has been read to its end. */
  get notes(): readonly string[] {
    return [...this.#redactedNotes, ...this.#oddities]
  }

  get #redactedNotes(): readonly string[] {
    if (this.#redacted === 0) return []
    const count = this.#redacted === 1 ? 'One session' : `${this.#redacted.toLocaleString('en')} sessions`
    return [`${count} of it cannot be restored: what was secret in them was redacted when the file was made.`]
  }

  get #oddities(): readonly string[] {
    if (this.#source === null) return []
    if (this.#said === null) {
      return [
        'The file has no last line, so it was cut or its export did not end. What is there can be imported.',
      ]
    }
    if (this.#afterEnd > 0) return ['There are lines after the one that should be the last.']
    if (this.#said === this.#read) return []
    return [`The file says that it holds ${this.#said} sessions, and has ${this.#read}.`]
  }

  /**
   * @param now by the server's clock, epoch milliseconds
   * @throws AppError for a file that is not read at all
   */
  *add(piece: Buffer, last: boolean, now: number): Generator<PassLine> {
    for (const { number, digest, ...rest } of this.#lines.add(piece, last)) {
      if (number > TRANSFER_LIMITS.lines) throw tooLong()
      const isFirst = !this.#begun
      this.#begun = true
      if ('problem' in rest) {
        this.#read += 1
        yield { line: number, digest, id: null, found: { kind: 'invalid', reason: rest.problem } }
        continue
      }
      if (isFirst) this.#source = parseHeader(rest.value)
      if (isFirst && this.#source !== null) continue
      const parsed = parseLine(rest.value, this.#source?.prefix ?? null, now)
      if (parsed.kind === 'end') {
        this.#said = parsed.sessions
        continue
      }
      this.#read += 1
      if (this.#said !== null) this.#afterEnd += 1
      if (parsed.kind === 'redacted') this.#redacted += 1
      if (parsed.kind === 'session') yield this.#session(number, digest, parsed.record)
      else yield { line: number, digest, id: parsed.id, found: parsed }
    }
  }

  #session(line: number, digest: Buffer, record: SessionRecord): PassLine {
    const key = Buffer.concat([Buffer.from(this.prefix), record.id])
    const id = toBytes(record.id)
    const met = this.#met.get(toBinary(key))
    if (met !== undefined) {
      const reason = `It is the same session as that of line ${met}.`
      return { line, digest, id, found: { kind: 'invalid', reason } }
    }
    this.#met.set(toBinary(key), line)
    return { line, digest, id, found: { kind: 'session', record, key } }
  }
}

const tooLong = () =>
  new AppError(
    'invalid_argument',
    `An import takes at most ${TRANSFER_LIMITS.lines} lines. Split the file, and begin each part with its first line.`,
  )
