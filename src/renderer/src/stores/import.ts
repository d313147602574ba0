import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Bytes } from '#shared/bytes.ts'
import type { ImportOptions, ImportRun, ImportState } from '#shared/transfer.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import { type ImportFile, piecesOf } from '../lib/file-pieces.ts'
import { ImportReport } from '../lib/import-report.ts'
import { idInWords } from '../lib/privacy-words.ts'

export interface ImportScreen {
  readonly phase: 'choosing' | 'checking' | 'checked' | 'running' | 'done'
  readonly file: ImportFile | null
  /** Where the sessions go that are not to go where the file says. */
  readonly prefix: string
  readonly options: ImportOptions
  /** What the dry run has found so far; null before its first answer. */
  readonly plan: ImportState | null
  /** What the run has done so far. */
  readonly result: ImportState | null
  /** Bytes of the file that have been read in this phase. */
  readonly read: number
  readonly failure: Failure | null
  /** The run was stopped before its end. */
  readonly stopped: boolean
  /** What became of each line, as JSON, with masked ids and with whole ones; null before the run has ended. */
  readonly report: { readonly masked: Blob; readonly whole: Blob } | null
}

export interface ImportStore {
  readonly store: StoreApi<ImportScreen>
  /** @param prefix the list's */
  open(prefix: string): void
  /** Makes the dry run of a file. */
  choose(file: ImportFile): Promise<void>
  /** Makes the dry run anew. */
  setOptions(options: Partial<ImportOptions>): Promise<void>
  /** Writes what the dry run has said. @returns whether anything was written */
  run(): Promise<boolean>
  /** Ends the dry run or the run that is under way. */
  stop(): void
  /** Back to the choice of a file. */
  again(): void
  close(): void
}

const DEFAULT_OPTIONS: ImportOptions = { into: 'exported', existing: 'keep' }
const NOTHING = {
  phase: 'choosing',
  file: null,
  plan: null,
  result: null,
  read: 0,
  failure: null,
  stopped: false,
  report: null,
} as const

export function createImportStore(transport: Transport, now: () => number): ImportStore {
  const store = createStore<ImportScreen>(() => ({ ...NOTHING, prefix: '', options: DEFAULT_OPTIONS }))
  const { getState, setState } = store
  /** Rises with each dry run and stop: what was begun before has no say any more. */
  let generation = 0
  let handle: number | null = null
  /** Set once a run is to end, whoever asked for it: the answer is told only once. */
  let ending: Promise<ImportRun | null> | null = null
  let stopping = false

  const letGo = () => {
    generation += 1
    const held = handle
    handle = null
    if (held !== null) transport.invoke('import.stop', { handle: held }).catch(() => {})
  }

  const end = (held: number) => {
    ending ??= transport.invoke('import.stop', { handle: held }).catch(() => null)
    return ending
  }

  const check = async () => {
    const { file, prefix, options } = getState()
    if (file === null) return
    letGo()
    const own = generation
    const current = () => own === generation
    // What was found with other options stays on the screen until the first answer.
    setState({ ...NOTHING, phase: 'checking', file, plan: getState().plan })
    try {
      const begun = await transport.invoke('import.begin', { prefix, ...options })
      if (!current()) {
        transport.invoke('import.stop', begun).catch(() => {})
        return
      }
      handle = begun.handle
      for await (const piece of piecesOf(file)) {
        if (!current()) return
        const plan = await transport.invoke('import.check', {
          ...begun,
          chunk: piece.chunk,
          last: piece.last,
        })
        if (!current()) return
        setState({ plan, read: piece.end })
      }
      setState({ phase: 'checked' })
    } catch (error) {
      if (!current()) return
      letGo()
      setState({ ...NOTHING, file, failure: failureOf(error) })
    }
  }

  return {
    store,
    open(prefix) {
      letGo()
      setState({ ...NOTHING, prefix, options: DEFAULT_OPTIONS })
    },
    choose(file) {
      setState({ file, plan: null })
      return check()
    },
    setOptions(part) {
      setState(({ options }) => ({ options: { ...options, ...part } }))
      return check()
    },
    async run() {
      const { file, plan } = getState()
      const held = handle
      if (file === null || plan === null || held === null) return false
      const own = generation
      stopping = false
      ending = null
      setState({ phase: 'running', read: 0, result: null, failure: null })
      const report = { masked: new ImportReport(maskId), whole: new ImportReport() }
      const note = (entries: ImportRun['entries']) => {
        report.masked.add(entries)
        report.whole.add(entries)
      }
      let failure: Failure | null = null
      try {
        for await (const piece of piecesOf(file)) {
          if (stopping || own !== generation) break
          const { state, entries: told } = await transport.invoke('import.run', {
            handle: held,
            chunk: piece.chunk,
            last: piece.last,
          })
          note(told)
          setState({ result: state, read: piece.end })
        }
      } catch (error) {
        failure = failureOf(error)
      }
      // What was written before it broke off is told even then.
      const rest = await end(held)
      if (own !== generation) return true
      handle = null
      if (rest !== null) {
        note(rest.entries)
        setState({ result: rest.state })
      }
      const { result, options } = getState()
      if (failure !== null && result === null) {
        setState({ phase: 'checked', failure })
        return false
      }
      const about = {
        file: file.name,
        prefix: result?.prefix ?? plan.prefix,
        existing: options.existing,
        finished_at: new Date(now()).toISOString(),
        stopped: stopping,
        failure: failure?.message ?? null,
        counts: result?.counts ?? null,
      }
      setState({
        phase: 'done',
        stopped: stopping,
        failure,
        report: { masked: report.masked.toBlob(about), whole: report.whole.toBlob(about) },
      })
      return (result?.counts.created ?? 0) + (result?.counts.replaced ?? 0) > 0
    },
    stop() {
      if (getState().phase === 'running') {
        stopping = true
        // Also what is under way ends after the sessions that are being written.
        if (handle !== null) void end(handle)
        return
      }
      letGo()
      setState({ ...NOTHING })
    },
    again() {
      letGo()
      setState({ ...NOTHING })
    },
    close() {
      letGo()
      setState({ ...NOTHING })
    },
  }
}

const maskId = (id: Bytes): Bytes => idInWords(id, { mode: 'masked', salt: '' })

/** A file that was changed or taken away since it was chosen is refused by the browser itself. */
const failureOf = (error: unknown): Failure =>
  error instanceof DOMException
    ? {
        code: 'invalid_argument',
        message:
          'The file cannot be read: it has changed, or is gone, since it was chosen. Choose it once more.',
        details: {},
      }
    : toFailure(error)
