import { AlertDialog } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { type Failure, toFailure } from '../lib/failure.ts'
import { Button } from './Button.tsx'
import styles from './Dialog.module.css'
import { Problem } from './Problem.tsx'
import { useFocusReturn } from './use-focus-return.ts'

interface ConfirmProps {
  readonly title: string
  readonly description: ReactNode
  /** What happens, on the button: "Delete session". */
  readonly action: string
  readonly danger?: boolean
  readonly blocked: string | null
  readonly children?: ReactNode
  readonly onClose: () => void
  /** The dialog closes when this resolves, and shows why when it rejects. */
  readonly onConfirm: () => Promise<void>
}

/** Asks before something that cannot be taken back. The focus starts on Cancel. */
export function Confirm({
  title,
  description,
  action,
  danger = true,
  blocked,
  children,
  onClose,
  onConfirm,
}: ConfirmProps) {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const giveFocusBack = useFocusReturn()
  const confirm = async () => {
    setBusy(true)
    setFailure(null)
    try {
      await onConfirm()
      onClose()
    } catch (error) {
      setFailure(toFailure(error))
      setBusy(false)
    }
  }
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <AlertDialog.Portal>
        <div className={styles.backdrop} aria-hidden />
        <AlertDialog.Content className={styles.dialog} aria-modal onCloseAutoFocus={giveFocusBack}>
          <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
          <AlertDialog.Description className={styles.description}>{description}</AlertDialog.Description>
          {children}
          {failure === null ? null : <Problem>{failure.message}</Problem>}
          <div className={styles.buttons}>
            <AlertDialog.Cancel asChild>
              <Button>Cancel</Button>
            </AlertDialog.Cancel>
            <Button kind={danger ? 'danger' : 'primary'} busy={busy} blocked={blocked} onClick={confirm}>
              {action}
            </Button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
