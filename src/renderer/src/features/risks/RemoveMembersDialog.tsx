import { type FormEvent, useEffect, useState } from 'react'
import { bytesId } from '#shared/bytes.ts'
import type { OrphanList } from '#shared/risks.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Field } from '../../components/Field.tsx'
import { Problem } from '../../components/Problem.tsx'
import { SessionKey } from '../../components/SessionId.tsx'
import { type Failure, toFailure } from '../../lib/failure.ts'
import { formatCount, plural } from '../../lib/format.ts'
import { useApp, useBlock, useList } from '../../stores/context.ts'
import styles from './Risks.module.css'

/** Shows the indexes and how many of their entries would go, and asks. */
export function RemoveMembersDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  const { risks } = app
  const prefix = useList((state) => state.prefix)
  const blocked = useBlock('removeMembers')
  const [list, setList] = useState<OrphanList | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    let stale = false
    risks.orphans().then(
      (found) => !stale && setList(found),
      (error: unknown) => !stale && setFailure(toFailure(error)),
    )
    return () => {
      stale = true
    }
  }, [risks])
  const entries = plural(list?.members ?? 0, 'entry', 'entries')
  const missing =
    list === null || list.members === 0
      ? 'There is nothing to remove.'
      : list.confirmation !== null && typed !== list.confirmation
        ? `Type ${list.confirmation} first: this connection is marked as production.`
        : null
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (list === null || busy || blocked !== null || missing !== null) return
    setBusy(true)
    setFailure(null)
    try {
      const { removed, left } = await risks.removeMembers(list, list.confirmation === null ? null : typed)
      const beside =
        left > 0 ? ` ${plural(left, 'one', 'others')} left alone: the session is there again.` : ''
      app.wrote(`Removed ${plural(removed, 'orphaned entry', 'orphaned entries')}.${beside}`)
      onClose()
    } catch (error) {
      setFailure(toFailure(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      wide
      title={list === null ? 'Entries whose session is gone' : `Remove ${entries}?`}
      description="These entries and no others: each index is looked at once more in the step that writes it, and an entry whose session is there again stays."
      onClose={onClose}
    >
      <form className={styles.form} onSubmit={submit} noValidate>
        {list === null ? null : (
          <ul className={styles.indexes} aria-label="Indexes">
            {list.indexes.map(({ key, members }) => (
              <li key={bytesId(key)} className={styles.index}>
                <span className={styles.indexKey}>
                  <SessionKey name={key} prefixes={[prefix]} />
                </span>
                <span className={styles.figure}>{formatCount(members)}</span>
              </li>
            ))}
          </ul>
        )}
        {list !== null && list.more > 0 ? (
          <Problem tone="amber">
            One turn takes so many; {formatCount(list.more)} more are left for another.
          </Problem>
        ) : null}
        {list !== null && list.elsewhere > 0 ? (
          <Problem tone="amber">
            {plural(list.elsewhere, 'index', 'indexes')} left out: its sessions lie on other nodes of the
            cluster, so that no single step can look at both.
          </Problem>
        ) : null}
        {list === null || list.confirmation === null ? null : (
          <Field
            label={`This connection is marked as production. Type ${list.confirmation} to confirm.`}
            mono
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        {failure === null ? null : <Problem>{failure.message}</Problem>}
        <DialogButtons>
          <Button autoFocus onClick={onClose}>
            Cancel
          </Button>
          <Button kind="danger" type="submit" busy={busy} blocked={blocked ?? missing}>
            Remove {entries}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
