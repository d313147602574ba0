import { LoaderCircle } from 'lucide-react'
import { Tooltip } from 'radix-ui'
import { Activity, type ReactNode, useLayoutEffect } from 'react'
import { useStore } from 'zustand'
import { EmptyState } from '../components/EmptyState.tsx'
import { ErrorBoundary } from '../components/ErrorBoundary.tsx'
import type { Failure } from '../lib/failure.ts'
import { savedOf } from '../stores/connections.ts'
import {
  AppProvider,
  PrivacyProvider,
  useApp,
  useConnection,
  useConnections,
  useSettings,
} from '../stores/context.ts'
import type { Tabs } from '../stores/tabs.ts'
import { ConnectScreen } from './connect/ConnectScreen.tsx'
import { Dialogs } from './Dialogs.tsx'
import { Inspector } from './Inspector.tsx'
import { useShortcuts } from './palette/use-shortcuts.ts'
import styles from './Screen.module.css'
import { Toasts } from './status/Toasts.tsx'
import { CloseTabDialog } from './tabs/CloseTabDialog.tsx'
import { TabBar } from './tabs/TabBar.tsx'
import { TabPanel } from './tabs/TabPanel.tsx'
import { useTabKeys } from './tabs/use-tab-keys.ts'

const TIP_DELAY_MILLISECONDS = 350
const APP_NAME = 'Redis Session Inspector'

/** Everything in the window: the tabs of which one is shown, the others kept as they were left. */
export function Screen({ tabs }: { readonly tabs: Tabs }) {
  const active = useStore(tabs.store, (state) => state.active)
  const shown = useStore(tabs.store, (state) => state.shown)
  const failure = useStore(tabs.store, (state) => state.failure)
  if (active === null) return <Starting failure={failure} />
  return (
    <Tooltip.Provider delayDuration={TIP_DELAY_MILLISECONDS}>
      <div className={styles.screen}>
        <AppProvider value={tabs.app(active)}>
          <PageKeys />
          <TabBar />
        </AppProvider>
        {shown.map((number) => (
          <Activity key={number} mode={number === active ? 'visible' : 'hidden'}>
            <AppProvider value={tabs.app(number)}>
              <WithPrivacy>
                <TabPanel>
                  <ErrorBoundary>
                    <Stage />
                    <Dialogs />
                  </ErrorBoundary>
                </TabPanel>
              </WithPrivacy>
            </AppProvider>
          </Activity>
        ))}
      </div>
      <AppProvider value={tabs.app(active)}>
        <WithPrivacy>
          <CloseTabDialog />
          <Toasts />
        </WithPrivacy>
      </AppProvider>
    </Tooltip.Provider>
  )
}

/** What is below knows how secrets are shown. */
function WithPrivacy({ children }: { readonly children: ReactNode }) {
  const view = useStore(useApp().privacy.store)
  return <PrivacyProvider value={view}>{children}</PrivacyProvider>
}

/** What the window as a whole hears and looks like. */
function PageKeys() {
  useShortcuts()
  useTabKeys()
  useTheme()
  useTitle()
  return null
}

function Stage() {
  const state = useConnection(({ status }) => status?.state ?? null)
  const failure = useConnection((connection) => connection.failure)
  const hasInfo = useConnection(({ info }) => info !== null)
  if (state === 'connected' || state === 'lost') return <Inspector />
  if (hasInfo) return <ConnectScreen />
  return <Starting failure={failure} />
}

function Starting({ failure }: { readonly failure: Failure | null }) {
  return (
    <main style={{ display: 'flex', height: '100%' }}>
      <EmptyState icon={LoaderCircle} title={failure === null ? 'Starting…' : 'The inspector did not start'}>
        {failure?.message ?? 'Asking the inspector’s host where things stand.'}
      </EmptyState>
    </main>
  )
}

/** Many windows and tabs are told apart by their titles. */
function useTitle(): void {
  const status = useConnection((state) => state.status)
  const target = status === null || status.state === 'disconnected' ? null : status.target
  const name = useConnections((state) => savedOf(state, target)?.name) ?? target?.label ?? null
  const environment = status?.state === 'connected' ? status.environment : null
  useLayoutEffect(() => {
    const mark = environment === null ? '' : ` (${environment})`
    document.title = name === null ? APP_NAME : `${name}${mark} – ${APP_NAME}`
  }, [name, environment])
}

/** The chosen theme is an attribute of the page; without one the system decides. */
function useTheme(): void {
  const theme = useSettings((state) => state.theme)
  // Before the first paint: a dark window must not flash white.
  useLayoutEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  }, [theme])
}
