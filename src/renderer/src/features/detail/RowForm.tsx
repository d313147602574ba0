import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import styles from './FieldTable.module.css'

interface RowFormProps {
  /** What it does: `Rename theme`. */
  readonly label: string
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A small form beneath a field's value; Escape closes it, and the field stays open. */
export function RowForm({ label, onClose, children }: RowFormProps) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    element.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    onClose()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen.
    <div ref={element} className={styles.form} role="group" aria-label={label} onKeyDown={press}>
      {children}
    </div>
  )
}
