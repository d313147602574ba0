import styles from './Kbd.module.css'

/** Keys as they are written on the keyboard, parted by spaces: `Ctrl K`. */
export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span className={styles.keys}>
      {keys.split(' ').map((key) => (
        <kbd key={key} className={styles.key}>
          {key}
        </kbd>
      ))}
    </span>
  )
}
