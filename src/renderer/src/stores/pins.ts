import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { PinnedSession } from '#shared/timeline.ts'
import type { Transport } from '#shared/transport.ts'

export interface PinsState {
  /** Sessions whose values are kept whichever is selected; shared with the other windows of the connection. */
  readonly pins: readonly PinnedSession[]
}

export interface PinsStore {
  readonly store: StoreApi<PinsState>
  load(): Promise<void>
  /** @returns whether it is pinned now @throws AppError */
  toggle(prefix: string, id: Bytes): Promise<boolean>
  clear(): void
}

export const isPinned = ({ pins }: PinsState, prefix: string, id: Bytes | null): boolean =>
  id !== null && pins.some((pin) => pin.prefix === prefix && bytesId(pin.id) === bytesId(id))

export function createPinsStore(transport: Transport): PinsStore {
  const store = createStore<PinsState>(() => ({ pins: [] }))
  const set = (pins: readonly PinnedSession[]) => store.setState({ pins })
  transport.on('timeline.pinned', set)
  return {
    store,
    load: () => transport.invoke('timeline.pins', {}).then(set, () => {}),
    async toggle(prefix, id) {
      const pinned = isPinned(store.getState(), prefix, id)
      set(await transport.invoke(pinned ? 'timeline.unpin' : 'timeline.pin', { prefix, id }))
      return !pinned
    },
    clear: () => set([]),
  }
}
