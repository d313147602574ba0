import { type FormEvent, useState } from 'react'
import type { ErrorDetails } from '#shared/errors.ts'
import { Button } from '../../components/Button.tsx'
import { Field } from '../../components/Field.tsx'
import { Problem } from '../../components/Problem.tsx'
import { toFailure } from '../../lib/failure.ts'
import { formatDuration, formatInstant } from '../../lib/format.ts'
import type { ShownTime } from '../../stores/detail-edits.ts'
import { Comparison } from './Comparison.tsx'
import styles from './TtlEditor.module.css'

/** Seconds. */
const CHOICES = [60, 300, 1800, 3600, 86_400] as const

interface TtlFormProps {
  /** As it is when the form opens: what is written is compared with this. */
  readonly shown: ShownTime
  readonly initial: string
  /** What a TTL means here. */
  readonly note: string
  /** What it means to have none; null where there is none to remove. */
  readonly warning: string | null
  readonly onWrite: (ttl: string | null, shown: ShownTime) => Promise<void>
  readonly onDone: () => void
  /** Why it cannot be removed; null when it can. */
  readonly removeBlock: string | null
  /** Where the form stands in a page that has no other way to close it. */
  readonly cancel?: boolean
}

/** Sets or removes a TTL; where it has changed meanwhile, shows all three and asks. */
export function TtlForm(props: TtlFormProps) {
  const { initial, note, warning, removeBlock, onWrite, onDone, cancel = false } = props
  const [shown] = useState(props.shown)
  const [text, setText] = useState(initial)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [removing, setRemoving] = useState(false)
  const [conflict, setConflict] = useState<TtlConflict | null>(null)

  const write = async (ttl: string | null, compareWith = shown) => {
    if (ttl !== null) setText(ttl)
    setBusy(true)
    setError(null)
    try {
      await onWrite(ttl, compareWith)
      onDone()
    } catch (failed) {
      const { code, message, details } = toFailure(failed)
      const now = code === 'conflict' ? timeNow(details) : null
      setConflict(now && { message, ttl, now })
      setError(now === null ? message : null)
      setBusy(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!busy) void write(text)
  }

  if (conflict !== null) {
    return (
      <Comparison
        message={conflict.message}
        shown={timeInWords(shown)}
        yours={conflict.ttl === null ? 'no TTL' : `${conflict.ttl.trim()} s from now`}
        now={timeInWords(conflict.now)}
      >
        <Button small onClick={onDone}>
          Keep what’s in Redis
        </Button>
        <Button small kind="danger" busy={busy} onClick={() => write(conflict.ttl, conflict.now)}>
          {conflict.ttl === null ? 'Remove it anyway' : 'Write mine anyway'}
        </Button>
      </Comparison>
    )
  }
  if (removing) {
    return (
      <div className={styles.form}>
        <Problem tone="amber">{warning}</Problem>
        {error === null ? null : <Problem>{error}</Problem>}
        <div className={styles.buttons}>
          <Button small kind="danger" busy={busy} onClick={() => write(null)}>
            Remove TTL
          </Button>
          <Button small autoFocus onClick={() => setRemoving(false)}>
            Keep it
          </Button>
        </div>
      </div>
    )
  }
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <div className={styles.line}>
        <Field
          label="TTL in seconds"
          mono
          autoFocus
          inputMode="numeric"
          value={text}
          error={error}
          hint={
            /^\s*\d{1,15}\s*$/.test(text) && Number(text) > 0
              ? formatDuration(Number(text))
              : 'whole seconds, at least 1'
          }
          onChange={(event) => {
            setText(event.target.value)
            setError(null)
          }}
          onFocus={(event) => event.target.select()}
        />
        <Button kind="primary" type="submit" busy={busy} className={styles.set}>
          Set TTL
        </Button>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen. */}
      <div className={styles.choices} role="group" aria-label="Quick choices">
        {CHOICES.map((seconds) => (
          <Button key={seconds} small onClick={() => write(String(seconds))}>
            {formatDuration(seconds)}
          </Button>
        ))}
      </div>
      <p className={styles.note}>{note}</p>
      {warning === null && !cancel ? null : (
        <div className={styles.buttons}>
          {warning === null ? null : (
            <Button small blocked={removeBlock} onClick={() => setRemoving(true)}>
              Remove TTL…
            </Button>
          )}
          {cancel ? (
            <Button small onClick={onDone}>
              Cancel
            </Button>
          ) : null}
        </div>
      )}
    </form>
  )
}

interface TtlConflict {
  readonly message: string
  /** What was to be written; null for none. */
  readonly ttl: string | null
  readonly now: ShownTime
}

/** The time that Redis has now, from a conflict's details; null where they tell of none, since the field has gone. */
function timeNow({ expiresAt, configuredTtl, absent }: ErrorDetails): ShownTime | null {
  if (absent === true) return null
  return {
    expiresAt: typeof expiresAt === 'number' ? expiresAt : null,
    configuredTtl: typeof configuredTtl === 'number' ? configuredTtl : null,
  }
}

/** A session by its configured TTL, anything else by its end. */
const timeInWords = ({ configuredTtl, expiresAt }: ShownTime): string =>
  configuredTtl !== null
    ? `${configuredTtl} s`
    : expiresAt === null
      ? 'no TTL'
      : `until ${formatInstant(expiresAt)}`
