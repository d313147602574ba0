import { createStore, type StoreApi } from 'zustand/vanilla'
import type { BulkOutcome, BulkRow, BulkStatus } from '#shared/bulk.ts'
import type { Bytes } from '#shared/bytes.ts'
import type { CallArg, Scope } from '#shared/contract.ts'
import { LIMITS } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'

/** What is to be done, as the dialog names it. */
export type BulkIntent = (
  | { readonly kind: 'delete' | 'setTtl' }
  | { readonly kind: 'logOut'; readonly user: Bytes }
) & {
  /** Keys that are no sessions of the store are meant, too. @default only where they are chosen */
  readonly others?: boolean
  /** Sessions that were meant and had no room in the list. @default none */
  readonly more?: number
}

export interface BulkState {
  /** Null while no bulk action is asked for. */
  readonly intent: BulkIntent | null
  readonly status: BulkStatus
  readonly failure: Failure | null
}

export interface BulkStore {
  readonly store: StoreApi<BulkState>
  /** Makes the frozen list of these sessions. */
  begin(intent: BulkIntent, prefix: string, scope: Scope): Promise<void>
  run(options: CallArg<'bulk.run'>): Promise<void>
  stop(): void
  close(): void
  rows(
    offset: number,
    limit: number,
    outcome: BulkOutcome | null,
  ): Promise<{ readonly rows: readonly BulkRow[]; readonly total: number }>
  /** All keys with what came of each, page after page. */
  allRows(): Promise<readonly BulkRow[]>
}

const CLOSED: BulkState = { intent: null, status: { state: 'idle' }, failure: null }

export function createBulkStore(transport: Transport): BulkStore {
  const store = createStore<BulkState>(() => CLOSED)
  const { getState, setState } = store
  /** Rises with each list: what comes of an earlier one is no news. */
  let generation = 0
  transport.on('bulk.changed', (status) => {
    if (getState().intent !== null && status.state !== 'idle') setState({ status })
  })
  const attempt = async (work: () => Promise<BulkStatus>) => {
    const asked = generation
    setState({ failure: null })
    try {
      const status = await work()
      if (asked === generation) setState({ status })
    } catch (error) {
      if (asked === generation) setState({ failure: toFailure(error) })
    }
  }
  const rows: BulkStore['rows'] = (offset, limit, outcome) =>
    transport.invoke('bulk.rows', { offset, limit, ...(outcome === null ? {} : { outcome }) })
  return {
    store,
    begin(intent, prefix, scope) {
      generation += 1
      setState({ intent, status: { state: 'freezing', done: 0, total: 0 } })
      return attempt(() => transport.invoke('bulk.freeze', { prefix, scope }))
    },
    run: (options) => attempt(() => transport.invoke('bulk.run', options)),
    stop() {
      void transport.invoke('bulk.stop', {}).catch(() => {})
    },
    close() {
      if (getState().intent === null) return
      generation += 1
      setState(CLOSED)
      // The list is of no use any more; one that is being made ends.
      void transport.invoke('bulk.close', {}).catch(() => {})
    },
    rows,
    async allRows() {
      const all: BulkRow[] = []
      for (;;) {
        const page = await rows(all.length, LIMITS.bulkRows, null)
        all.push(...page.rows)
        if (page.rows.length === 0 || all.length >= page.total) return all
      }
    },
  }
}
