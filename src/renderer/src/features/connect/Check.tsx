import { type ComponentProps, useId } from 'react'
import styles from './ConnectForm.module.css'

/** A checkbox with its words. */
export function Check({ label, ...input }: ComponentProps<'input'> & { readonly label: string }) {
  const id = useId()
  return (
    <div className={styles.check}>
      <input id={id} type="checkbox" {...input} />
      <label htmlFor={id}>{label}</label>
    </div>
  )
}
