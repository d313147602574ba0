import { type FormEvent, useState } from 'react'
import type { FrozenList } from '#shared/bulk.ts'
import { DEFAULT_TTL_SECONDS } from '#shared/ttl.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Field } from '../../components/Field.tsx'
import { Problem } from '../../components/Problem.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { formatAgo, formatClock, formatCount, formatDuration, plural } from '../../lib/format.ts'
import type { BulkIntent } from '../../stores/bulk.ts'
import { useApp, useBlock, useBulk, useConnection, useHistory } from '../../stores/context.ts'
import { Together } from '../detail/RelatedChoice.tsx'
import styles from './Bulk.module.css'
import { BulkRows } from './BulkRows.tsx'
import {
  actionOf,
  buttonOf,
  othersInWords,
  relatedInWords,
  relatedOfMany,
  titleOf,
  usersInWords,
} from './bulk-words.ts'

/** Milliseconds within which an access counts as being used right now. */
const IN_USE = 60_000

/** Shows the exact keys before anything is done to them, and asks. */
export function BulkQuestion({ intent, list }: { readonly intent: BulkIntent; readonly list: FrozenList }) {
  const { bulk } = useApp()
  const failure = useBulk((state) => state.failure)
  const { states, total, confirmation, latest, libraries } = list
  const isDelete = actionOf(intent) === 'delete'
  const blocked = useBlock(isDelete ? 'deleteMany' : 'setTtlOfMany')
  const notSessions = states.incomplete + states.foreign
  const notOurs = notSessions + libraries.sessions
  // Whoever is to be logged out is so while they click, too.
  const [unchangedOnly, setUnchangedOnly] = useState(intent.kind !== 'logOut')
  // Sessions are what was asked for, whoever wrote them; what is none goes only where somebody says so.
  const [others, setOthers] = useState(intent.others ?? notSessions === 0)
  const [along, setAlong] = useState(true)
  const isCluster = useConnection(
    ({ status }) => status?.state === 'connected' && status.target.deployment === 'cluster',
  )
  const hasRelated = isDelete && others && libraries.withRelated > 0
  const [typed, setTyped] = useState('')
  const [ttl, setTtl] = useState(String(DEFAULT_TTL_SECONDS))
  const [busy, setBusy] = useState(false)
  const count = states.session + (others ? notOurs : 0)
  const wrongTtl = failure?.code === 'invalid_ttl' ? failure.message : null
  const missing =
    count === 0
      ? 'There is no session in the list.'
      : confirmation !== null && typed !== confirmation
        ? `Type ${confirmation} first: this connection is marked as production.`
        : null
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || blocked !== null || missing !== null) return
    setBusy(true)
    await bulk.run({
      action: isDelete ? { kind: 'delete', related: hasRelated && along } : { kind: 'setTtl', ttl },
      unchangedOnly,
      others,
      ...(confirmation === null ? {} : { confirmation: typed }),
    })
    setBusy(false)
  }
  return (
    <Dialog
      wide
      title={titleOf(intent, count)}
      description={`The list was made at ${formatClock(list.at)}. These keys${hasRelated && along ? ', what belongs to them,' : ''} and no others: each is looked at once more before it is written, and what appears meanwhile is not touched.`}
      onClose={() => bulk.close()}
    >
      <form className={styles.form} onSubmit={submit} noValidate>
        <dl className={styles.facts}>
          <dt>Users</dt>
          <dd>{total === 0 ? 'none' : usersInWords(list)}</dd>
          <dt>Last active</dt>
          <dd data-tone={latest !== null && list.at - latest.at < IN_USE ? 'amber' : undefined}>
            {latest === null
              ? 'not recorded'
              : `${formatAgo(latest.at, list.at)}${latest.user === null || latest.user === '' ? '' : ` (${toLine(latest.user)})`}`}
          </dd>
          {list.gone > 0 ? (
            <>
              <dt>Gone</dt>
              <dd>{plural(list.gone, 'key')} ended before the list was made</dd>
            </>
          ) : null}
        </dl>
        {total === 0 ? null : <BulkRows at={list.at} total={total} outcome={null} />}
        {list.complete ? null : (
          <Problem tone="amber">
            The list of sessions was not read to its end, so more may match than are named here.
          </Problem>
        )}
        {intent.more === undefined || intent.more === 0 ? null : (
          <Problem tone="amber">
            One list takes so many; {formatCount(intent.more)} more are left for another turn.
          </Problem>
        )}
        {isDelete ? null : (
          <Field
            label="TTL in seconds"
            mono
            inputMode="numeric"
            className={styles.short}
            value={ttl}
            error={wrongTtl}
            hint={
              /^\s*\d{1,15}\s*$/.test(ttl) && Number(ttl) > 0
                ? `${formatDuration(Number(ttl))}, beginning anew`
                : 'whole seconds, at least 1'
            }
            onChange={(event) => setTtl(event.target.value)}
          />
        )}
        <div className={styles.choices}>
          <label className={styles.choice}>
            <input
              type="checkbox"
              checked={unchangedOnly}
              onChange={(event) => setUnchangedOnly(event.target.checked)}
            />
            Leave sessions alone that have been used or changed since the list was made
          </label>
          {notOurs === 0 ? null : (
            <label className={styles.choice}>
              <input type="checkbox" checked={others} onChange={(event) => setOthers(event.target.checked)} />
              {isDelete ? 'Also delete' : 'Also let expire'} {othersInWords(list)}
            </label>
          )}
          {hasRelated ? (
            <div className={styles.related}>
              <Together along={along} onChange={setAlong}>
                {relatedOfMany(libraries.withRelated)}
              </Together>
              <p className={styles.note}>{relatedInWords(along, isCluster)}</p>
            </div>
          ) : null}
        </div>
        {confirmation === null ? null : (
          <Field
            label={`This connection is marked as production. Type ${confirmation} to confirm.`}
            mono
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        <UndoNote undoable={list.undoable} />
        {failure === null || wrongTtl !== null ? null : <Problem>{failure.message}</Problem>}
        <DialogButtons>
          <Button autoFocus onClick={() => bulk.close()}>
            Cancel
          </Button>
          <Button
            kind={isDelete ? 'danger' : 'primary'}
            type="submit"
            busy={busy}
            blocked={blocked ?? missing}
          >
            {buttonOf(intent, count)}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

function UndoNote({ undoable }: { readonly undoable: boolean }) {
  const limits = useHistory((state) => state.status?.limits)
  const blocked = useBlock('undo')
  if (blocked !== null) return <Problem tone="amber">This cannot be undone. {blocked}</Problem>
  if (limits === undefined) return null
  return undoable ? (
    <p className={styles.note}>
      It can be undone for {limits.keepFor / 60_000} minutes: what still has time left comes back as it was.
    </p>
  ) : (
    <Problem tone="amber">
      This cannot be undone: it is more than the undo history keeps, or this server does not tell when keys
      expire (Redis 7.0 and later do).
    </Problem>
  )
}
