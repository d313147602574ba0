import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ClusterShares } from '#shared/cluster.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import type { ListStore } from './list-state.ts'

export interface ClusterState {
  /** How the sessions are spread; null until the first answer. */
  readonly shares: ClusterShares | null
  readonly failure: Failure | null
}

export interface ClusterStore {
  readonly store: StoreApi<ClusterState>
  /** Keeps the counts up to date until what it returns is called: nothing is asked for where nobody looks. */
  watch(): () => void
}

/** Milliseconds between two questions; where an answer takes long, so many times that. */
export const CLUSTER_EVERY = { pause: 1000, rest: 10 } as const

/** How the sessions of the prefix are spread over the nodes of a cluster. */
export function createClusterStore(transport: Transport, list: ListStore): ClusterStore {
  const store = createStore<ClusterState>(() => ({ shares: null, failure: null }))
  let watchers = 0
  /** Rises when somebody begins to watch, and when nobody does any more. */
  let generation = 0

  const ask = async (asked: number): Promise<void> => {
    const began = performance.now()
    try {
      const shares = await transport.invoke('cluster.shares', { prefix: list.store.getState().prefix })
      if (asked === generation) store.setState({ shares, failure: null })
    } catch (error) {
      if (asked === generation) store.setState({ failure: toFailure(error) })
    }
    if (asked !== generation) return
    const took = performance.now() - began
    setTimeout(
      () => asked === generation && void ask(asked),
      Math.max(CLUSTER_EVERY.pause, CLUSTER_EVERY.rest * took),
    )
  }

  return {
    store,
    watch() {
      watchers += 1
      if (watchers === 1) {
        generation += 1
        store.setState({ shares: null, failure: null })
        void ask(generation)
      }
      return () => {
        watchers -= 1
        if (watchers === 0) generation += 1
      }
    },
  }
}
