import { createStore, type StoreApi } from 'zustand/vanilla'

/** The panels that share the drawer below the list; one at a time. */
export type DrawerPanel = 'demo' | 'timeline' | 'risks' | 'commands'

export interface DrawerState {
  readonly open: DrawerPanel | null
}

export interface DrawerStore {
  readonly store: StoreApi<DrawerState>
  show(panel: DrawerPanel | null): void
  /** Shows a panel, or closes the drawer where it is the one that is shown. */
  toggle(panel: DrawerPanel): void
}

export function createDrawerStore(): DrawerStore {
  const store = createStore<DrawerState>(() => ({ open: null }))
  const show = (open: DrawerPanel | null) => store.setState({ open })
  return { store, show, toggle: (panel) => show(store.getState().open === panel ? null : panel) }
}
