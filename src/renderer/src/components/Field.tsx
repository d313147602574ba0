import { type ComponentProps, type ReactNode, useId } from 'react'
import styles from './Field.module.css'

interface FieldProps extends ComponentProps<'input'> {
  readonly label: string
  readonly hint?: ReactNode
  /** What is wrong with this input, ready to show. */
  readonly error?: string | null
  readonly mono?: boolean
}

/** A labelled input with its hint and its error beneath. */
export function Field({ label, hint, error = null, mono = false, className, ...input }: FieldProps) {
  const id = useId()
  const note = error ?? hint
  return (
    <div className={[styles.field, className].filter(Boolean).join(' ')}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <input
        autoComplete="off"
        spellCheck={false}
        {...input}
        id={id}
        className={styles.input}
        data-mono={mono || undefined}
        aria-invalid={error !== null || undefined}
        aria-describedby={note ? `${id}-note` : undefined}
      />
      {note ? (
        <p
          id={`${id}-note`}
          className={error === null ? styles.hint : styles.error}
          role={error === null ? undefined : 'alert'}
        >
          {note}
        </p>
      ) : null}
    </div>
  )
}
