import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { Scope } from '#shared/contract.ts'
import { LIMITS } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import type { ListStore } from './list-state.ts'

/** Rows picked for an action on many, beside the one that is open. */
export interface PicksState {
  /** `some`: the keys are those that are picked. `all`: all that match, but for the keys. */
  readonly mode: 'some' | 'all'
  /** By `bytesId`. */
  readonly keys: ReadonlyMap<string, Bytes>
  /** A stretch is being asked for. */
  readonly busy: boolean
}

export interface PicksStore {
  readonly store: StoreApi<PicksState>
  toggle(id: Bytes): void
  /** Picks the stretch from the row that was picked last, or else the open one, to this. @throws AppError */
  extend(id: Bytes, open: Bytes | null): Promise<void>
  /** All that match the list's filter, now and when the action comes to it. */
  all(): void
  clear(): void
}

const NONE: PicksState = { mode: 'some', keys: new Map(), busy: false }

export function createPicksStore(transport: Transport, shown: ListStore['shown']): PicksStore {
  const store = createStore<PicksState>(() => NONE)
  const { getState, setState } = store
  let anchor: Bytes | null = null
  let generation = 0
  return {
    store,
    toggle(id) {
      const keys = new Map(getState().keys)
      const key = bytesId(id)
      if (!keys.delete(key)) keys.set(key, id)
      anchor = id
      setState({ keys })
    },
    async extend(id, open) {
      const from = anchor ?? open ?? id
      anchor = from
      const asked = ++generation
      setState({ busy: true })
      try {
        const range = await transport.invoke('list.range', { ...shown(), from, to: id })
        if (asked !== generation) return
        const { mode, keys: before } = getState()
        const keys = new Map(before)
        for (const each of range.length === 0 ? [id] : range) {
          if (mode === 'some') keys.set(bytesId(each), each)
          else keys.delete(bytesId(each))
        }
        setState({ keys })
      } finally {
        if (asked === generation) setState({ busy: false })
      }
    },
    all: () => setState({ mode: 'all', keys: new Map() }),
    clear() {
      anchor = null
      generation += 1
      if (getState() !== NONE) setState(NONE)
    },
  }
}

export const isPicked = ({ mode, keys }: PicksState, key: string): boolean =>
  (mode === 'some') === keys.has(key)

/** @param matched rows that match the filter */
export const countPicked = ({ mode, keys }: PicksState, matched: number): number =>
  mode === 'some' ? keys.size : Math.max(0, matched - keys.size)

/** Why these cannot be acted on; null where they can. */
export const picksProblem = ({ mode, keys }: PicksState): string | null =>
  mode === 'some' && keys.size > LIMITS.scopeIds
    ? `More than ${LIMITS.scopeIds.toLocaleString('en')} rows are selected one by one. Filter for them and select all that match.`
    : mode === 'all' && keys.size > LIMITS.scopeExceptions
      ? `More than ${LIMITS.scopeExceptions.toLocaleString('en')} rows are left out one by one. Filter more narrowly instead.`
      : null

export const scopeOf = ({ mode, keys }: PicksState, filter: string): Scope =>
  mode === 'some' ? { ids: [...keys.values()] } : { filter, except: [...keys.values()] }
