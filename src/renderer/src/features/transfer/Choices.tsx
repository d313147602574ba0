import { type ReactNode, useId } from 'react'
import styles from './Transfer.module.css'

interface Choice<T extends string> {
  readonly value: T
  readonly label: ReactNode
  /** One plain sentence on what it means. */
  readonly note?: ReactNode
  /** At the end of its line. */
  readonly end?: ReactNode
}

interface ChoicesProps<T extends string> {
  readonly legend: string
  readonly choices: readonly Choice<T>[]
  readonly value: T
  readonly onChange: (value: T) => void
}

/** One of a few, all of them shown with what they mean. */
export function Choices<T extends string>({ legend, choices, value, onChange }: ChoicesProps<T>) {
  const name = useId()
  return (
    <fieldset className={styles.choices}>
      <legend className={styles.legend}>{legend}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className={styles.choice}>
          <input
            type="radio"
            name={name}
            className={styles.radio}
            checked={choice.value === value}
            aria-describedby={choice.note === undefined ? undefined : `${name}-${choice.value}`}
            onChange={() => onChange(choice.value)}
          />
          <span className={styles.choiceText}>
            <span className={styles.choiceLabel}>{choice.label}</span>
            {choice.note === undefined ? null : (
              <span id={`${name}-${choice.value}`} className={styles.choiceNote}>
                {choice.note}
              </span>
            )}
          </span>
          {choice.end === undefined ? null : <span className={styles.choiceEnd}>{choice.end}</span>}
        </label>
      ))}
    </fieldset>
  )
}
