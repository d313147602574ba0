import type { CallName } from '#shared/contract.ts'
import type { TabbedTransport } from '#shared/transport.ts'
import type { Inspector } from '../main/core/services.ts'
import { createTabbed } from '../renderer/src/transport/tabbed.ts'

/** The real core, its payloads round-tripped through JSON and its events sent after the call, as every host does it. */
export function loopback(
  { attach }: Inspector,
  onCall: (name: CallName, tab: number) => void = () => {},
): TabbedTransport {
  const copy = <T>(value: T): T => (value === undefined ? value : JSON.parse(JSON.stringify(value)))
  const endpoint = attach((name, payload, tab) => {
    const sent = copy(payload)
    queueMicrotask(() => deliver(name, sent, tab))
  })
  const { transport, deliver } = createTabbed({
    async call(name, arg, tab) {
      onCall(name as CallName, tab)
      return copy(await endpoint.dispatch(name, copy(arg), tab))
    },
    onLink(listener) {
      listener(true)
      return () => {}
    },
  })
  return transport
}

/** What a browser keeps between two runs. */
export function memoryStorage(entries: Record<string, string> = {}) {
  return {
    entries,
    getItem: (key: string) => entries[key] ?? null,
    setItem: (key: string, value: string) => {
      entries[key] = value
    },
  }
}
