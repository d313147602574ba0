import { Download, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { BULK_OUTCOMES, type BulkOutcome, type BulkStatus } from '#shared/bulk.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Problem } from '../../components/Problem.tsx'
import { toFailure } from '../../lib/failure.ts'
import { formatCount, formatDuration } from '../../lib/format.ts'
import { fileName, saveFile } from '../../lib/save-file.ts'
import { useApp, useBlock, useHistory } from '../../stores/context.ts'
import styles from './Bulk.module.css'
import { BulkRows } from './BulkRows.tsx'
import { reportText } from './bulk-report.ts'
import { OUTCOME_WORDS, resultOf, stayedInWords } from './bulk-words.ts'

type Finished = Extract<BulkStatus, { state: 'finished' }>

/** What came of it: how many, and which were left alone and why. */
export function BulkReport({ status }: { readonly status: Finished }) {
  const app = useApp()
  const { list, action, counts, related, stopped, failure, durationMs } = status
  const leftAlone = BULK_OUTCOMES.filter((outcome) => outcome !== 'done' && counts[outcome] > 0)
  const stayed = related === null ? [] : stayedInWords(related)
  const [shown, setShown] = useState<BulkOutcome>(leftAlone[0] ?? 'done')
  const [saving, setSaving] = useState(false)
  const [whole, setWhole] = useState(false)
  const close = () => {
    app.bulk.close()
    app.picks.clear()
    app.list.refresh()
  }
  const save = async () => {
    setSaving(true)
    try {
      const report = new Blob([reportText(status, await app.bulk.allRows(), whole)], {
        type: 'application/json',
      })
      const kind = action.kind === 'delete' ? 'deleted' : 'changed-ttl'
      saveFile(fileName(list.prefix, kind, 'json', status.at), report)
    } catch (error) {
      app.toasts.show('failed', toFailure(error).message)
    }
    setSaving(false)
  }
  const seconds = Math.round(durationMs / 1000)
  return (
    <Dialog
      wide
      title={resultOf(action.kind, counts, list.total, related)}
      description={`${stopped ? 'Stopped before the end. ' : ''}It took ${seconds < 1 ? 'less than a second' : formatDuration(seconds)}. ${
        leftAlone.length > 0
          ? 'The others were left alone:'
          : stayed.length > 0
            ? ''
            : 'No key was left alone.'
      }`}
      onClose={close}
    >
      {failure === null ? null : <Problem>It broke off: {failure.message}</Problem>}
      {leftAlone.length === 0 ? null : (
        <>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen. */}
          <div className={styles.outcomes} role="group" aria-label="What came of the keys">
            {leftAlone.map((outcome) => (
              <button
                key={outcome}
                type="button"
                className={styles.outcome}
                aria-pressed={shown === outcome}
                onClick={() => setShown(outcome)}
              >
                <b>{formatCount(counts[outcome])}</b> {OUTCOME_WORDS[outcome]}
              </button>
            ))}
          </div>
          <BulkRows key={shown} at={list.at} total={counts[shown]} outcome={shown} />
        </>
      )}
      {related === null || stayed.length === 0 ? null : (
        // A pointer that is another session's is nothing to worry about.
        <Problem tone={related.otherSlot + related.untold > 0 ? 'amber' : 'plain'}>
          <ul className={styles.stayed} aria-label="Related keys">
            {stayed.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </Problem>
      )}
      <label className={styles.choice}>
        <input type="checkbox" checked={whole} onChange={(event) => setWhole(event.target.checked)} />
        Save the report with whole session ids
      </label>
      <DialogButtons>
        <Button icon={Download} busy={saving} onClick={save}>
          Save report
        </Button>
        <UndoBulk status={status} onDone={close} />
        <Button kind="primary" autoFocus onClick={close}>
          Close
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

/** Takes it back, as long as it is the last write from here. */
function UndoBulk({ status, onDone }: { readonly status: Finished; readonly onDone: () => void }) {
  const app = useApp()
  const next = useHistory((state) => state.status?.undo[0])
  const running = useHistory((state) => state.status?.running ?? null)
  const blocked = useBlock('undo')
  const [busy, setBusy] = useState(false)
  const isLast = next !== undefined && next.prefix === status.list.prefix && next.at >= status.at - 1000
  if (!status.list.undoable || status.counts.done === 0 || !(isLast || busy)) return null
  return (
    <Button
      icon={Undo2}
      busy={busy}
      blocked={blocked}
      onClick={async () => {
        setBusy(true)
        await app.takeBackAndTell('undo')
        onDone()
      }}
    >
      {running === null ? 'Undo' : `Undoing ${formatCount(running.done)} of ${formatCount(running.total)}`}
    </Button>
  )
}
