import { Download, Timer, Trash2, X } from 'lucide-react'
import { Button, IconButton } from '../../components/Button.tsx'
import { formatCount, plural } from '../../lib/format.ts'
import { useApp, useBlock, useList, usePicks } from '../../stores/context.ts'
import { countPicked } from '../../stores/picks.ts'
import styles from './ListPane.module.css'

/** What can be done to the rows that are picked. It stands where the list's own bar stands. */
export function SelectionBar() {
  const app = useApp()
  const picks = usePicks((state) => state)
  const matched = useList((state) => state.view?.matched ?? 0)
  const filter = useList((state) => state.filter)
  const exportBlock = useBlock('export')
  const ttlBlock = useBlock('setTtlOfMany')
  const deleteBlock = useBlock('deleteMany')
  const count = countPicked(picks, matched)
  const everything = filter.trim() === '' ? 'under the prefix' : 'that match'
  return (
    <div className={styles.toolbar} role="toolbar" aria-label="Selection" data-picking>
      <div className={styles.progress}>
        <span className={styles.picked} role="status">
          {picks.mode === 'all' && picks.keys.size === 0
            ? `All ${formatCount(count)} ${everything} selected`
            : `${formatCount(count)} selected`}
          {picks.busy ? '…' : ''}
        </span>
        {picks.mode === 'all' || count >= matched ? null : (
          <Button small kind="quiet" title={`All ${everything}`} onClick={() => app.picks.all()}>
            Select all {formatCount(matched)}
          </Button>
        )}
      </div>
      <Button small icon={Download} blocked={exportBlock} onClick={() => app.exportPicked()}>
        Export…
      </Button>
      <Button small icon={Timer} blocked={ttlBlock} onClick={() => app.beginBulk('setTtl')}>
        Change TTL…
      </Button>
      <Button
        small
        icon={Trash2}
        blocked={deleteBlock}
        title={`Shows ${plural(count, 'session')} first`}
        onClick={() => app.beginBulk('delete')}
      >
        Delete…
      </Button>
      <IconButton icon={X} label="Clear the selection" keys="Esc" onClick={() => app.picks.clear()} />
    </div>
  )
}
