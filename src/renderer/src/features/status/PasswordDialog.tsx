import { type FormEvent, useState } from 'react'
import type { PublicTarget } from '#shared/model.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Field } from '../../components/Field.tsx'
import { toFailure } from '../../lib/failure.ts'
import { useApp } from '../../stores/context.ts'
import styles from './PasswordDialog.module.css'

interface PasswordDialogProps {
  readonly target: PublicTarget
  readonly onClose: () => void
}

/** Asks for the password that the server wants by now, and tries it once. */
export function PasswordDialog({ target, onClose }: PasswordDialogProps) {
  const { connection } = useApp()
  const [password, setPassword] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setError(null)
    try {
      await connection.retry(password)
      const { status } = connection.store.getState()
      if (status?.state !== 'lost' || !status.needsPassword) return onClose()
      setError(status.reason)
    } catch (thrown) {
      setError(toFailure(thrown).message)
    }
    setBusy(false)
  }
  return (
    <Dialog
      title="Enter the password"
      description={
        <>
          Redis at {target.label} refused the one that the user <code>{target.username ?? 'default'}</code>{' '}
          connected with. The new one is tried once, and kept for this connection.
        </>
      }
      onClose={onClose}
    >
      <form className={styles.form} onSubmit={submit} noValidate>
        <Field
          label="Password"
          type="password"
          autoFocus
          autoComplete="current-password"
          value={password}
          error={error}
          onChange={(event) => {
            setPassword(event.target.value)
            setError(null)
          }}
        />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={busy}>
            Connect again
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
