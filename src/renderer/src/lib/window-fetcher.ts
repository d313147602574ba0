import type { WindowQuery } from '#shared/contract.ts'
import type { ListWindow } from '#shared/model.ts'

export interface WindowFetcherOptions {
  fetch(query: WindowQuery): Promise<ListWindow>
  deliver(window: ListWindow, query: WindowQuery): void
  fail(error: unknown): void
}

export interface WindowFetcher {
  /** Asks for this window as soon as the request before it is answered; only the latest wish is kept. */
  want(query: WindowQuery): void
  /** Makes answers to what was asked before worthless: the list itself is another one now. */
  invalidate(): void
}

/**
 * Keeps one request in flight. Scrolling can wish for sixty windows a second and a busy list can change ten times a
 * second; what is asked next is always the latest wish, so that the screen is at most one answer behind.
 */
export function createWindowFetcher({ fetch, deliver, fail }: WindowFetcherOptions): WindowFetcher {
  let wanted: WindowQuery | null = null
  let inFlight = false
  let generation = 0

  const pump = async () => {
    if (inFlight || wanted === null) return
    const query = wanted
    const asked = generation
    wanted = null
    inFlight = true
    try {
      const window = await fetch(query)
      if (asked === generation) deliver(window, query)
    } catch (error) {
      if (asked === generation) fail(error)
    } finally {
      inFlight = false
      void pump()
    }
  }

  return {
    want(query) {
      wanted = query
      void pump()
    },
    invalidate() {
      generation += 1
      wanted = null
    },
  }
}
