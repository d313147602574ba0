import { createStore, type StoreApi } from 'zustand/vanilla'
import type { HistoryOutcome, HistoryStatus, UndoConflict } from '#shared/history.ts'
import type { Transport } from '#shared/transport.ts'
import { toFailure } from '../lib/failure.ts'

export interface HistoryState {
  /** Null before the host has said it. */
  readonly status: HistoryStatus | null
  /** Why the last undo or redo was refused, while that is to be decided. */
  readonly conflict: UndoConflict | null
}

export interface HistoryStore {
  readonly store: StoreApi<HistoryState>
  load(): Promise<void>
  /**
   * Takes the last write back, or makes it again.
   * @returns null where a conflict is to be decided first @throws AppError
   */
  take(which: UndoConflict['which'], force?: boolean): Promise<HistoryOutcome | null>
  /** Leaves what is in conflict as it is, and forgets that step. @throws AppError */
  forget(): Promise<void>
  /** Decides nothing yet. */
  dismiss(): void
}

export function createHistoryStore(transport: Transport): HistoryStore {
  const store = createStore<HistoryState>(() => ({ status: null, conflict: null }))
  const setStatus = (status: HistoryStatus) => store.setState({ status })
  transport.on('history.changed', setStatus)
  return {
    store,
    load: () => transport.invoke('history.status', {}).then(setStatus, () => {}),
    async take(which, force = false) {
      try {
        const outcome = await transport.invoke(which === 'undo' ? 'history.undo' : 'history.redo', { force })
        store.setState({ conflict: null })
        return outcome
      } catch (error) {
        const { code, details } = toFailure(error)
        if (code !== 'undo_conflict') throw error
        store.setState({ conflict: (details as { readonly conflict: UndoConflict }).conflict })
        return null
      }
    },
    async forget() {
      const { conflict } = store.getState()
      if (conflict !== null) setStatus(await transport.invoke('history.forget', { which: conflict.which }))
      store.setState({ conflict: null })
    },
    dismiss: () => store.setState({ conflict: null }),
  }
}
