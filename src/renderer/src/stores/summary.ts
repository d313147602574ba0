import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ListSummary } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { EXPIRY_BARS } from '../lib/expiries.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import { type ConnectionStore, whyNotReachable } from './connection.ts'
import type { ListStore } from './list-state.ts'

export interface SummaryState {
  /** What the rows of the list are, all together; null until the first answer for this prefix. */
  readonly summary: ListSummary | null
  readonly failure: Failure | null
}

export interface SummaryStore {
  readonly store: StoreApi<SummaryState>
  /** Keeps the summary up to date until what it returns is called: nothing is asked for where nobody looks. */
  watch(): () => void
}

/** Milliseconds between two questions: after a change, and without one, since the time left goes on. */
export const SUMMARY_EVERY = { changed: 1000, still: 5000 } as const

interface Dependencies {
  readonly transport: Transport
  readonly now: () => number
  readonly list: ListStore
  readonly connection: ConnectionStore
}

/** Counts and expiry times over all rows: asked for at most once a second, one question at a time. */
export function createSummaryStore({ transport, now, list, connection }: Dependencies): SummaryStore {
  const store = createStore<SummaryState>(() => ({ summary: null, failure: null }))
  let watchers = 0
  let asking = false
  let askedAt = Number.NEGATIVE_INFINITY
  /** What the summary that is shown was asked for. */
  let answered = ''
  let timer: ReturnType<typeof setTimeout> | undefined

  const question = () => {
    const { prefix, filter, progress } = list.store.getState()
    return { prefix, filter, known: JSON.stringify([prefix, filter, progress?.revision]) }
  }

  const ask = async () => {
    const { prefix, filter, known } = question()
    asking = true
    askedAt = now()
    try {
      const summary = await transport.invoke('list.summary', { prefix, filter, buckets: EXPIRY_BARS })
      if (prefix === list.store.getState().prefix) store.setState({ summary, failure: null })
    } catch (error) {
      if (prefix === list.store.getState().prefix) store.setState({ failure: toFailure(error) })
    } finally {
      asking = false
      answered = known
      plan()
    }
  }

  /** Asks when it is time to, as things are now; each change plans anew. */
  const plan = () => {
    clearTimeout(timer)
    const opened = list.store.getState().progress !== null
    if (watchers === 0 || asking || !opened || whyNotReachable(connection.store.getState()) !== null) return
    const pause = question().known === answered ? SUMMARY_EVERY.still : SUMMARY_EVERY.changed
    timer = setTimeout(ask, Math.max(0, askedAt + pause - now()))
  }

  list.store.subscribe((state, before) => {
    if (state.prefix !== before.prefix || state.progress === null)
      store.setState({ summary: null, failure: null })
    const changed = state.filter !== before.filter || state.progress?.revision !== before.progress?.revision
    if (changed || state.prefix !== before.prefix) plan()
  })
  connection.store.subscribe(plan)

  return {
    store,
    watch() {
      watchers += 1
      plan()
      return () => {
        watchers -= 1
        plan()
      }
    },
  }
}
