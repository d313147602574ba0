import { z } from 'zod'
import type { SettingsStorage } from './settings.ts'

const memorySchema = z.object({
  /** The tab that is shown. */
  active: z.int().nullable().catch(null),
  /** What the list of each tab shows, by its number. */
  prefixes: z.record(z.string(), z.string().max(512)).catch({}),
})

/** What a page takes along when it is loaded again; a new page knows nothing of it. */
export type PageMemory = Readonly<z.infer<typeof memorySchema>>

const KEY = 'redis-session-inspector:page'

export function readPageMemory(storage: SettingsStorage): PageMemory {
  try {
    return memorySchema.parse(JSON.parse(storage.getItem(KEY) ?? '{}'))
  } catch {
    return memorySchema.parse({})
  }
}

export function writePageMemory(storage: SettingsStorage, memory: PageMemory): void {
  try {
    storage.setItem(KEY, JSON.stringify(memory))
  } catch {
    // A full or forbidden storage costs the memory, nothing more.
  }
}
