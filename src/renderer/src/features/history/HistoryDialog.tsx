import { Redo2, Undo2 } from 'lucide-react'
import type { HistoryEntry } from '#shared/history.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { formatBytes, formatClock, formatCount, plural } from '../../lib/format.ts'
import { idInWords } from '../../lib/privacy-words.ts'
import { useApp, useBlock, useHistory, usePrivacy } from '../../stores/context.ts'
import styles from './History.module.css'

/** What was written from here and can be taken back, and the bounds of that. */
export function HistoryDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  const status = useHistory((state) => state.status)
  const blocked = useBlock('undo')
  const { undo = [], redo = [] } = status ?? {}
  return (
    <Dialog
      wide
      title="Undo history"
      description="Writes made from this window on this connection. Undo brings back the same bytes and the same moment of expiry; it is refused where the session has changed since, and never brings back one whose time is over."
      onClose={onClose}
    >
      {undo.length + redo.length === 0 ? (
        <p className={styles.note}>Nothing has been written yet.</p>
      ) : (
        <ol className={styles.entries} aria-label="Writes, the latest first">
          {redo.toReversed().map((entry) => (
            <Entry key={entry.number} entry={entry} undone />
          ))}
          {undo.map((entry) => (
            <Entry key={entry.number} entry={entry} />
          ))}
        </ol>
      )}
      {status === null ? null : (
        <p className={styles.bounds}>
          Kept for {status.limits.keepFor / 60_000} minutes, at most {plural(status.limits.entries, 'write')}{' '}
          and {formatBytes(status.limits.bytes)}, in memory alone. Now{' '}
          {formatCount(undo.length + redo.length)}, {formatBytes(status.bytes)}.
        </p>
      )}
      <DialogButtons>
        <Button
          icon={Undo2}
          blocked={blocked ?? (undo.length === 0 ? 'There is nothing to undo.' : null)}
          onClick={() => app.takeBackAndTell('undo')}
        >
          Undo
        </Button>
        <Button
          icon={Redo2}
          blocked={blocked ?? (redo.length === 0 ? 'There is nothing to redo.' : null)}
          onClick={() => app.takeBackAndTell('redo')}
        >
          Redo
        </Button>
        <Button kind="primary" autoFocus onClick={onClose}>
          Close
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

function Entry({ entry, undone = false }: { readonly entry: HistoryEntry; readonly undone?: boolean }) {
  const view = usePrivacy()
  return (
    <li data-undone={undone || undefined}>
      <span className={styles.time}>{formatClock(entry.at)}</span>
      <span className={styles.label}>
        {entry.label}
        {entry.named ? null : (
          <>
            {' · '}
            <code>{idInWords(entry.id, view)}</code>
          </>
        )}
      </span>
      <span className={styles.until}>{undone ? 'undone' : `until ${formatClock(entry.until)}`}</span>
    </li>
  )
}
