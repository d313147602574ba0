import { RISK_THRESHOLDS } from '#shared/risks.ts'
import type { RowTable } from '../index/row-table.ts'
import { RISK_DEFAULTS } from './defaults.ts'
import type { Inspection, SecretField } from './inspect.ts'
import { SECRET_KINDS } from './secrets.ts'

/** What sessions have in common: most have the same fields, so that a set of findings is kept once for many. */
export interface Signature {
  readonly secrets: readonly SecretField[]
  readonly largeField: string | null
  readonly undecoded: boolean
  readonly tooLarge: boolean
}

const NOTHING: Signature = { secrets: [], largeField: null, undecoded: false, tooLarge: false }
/** Beyond it, a 32-bit number of bytes would begin anew. */
const MOST_BYTES = 2 ** 32 - 1

export interface LargeField {
  /** A byte a character. */
  readonly id: string
  readonly field: string
  readonly bytes: number
}

/**
 * What is known of the values of rows, by their slots: a few bytes for each. It holds for a row as long as the row is
 * what it was when its values were read; one that has changed since counts as not read.
 */
export class Verdicts {
  readonly #table: RowTable
  /** The row's revision when its values were read; rows have revisions from 1 on. */
  #revisions: Uint32Array = new Uint32Array(0)
  #bytes: Uint32Array = new Uint32Array(0)
  #signatures: Uint16Array = new Uint16Array(0)
  readonly #known: Signature[] = [NOTHING]
  readonly #codes = new Map<string, number>([[JSON.stringify(NOTHING), 0]])
  #largeFields: LargeField[] = []

  constructor(table: RowTable) {
    this.#table = table
  }

  isRead(slot: number): boolean {
    return this.#revisions[slot] === this.#table.revision(slot)
  }

  bytes(slot: number): number {
    return this.#bytes[slot] ?? 0
  }

  signature(slot: number): Signature {
    return this.#known[this.#signatures[slot] ?? 0] ?? NOTHING
  }

  /** The row was read with this revision. @param inspection null for one that could not be decoded @param bytes of it, then */
  put(slot: number, revision: number, inspection: Inspection | null, bytes: number, tooLarge = false): void {
    if (slot >= this.#revisions.length) this.#grow(slot)
    const id = this.#table.id(slot)
    if (this.#largeFields.some((each) => each.id === id))
      this.#largeFields = this.#largeFields.filter((each) => each.id !== id)
    this.#revisions[slot] = revision
    this.#bytes[slot] = Math.min(MOST_BYTES, inspection?.bytes ?? bytes)
    this.#signatures[slot] = this.#code(toSignature(inspection, tooLarge))
    const largest = inspection?.largest ?? null
    if (largest !== null) this.#noteField({ id, field: largest.name, bytes: largest.bytes })
  }

  /** Its values may be others by now. */
  forget(slot: number): void {
    if (slot >= 0 && slot < this.#revisions.length) this.#revisions[slot] = 0
  }

  /** The largest fields of rows that are as they were read, the largest first. */
  largestFields(): readonly LargeField[] {
    return this.#largeFields.filter(({ id }) => {
      const slot = this.#table.find(id)
      return slot >= 0 && this.isRead(slot)
    })
  }

  #noteField(field: LargeField): void {
    const { largestKept } = RISK_DEFAULTS
    const fields = this.#largeFields
    if (fields.length >= largestKept && (fields.at(-1)?.bytes ?? 0) >= field.bytes) return
    const at = fields.findIndex(({ bytes }) => bytes < field.bytes)
    this.#largeFields = fields.toSpliced(at < 0 ? fields.length : at, 0, field).slice(0, largestKept)
  }

  #code(signature: Signature): number {
    const name = JSON.stringify(signature)
    const known = this.#codes.get(name)
    if (known !== undefined) return known
    // Names of fields may be made of ids: then what is told of them is their kinds alone.
    if (
      this.#known.length >= RISK_DEFAULTS.signatures &&
      signature.secrets.some(({ field }) => field !== MANY)
    ) {
      const kinds = SECRET_KINDS.filter((kind) => signature.secrets.some((secret) => secret.kind === kind))
      return this.#code({
        ...signature,
        secrets: kinds.map((kind) => ({ kind, field: MANY })),
        largeField: signature.largeField === null ? null : MANY,
      })
    }
    const code = this.#known.push(signature) - 1
    this.#codes.set(name, code)
    return code
  }

  #grow(slot: number): void {
    const capacity = Math.max(1024, slot + 1, Math.ceil(this.#revisions.length * 1.5))
    const words = (old: Uint32Array) => {
      const wide = new Uint32Array(capacity)
      wide.set(old)
      return wide
    }
    const codes = new Uint16Array(capacity)
    codes.set(this.#signatures)
    this.#revisions = words(this.#revisions)
    this.#bytes = words(this.#bytes)
    this.#signatures = codes
  }
}

/** Stands for the names of fields, where there are too many different ones. */
export const MANY = '(many different fields)'

function toSignature(inspection: Inspection | null, tooLarge: boolean): Signature {
  if (inspection === null) return { ...NOTHING, undecoded: !tooLarge, tooLarge }
  const { secrets, largest, undecoded } = inspection
  return {
    // In one order, so that equal ones are found equal.
    secrets: [...secrets].sort((a, b) => (a.kind + a.field < b.kind + b.field ? -1 : 1)),
    largeField: largest !== null && largest.bytes >= RISK_THRESHOLDS.fieldBytes ? largest.name : null,
    undecoded,
    tooLarge,
  }
}
