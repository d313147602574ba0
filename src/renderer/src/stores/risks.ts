import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Bytes } from '#shared/bytes.ts'
import type { OrphanList, OrphansRemoved, RiskId, RiskPage, RiskReport } from '#shared/risks.ts'
import type { Transport } from '#shared/transport.ts'
import { createAsker } from '../lib/asker.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import type { ListStore } from './list-state.ts'

export interface RisksState {
  /** Null before the first answer. */
  readonly report: RiskReport | null
  /** The finding that is laid open; null for what was looked at, and the largest. */
  readonly selected: RiskId | null
  readonly failure: Failure | null
  /** The start or stop of the reading is under way. */
  readonly switching: boolean
}

export interface RisksStore {
  readonly store: StoreApi<RisksState>
  /** Keeps the report up to date until what it returns is called. */
  watch(): () => void
  /** Asks again: after the link was down. */
  reload(): void
  select(finding: RiskId | null): void
  /** Starts or stops the pass over the values. */
  setReading(on: boolean): Promise<void>
  /** @throws AppError */
  rows(finding: RiskId, offset: number, limit: number): Promise<RiskPage>
  /** @throws AppError */
  ids(finding: RiskId): Promise<{ readonly ids: readonly Bytes[]; readonly more: number }>
  /** @throws AppError */
  orphans(): Promise<OrphanList>
  /** @throws AppError */
  removeMembers(list: OrphanList, confirmation: string | null): Promise<OrphansRemoved>
  /** @returns JSON text @throws AppError */
  export(named: boolean): Promise<string>
}

/** The report on leaks and risks of the prefix that the list shows. */
export function createRisksStore(transport: Transport, list: ListStore): RisksStore {
  const store = createStore<RisksState>(() => ({
    report: null,
    selected: null,
    failure: null,
    switching: false,
  }))
  const { getState, setState } = store
  let watchers = 0
  const prefix = () => list.store.getState().prefix

  const fail = (error: unknown) => setState({ failure: toFailure(error) })
  const asker = createAsker(async (isCurrent) => {
    // Its list is opened first.
    if (watchers === 0 || list.store.getState().view === null) return
    const report = await transport.invoke('risks.report', { prefix: prefix() })
    if (isCurrent()) setState({ report, failure: null })
  }, fail)
  const restart = () => {
    asker.invalidate()
    setState({ report: null, selected: null, failure: null })
    asker.ask()
  }

  list.store.subscribe((state, before) => {
    // Another prefix, or another server.
    if (state.prefix !== before.prefix || (state.view === null && before.view !== null)) restart()
    else if (state.view !== null && before.view === null) asker.ask()
  })
  transport.on('risks.changed', (change) => {
    if (change.prefix === prefix()) asker.ask()
  })

  return {
    store,
    watch() {
      watchers += 1
      if (watchers === 1) asker.ask()
      return () => {
        watchers -= 1
        // What nobody looks at is neither brought up to date nor read for.
        if (watchers === 0) void transport.invoke('risks.close', {}).catch(() => {})
      }
    },
    reload: () => asker.ask(),
    select: (selected) => setState({ selected }),
    async setReading(on) {
      const isCurrent = asker.current()
      setState({ switching: true })
      try {
        const report = await transport.invoke('risks.read', { prefix: prefix(), on })
        if (isCurrent()) setState({ report, failure: null })
      } catch (error) {
        if (isCurrent()) fail(error)
      } finally {
        if (getState().switching) setState({ switching: false })
      }
    },
    rows: (finding, offset, limit) =>
      transport.invoke('risks.sessions', { prefix: prefix(), finding, offset, limit }),
    ids: (finding) => transport.invoke('risks.ids', { prefix: prefix(), finding }),
    orphans: () => transport.invoke('risks.orphans', { prefix: prefix() }),
    removeMembers: ({ mark }, confirmation) =>
      transport.invoke('risks.removeMembers', {
        prefix: prefix(),
        mark,
        ...(confirmation === null ? {} : { confirmation }),
      }),
    async export(named) {
      return (await transport.invoke('risks.export', { prefix: prefix(), named })).text
    },
  }
}
