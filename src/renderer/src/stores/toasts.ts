import { createStore, type StoreApi } from 'zustand/vanilla'

export interface Toast {
  readonly id: number
  /** Where it happened. */
  readonly tab: number
  readonly kind: 'done' | 'failed'
  readonly text: string
  /** The number of the write that it tells of, to be undone from here; null for none. */
  readonly undo: number | null
  /** What can be done about it; null for nothing. */
  readonly action: ToastAction | null
}

export interface ToastAction {
  readonly label: string
  readonly run: () => Promise<void>
}

export interface Toasts {
  readonly store: StoreApi<{ readonly toasts: readonly Toast[] }>
  /** Shows what came of an action. Never the only place of an error that needs doing something about. */
  show(kind: Toast['kind'], text: string, undo?: number | null): void
  /** Says what was done, with a way to go on from there. */
  offer(text: string, action: ToastAction): void
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
  const add = (toast: Omit<Toast, 'id'>) => {
    last += 1
    const id = last
    store.setState(({ toasts }) => ({ toasts: [...toasts.slice(1 - MOST_AT_ONCE), { ...toast, id }] }))
    const stays = toast.undo === null && toast.action === null ? toast.kind : 'undo'
    setTimeout(() => dismiss(id), TOAST_MILLISECONDS[stays])
  }
  return {
    store,
    dismiss,
    of: (tab) => ({
      store,
      dismiss,
      show: (kind, text, undo = null) => add({ tab, kind, text, undo, action: null }),
      offer: (text, action) => add({ tab, kind: 'done', text, undo: null, action }),
    }),
  }
}
