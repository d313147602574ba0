import { CircleAlert, CircleCheck, Undo2, X } from 'lucide-react'
import { useCallback, useState } from 'react'
import { useStore } from 'zustand'
import type { HistoryEntry } from '#shared/history.ts'
import { Button, IconButton } from '../../components/Button.tsx'
import { paintText, Ticking } from '../../components/Ticking.tsx'
import { formatCount, formatCountdown, plural } from '../../lib/format.ts'
import { MOD } from '../../lib/platform.ts'
import { useApp, useBlock, useDrawer, useHistory, useSettings, useTabs } from '../../stores/context.ts'
import type { ToastAction } from '../../stores/toasts.ts'
import { useTabLabel } from '../tabs/use-tab-label.ts'
import styles from './Toasts.module.css'

/** What came of actions. The region is there from the start, so that a screen reader hears what enters it. */
export function Toasts() {
  const { toasts, tab } = useApp()
  const tabs = useTabs((state) => state.tabs)
  const labelOf = useTabLabel()
  const whereOf = (number: number) => {
    const found = tabs.find((each) => each.number === number)
    return found === undefined ? '' : `${labelOf(found)}: `
  }
  const shown = useStore(toasts.store, (state) => state.toasts)
  const next = useHistory((state) => state.status?.undo[0])
  const bottom = useBottom()
  const running = useHistory((state) => state.status?.running ?? null)
  return (
    <div className={styles.toasts} style={{ bottom }} aria-live="polite" role="log" aria-label="Results">
      {running === null ? null : (
        // Its figures change too often to be spoken.
        <div className={styles.toast} aria-hidden>
          <Undo2 size={15} />
          <p>
            {formatCount(running.done)} of {plural(running.total, 'session')} taken back
          </p>
        </div>
      )}
      {shown.map((toast) => (
        <div key={toast.id} className={styles.toast} data-kind={toast.kind}>
          {toast.kind === 'done' ? (
            <CircleCheck size={15} aria-hidden />
          ) : (
            <CircleAlert size={15} aria-hidden />
          )}
          <p>
            {toast.tab === tab ? null : <span className={styles.tab}>{whereOf(toast.tab)}</span>}
            {toast.text}
          </p>
          {next !== undefined && toast.tab === tab && toast.undo === next.number ? (
            <UndoButton entry={next} onDone={() => toasts.dismiss(toast.id)} />
          ) : null}
          {toast.action === null ? null : (
            <ActionButton action={toast.action} onDone={() => toasts.dismiss(toast.id)} />
          )}
          <IconButton icon={X} label="Dismiss" onClick={() => toasts.dismiss(toast.id)} />
        </div>
      ))}
    </div>
  )
}

function ActionButton({ action, onDone }: { readonly action: ToastAction; readonly onDone: () => void }) {
  const [busy, setBusy] = useState(false)
  const run = async () => {
    setBusy(true)
    await action.run()
    onDone()
  }
  return (
    <Button small busy={busy} onClick={run}>
      {action.label}
    </Button>
  )
}

/** Above the drawer, whose rows they would cover. */
function useBottom(): string {
  const open = useDrawer((state) => state.open !== null)
  const height = useSettings((state) => state.drawerHeight)
  return open ? `calc(44px + min(${height}px, 45vh))` : '44px'
}

/** With the time for which it can be undone. */
function UndoButton({ entry, onDone }: { readonly entry: HistoryEntry; readonly onDone: () => void }) {
  const app = useApp()
  const blocked = useBlock('undo')
  const paint = useCallback(
    (element: HTMLSpanElement, now: number) =>
      paintText(element, formatCountdown(Math.max(0, entry.until - now))),
    [entry],
  )
  const undo = async () => {
    await app.takeBackAndTell('undo')
    onDone()
  }
  return (
    <Button small blocked={blocked} onClick={undo} title={`${MOD} Z`}>
      Undo
      <Ticking className={styles.left} aria-hidden paint={paint} />
    </Button>
  )
}
