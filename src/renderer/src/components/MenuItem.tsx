import type { LucideIcon } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import styles from './Menu.module.css'

interface MenuItemProps {
  readonly icon?: LucideIcon
  /** Why it does nothing now. It stays in reach of the keyboard, so that the reason can be read. */
  readonly blocked?: string | null
  readonly onSelect: () => void
  readonly children: ReactNode
}

/** An item of a menu; one that does nothing now says why. */
export function MenuItem({ icon: Icon, blocked = null, onSelect, children }: MenuItemProps) {
  return (
    <DropdownMenu.Item
      className={styles.item}
      aria-disabled={blocked !== null || undefined}
      data-blocked={blocked !== null || undefined}
      onSelect={(event) => {
        if (blocked === null) onSelect()
        else event.preventDefault()
      }}
    >
      {Icon === undefined ? null : <Icon size={14} aria-hidden />}
      <span className={styles.words}>
        {children}
        {blocked === null ? null : <span className={styles.why}>{blocked}</span>}
      </span>
    </DropdownMenu.Item>
  )
}
