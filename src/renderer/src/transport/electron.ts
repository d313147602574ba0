import { type CallReply, contract } from '#shared/contract.ts'
import type { PreloadBridge, Transport } from '#shared/transport.ts'
import { createEvents } from './events.ts'
import { unwrap } from './reply.ts'

/** The transport of a desktop window, over what preload has put on `window`. */
export function createElectronTransport(bridge: PreloadBridge): Transport {
  const events = createEvents()
  for (const name of Object.keys(contract.events)) {
    bridge.on(name, (payload) => events.deliver(name, payload))
  }
  return {
    async invoke<N extends Parameters<Transport['invoke']>[0]>(name: N, arg: unknown) {
      return unwrap(await bridge.invoke(name, arg)) as CallReply<N>
    },
    on: events.on,
    onLink(listener) {
      // The window and the core live and end together.
      listener(true)
      return () => {}
    },
  }
}
