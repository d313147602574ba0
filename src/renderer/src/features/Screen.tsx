import { LoaderCircle } from 'lucide-react'
import { Tooltip } from 'radix-ui'
import { useLayoutEffect } from 'react'
import { EmptyState } from '../components/EmptyState.tsx'
import { ErrorBoundary } from '../components/ErrorBoundary.tsx'
import { savedOf } from '../stores/connections.ts'
import { useConnection, useConnections, useSettings } from '../stores/context.ts'
import { ConnectScreen } from './connect/ConnectScreen.tsx'
import { Dialogs } from './Dialogs.tsx'
import { Inspector } from './Inspector.tsx'
import { useShortcuts } from './palette/use-shortcuts.ts'
import { Toasts } from './status/Toasts.tsx'

const TIP_DELAY_MILLISECONDS = 350
const APP_NAME = 'Redis Session Inspector'

/** Everything in the window. */
export function Screen() {
  useShortcuts()
  useTheme()
  useTitle()
  return (
    <Tooltip.Provider delayDuration={TIP_DELAY_MILLISECONDS}>
      <ErrorBoundary>
        <Stage />
        <Dialogs />
      </ErrorBoundary>
      <Toasts />
    </Tooltip.Provider>
  )
}

function Stage() {
  const state = useConnection(({ status }) => status?.state ?? null)
  const failure = useConnection((connection) => connection.failure)
  const hasInfo = useConnection(({ info }) => info !== null)
  if (state === 'connected' || state === 'lost') return <Inspector />
  if (hasInfo) return <ConnectScreen />
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
