import styles from './SessionGrid.module.css'

const TAIL = 4

/**
 * Text that is cut in its middle where it does not fit: two ids are told apart by their ends. The whole text stays in
 * the page, so that it is copied, searched and read out whole.
 */
export function MiddleEllipsis({ text }: { readonly text: string }) {
  const cut = Math.max(0, text.length - TAIL)
  return (
    <span className={styles.middle} title={text}>
      <span className={styles.head}>{text.slice(0, cut)}</span>
      <span className={styles.tail}>{text.slice(cut)}</span>
    </span>
  )
}
