import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import styles from './Dialog.module.css'
import { useFocusReturn } from './use-focus-return.ts'

interface DialogProps {
  readonly title: string
  readonly description?: ReactNode
  readonly onClose: () => void
  /** `most`: for what stands side by side. */
  readonly wide?: boolean | 'most'
  readonly children: ReactNode
}

/**
 * A modal dialog. It has a backdrop of its own: Radix's locks the page's scrolling with a style element, and this
 * page never scrolls.
 */
export function Dialog({ title, description, onClose, wide = false, children }: DialogProps) {
  const giveFocusBack = useFocusReturn()
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <div className={styles.backdrop} aria-hidden />
        <Radix.Content
          className={styles.dialog}
          aria-modal
          onCloseAutoFocus={giveFocusBack}
          data-wide={wide === 'most' ? 'most' : wide || undefined}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <Radix.Title className={styles.title}>{title}</Radix.Title>
          {description === undefined ? null : (
            <Radix.Description className={styles.description}>{description}</Radix.Description>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** The row of buttons that ends a dialog. */
export function DialogButtons({ children }: { readonly children: ReactNode }) {
  return <div className={styles.buttons}>{children}</div>
}
