import { type FormEvent, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Problem } from '../../components/Problem.tsx'
import { type Failure, toFailure } from '../../lib/failure.ts'
import { useApp, useConnection, useConnections, useList } from '../../stores/context.ts'
import { type ConnectForm, EMPTY_FORM, isProblem, readMarks } from '../connect/connect-form.ts'
import type { FormView } from '../connect/form-view.ts'
import { MarkFields } from '../connect/MarkFields.tsx'

/** Saves the connection that is open. */
export function SaveConnectionDialog({ onClose }: { readonly onClose: () => void }) {
  const { connections, toasts } = useApp()
  const status = useConnection((state) => state.status)
  const prefix = useList((state) => state.prefix)
  const storage = useConnections((state) => state.list?.secretStorage ?? 'none')
  const connected = status?.state === 'connected' ? status : null
  const [form, setForm] = useState<ConnectForm>(() => ({
    ...EMPTY_FORM,
    environment: connected?.environment ?? null,
    readOnly: connected?.readOnly ?? false,
    prefixes: prefix,
    keepSecrets: storage === 'keychain',
  }))
  const [failure, setFailure] = useState<Failure | null>(null)
  const [busy, setBusy] = useState(false)
  const marks = readMarks(form)
  const view: FormView = {
    form,
    entry: null,
    set: (part) => setForm({ ...form, ...part }),
    errorOf: (input) => (isProblem(marks) && marks.input === input ? marks.message : null),
  }
  const save = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || isProblem(marks)) return
    setBusy(true)
    setFailure(null)
    try {
      await connections.saveOpen({ ...marks, keepSecrets: form.keepSecrets })
      toasts.show('done', `Saved ${marks.name || (connected?.target.label ?? 'the connection')}.`)
      onClose()
    } catch (error) {
      setFailure(toFailure(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title="Save this connection"
      description={`${connected?.target.label ?? 'It'} stands in the list at the next start, with what it takes to connect.`}
      onClose={onClose}
    >
      <form onSubmit={save} style={{ display: 'contents' }} noValidate>
        <MarkFields view={view} storage={storage} />
        {failure === null ? null : <Problem>{failure.message}</Problem>}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={busy}>
            Save
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
