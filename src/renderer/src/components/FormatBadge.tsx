import type { RowFormat } from '#shared/model.ts'
import styles from './FormatBadge.module.css'

/** Which library wrote a session; the tooltip says it whole. */
export function FormatBadge({ name, encoding }: Pick<RowFormat, 'name' | 'encoding'>) {
  return (
    <span className={styles.badge} title={`Written by ${name}, ${encoding}`}>
      {name.replace(/ \(.*\)$/, '')}
    </span>
  )
}
