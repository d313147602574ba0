import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Bytes } from '#shared/bytes.ts'
import type { Scope } from '#shared/contract.ts'
import type { ExportForm, ExportProgress, Redaction } from '#shared/transfer.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import { fileName } from '../lib/save-file.ts'

/** Sessions that could be exported. */
export interface ExportChoice {
  /** In words: `What the filter matches`. */
  readonly label: string
  /** Where it is one, whose id is said beside it. */
  readonly session?: Bytes
  readonly scope: Scope
  /** How many there are, as far as it is known. */
  readonly count: number
}

/** What an export is asked for. */
export interface ExportTarget {
  readonly prefix: string
  /** The first is proposed. */
  readonly choices: readonly ExportChoice[]
}

export interface ExportedFile {
  readonly name: string
  readonly blob: Blob
}

export interface ExportState {
  readonly target: ExportTarget | null
  readonly phase: 'choosing' | 'running' | 'done'
  readonly progress: ExportProgress | null
  /** Of the file so far. */
  readonly bytes: number
  /** False where a filter may match more: not every key has been looked at. */
  readonly complete: boolean
  readonly failure: Failure | null
  /** The last one was stopped. */
  readonly stopped: boolean
  readonly file: ExportedFile | null
}

export interface ExportStore {
  readonly store: StoreApi<ExportState>
  open(target: ExportTarget): void
  /** Reads the file to its end. @returns the file; null where it was stopped or has failed */
  start(scope: Scope, form: ExportForm, redact: Redaction): Promise<ExportedFile | null>
  stop(): void
  /** Stops, and lets go of the file. */
  close(): void
}

const NOTHING: Omit<ExportState, 'target'> = {
  phase: 'choosing',
  progress: null,
  bytes: 0,
  complete: true,
  failure: null,
  stopped: false,
  file: null,
}

export function createExportStore(transport: Transport, now: () => number): ExportStore {
  const store = createStore<ExportState>(() => ({ target: null, ...NOTHING }))
  const { getState, setState } = store
  /** Rises with each start and stop: what was begun before has no say any more. */
  let generation = 0
  let running: number | null = null

  const halt = () => {
    generation += 1
    const handle = running
    running = null
    if (handle !== null) transport.invoke('export.stop', { handle }).catch(() => {})
  }

  return {
    store,
    open(target) {
      halt()
      setState({ target, ...NOTHING })
    },
    async start(scope, form, redact) {
      const prefix = getState().target?.prefix ?? ''
      halt()
      const own = generation
      const current = () => own === generation
      setState({ ...NOTHING, phase: 'running' })
      try {
        const { handle, complete } = await transport.invoke('export.begin', { prefix, scope, form, redact })
        if (!current()) {
          transport.invoke('export.stop', { handle }).catch(() => {})
          return null
        }
        running = handle
        setState({ complete })
        // Each piece a blob at once: those lie outside of this page's memory.
        const parts: Blob[] = []
        for (;;) {
          const { text, done, progress } = await transport.invoke('export.read', { handle })
          if (!current()) return null
          const part = new Blob([text])
          parts.push(part)
          setState({ progress, bytes: getState().bytes + part.size })
          if (done) break
        }
        running = null
        const blob = new Blob(parts, { type: 'application/x-ndjson' })
        const file = {
          name: fileName(
            prefix,
            form === 'readable' && redact !== 'nothing' ? 'redacted' : form,
            'ndjson',
            now(),
          ),
          blob,
        }
        setState({ phase: 'done', file })
        return file
      } catch (error) {
        if (!current()) return null
        halt()
        setState({ ...NOTHING, failure: toFailure(error) })
        return null
      }
    },
    stop() {
      halt()
      setState({ ...NOTHING, stopped: true })
    },
    close() {
      halt()
      setState({ target: null, ...NOTHING })
    },
  }
}
