import { createStore, type StoreApi } from 'zustand/vanilla'

export interface Toast {
  readonly id: number
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

export const TOAST_MILLISECONDS = { done: 4000, failed: 9000, undo: 10_000 } as const
const MOST_AT_ONCE = 3

export function createToasts(): Toasts {
  const store = createStore<{ readonly toasts: readonly Toast[] }>(() => ({ toasts: [] }))
  let last = 0
  const dismiss = (id: number) =>
    store.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }))
  return {
    store,
    dismiss,
    show(kind, text, undo = null) {
      last += 1
      const toast = { id: last, kind, text, undo }
      store.setState(({ toasts }) => ({ toasts: [...toasts.slice(1 - MOST_AT_ONCE), toast] }))
      setTimeout(() => dismiss(toast.id), TOAST_MILLISECONDS[undo === null ? kind : 'undo'])
    },
  }
}
