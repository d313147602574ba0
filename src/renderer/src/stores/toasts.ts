import { createStore, type StoreApi } from 'zustand/vanilla'

export interface Toast {
  readonly id: number
  /** Where it happened. */
  readonly tab: number
  readonly kind: 'done' | 'failed'
  readonly text: string
  /** The number of the write that it tells of, to be undone from here; null for none. */
  readonly undo: number | null
}

export interface Toasts {
  readonly store: StoreApi<{ readonly toasts: readonly Toast[] }>
  /** Shows what came of an action. Never the only place of an error that needs doing something about. */
  show(kind: Toast['kind'], text: string, undo?: number | null): void
  dismiss(id: number): void
}

/** The toasts of all tabs, which share a place on the screen. */
export interface ToastList extends Pick<Toasts, 'store' | 'dismiss'> {
  /** Those of one tab, to be added to. */
  of(tab: number): Toasts
}

export const TOAST_MILLISECONDS = { done: 4000, failed: 9000, undo: 10_000 } as const
const MOST_AT_ONCE = 3

export function createToasts(): ToastList {
  const store = createStore<{ readonly toasts: readonly Toast[] }>(() => ({ toasts: [] }))
  let last = 0
  const dismiss = (id: number) =>
    store.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }))
  const show = (toast: Omit<Toast, 'id'>) => {
    last += 1
    const id = last
    store.setState(({ toasts }) => ({ toasts: [...toasts.slice(1 - MOST_AT_ONCE), { ...toast, id }] }))
    setTimeout(() => dismiss(id), TOAST_MILLISECONDS[toast.undo === null ? toast.kind : 'undo'])
  }
  return {
    store,
    dismiss,
    of: (tab) => ({
      store,
      dismiss,
      show: (kind, text, undo = null) => show({ tab, kind, text, undo }),
    }),
  }
}
