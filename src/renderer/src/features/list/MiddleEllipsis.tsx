import styles from './SessionGrid.module.css'

const TAIL = 4

interface MiddleEllipsisProps {
  readonly text: string
  /** The whole of it is the tooltip; false where there is another one. @default true */
  readonly tip?: boolean
}

/**
 * Text that is cut in its middle where it does not fit: two ids are told apart by their ends. The whole text stays in
 * the page, so that it is copied, searched and read out whole.
 */
export function MiddleEllipsis({ text, tip = true }: MiddleEllipsisProps) {
  const cut = Math.max(0, text.length - TAIL)
  return (
    <span className={styles.middle} title={tip ? text : undefined}>
      <span className={styles.head}>{text.slice(0, cut)}</span>
      <span className={styles.tail}>{text.slice(cut)}</span>
    </span>
  )
}
