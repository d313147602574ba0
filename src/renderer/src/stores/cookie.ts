import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CookieReport } from '#shared/cookies.ts'
import type { Transport } from '#shared/transport.ts'
import type { ListStore } from './list-state.ts'

export interface CookieStore {
  /** What the dialog begins with, from when it is opened until it has taken it over: cookies are secrets. */
  readonly store: StoreApi<{ readonly pasted: string }>
  /** The dialog has it now. */
  take(): void
  /** @throws AppError */
  find(text: string, secrets: readonly string[]): Promise<CookieReport>
}

/** From a cookie to its session. What was typed is the dialog's own, and goes with it. */
export function createCookieStore(transport: Transport, list: ListStore): CookieStore {
  const store = createStore<{ readonly pasted: string }>(() => ({ pasted: '' }))
  return {
    store,
    take: () => store.setState({ pasted: '' }),
    find: (text, secrets) =>
      transport.invoke('cookie.find', { text, listed: list.store.getState().prefix, secrets: [...secrets] }),
  }
}
