import { useId } from 'react'
import type { Redaction } from '#shared/transfer.ts'
import styles from './Transfer.module.css'

interface RedactionChoiceProps {
  readonly value: Redaction
  readonly onChange: (value: Redaction) => void
  /** What follows from it, beside that secrets are not in the file. */
  readonly notes: Readonly<Record<'secrets' | 'ids', string>>
}

/** What of a file is replaced by marks. Secrets are, unless somebody chooses otherwise. */
export function RedactionChoice({ value, onChange, notes }: RedactionChoiceProps) {
  const id = useId()
  return (
    <fieldset className={styles.choices}>
      <legend className={styles.legend}>Redaction</legend>
      <label className={styles.choice}>
        <input
          type="checkbox"
          className={styles.radio}
          checked={value !== 'nothing'}
          aria-describedby={`${id}-secrets`}
          onChange={(event) => onChange(event.target.checked ? 'secrets' : 'nothing')}
        />
        <span className={styles.choiceText}>
          <span className={styles.choiceLabel}>Redact secrets</span>
          <span id={`${id}-secrets`} className={styles.choiceNote}>
            {notes.secrets}
          </span>
        </span>
      </label>
      <label className={styles.choice}>
        <input
          type="checkbox"
          className={styles.radio}
          checked={value === 'secretsAndIds'}
          aria-describedby={`${id}-ids`}
          onChange={(event) => onChange(event.target.checked ? 'secretsAndIds' : 'secrets')}
        />
        <span className={styles.choiceText}>
          <span className={styles.choiceLabel}>Redact session ids too</span>
          <span id={`${id}-ids`} className={styles.choiceNote}>
            {notes.ids}
          </span>
        </span>
      </label>
    </fieldset>
  )
}
