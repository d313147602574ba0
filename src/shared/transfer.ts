import { z } from 'zod'
import type { Bytes } from './bytes.ts'

/** What the first line of an export says; docs/export-format.md has every member. */
export const TRANSFER_FORMAT = 'redis-session-inspector'
export const TRANSFER_VERSION = 1

export const TRANSFER_LIMITS = {
  /** Bytes of a file that travel in one call of an import, and about as many characters in one of an export. */
  chunkBytes: 256 * 1024,
  /** Bytes of memory of a key beyond which it is left out of an export and never replaced by an import. */
  keyBytes: 16 * 1024 * 1024,
  /** Bytes of one line. */
  lineBytes: 48 * 1024 * 1024,
  /** Bytes of a file that is one JSON array: it is read whole. */
  arrayBytes: 16 * 1024 * 1024,
  /** Bytes of an id in a file. */
  idBytes: 16 * 1024,
  /** Lines of one import. */
  lines: 2_000_000,
  /** Exports and imports of one window that may be under way. */
  atOnce: 3,
  /** Milliseconds without a call after which one is given up. */
  idleFor: 15 * 60_000,
  /** Sessions of each outcome that are shown. */
  samples: 20,
} as const

/** `readable`: JSON text. `lossless`: what DUMP says, with the absolute expiry. */
export const exportFormSchema = z.enum(['readable', 'lossless'])
export type ExportForm = z.infer<typeof exportFormSchema>

/**
 * What a file does not tell. `secrets`: values under secret-looking names and what looks like a secret have a mark instead.
 * `secretsAndIds`: ids have one too, which stands for the same id throughout the file.
 */
export const redactionSchema = z.enum(['nothing', 'secrets', 'secretsAndIds'])
export type Redaction = z.infer<typeof redactionSchema>
/** Stands for a secret within a text of a redacted file. */
export const REDACTED = '<redacted>'

/** What stands for a value in a redacted file: the rest of it, null where nothing is left. An import takes it for no value. */
export interface RedactedValue {
  readonly redacted: string | null
}

export const handleSchema = z.strictObject({ handle: z.int().min(0) })

export const importOptionsSchema = {
  /** The prefix that the file names, or the one that the call names. Where the file names none, it is always that. */
  into: z.enum(['exported', 'given']),
  /** What becomes of a session that exists and differs. */
  existing: z.enum(['keep', 'replace']),
}
export type ImportOptions = {
  readonly [K in keyof typeof importOptionsSchema]: z.infer<(typeof importOptionsSchema)[K]>
}

/** The next piece of the file, as base64: a file may hold any bytes. */
export const importChunkSchema = handleSchema.extend({
  chunk: z
    .string()
    .max(Math.ceil(TRANSFER_LIMITS.chunkBytes / 3) * 4)
    .regex(/^[A-Za-z\d+/]*={0,2}$/, 'A chunk is base64.'),
  last: z.boolean(),
})

export interface ServerName {
  readonly product: string
  readonly version: string
}

/** Sessions that an export could not hold, and why. */
export interface LeftOut {
  readonly reason: string
  readonly count: number
}

export interface ExportProgress {
  /** Sessions that were asked for, and those of them that have been looked at. */
  readonly total: number
  readonly done: number
  /** Sessions in the file so far. */
  readonly written: number
  /** Those that had expired or been deleted by the time they were read. */
  readonly gone: number
  readonly leftOut: readonly LeftOut[]
}

export interface ExportStart {
  readonly handle: number
  readonly total: number
  /** False where a filter may match more: not every key has been looked at yet. */
  readonly complete: boolean
}

export interface ExportChunk {
  /** The next piece of the file. */
  readonly text: string
  readonly done: boolean
  readonly progress: ExportProgress
}

/**
 * What becomes of a line, or would. `created` and `replaced` are written; `identical` is there already; `kept` exists
 * and differs; `expired` has run out meanwhile; `refused` cannot be restored on this server; `changed` is not any more
 * what the dry run saw; `failed` may have been written when the connection broke; `invalid` cannot be read.
 */
export const IMPORT_OUTCOMES = [
  'created',
  'replaced',
  'identical',
  'kept',
  'expired',
  'refused',
  'changed',
  'failed',
  'invalid',
] as const
export type ImportOutcome = (typeof IMPORT_OUTCOMES)[number]

export interface ImportEntry {
  /** The line of the file, from 1; of a JSON array the element. */
  readonly line: number
  /** Null where the line could not be read so far. */
  readonly id: Bytes | null
  readonly outcome: ImportOutcome
  /** In words; null where there is nothing to say. */
  readonly reason: string | null
}

/** Where a file comes from, as it says itself. */
export interface ImportSource {
  readonly form: ExportForm
  readonly prefix: string
  /** Epoch milliseconds; null where it is not said. */
  readonly exportedAt: number | null
  readonly server: ServerName | null
  readonly redacted: Redaction
}

export interface ImportState {
  readonly phase: 'checking' | 'checked' | 'running' | 'done'
  /** Null where the file does not begin with the header of an export. */
  readonly source: ImportSource | null
  /** Under which prefix the sessions come. */
  readonly prefix: string
  /** Lines read: in the run, of those that the dry run counted. */
  readonly lines: number
  readonly counts: Readonly<Record<ImportOutcome, number>>
  /** The first of each outcome. */
  readonly samples: readonly ImportEntry[]
  /** What is odd about the file as a whole, in sentences. */
  readonly notes: readonly string[]
  /** Whether what is written can be taken back in one step; else why not. */
  readonly undo: { readonly possible: true } | { readonly possible: false; readonly reason: string }
}

export interface ImportRun {
  readonly state: ImportState
  /** What became of the lines of this chunk, for the report. */
  readonly entries: readonly ImportEntry[]
}
