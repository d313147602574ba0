import { IMPORT_OUTCOMES, type ImportOutcome } from '#shared/transfer.ts'

/** What the dry run saw in Redis where a line would go. */
export interface Seen {
  /** The mark of its content; null where there was no key. */
  readonly mark: string | null
  /** Epoch milliseconds; null where it did not expire. */
  readonly expiresAt: number | null
}

export interface PlannedLine {
  readonly outcome: ImportOutcome
  readonly digest: Buffer
  readonly seen: Seen
}

const DIGEST_BYTES = 8
const MARK_BYTES = 20
/** Outcome, whether there was a key, digest, mark, expiry. */
const ROW_BYTES = 2 + DIGEST_BYTES + MARK_BYTES + 8
const FIRST_ROWS = 1024

/** What the dry run found of each line, in its order. The lines themselves are not kept: there may be millions. */
export class PlannedLines {
  #rows = Buffer.alloc(FIRST_ROWS * ROW_BYTES)
  #length = 0

  get length(): number {
    return this.#length
  }

  add({ outcome, digest, seen }: PlannedLine): void {
    const at = this.#length * ROW_BYTES
    if (at === this.#rows.length) this.#rows = Buffer.concat([this.#rows, Buffer.alloc(at)])
    this.#rows[at] = IMPORT_OUTCOMES.indexOf(outcome)
    this.#rows[at + 1] = seen.mark === null ? 0 : 1
    digest.copy(this.#rows, at + 2)
    if (seen.mark !== null) this.#rows.write(seen.mark, at + 2 + DIGEST_BYTES, MARK_BYTES, 'hex')
    this.#rows.writeDoubleLE(seen.expiresAt ?? -1, at + 2 + DIGEST_BYTES + MARK_BYTES)
    this.#length += 1
  }

  /** Undefined where the dry run came to no such line. */
  at(index: number): PlannedLine | undefined {
    if (index >= this.#length) return undefined
    const row = this.#rows.subarray(index * ROW_BYTES, (index + 1) * ROW_BYTES)
    const expiresAt = row.readDoubleLE(2 + DIGEST_BYTES + MARK_BYTES)
    return {
      outcome: IMPORT_OUTCOMES[row[0] as number] as ImportOutcome,
      digest: row.subarray(2, 2 + DIGEST_BYTES),
      seen: {
        mark: row[1] === 0 ? null : row.toString('hex', 2 + DIGEST_BYTES, 2 + DIGEST_BYTES + MARK_BYTES),
        expiresAt: expiresAt < 0 ? null : expiresAt,
      },
    }
  }
}
