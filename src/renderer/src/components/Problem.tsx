import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './Problem.module.css'

interface ProblemProps {
  readonly tone?: 'red' | 'amber' | 'plain'
  readonly children: ReactNode
}

/** What went wrong, at the place that it belongs to. Red ones are spoken at once. */
export function Problem({ tone = 'red', children }: ProblemProps) {
  return (
    <div className={styles.problem} data-tone={tone} role={tone === 'red' ? 'alert' : undefined}>
      <TriangleAlert size={14} aria-hidden className={styles.icon} />
      <div className={styles.text}>{children}</div>
    </div>
  )
}
