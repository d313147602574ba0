import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PrefixSurvey } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'

export interface PrefixesState {
  /** The namespaces of the last look; null before the first. */
  readonly survey: PrefixSurvey | null
  readonly loading: boolean
  readonly failure: Failure | null
}

export interface PrefixesStore {
  readonly store: StoreApi<PrefixesState>
  /** Looks which namespaces there are; what was known stays meanwhile. */
  load(): Promise<void>
  /** Forgets what was seen: another server now. */
  clear(): void
}

export function createPrefixesStore(transport: Transport): PrefixesStore {
  const store = createStore<PrefixesState>(() => ({ survey: null, loading: false, failure: null }))
  /** Rises with each look, and when the server is another one: an older answer says nothing then. */
  let generation = 0
  return {
    store,
    async load() {
      generation += 1
      const asked = generation
      store.setState({ loading: true, failure: null })
      try {
        const survey = await transport.invoke('list.prefixes', {})
        if (asked === generation) store.setState({ survey, loading: false })
      } catch (error) {
        if (asked === generation) store.setState({ failure: toFailure(error), loading: false })
      }
    },
    clear() {
      generation += 1
      store.setState({ survey: null, loading: false, failure: null })
    },
  }
}
