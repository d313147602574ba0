import { type FormEvent, useState } from 'react'
import type { Bytes } from '#shared/bytes.ts'
import { isSecretPath, maskedText } from '#shared/mask.ts'
import type { SessionField } from '#shared/model.ts'
import { Button } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { Field } from '../../components/Field.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { toFailure } from '../../lib/failure.ts'
import { useApp, useDetail } from '../../stores/context.ts'
import { toCurrent } from '../../stores/draft.ts'
import { Comparison, Held } from './Comparison.tsx'
import styles from './FieldEditor.module.css'
import { RowForm } from './RowForm.tsx'
import { useFieldBlock } from './session-block.ts'

interface RenameFormProps {
  readonly field: SessionField
  readonly onClose: () => void
}

interface RenameConflict {
  readonly message: string
  readonly current: Bytes | null
}

/** Gives a field another name; refused where its value has changed since the form was opened. */
export function RenameForm({ field: latest, onClose }: RenameFormProps) {
  const app = useApp()
  const blocked = useFieldBlock('renameFields')
  const ended = useDetail((state) => state.ending !== null)
  const [field] = useState(latest)
  const name = toLine(field.name)
  const [to, setTo] = useState(typeof field.name === 'string' ? field.name : '')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [conflict, setConflict] = useState<RenameConflict | null>(null)
  const rename = async (shown?: Bytes | null) => {
    if (blocked !== null || busy) return
    if (to === field.name) {
      onClose()
      return
    }
    setBusy(true)
    setError(null)
    try {
      await app.detail.renameField(field, to, shown)
      onClose()
      app.wrote(`Renamed ${name} to ${to}.`)
    } catch (failed) {
      const failure = toFailure(failed)
      setConflict(
        failure.code === 'conflict' ? { message: failure.message, current: toCurrent(failure) } : null,
      )
      setError(failure.code === 'conflict' ? null : messageOf(failure, to))
      setBusy(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void rename()
  }
  return (
    <RowForm label={`Rename ${name}`} onClose={onClose}>
      {conflict === null ? (
        <form className={styles.editor} onSubmit={submit} noValidate>
          <Field
            label="New name"
            mono
            autoFocus
            value={to}
            error={error}
            hint="The value and its TTL go along. Code that reads the old name finds nothing there."
            onChange={(event) => {
              setTo(event.target.value)
              setError(null)
            }}
            onFocus={(event) => event.target.select()}
          />
          <div className={styles.buttons}>
            <Button small kind="primary" type="submit" busy={busy} blocked={blocked}>
              Rename
            </Button>
            <Button small onClick={onClose}>
              Cancel
            </Button>
            {ended ? (
              <CopyButton label="Copy your text" text={to}>
                Copy your text
              </CopyButton>
            ) : null}
          </div>
        </form>
      ) : (
        <Comparison
          message={conflict.message}
          shown={<Held value={field.value} of={[name]} />}
          yours={`the same, as ${to}`}
          now={<Held value={conflict.current} of={[name]} />}
        >
          <Button small onClick={onClose}>
            Keep what’s in Redis
          </Button>
          {conflict.current === null ? null : (
            <Button
              small
              kind="danger"
              busy={busy}
              blocked={blocked}
              onClick={() => rename(conflict.current)}
            >
              Rename it anyway
            </Button>
          )}
        </Comparison>
      )}
    </RowForm>
  )
}

/** What holds the name already is said, so that one need not look for it; a message never says a secret. */
const messageOf = (failure: ReturnType<typeof toFailure>, name: string): string => {
  const current = toCurrent(failure)
  if (current === null || isSecretPath([name])) return failure.message
  return `${failure.message} It holds: ${maskedText(toLine(current)).slice(0, 80)}`
}
