import { EVENT_CHANNEL, INVOKE_CHANNEL } from '#shared/ipc.ts'
import type { PreloadBridge, Reply } from '#shared/transport.ts'

/** What this module needs of Electron's `ipcRenderer`. */
export interface RendererIpc {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>
  on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown
  off(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown
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
  return {
    async invoke(name, arg, tab = 0) {
      if (!names.calls.includes(name)) return UNKNOWN_CALL
      return (await ipc.invoke(INVOKE_CHANNEL, name, arg, tab)) as Reply
    },
    on(name, listener) {
      if (!names.events.includes(name)) throw new Error(`The inspector has no event '${name}'.`)
      const forward = (_event: unknown, sent: unknown, payload: unknown, tab: unknown) => {
        if (sent === name) listener(payload, typeof tab === 'number' ? tab : 0)
      }
      ipc.on(EVENT_CHANNEL, forward)
      return () => {
        ipc.off(EVENT_CHANNEL, forward)
      }
    },
  }
}

const UNKNOWN_CALL: Reply = { ok: false, code: 'unknown_call', message: 'The inspector has no such call.' }
