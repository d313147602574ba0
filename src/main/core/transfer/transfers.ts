import { AppError } from '#shared/errors.ts'
import {
  type ExportChunk,
  type ExportForm,
  type ExportStart,
  type ImportOptions,
  type ImportRun,
  type ImportState,
  type Redaction,
  type ServerName,
  TRANSFER_LIMITS,
} from '#shared/transfer.ts'
import { BulkChanges, joinBatches } from '../bulk/bulk-changes.ts'
import { fromBinary, toBytes } from '../bytes.ts'
import type { SessionWriter } from '../edit/session-writer.ts'
import type { Workspace } from '../workspace.ts'
import { SessionExport } from './session-export.ts'
import { SessionImport } from './session-import.ts'
import { readTargetServer } from './target-server.ts'

export interface TransfersOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** @throws AppError while there is no connection */
  readonly connected: () => Workspace
  readonly writer: () => SessionWriter
  readonly server: () => ServerName | null
}

type Task =
  | { readonly kind: 'export'; readonly task: SessionExport }
  | { readonly kind: 'import'; readonly task: SessionImport }

interface Slot {
  readonly workspace: Workspace
  readonly task: Task
  timer: NodeJS.Timeout
  busy: boolean
}

/** The exports and imports of one client, by their handles. One that nobody asks for any more is given up. */
export class Transfers {
  readonly #options: TransfersOptions
  readonly #slots = new Map<number, Slot>()
  #last = 0
  #closed = false

  constructor(options: TransfersOptions) {
    this.#options = options
  }

  /** @param ids without the prefix, a byte a character @throws AppError */
  beginExport(
    prefix: string,
    form: ExportForm,
    redact: Redaction | undefined,
    { ids, complete }: { readonly ids: readonly string[]; readonly complete: boolean },
  ): ExportStart {
    if (form === 'lossless' && redact !== undefined && redact !== 'nothing') throw notRedactable()
    if (ids.length === 0) {
      throw new AppError(
        'invalid_argument',
        complete
          ? 'There is no session to export. Widen the filter, or take it out.'
          : 'No session is known yet that could be exported. Wait for the scan, or resume it.',
      )
    }
    const workspace = this.#options.connected()
    const task = new SessionExport({
      client: workspace.client,
      prefix,
      ids,
      form,
      redaction: redact ?? (form === 'lossless' ? 'nothing' : 'secrets'),
      server: this.#options.server(),
      clock: this.#options.clock,
    })
    return { handle: this.#add(workspace, { kind: 'export', task }), total: ids.length, complete }
  }

  /** @throws AppError */
  readExport(handle: number): Promise<ExportChunk> {
    return this.#use(handle, async ({ task }) => {
      if (task.kind !== 'export') throw unknownHandle()
      const chunk = await task.task.read()
      if (chunk.done) void this.stop(handle)
      return chunk
    })
  }

  /** @throws AppError */
  async beginImport(prefix: string, options: ImportOptions): Promise<{ readonly handle: number }> {
    const workspace = this.#options.connected()
    const server = await readTargetServer(workspace.client, this.#options.server())
    const writer = this.#options.writer()
    const task = new SessionImport({
      client: workspace.client,
      prefix,
      ...options,
      server,
      onWrite: (key) => workspace.wrote(key),
      record: (into, batches) => {
        const changes = new BulkChanges(workspace.client, into, joinBatches(batches))
        if (changes.first === null) return
        writer.recordMany(
          {
            prefix: into,
            id: toBytes(fromBinary(changes.first)),
            label: `Imported ${changes.count.toLocaleString('en')} session${changes.count === 1 ? '' : 's'}`,
          },
          changes,
        )
      },
    })
    return { handle: this.#add(workspace, { kind: 'import', task }) }
  }

  /** @throws AppError */
  checkImport(handle: number, chunk: string, last: boolean): Promise<ImportState> {
    return this.#use(handle, ({ task }) => importOf(task).check(Buffer.from(chunk, 'base64'), last))
  }

  /** @throws AppError */
  runImport(handle: number, chunk: string, last: boolean): Promise<ImportRun> {
    return this.#use(handle, async ({ task }) => {
      const run = await importOf(task).run(Buffer.from(chunk, 'base64'), last)
      if (run.state.phase === 'done') void this.stop(handle)
      return run
    })
  }

  /** Ends an export or an import. @returns what an import has not told of yet */
  async stop(handle: number): Promise<ImportRun | null> {
    const slot = this.#slots.get(handle)
    if (slot === undefined) return null
    clearTimeout(slot.timer)
    this.#slots.delete(handle)
    return (await slot.task.task.stop()) ?? null
  }

  /** The client goes away. */
  close(): void {
    this.#closed = true
    for (const handle of this.#slots.keys()) void this.stop(handle)
  }

  #add(workspace: Workspace, task: Task): number {
    // Begun before the client went: nobody has its handle, and it would be held until it has been idle for long.
    if (this.#closed) {
      void task.task.stop()
      throw new AppError('tab_closed', 'The window has gone that began this export or import. Begin it anew.')
    }
    if (this.#slots.size >= TRANSFER_LIMITS.atOnce) {
      void task.task.stop()
      throw new AppError(
        'forbidden',
        `At most ${TRANSFER_LIMITS.atOnce} exports and imports run at once. Wait for one, or stop it.`,
      )
    }
    this.#last += 1
    this.#slots.set(this.#last, { workspace, task, timer: this.#idle(this.#last), busy: false })
    return this.#last
  }

  async #use<T>(handle: number, work: (slot: Slot) => Promise<T>): Promise<T> {
    const slot = this.#slots.get(handle)
    if (slot === undefined) throw unknownHandle()
    if (slot.workspace !== this.#options.connected()) {
      void this.stop(handle)
      throw new AppError('not_connected', 'It began on another connection, so it has ended. Begin it anew.')
    }
    if (slot.busy) throw new AppError('invalid_argument', 'One piece at a time: wait for the answer.')
    slot.busy = true
    clearTimeout(slot.timer)
    try {
      return await work(slot)
    } finally {
      slot.busy = false
      if (this.#slots.get(handle) === slot) slot.timer = this.#idle(handle)
    }
  }

  #idle(handle: number): NodeJS.Timeout {
    return setTimeout(() => void this.stop(handle), TRANSFER_LIMITS.idleFor).unref()
  }
}

const notRedactable = () =>
  new AppError(
    'invalid_argument',
    'A lossless export holds the bytes of Redis, so that nothing in it can be redacted. Export the readable form, or redact nothing.',
  )

const importOf = (task: Task): SessionImport => {
  if (task.kind !== 'import') throw unknownHandle()
  return task.task
}

const unknownHandle = () =>
  new AppError(
    'invalid_argument',
    'This export or import has ended, or was left alone for too long. Begin it anew.',
  )
