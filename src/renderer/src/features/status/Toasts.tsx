import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { useStore } from 'zustand'
import { IconButton } from '../../components/Button.tsx'
import { useApp } from '../../stores/context.ts'
import styles from './Toasts.module.css'

/** What came of actions. The region is there from the start, so that a screen reader hears what enters it. */
export function Toasts() {
  const { toasts } = useApp()
  const shown = useStore(toasts.store, (state) => state.toasts)
  return (
    <div className={styles.toasts} aria-live="polite" role="log" aria-label="Results">
      {shown.map((toast) => (
        <div key={toast.id} className={styles.toast} data-kind={toast.kind}>
          {toast.kind === 'done' ? (
            <CircleCheck size={15} aria-hidden />
          ) : (
            <CircleAlert size={15} aria-hidden />
          )}
          <p>{toast.text}</p>
          <IconButton icon={X} label="Dismiss" onClick={() => toasts.dismiss(toast.id)} />
        </div>
      ))}
    </div>
  )
}
