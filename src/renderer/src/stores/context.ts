import { createContext, useContext, useEffect, useMemo, useState } from 'react'
import { type StoreApi, useStore } from 'zustand'
import type { Ability } from '#shared/abilities.ts'
import type { PrivacyView } from '#shared/mask.ts'
import type { App } from './app.ts'
import { whyNot } from './blocks.ts'
import type { BulkState } from './bulk.ts'
import type { ClusterState } from './cluster.ts'
import type { CommandsState } from './commands.ts'
import type { ConnectionState } from './connection.ts'
import type { ConnectionsState } from './connections.ts'
import type { DecodedState } from './decoded.ts'
import type { DemoState } from './demo.ts'
import type { DetailState } from './detail.ts'
import type { DrawerState } from './drawer.ts'
import type { HistoryState } from './history.ts'
import type { ListState } from './list-state.ts'
import type { PicksState } from './picks.ts'
import type { PinsState } from './pins.ts'
import type { PrefixesState } from './prefixes.ts'
import type { PrivateRedisState } from './private-redis.ts'
import type { RisksState } from './risks.ts'
import type { SessionTimelineState } from './session-timeline.ts'
import type { Settings } from './settings.ts'
import type { SummaryState } from './summary.ts'
import type { TabsState } from './tabs.ts'
import type { TimelinePanelState } from './timeline-panel.ts'

const AppContext = createContext<App | null>(null)

export const AppProvider = AppContext.Provider

/** A context and no store: a hundred cells read it while a list is scrolled, and it changes once a day. */
const PrivacyContext = createContext<PrivacyView>({ mode: 'masked', salt: '' })

export const PrivacyProvider = PrivacyContext.Provider

/** How what may be a secret is shown on this page. */
export const usePrivacy = (): PrivacyView => useContext(PrivacyContext)

/** The same for what somebody may have asked to see by itself; while streaming that is never. */
export function useViewOf(revealed: boolean): PrivacyView {
  const view = usePrivacy()
  return revealed && view.mode === 'masked' ? { ...view, mode: 'shown' } : view
}

export function useApp(): App {
  const app = useContext(AppContext)
  if (app === null) throw new Error('no AppProvider above this component')
  return app
}

const createHook =
  <S>(store: (app: App) => StoreApi<S>) =>
  <T>(selector: (state: S) => T): T =>
    useStore(store(useApp()), selector)

export const useTabs = createHook<TabsState>((app) => app.tabs.store)
export const useHistory = createHook<HistoryState>((app) => app.history.store)
export const useConnection = createHook<ConnectionState>((app) => app.connection.store)
export const useConnections = createHook<ConnectionsState>((app) => app.connections.store)
export const useList = createHook<ListState>((app) => app.list.store)
export const useSummary = createHook<SummaryState>((app) => app.summary.store)
export const usePrefixes = createHook<PrefixesState>((app) => app.prefixes.store)
export const useCluster = createHook<ClusterState>((app) => app.cluster.store)
export const useDetail = createHook<DetailState>((app) => app.detail.store)
export const useDecoded = createHook<DecodedState>((app) => app.decoded.store)
export const usePicks = createHook<PicksState>((app) => app.picks.store)
export const useBulk = createHook<BulkState>((app) => app.bulk.store)
export const usePins = createHook<PinsState>((app) => app.pins.store)
export const useSessionTimeline = createHook<SessionTimelineState>((app) => app.sessionTimeline.store)
export const useTimeline = createHook<TimelinePanelState>((app) => app.timeline.store)
export const useRisks = createHook<RisksState>((app) => app.risks.store)
export const usePrivateRedis = createHook<PrivateRedisState>((app) => app.privateRedis.store)
export const useDemo = createHook<DemoState>((app) => app.demo.store)
export const useCommands = createHook<CommandsState>((app) => app.commands.store)
export const useDrawer = createHook<DrawerState>((app) => app.drawer.store)
export const useSettings = createHook<Settings>((app) => app.settings)

/** Prefixes whose keys may be on this page, by which an id is told from what stands before it. */
export function useKnownPrefixes(): readonly string[] {
  const listed = useList((state) => state.prefix)
  const open = useDetail((state) => state.prefix)
  const demo = useDemo(({ status }) => (status.state === 'running' ? status.prefix : listed))
  return useMemo(() => [...new Set([listed, open, demo])], [listed, open, demo])
}

/** Why this cannot be done at the moment under the prefix that is listed, or null. */
export function useBlock(ability: Ability): string | null {
  const prefix = useList((state) => state.prefix)
  return useConnection((connection) => whyNot(connection, ability, prefix))
}

/** The time, anew at each tick: for the few places that render words from it. Rows use {@link Ticking}. */
export function useNow(): number {
  const { clock } = useApp()
  const [now, setNow] = useState(clock.now)
  useEffect(() => clock.subscribe(setNow), [clock])
  return now
}
