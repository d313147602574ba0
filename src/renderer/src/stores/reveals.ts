import { createStore, type StoreApi } from 'zustand/vanilla'
import { bytesId } from '#shared/bytes.ts'
import type { DetailStore } from './detail.ts'
import type { Privacy } from './privacy.ts'

export interface RevealsState {
  /** What somebody has asked to see, each by a name of its place. */
  readonly parts: ReadonlySet<string>
}

/** Values that are shown though they are masked, for as long as what they are of is open. */
export interface RevealsStore {
  readonly store: StoreApi<RevealsState>
  toggle(part: string): void
  /** What it was in has been closed. */
  hide(part: string): void
}

/** The id of the session that is open. */
export const OPEN_ID = 'id'

export function createRevealsStore(privacy: Privacy, detail: DetailStore): RevealsStore {
  const store = createStore<RevealsState>(() => ({ parts: new Set() }))
  const change = (part: string, on: boolean) => {
    const parts = new Set(store.getState().parts)
    if (on) parts.add(part)
    else parts.delete(part)
    store.setState({ parts })
  }
  const clear = () => {
    if (store.getState().parts.size > 0) store.setState({ parts: new Set() })
  }
  detail.store.subscribe(({ prefix, selected }, before) => {
    const same =
      prefix === before.prefix &&
      (selected === null ? '' : bytesId(selected)) ===
        (before.selected === null ? '' : bytesId(before.selected))
    if (!same) clear()
  })
  privacy.store.subscribe(({ mode }, before) => {
    if (mode !== before.mode) clear()
  })
  return {
    store,
    toggle(part) {
      if (privacy.store.getState().mode === 'masked') change(part, !store.getState().parts.has(part))
    },
    hide(part) {
      if (store.getState().parts.has(part)) change(part, false)
    },
  }
}
