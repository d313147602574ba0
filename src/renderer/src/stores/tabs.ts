import { createStore, type StoreApi } from 'zustand/vanilla'
import type { AppInfo } from '#shared/model.ts'
import type { MenuChoice, TabStatus } from '#shared/tabs.ts'
import type { TabbedTransport, Transport } from '#shared/transport.ts'
import { type Clock, createClock } from '../lib/clock.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import { whyAskToClose } from '../lib/tab-words.ts'
import { type App, type AppShared, createApp } from './app.ts'
import { readPageMemory, writePageMemory } from './page-memory.ts'
import { createPrivacy } from './privacy.ts'
import { createSettings, type SettingsStorage } from './settings.ts'
import { createToasts } from './toasts.ts'

export interface TabsState {
  /** In the order in which they were opened; empty until the host has said it. */
  readonly tabs: readonly TabStatus[]
  /** The one that this page shows; null until that is known. */
  readonly active: number | null
  /** Those that this page has shown so far: only they have an {@link App}. */
  readonly shown: readonly number[]
  /** Which one is to be closed once the person has agreed to what goes with it, and what that is. */
  readonly closing: { readonly tab: TabStatus; readonly reasons: readonly string[] } | null
  /** Why it is not known which there are. */
  readonly failure: Failure | null
}

/** The connections that are open side by side. The inspector has them; which one is looked at is each page's own. */
export interface Tabs {
  readonly store: StoreApi<TabsState>
  /** The screen of a tab that was shown. */
  app(number: number): App
  /** Calls and events of a tab, shown or not. */
  transport(number: number): Transport
  show(number: number): void
  /** Shows the one at this place, if there is one. @param place from 0 */
  showAt(place: number): void
  /** Shows the next one, or the one before; after the last comes the first. */
  step(by: 1 | -1): void
  /** Opens one and shows it. */
  open(): Promise<void>
  /** Closes one; asks first where something goes with it. */
  close(number: number): void
  /** Closes the one that was asked for. @throws AppError */
  confirmClose(): Promise<void>
  keep(): void
  start(): Promise<void>
}

interface TabsOptions {
  /** What all pages remember. */
  readonly settings: SettingsStorage
  /** What this page remembers when it is loaded again. */
  readonly page: SettingsStorage
  readonly clock?: Clock
}

export function createTabs(
  transport: TabbedTransport,
  { settings: storage, page, clock = createClock() }: TabsOptions,
): Tabs {
  const store = createStore<TabsState>(() => ({
    tabs: [],
    active: null,
    shown: [],
    closing: null,
    failure: null,
  }))
  const { getState, setState } = store
  const settings = createSettings(storage)
  const privacy = createPrivacy(storage)
  const toasts = createToasts()
  const apps = new Map<number, App>()
  const remembered = readPageMemory(page)

  const remember = () => {
    const prefixes = Object.fromEntries(
      [...apps].map(([number, { list }]) => [String(number), list.store.getState().prefix]),
    )
    writePageMemory(page, { active: getState().active, prefixes })
  }

  const createTabApp = (number: number): App => {
    const prefix = remembered.prefixes[String(number)] ?? settings.getState().prefix
    const app = createApp(transport.tab(number), number, prefix, shared)
    apps.set(number, app)
    app.list.store.subscribe((state, before) => {
      if (state.prefix !== before.prefix) remember()
    })
    // What the inspector was started with is for the tab that it was started with.
    void app.start(number === 0)
    return app
  }

  /** Shows a tab among those that there are now. */
  const turnTo = (number: number, change: Partial<TabsState> = {}) => {
    const { active, shown } = { ...getState(), ...change }
    const app = apps.get(number) ?? createTabApp(number)
    if (active !== null && active !== number) apps.get(active)?.setShown(false)
    setState({ ...change, active: number, shown: shown.includes(number) ? shown : [...shown, number] })
    app.setShown(true)
    remember()
  }

  const setTabs = (tabs: readonly TabStatus[]) => {
    const before = getState()
    const isOpen = (number: number | null) => tabs.some((tab) => tab.number === number)
    const change = {
      tabs,
      failure: null,
      shown: before.shown.filter(isOpen),
      closing: before.closing !== null && isOpen(before.closing.tab.number) ? before.closing : null,
    }
    if (before.active !== null && isOpen(before.active)) setState(change)
    else {
      const place = before.tabs.findIndex(({ number }) => number === before.active)
      const beside = tabs[Math.min(Math.max(place, 0), tabs.length - 1)]
      const last = before.active === null && isOpen(remembered.active) ? remembered.active : null
      const next = last ?? beside?.number
      if (next !== undefined) turnTo(next, change)
    }
    for (const number of [...apps.keys()]) {
      if (isOpen(number)) continue
      apps.delete(number)
      transport.release(number)
    }
  }

  const load = async () => {
    try {
      setTabs(await transport.invoke('tabs.list', {}))
    } catch (error) {
      setState({ failure: toFailure(error) })
    }
  }

  const show = (number: number) => {
    const { tabs, active } = getState()
    if (number !== active && tabs.some((tab) => tab.number === number)) turnTo(number)
  }
  const step = (by: 1 | -1) => {
    const { tabs, active } = getState()
    const place = tabs.findIndex(({ number }) => number === active)
    const next = tabs[(place + by + tabs.length) % tabs.length]
    if (next !== undefined) show(next.number)
  }
  const tell = (error: unknown) => toasts.of(getState().active ?? 0).show('failed', toFailure(error).message)
  const open = async () => {
    try {
      const opened = await transport.invoke('tabs.open', {})
      const { tabs } = getState()
      if (!tabs.some(({ number }) => number === opened.number)) setState({ tabs: [...tabs, opened] })
      show(opened.number)
    } catch (error) {
      tell(error)
    }
  }
  const closeNow = async (number: number) => setTabs(await transport.invoke('tabs.close', { number }))
  const close = (number: number) => {
    const tab = getState().tabs.find((each) => each.number === number)
    if (tab === undefined) return
    const reasons = whyAskToClose(tab, apps.get(number) ?? null)
    if (reasons.length > 0) setState({ closing: { tab, reasons } })
    else closeNow(number).catch(tell)
  }

  const choose = (choice: MenuChoice) => {
    const { active } = getState()
    if (choice.item === 'showTab') show(choice.number)
    else if (choice.item === 'openTab') void open()
    else if (choice.item === 'closeTab') close(active ?? 0)
    else step(choice.item === 'nextTab' ? 1 : -1)
  }

  const tabs: Tabs = {
    store,
    app(number) {
      const app = apps.get(number)
      if (app === undefined) throw new Error(`the tab ${number} was not shown`)
      return app
    },
    transport: (number) => transport.tab(number),
    show,
    showAt(place) {
      const tab = getState().tabs[place]
      if (tab !== undefined) show(tab.number)
    },
    step,
    open,
    close,
    async confirmClose() {
      const { closing } = getState()
      if (closing !== null) await closeNow(closing.tab.number)
    },
    keep: () => setState({ closing: null }),
    async start() {
      transport.on('tabs.changed', setTabs)
      transport.on('menu.chosen', choose)
      await load()
      let lost = false
      transport.onLink((up) => {
        // Events of the meantime did not arrive: ask where things stand.
        if (up && lost) void load()
        lost = !up
      })
    },
  }
  let info: Promise<AppInfo> | null = null
  /** Asked for again where it could not be had. */
  const readInfo = (through: Transport): Promise<AppInfo> => {
    info ??= through.invoke('app.info', {}).catch((error: unknown) => {
      info = null
      throw error
    })
    return info
  }
  const shared: AppShared = { clock, settings, privacy, toasts, tabs, readInfo }
  return tabs
}
