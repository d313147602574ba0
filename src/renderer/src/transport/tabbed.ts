import type { CallName, CallReply } from '#shared/contract.ts'
import type { Reply, TabbedTransport, Transport } from '#shared/transport.ts'
import { createEvents, type Events } from './events.ts'
import { unwrap } from './reply.ts'

/** What carries the calls of all tabs. */
export interface Wire {
  /** @throws AppError where the host cannot be reached */
  call(name: string, arg: unknown, tab: number): Promise<Reply>
  onLink: Transport['onLink']
}

interface Scope {
  readonly transport: Transport
  readonly events: Events
  /** What ends the subscriptions to the link. */
  readonly links: Set<() => void>
}

/** One transport for each tab on one wire; only who belongs to a tab hears its events. */
export function createTabbed({ call, onLink }: Wire): {
  readonly transport: TabbedTransport
  /** Hands an event that arrived to the listeners of its tab. */
  readonly deliver: (name: unknown, payload: unknown, tab: unknown) => void
} {
  const scopes = new Map<unknown, Scope>()

  const createScope = (tab: number): Scope => {
    const events = createEvents()
    const links = new Set<() => void>()
    const transport: Transport = {
      async invoke<N extends CallName>(name: N, arg: unknown) {
        return unwrap(await call(name, arg, tab)) as CallReply<N>
      },
      on: events.on,
      onLink(listener) {
        const end = onLink(listener)
        links.add(end)
        return () => {
          links.delete(end)
          end()
        }
      },
    }
    return { transport, events, links }
  }
  /** What belongs to no tab comes as of the first one, and is heard here also when that is closed. */
  const whole = createScope(0)

  return {
    transport: {
      ...whole.transport,
      tab(number) {
        const scope = scopes.get(number) ?? createScope(number)
        scopes.set(number, scope)
        return scope.transport
      },
      release(number) {
        const scope = scopes.get(number)
        scopes.delete(number)
        for (const end of scope?.links ?? []) end()
      },
    },
    deliver(name, payload, tab = 0) {
      if (tab === 0) whole.events.deliver(name, payload)
      scopes.get(tab)?.events.deliver(name, payload)
    },
  }
}
