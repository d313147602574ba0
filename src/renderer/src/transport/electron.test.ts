import { EventEmitter } from 'node:events'
import type { PreloadBridge } from '#shared/transport.ts'
import { describeTransport } from '../../../test/transport-suite.ts'
import { createElectronTransport } from './electron.ts'

describeTransport('a loop that keeps JSON alone', async (attach) => {
  const listeners = new EventEmitter()
  const endpoint = attach((name, payload, tab = 0) => listeners.emit(name, throughJson(payload), tab))
  const bridge: PreloadBridge = {
    invoke: async (name, arg, tab) => throughJson(await endpoint.dispatch(name, throughJson(arg), tab)),
    on: (name, listener) => {
      listeners.on(name, listener)
      return () => listeners.off(name, listener)
    },
  }
  return { transport: createElectronTransport(bridge), close: async () => endpoint.close() }
})

function throughJson<T>(value: T): T {
  return value === undefined ? value : JSON.parse(JSON.stringify(value))
}
