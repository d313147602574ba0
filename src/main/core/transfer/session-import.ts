import { AppError } from '#shared/errors.ts'
import type { ImportOptions, ImportRun, ImportState } from '#shared/transfer.ts'
import type { ChangeBatch } from '../bulk/bulk-changes.ts'
import { toBinary } from '../bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { UNDO_DEFAULTS } from '../edit/undo-log.ts'
import { FilePass, type PassLine } from './file-pass.ts'
import { ImportTally } from './import-tally.ts'
import {
  compare,
  judgeRecord,
  type TargetServer,
  toSeen,
  type Verdict,
  type Writable,
} from './judge-record.ts'
import { KeyBatches, type KeyReply } from './key-batches.ts'
import { PacedCalls } from './paced-calls.ts'
import { type PlannedLine, PlannedLines, type Seen } from './planned-lines.ts'
import { KeyWriter, type KeyWritten } from './write-key.ts'

export interface SessionImportOptions extends ImportOptions {
  readonly client: RedisClient
  /** Where the sessions go that are not to go where the file says. */
  readonly prefix: string
  readonly server: TargetServer
  /** Told of each key that was written. */
  readonly onWrite: (key: Buffer) => void
  /** Records the whole import for undo, of one key each. */
  readonly record: (prefix: string, changes: readonly ChangeBatch[]) => void
}

export const IMPORT_DEFAULTS = {
  /** Bytes of the sessions that are written at once, each in a step of its own. */
  bytesAtOnce: 1024 * 1024,
} as const

/** Whose key it is, and what is to be written there. */
interface Wanted {
  readonly line: PassLine
  readonly key: Buffer
  readonly writable: Writable
}

/**
 * An import: a dry run over the whole file, then, if it is wanted, the same file again, of which each line is written
 * that the dry run counted and that finds in Redis what the dry run found. The file comes in pieces; none is kept.
 */
export class SessionImport {
  readonly #options: SessionImportOptions
  readonly #server: TargetServer
  readonly #batches: KeyBatches
  readonly #writer: KeyWriter
  readonly #writes: PacedCalls
  readonly #planned = new PlannedLines()
  #phase: ImportState['phase'] = 'checking'
  #pass: FilePass
  #tally = new ImportTally()
  /** Lines that this pass has met. */
  #index = 0
  /** What was written, for undo; null where it is not to be recorded, or cannot be. */
  #changes: ChangeBatch[] | null = null
  /** Bytes of them. */
  #changed = 0
  #undo: ImportState['undo'] = { possible: true }
  /** Milliseconds from this process's own clock to the server's. */
  #ahead: number | null = null
  #running: Promise<ImportRun> | null = null
  #stopped = false

  constructor(options: SessionImportOptions) {
    this.#options = options
    this.#server = options.server
    this.#pass = new FilePass(options.into, options.prefix)
    this.#batches = new KeyBatches(options.client, 'mark')
    this.#writer = new KeyWriter(options.client)
    this.#writes = new PacedCalls(options.client)
  }

  get state(): ImportState {
    return {
      phase: this.#phase,
      source: this.#pass.source,
      prefix: this.#pass.prefix,
      lines: this.#pass.count,
      counts: this.#tally.counts,
      samples: this.#tally.samples,
      notes: this.#phase === 'checking' ? [] : this.#pass.notes,
      undo: this.#undo,
    }
  }

  /**
   * Says what would become of the next lines. Writes nothing.
   * @param last nothing comes after this piece
   * @throws AppError
   */
  async check(piece: Buffer, last: boolean): Promise<ImportState> {
    if (this.#phase !== 'checking') throw outOfTurn()
    const now = await this.#now()
    const judged = this.#read(piece, last, now).map((line) => ({ line, judged: this.#judge(line, now) }))
    const found = await this.#look(judged.flatMap(({ judged: wanted }) => ('key' in wanted ? [wanted] : [])))
    for (const { line, judged: verdictOrWanted } of judged) {
      const reply = found.get(line)
      const verdict =
        'key' in verdictOrWanted
          ? compare(verdictOrWanted.writable, reply ?? NO_KEY, this.#options.existing)
          : verdictOrWanted
      const seen = toSeen(reply ?? NO_KEY)
      this.#planned.add({ outcome: verdict.outcome, digest: line.digest, seen })
      this.#tally.add({ line: line.line, id: line.id, ...verdict })
    }
    // Entries are for the report of the run; what the dry run found is in its counts and samples.
    this.#tally.take()
    if (last) this.#phase = 'checked'
    return this.state
  }

  /**
   * Writes the next lines as the dry run has said, from the beginning of the file again.
   * @throws AppError; what was written by then is in the state
   */
  run(piece: Buffer, last: boolean): Promise<ImportRun> {
    const running = this.#run(piece, last)
    this.#running = running
    return running
  }

  async #run(piece: Buffer, last: boolean): Promise<ImportRun> {
    if (this.#phase === 'checked') this.#begin()
    if (this.#phase !== 'running') throw outOfTurn()
    const now = await this.#now()
    let wanted: (Wanted & { readonly seen: Seen })[] = []
    let bytes = 0
    for (const line of this.#read(piece, last, now)) {
      const planned = this.#planned.at(this.#index)
      this.#index += 1
      const judged = this.#judgeAgain(line, planned, now)
      if ('outcome' in judged) {
        this.#tally.add({ line: line.line, id: line.id, ...judged })
        continue
      }
      wanted.push({ ...judged, seen: planned?.seen ?? NOTHING })
      bytes += sizeOf(judged.writable)
      if (wanted.length < this.#writes.count && bytes < IMPORT_DEFAULTS.bytesAtOnce) continue
      await this.#write(wanted)
      if (this.#stopped) return this.#taken()
      wanted = []
      bytes = 0
    }
    await this.#write(wanted)
    if (last) this.#finish()
    return this.#taken()
  }

  /** Nothing more is written after what is under way. @returns what has not been handed over yet */
  async stop(): Promise<ImportRun> {
    this.#stopped = true
    await this.#running?.catch(() => {})
    this.#finish()
    this.#batches.stop()
    this.#writes.stop()
    return this.#taken()
  }

  #finish(): void {
    if (this.#phase !== 'running') return
    this.#phase = 'done'
    const { record } = this.#options
    if (this.#changes !== null) record(this.#pass.prefix, this.#changes)
    this.#changes = null
  }

  #taken(): ImportRun {
    return { state: this.state, entries: this.#tally.take() }
  }

  #begin(): void {
    const { into, prefix } = this.#options
    this.#phase = 'running'
    this.#pass = new FilePass(into, prefix)
    this.#tally = new ImportTally()
    this.#index = 0
    this.#changes = this.#undo.possible ? [] : null
  }

  #read(piece: Buffer, last: boolean, now: number): readonly PassLine[] {
    return [...this.#pass.add(piece, last, now)]
  }

  /** What is to be written for a line, whatever is there; or why nothing is. */
  #judge(line: PassLine, now: number): Wanted | Verdict {
    const { found } = line
    if (found.kind !== 'session') {
      return { outcome: found.kind === 'redacted' ? 'refused' : 'invalid', reason: found.reason }
    }
    const judged = judgeRecord(found.record, now, this.#server)
    return 'outcome' in judged ? judged : { line, key: found.key, writable: judged }
  }

  /** The same by what the dry run said of it: only what that would write is written. */
  #judgeAgain(line: PassLine, planned: PlannedLine | undefined, now: number): Wanted | Verdict {
    if (planned === undefined || !planned.digest.equals(line.digest)) {
      return { outcome: 'changed', reason: 'The file is not what the dry run has read any more.' }
    }
    const judged = this.#judge(line, now)
    const { outcome } = planned
    if (outcome === 'created' || outcome === 'replaced') return judged
    if ('outcome' in judged && judged.outcome === outcome) return judged
    return { outcome, reason: outcome === 'kept' ? 'It exists and differs.' : null }
  }

  /** The server's clock, which is asked once: what is written is judged by it once more, where it stands. */
  async #now(): Promise<number> {
    this.#ahead ??= (await this.#batches.now()) - performance.now()
    return Math.floor(this.#ahead + performance.now())
  }

  /** What Redis holds where these would be written. */
  async #look(wanted: readonly Wanted[]): Promise<ReadonlyMap<PassLine, KeyReply>> {
    const found = new Map<PassLine, KeyReply>()
    while (found.size < wanted.length) {
      const rest = wanted.slice(found.size)
      const { keys } = await this.#batches.read(rest.map(({ key }) => key))
      for (const [position, reply] of keys.entries()) found.set((rest[position] as Wanted).line, reply)
    }
    return found
  }

  async #write(wanted: readonly (Wanted & { readonly seen: Seen })[]): Promise<void> {
    if (wanted.length === 0) return
    const tell = this.#changes !== null
    const results = await this.#writes.run(async () => ({
      value: await Promise.allSettled(
        wanted.map(({ key, seen, writable }) => this.#writer.write({ key, seen, ...writable }, tell)),
      ),
      keys: wanted.length,
      served: null,
    }))
    let failure: AppError | null = null
    for (const [position, result] of results.entries()) {
      const { line, key, seen } = wanted[position] as (typeof wanted)[number]
      const { line: number, id } = line
      if (result.status === 'fulfilled') {
        this.#tally.add({ line: number, id, ...this.#written(result.value, key, seen) })
      } else {
        failure ??= toAppError(this.#writer.nameRefused(result.reason))
        this.#tally.add({ line: number, id, outcome: 'failed', reason: failure.message })
      }
    }
    if (failure !== null) throw failure
  }

  /** Keeps what takes it back, as long as all of it can be. */
  #note(key: Buffer, change: Buffer | null): void {
    if (this.#changes === null) return
    this.#changed += change?.length ?? 0
    if (change === null || this.#changed > UNDO_DEFAULTS.bytes) {
      this.#changes = null
      this.#undo = change === null ? NOT_TOLD : TOO_LARGE
      return
    }
    const id = toBinary(key.subarray(Buffer.byteLength(this.#pass.prefix)))
    this.#changes.push({ ids: [id], reply: change })
  }

  #written(written: KeyWritten, key: Buffer, seen: Seen): Verdict {
    switch (written.kind) {
      case 'done':
        this.#options.onWrite(key)
        this.#note(key, written.change)
        return { outcome: seen.mark === null ? 'created' : 'replaced', reason: null }
      case 'expired':
        return { outcome: 'expired', reason: 'Its time has run out.' }
      case 'refused':
        return { outcome: 'refused', reason: `The server refused its payload: ${written.message}.` }
      case 'exists':
        return { outcome: 'changed', reason: 'It has come since the dry run, so it was left as it is.' }
      case 'gone':
        return { outcome: 'changed', reason: 'It has gone since the dry run, so it stays gone.' }
      case 'changed':
        return { outcome: 'changed', reason: 'It has changed since the dry run, so it was left as it is.' }
    }
  }
}

const NO_KEY: KeyReply = { type: 'none', expiresAt: null, answer: [] }
const NOTHING: Seen = { mark: null, expiresAt: null }

const notUndoable = (reason: string): ImportState['undo'] => ({ possible: false, reason })
const TOO_LARGE = notUndoable('It cannot be undone: what it replaced is more than is kept for undo.')
const NOT_TOLD = notUndoable(
  'It cannot be undone: what some sessions were cannot be told (this server is older than Redis 7.0).',
)

const outOfTurn = () =>
  new AppError('invalid_argument', 'This import is not at that step. Choose the file once more.')

function sizeOf({ holds }: Writable): number {
  switch (holds.type) {
    case 'dump':
      return holds.dump.length
    case 'hash':
      return holds.fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0)
    case 'string':
      return holds.value.length
    case 'zset':
      return holds.items.reduce((sum, { member }) => sum + member.length, 0)
    default:
      return holds.items.reduce((sum, item) => sum + item.length, 0)
  }
}
