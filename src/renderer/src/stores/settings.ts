import { z } from 'zod'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { DEFAULT_PREFIX } from '#shared/model.ts'

const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).catch('system'),
  density: z.enum(['compact', 'roomy']).catch('compact'),
  /** Fields shown as columns, beside the user. */
  columns: z.array(z.string().min(1).max(1024)).max(12).catch(['page_views']),
  prefix: z.string().max(512).catch(DEFAULT_PREFIX),
  /** Pixels. */
  detailWidth: z.number().min(320).max(1200).catch(420),
  drawerHeight: z.number().min(120).max(900).catch(240),
})

/** What the screen remembers between runs. Nothing of a session, and no secret. */
export type Settings = Readonly<z.infer<typeof settingsSchema>>
export type Theme = Settings['theme']

/** The part of `localStorage` that is used. */
export interface SettingsStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

const KEY = 'redis-session-inspector'

/** Settings that are written back at each change; whatever is unreadable falls back to its default, one by one. */
export function createSettings(storage: SettingsStorage): StoreApi<Settings> {
  const store = createStore<Settings>(() => read(storage))
  store.subscribe((settings) => {
    try {
      storage.setItem(KEY, JSON.stringify(settings))
    } catch {
      // A full or forbidden storage costs the memory of a setting, nothing more.
    }
  })
  return store
}

function read(storage: SettingsStorage): Settings {
  try {
    return settingsSchema.parse(JSON.parse(storage.getItem(KEY) ?? '{}'))
  } catch {
    return settingsSchema.parse({})
  }
}
