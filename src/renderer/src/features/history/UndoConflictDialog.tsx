import { useState } from 'react'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { UndoConflict } from '#shared/history.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Problem } from '../../components/Problem.tsx'
import { Secret, useReveal } from '../../components/Secret.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { type Failure, toFailure } from '../../lib/failure.ts'
import { formatInstant } from '../../lib/format.ts'
import { secretOf } from '../../lib/secret-value.ts'
import { useApp, useHistory } from '../../stores/context.ts'
import styles from './History.module.css'

/** An undo or redo was refused since the session has changed: both states side by side, and the choice. */
export function UndoConflictDialog() {
  const conflict = useHistory((state) => state.conflict)
  return conflict === null ? null : <Open conflict={conflict} />
}

function Open({ conflict }: { readonly conflict: UndoConflict }) {
  const app = useApp()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const { which, entry, what, mineExists } = conflict
  const choose = (work: () => Promise<unknown>) => async () => {
    setBusy(true)
    try {
      await work()
    } catch (error) {
      setFailure(toFailure(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      wide
      title={`The ${what} has changed since: ${entry.label}`}
      description={`Nothing was written. To ${which} it now would write over what came after it.`}
      onClose={() => app.history.dismiss()}
    >
      <Differences conflict={conflict} />
      {failure === null ? null : <Problem>{failure.message}</Problem>}
      <DialogButtons>
        <Button onClick={() => app.history.dismiss()}>Cancel</Button>
        <Button busy={busy} onClick={choose(() => app.history.forget())}>
          Keep what’s in Redis
        </Button>
        <Button kind="danger" busy={busy} onClick={choose(() => app.takeBack(which, true))}>
          {mineExists ? 'Write over it' : `Delete the ${what}`}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

function Differences({
  conflict: { fields, value, expiresAt, mineExists, what, which },
}: {
  readonly conflict: UndoConflict
}) {
  if (!mineExists) {
    return (
      <p className={styles.note}>
        To {which} it means to delete the {what}, which has been used since.
      </p>
    )
  }
  // As they are shown, to the second.
  const otherTime = moment(expiresAt.mine) !== moment(expiresAt.now)
  if (fields.length === 0 && value === null && !otherTime) {
    return (
      <p className={styles.note}>
        What differs is not shown: the {what} is too large, or holds another type by now.
      </p>
    )
  }
  return (
    <div className={styles.scroller}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{value === null ? 'Field' : ''}</th>
            <th scope="col">With {which}</th>
            <th scope="col">Now in Redis</th>
          </tr>
        </thead>
        <tbody>
          {value === null ? null : (
            <tr>
              <th scope="row" className={styles.words}>
                Value
              </th>
              <Value value={value.mine} names={NO_NAMES} absent="no string" />
              <Value value={value.now} names={NO_NAMES} absent="no string" />
            </tr>
          )}
          {fields.map(({ name, mine, now, expiresAt: ends }) => (
            <tr key={bytesId(name)}>
              <th scope="row">{toLine(name)}</th>
              <Value value={mine} names={[toLine(name)]} ends={ends && { at: ends.mine }} />
              <Value value={now} names={[toLine(name)]} ends={ends && { at: ends.now }} />
            </tr>
          ))}
          {otherTime ? (
            <tr>
              <th scope="row" className={styles.words}>
                Expires
              </th>
              <td>{moment(expiresAt.mine)}</td>
              <td>{moment(expiresAt.now)}</td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </div>
  )
}

const moment = (epoch: number | null): string => (epoch === null ? 'never' : formatInstant(epoch))

const NO_NAMES: readonly string[] = []

interface ValueProps {
  readonly value: Bytes | null
  /** That lead to it. */
  readonly names: readonly string[]
  readonly absent?: string
  /** When the field itself ends, where that differs. */
  readonly ends?: { readonly at: number | null } | null
}

function Value({ value, names, absent = 'no such field', ends = null }: ValueProps) {
  const secret = value === null ? null : secretOf(value, names, null)
  const reveal = useReveal(secret !== null && secret.kind !== 'nothing')
  if (value === null) return <td className={styles.absent}>{absent}</td>
  const text = toLine(value)
  return (
    <td className={text === '' ? styles.absent : undefined}>
      <Secret
        reveal={reveal}
        what="this value"
        {...(secret?.kind === 'parts' ? { instead: secret.masked } : {})}
      >
        {text === '' ? 'empty' : text}
      </Secret>
      {ends === null ? null : (
        <span className={styles.ends}>
          {ends.at === null ? 'no TTL of its own' : `until ${formatInstant(ends.at)}`}
        </span>
      )}
    </td>
  )
}
