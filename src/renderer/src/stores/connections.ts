import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ConnectionList, SavedConnection } from '#shared/connections.ts'
import type { CallArg } from '#shared/contract.ts'
import { AppError } from '#shared/errors.ts'
import type { PublicTarget } from '#shared/model.ts'
import type { ConnectionTarget, ConnectionTest } from '#shared/target.ts'
import type { Transport } from '#shared/transport.ts'

export interface ConnectionsState {
  /** Null until the host has said it. */
  readonly list: ConnectionList | null
  /** The saved connection that the form shows; null for a new one. */
  readonly editing: string | null
  /** Rises with each connection that is chosen or begun, which has a form of its own; not where a new one is saved. */
  readonly begun: number
  /** Whether a new one begins with a URL. */
  readonly fromUrl: boolean
  /** The notice that has been read, by its message. */
  readonly dismissed: string | null
}

export type EntryPart = Partial<Pick<SavedConnection, 'readOnly' | 'environment' | 'target'>>

export interface ConnectionsStore {
  readonly store: StoreApi<ConnectionsState>
  load(): Promise<void>
  /** Shows a connection in the form; null for a new one. */
  edit(id: string | null, fromUrl?: boolean): void
  /** What the form shows is this connection from now on, with what has been typed since. */
  adopt(id: string): void
  /** @returns the id @throws AppError, as all of these */
  save(input: CallArg<'connections.save'>): Promise<string>
  /** Changes a part of a saved connection and leaves the rest, its secrets too, as it is by now. */
  change(id: string, part: EntryPart): Promise<void>
  saveOpen(input: CallArg<'connections.saveOpen'>): Promise<string>
  importUrl(input: CallArg<'connections.importUrl'>): Promise<string>
  remove(id: string): Promise<void>
  restore(id: string): Promise<void>
  duplicate(id: string): Promise<string>
  move(id: string, to: number): Promise<void>
  test(target: ConnectionTarget): Promise<ConnectionTest>
  dismissNotice(): void
}

export function createConnectionsStore(transport: Transport): ConnectionsStore {
  const store = createStore<ConnectionsState>(() => ({
    list: null,
    editing: null,
    begun: 0,
    fromUrl: false,
    dismissed: null,
  }))
  transport.on('connections.changed', (list) => store.setState({ list }))
  const load = async () => store.setState({ list: await transport.invoke('connections.list', {}) })
  /** Whoever made the change sees it when the call has ended, in whatever order answers and events come. */
  const andLoad = async (call: Promise<{ readonly id: string }>): Promise<string> => {
    const { id } = await call
    await load()
    return id
  }
  return {
    store,
    load,
    edit: (editing, fromUrl = false) =>
      store.setState(({ editing: before, begun }) => ({
        editing,
        fromUrl,
        begun: editing === null || editing !== before ? begun + 1 : begun,
      })),
    adopt: (editing) => store.setState({ editing, fromUrl: false }),
    save: (input) => andLoad(transport.invoke('connections.save', input)),
    async change(id, part) {
      await load()
      const entry = store.getState().list?.connections.find((each) => each.id === id)
      if (entry === undefined)
        throw new AppError('invalid_argument', 'This saved connection has been removed.')
      const { name, colour, environment, readOnly, prefixes, target, keepSecrets } = { ...entry, ...part }
      const marks = { name, colour, environment, readOnly, prefixes: [...prefixes] }
      await andLoad(transport.invoke('connections.save', { id, ...marks, target, keepSecrets }))
    },
    saveOpen: (input) => andLoad(transport.invoke('connections.saveOpen', input)),
    importUrl: (input) => andLoad(transport.invoke('connections.importUrl', input)),
    async remove(id) {
      await transport.invoke('connections.remove', { id })
      const { editing, begun } = store.getState()
      if (editing === id) store.setState({ editing: null, begun: begun + 1 })
      await load()
    },
    async restore(id) {
      await transport.invoke('connections.restore', { id })
      await load()
    },
    duplicate: (id) => andLoad(transport.invoke('connections.duplicate', { id })),
    async move(id, to) {
      await transport.invoke('connections.move', { id, to })
      await load()
    },
    test: (target) => transport.invoke('connection.test', target),
    dismissNotice: () => store.setState(({ list }) => ({ dismissed: list?.notice?.message ?? null })),
  }
}

/** The saved connection that a target is; null for one that is not saved, or no longer. */
export const savedOf = (
  { list }: Pick<ConnectionsState, 'list'>,
  target: PublicTarget | null | undefined,
): SavedConnection | null =>
  target == null ? null : (list?.connections.find(({ id }) => id === target.saved) ?? null)
