import { IMPORT_OUTCOMES, type ImportEntry, type ImportOutcome, TRANSFER_LIMITS } from '#shared/transfer.ts'

/** Counts what becomes of the lines, and keeps the first of each outcome. */
export class ImportTally {
  readonly #counts = new Map<ImportOutcome, number>()
  readonly #samples: ImportEntry[] = []
  /** Not handed over yet. */
  #entries: ImportEntry[] = []

  get counts(): Readonly<Record<ImportOutcome, number>> {
    const entries = IMPORT_OUTCOMES.map((outcome) => [outcome, this.#counts.get(outcome) ?? 0])
    return Object.fromEntries(entries) as Record<ImportOutcome, number>
  }

  get samples(): readonly ImportEntry[] {
    return this.#samples
  }

  /** Lines that are written, or would be. */
  get writes(): number {
    return (this.#counts.get('created') ?? 0) + (this.#counts.get('replaced') ?? 0)
  }

  add(entry: ImportEntry): void {
    const count = (this.#counts.get(entry.outcome) ?? 0) + 1
    this.#counts.set(entry.outcome, count)
    if (count <= TRANSFER_LIMITS.samples) this.#samples.push(entry)
    this.#entries.push(entry)
  }

  /** What was added since it was asked for last, by its lines: what is written comes after what is not. */
  take(): readonly ImportEntry[] {
    const entries = this.#entries.sort((a, b) => a.line - b.line)
    this.#entries = []
    return entries
  }
}
