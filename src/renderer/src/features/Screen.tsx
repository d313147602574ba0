import { LoaderCircle } from 'lucide-react'
import { Tooltip } from 'radix-ui'
import { useLayoutEffect } from 'react'
import { EmptyState } from '../components/EmptyState.tsx'
import { ErrorBoundary } from '../components/ErrorBoundary.tsx'
import { useConnection, useSettings } from '../stores/context.ts'
import { ConnectScreen } from './connect/ConnectScreen.tsx'
import { Dialogs } from './Dialogs.tsx'
import { Inspector } from './Inspector.tsx'
import { useShortcuts } from './palette/use-shortcuts.ts'
import { Toasts } from './status/Toasts.tsx'

const TIP_DELAY_MILLISECONDS = 350

/** Everything in the window. */
export function Screen() {
  useShortcuts()
  useTheme()
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

/** The chosen theme is an attribute of the page; without one the system decides. */
function useTheme(): void {
  const theme = useSettings((state) => state.theme)
  // Before the first paint: a dark window must not flash white.
  useLayoutEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  }, [theme])
}
