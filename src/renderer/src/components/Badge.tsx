import type { ReactNode } from 'react'
import styles from './Badge.module.css'

interface BadgeProps {
  readonly tone?: 'plain' | 'amber' | 'red' | 'calm' | 'accent'
  readonly title?: string
  readonly children: ReactNode
}

/** A word about a thing, beside it. */
export function Badge({ tone = 'plain', title, children }: BadgeProps) {
  return (
    <span className={styles.badge} data-tone={tone} title={title}>
      {children}
    </span>
  )
}
