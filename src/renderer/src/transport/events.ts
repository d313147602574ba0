import { type EventName, type EventPayload, isEventName } from '#shared/contract.ts'

/** The listeners of one transport. */
export interface Events {
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void
  /** Hands an event that arrived to its listeners, in the order in which they came; unknown names are dropped. */
  deliver(name: unknown, payload: unknown): void
}

export function createEvents(): Events {
  const listeners = new Map<EventName, Set<(payload: never) => void>>()
  return {
    on(name, listener) {
      // Wrapped, so that the same function given twice is two subscriptions, each with its own end.
      const own = (payload: EventPayload<typeof name>) => listener(payload)
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set.add(own))
      return () => set.delete(own)
    },
    deliver(name, payload) {
      if (!isEventName(name)) return
      for (const listener of [...(listeners.get(name) ?? [])]) {
        // A listener that fails must not keep the event from the others.
        try {
          listener(payload as never)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
  }
}
