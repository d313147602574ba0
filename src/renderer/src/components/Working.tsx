import type { ReactNode } from 'react'
import styles from './Working.module.css'

interface WorkingProps {
  readonly label: string
  readonly value: number
  readonly max: number
  readonly children: ReactNode
}

/** How far something is that takes a while. */
export function Working({ label, value, max, children }: WorkingProps) {
  return (
    <div className={styles.working}>
      <progress className={styles.bar} value={value} max={Math.max(1, max)} aria-label={label} />
      <p className={styles.figures}>{children}</p>
    </div>
  )
}
