import { contract } from '#shared/contract.ts'
import type { PreloadBridge, TabbedTransport } from '#shared/transport.ts'
import { createTabbed } from './tabbed.ts'

/** The transport of a desktop window, over what preload has put on `window`. */
export function createElectronTransport(bridge: PreloadBridge): TabbedTransport {
  const { transport, deliver } = createTabbed({
    call: (name, arg, tab) => bridge.invoke(name, arg, tab),
    onLink(listener) {
      // The window and the core live and end together.
      listener(true)
      return () => {}
    },
  })
  for (const name of Object.keys(contract.events)) {
    bridge.on(name, (payload, tab) => deliver(name, payload, tab))
  }
  return transport
}
