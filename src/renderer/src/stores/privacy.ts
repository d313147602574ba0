import { createStore, type StoreApi } from 'zustand/vanilla'
import { PRIVACY_MODES, type PrivacyMode, type PrivacyView } from '#shared/mask.ts'
import type { SettingsStorage } from './settings.ts'

/** Apart from the other settings: a window that knows of an older mode must not write it back with one of those. */
export const PRIVACY_KEY = 'redis-session-inspector:privacy'

/** How what may be a secret is shown, on all pages of this browser or app. */
export interface Privacy {
  readonly store: StoreApi<PrivacyView>
  setMode(mode: PrivacyMode): void
}

/** Calls back with what another page has stored. */
export type ListenToStorage = (heard: (key: string | null, value: string | null) => void) => void

const listenToWindow: ListenToStorage = (heard) => {
  if (typeof window === 'undefined') return
  window.addEventListener('storage', ({ key, newValue }) => heard(key, newValue))
}

/** What cannot be read is masked. */
const toMode = (text: string | null): PrivacyMode => PRIVACY_MODES.find((mode) => mode === text) ?? 'masked'

export function createPrivacy(storage: SettingsStorage, listen: ListenToStorage = listenToWindow): Privacy {
  const salt = Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('')
  const store = createStore<PrivacyView>(() => ({ mode: read(storage), salt }))
  listen((key, value) => {
    if (key === PRIVACY_KEY) store.setState({ mode: toMode(value) })
  })
  return {
    store,
    setMode(mode) {
      store.setState({ mode })
      try {
        storage.setItem(PRIVACY_KEY, mode)
      } catch {
        // A full or forbidden storage costs the memory of it, and the next run masks.
      }
    },
  }
}

function read(storage: SettingsStorage): PrivacyMode {
  try {
    return toMode(storage.getItem(PRIVACY_KEY))
  } catch {
    return 'masked'
  }
}
