import { EVENT_CHANNEL, INVOKE_CHANNEL } from '#shared/ipc.ts'
import type { PreloadBridge, Reply } from '#shared/transport.ts'

/** What this module needs of Electron's `ipcRenderer`. */
export interface RendererIpc {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>
  on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown
}

export interface Names {
  readonly calls: readonly string[]
  readonly events: readonly string[]
}

/**
 * What the page may do: make the contract's calls and listen to its events. Electron's own event object, which
 * leads back to `ipcRenderer`, stays on this side.
 */
export function createBridge(ipc: RendererIpc, names: Names): PreloadBridge {
  const listeners = new Map<string, Set<(payload: unknown, tab: number) => void>>()
  // One for all: with one an event, Electron would take them for a leak.
  ipc.on(EVENT_CHANNEL, (_event, name, payload, tab) => {
    for (const listener of [...(listeners.get(String(name)) ?? [])])
      listener(payload, typeof tab === 'number' ? tab : 0)
  })
  return {
    async invoke(name, arg, tab = 0) {
      if (!names.calls.includes(name)) return UNKNOWN_CALL
      return (await ipc.invoke(INVOKE_CHANNEL, name, arg, tab)) as Reply
    },
    on(name, listener) {
      if (!names.events.includes(name)) throw new Error(`The inspector has no event '${name}'.`)
      const own = (payload: unknown, tab: number) => listener(payload, tab)
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set.add(own))
      return () => {
        set.delete(own)
      }
    },
  }
}

const UNKNOWN_CALL: Reply = { ok: false, code: 'unknown_call', message: 'The inspector has no such call.' }
