import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Bytes } from '#shared/bytes.ts'
import type { ConnectionStatus } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { DEFAULT_TTL_SECONDS } from '#shared/ttl.ts'
import { type Clock, createClock } from '../lib/clock.ts'
import { toFailure } from '../lib/failure.ts'
import { type CommandsStore, createCommandsStore } from './commands.ts'
import { type ConnectionStore, createConnectionStore } from './connection.ts'
import { createDemoStore, type DemoStore } from './demo.ts'
import { createDetailStore, type DetailStore } from './detail.ts'
import { createDrawerStore, type DrawerStore } from './drawer.ts'
import { createHistoryStore, type HistoryStore } from './history.ts'
import { createListStore } from './list.ts'
import type { ListStore } from './list-state.ts'
import { createPrefixesStore, type PrefixesStore } from './prefixes.ts'
import { createSettings, type Settings, type SettingsStorage } from './settings.ts'
import { createSummaryStore, type SummaryStore } from './summary.ts'
import { createToasts, type Toasts } from './toasts.ts'

/** The dialog that is open; one at a time. */
export type OpenDialog = 'create' | 'delete' | 'rotate' | 'palette' | 'shortcuts' | 'history' | null

export interface App {
  readonly clock: Clock
  readonly settings: StoreApi<Settings>
  readonly connection: ConnectionStore
  readonly list: ListStore
  readonly summary: SummaryStore
  readonly prefixes: PrefixesStore
  readonly detail: DetailStore
  readonly history: HistoryStore
  readonly demo: DemoStore
  readonly drawer: DrawerStore
  readonly commands: CommandsStore
  readonly toasts: Toasts
  readonly dialog: StoreApi<{ readonly open: OpenDialog }>
  openDialog(dialog: OpenDialog): void
  setPrefix(prefix: string): void
  select(id: Bytes | null): void
  /** Selects a session of any prefix and scrolls to it. */
  goTo(prefix: string, id: Bytes): void
  /** Creates a session under the prefix and selects it. @throws AppError */
  create(fields: Readonly<Record<string, string>>, ttl: string): Promise<void>
  /** Gives the selected session a new id and follows it. @throws AppError */
  rotate(): Promise<void>
  /** Deletes the selected session. @returns false when it had gone already @throws AppError */
  remove(): Promise<boolean>
  /** Says that a write was done, with a way to undo it where there is one. */
  wrote(text: string): void
  /**
   * Takes the last write back or makes it again, and shows the session.
   * @returns what was done, in words; null where a conflict is to be decided first @throws AppError
   */
  takeBack(which: 'undo' | 'redo', force?: boolean): Promise<string | null>
  /** The same, and says what came of it. */
  takeBackAndTell(which: 'undo' | 'redo'): Promise<void>
  /** Starts the demo server with its defaults and opens its drawer. */
  startDemo(): Promise<void>
  start(): Promise<void>
}

/** What the demo server starts with: the guide's port and TTL, in seconds. */
export const DEMO_DEFAULTS = { port: 8080, ttl: DEFAULT_TTL_SECONDS } as const

/** Builds the stores on a transport and ties them together. */
export function createApp(transport: Transport, storage: SettingsStorage, clock = createClock()): App {
  const settings = createSettings(storage)
  const connection = createConnectionStore(transport, clock.now)
  const detail = createDetailStore(transport, clock.now)
  const history = createHistoryStore(transport)
  const demo = createDemoStore(transport)
  const drawer = createDrawerStore()
  const commands = createCommandsStore(transport)
  const toasts = createToasts()
  const dialog = createStore<{ readonly open: OpenDialog }>(() => ({ open: null }))
  const list = createListStore(
    {
      transport,
      now: clock.now,
      selected: () => detail.store.getState().selected,
      select: (id) => detail.select(list.store.getState().prefix, id),
    },
    settings.getState(),
  )
  const summary = createSummaryStore({ transport, now: clock.now, list, connection })
  const prefixes = createPrefixesStore(transport)

  const setPrefix = (prefix: string) => {
    list.setPrefix(prefix)
    settings.setState({ prefix })
    detail.select(prefix, null)
  }

  const goTo = (prefix: string, id: Bytes) => {
    if (prefix !== list.store.getState().prefix) setPrefix(prefix)
    detail.select(prefix, id)
    list.revealSelected()
  }

  connection.store.subscribe(({ status, hostLostSince }, before) => {
    const usable = status?.state === 'connected' && hostLostSince === null
    const wasUsable = before.status?.state === 'connected' && before.hostLostSince === null
    if (isOtherServer(before.status, status)) {
      list.clear()
      prefixes.clear()
      commands.forget()
      detail.select(list.store.getState().prefix, null)
    }
    // Whatever happened in the meantime was not heard: ask for everything that is on the screen.
    if (usable && !wasUsable) {
      list.refresh()
      detail.reload()
      commands.reload()
      void history.load()
      void demo.load().then(() => {
        const runs = demo.store.getState().status.state === 'running'
        if (runs && drawer.store.getState().open === null) drawer.show('demo')
      })
    }
  })
  list.store.subscribe(({ columns }, before) => {
    if (columns !== before.columns) settings.setState({ columns: [...columns] })
  })

  /** The last write that a toast has told of. */
  let told = 0
  const takeBack = async (which: 'undo' | 'redo', force = false): Promise<string | null> => {
    const outcome = await history.take(which, force)
    if (outcome === null) return null
    const { prefix, label } = outcome.entry
    told = Math.max(told, history.store.getState().status?.undo[0]?.number ?? 0)
    const [id = null] = outcome.ids
    if (id !== null) goTo(prefix, id)
    else detail.select(prefix, null)
    list.refresh()
    return `${which === 'undo' ? 'Undone' : 'Redone'}: ${label}.`
  }

  return {
    clock,
    settings,
    connection,
    list,
    summary,
    prefixes,
    detail,
    history,
    demo,
    drawer,
    commands,
    toasts,
    dialog,
    openDialog: (open) => dialog.setState({ open }),
    setPrefix,
    select: (id) => detail.select(list.store.getState().prefix, id),
    goTo,
    async create(fields, ttl) {
      const { prefix } = list.store.getState()
      const { id } = await transport.invoke('session.create', { prefix, fields, ttl })
      goTo(prefix, id)
    },
    async rotate() {
      const { prefix } = detail.store.getState()
      goTo(prefix, await detail.rotate())
    },
    async remove() {
      const { prefix } = detail.store.getState()
      const deleted = await detail.remove()
      detail.select(prefix, null)
      list.refresh()
      return deleted
    },
    wrote(text) {
      const latest = history.store.getState().status?.undo[0]?.number ?? 0
      toasts.show('done', text, latest > told ? latest : null)
      told = Math.max(told, latest)
    },
    takeBack,
    async takeBackAndTell(which) {
      try {
        const done = await takeBack(which)
        if (done !== null) toasts.show('done', done)
      } catch (error) {
        toasts.show('failed', toFailure(error).message)
      }
    },
    async startDemo() {
      drawer.show('demo')
      await demo.start({ ...DEMO_DEFAULTS, prefix: list.store.getState().prefix })
    },
    start: () => connection.start(),
  }
}

const address = (status: ConnectionStatus | null): string | null =>
  status === null || status.state === 'disconnected' ? null : JSON.stringify(status.target)

function isOtherServer(before: ConnectionStatus | null, after: ConnectionStatus | null): boolean {
  return before !== null && address(before) !== address(after)
}
