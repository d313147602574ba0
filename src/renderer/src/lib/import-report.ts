import type { Bytes } from '#shared/bytes.ts'
import type { ImportEntry } from '#shared/transfer.ts'

/** What became of each line, as a JSON document that is written while it comes. */
export class ImportReport {
  /** Blobs: they lie outside of this page's memory. */
  readonly #parts: Blob[] = []
  readonly #idOf: (id: Bytes) => Bytes

  /** @param idOf an id as the report has it */
  constructor(idOf = (id: Bytes): Bytes => id) {
    this.#idOf = idOf
  }

  add(entries: readonly ImportEntry[]): void {
    if (entries.length === 0) return
    const text = entries
      .map((entry) => JSON.stringify({ ...entry, id: entry.id === null ? null : this.#idOf(entry.id) }))
      .join(',\n')
    this.#parts.push(new Blob([this.#parts.length === 0 ? '' : ',\n', text]))
  }

  /** @param about what stands before the entries */
  toBlob(about: object): Blob {
    const text = JSON.stringify({ ...about, entries: [] }, null, 2)
    const [before, after] = [text.slice(0, text.lastIndexOf('[') + 1), text.slice(text.lastIndexOf(']'))]
    return new Blob([before, '\n', ...this.#parts, '\n', after, '\n'], { type: 'application/json' })
  }
}
