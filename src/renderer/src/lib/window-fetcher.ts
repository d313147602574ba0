import type { WindowQuery } from '#shared/contract.ts'
import type { ListWindow } from '#shared/model.ts'

export interface WindowFetcherOptions<Query, Window> {
  fetch(query: Query): Promise<Window>
  deliver(window: Window, query: Query): void
  fail(error: unknown): void
}

export interface WindowFetcher<Query = WindowQuery> {
  /** Asks for this window as soon as the request before it is answered; only the latest wish is kept. */
  want(query: Query): void
  /** Makes answers to what was asked before worthless: the list itself is another one now. */
  invalidate(): void
}

/**
 * Keeps one request in flight. Scrolling can wish for sixty windows a second and a busy list can change ten times a
 * second; what is asked next is always the latest wish, so that the screen is at most one answer behind.
 */
export function createWindowFetcher<Query = WindowQuery, Window = ListWindow>({
  fetch,
  deliver,
  fail,
}: WindowFetcherOptions<Query, Window>): WindowFetcher<Query> {
  let wanted: Query | null = null
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
