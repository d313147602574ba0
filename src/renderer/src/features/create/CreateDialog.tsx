import { Plus, X } from 'lucide-react'
import { type FormEvent, useRef, useState } from 'react'
import { isSecretPath } from '#shared/mask.ts'
import { DEFAULT_TTL_SECONDS } from '#shared/ttl.ts'
import { Button, IconButton } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Field } from '../../components/Field.tsx'
import { Problem } from '../../components/Problem.tsx'
import { type Failure, toFailure } from '../../lib/failure.ts'
import { formatDuration } from '../../lib/format.ts'
import { useApp, useBlock, useList, usePrivacy } from '../../stores/context.ts'
import styles from './CreateDialog.module.css'
import { FIRST_ROWS, type FormRow, isRowProblem, type RowProblem, readRows } from './create-form.ts'

export function CreateDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  const prefix = useList((state) => state.prefix)
  const blocked = useBlock('create')
  const { mode } = usePrivacy()
  const [rows, setRows] = useState<readonly FormRow[]>(FIRST_ROWS)
  const [ttl, setTtl] = useState(String(DEFAULT_TTL_SECONDS))
  const [failure, setFailure] = useState<Failure | null>(null)
  const [problem, setProblem] = useState<RowProblem | null>(null)
  const [busy, setBusy] = useState(false)
  const lastKey = useRef(FIRST_ROWS.length)

  const change = (key: number, part: Partial<FormRow>) => {
    setRows(rows.map((row) => (row.key === key ? { ...row, ...part } : row)))
    setProblem(null)
    setFailure(null)
  }
  const add = () => {
    lastKey.current += 1
    setRows([...rows, { key: lastKey.current, name: '', value: '' }])
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || blocked !== null) return
    const fields = readRows(rows)
    if (isRowProblem(fields)) {
      setProblem(fields)
      return
    }
    setBusy(true)
    setFailure(null)
    try {
      await app.create(fields, ttl)
      onClose()
    } catch (error) {
      setFailure(toFailure(error))
      setBusy(false)
    }
  }
  const ttlError = failure?.code === 'invalid_ttl' ? failure.message : null
  return (
    <Dialog
      title="New session"
      wide
      onClose={onClose}
      description={
        <>
          Made under <code>{prefix === '' ? '(no prefix)' : prefix}</code> with a random id, exactly as the
          session store does it.
        </>
      }
    >
      <form className={styles.form} onSubmit={submit} noValidate>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a grid in every engine. */}
        <div className={styles.rows} role="group" aria-label="Fields">
          <div className={styles.head} aria-hidden>
            <span>Field</span>
            <span>Value</span>
          </div>
          {rows.map((row, index) => (
            <div key={row.key} className={styles.row}>
              <input
                className={styles.input}
                aria-label={`Field ${index + 1} name`}
                aria-invalid={problem?.key === row.key || undefined}
                value={row.name}
                autoFocus={index > 1}
                placeholder="name"
                spellCheck={false}
                autoComplete="off"
                onChange={(event) => change(row.key, { name: event.target.value })}
              />
              <input
                className={styles.input}
                aria-label={`Field ${index + 1} value`}
                type={mode === 'streaming' && isSecretPath([row.name]) ? 'password' : 'text'}
                value={row.value}
                autoFocus={index === 0}
                placeholder={row.name === 'username' ? 'empty: nobody is logged in' : 'value'}
                spellCheck={false}
                autoComplete="off"
                onChange={(event) => change(row.key, { value: event.target.value })}
              />
              <IconButton
                icon={X}
                label={`Remove field ${index + 1}`}
                onClick={() => setRows(rows.filter(({ key }) => key !== row.key))}
              />
              {problem?.key === row.key ? (
                <p className={styles.error} role="alert">
                  {problem.message}
                </p>
              ) : null}
            </div>
          ))}
          <Button small kind="quiet" icon={Plus} className={styles.add} onClick={add}>
            Add a field
          </Button>
        </div>
        <Field
          label="TTL in seconds"
          mono
          className={styles.ttl}
          inputMode="numeric"
          value={ttl}
          error={ttlError}
          hint={
            /^\s*\d{1,15}\s*$/.test(ttl) && Number(ttl) > 0
              ? `${formatDuration(Number(ttl))} from each access`
              : 'whole seconds, at least 1'
          }
          onChange={(event) => {
            setTtl(event.target.value)
            setFailure(null)
          }}
        />
        {failure !== null && ttlError === null ? <Problem>{failure.message}</Problem> : null}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={busy} blocked={blocked}>
            Create session
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
