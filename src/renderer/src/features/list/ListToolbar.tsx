import { ArrowUpDown, Feather, Play, Plus, RotateCw, Square } from 'lucide-react'
import type { ListProgress } from '#shared/model.ts'
import { Button, IconButton } from '../../components/Button.tsx'
import { formatCount, plural } from '../../lib/format.ts'
import { useApp, useList, useReadBlock, useWriteBlock } from '../../stores/context.ts'
import { ColumnMenu } from './ColumnMenu.tsx'
import styles from './ListPane.module.css'
import { MoreMenu } from './MoreMenu.tsx'

/** How far the list is, what waits, and what is done with the list as a whole. */
export function ListToolbar() {
  const app = useApp()
  const { list } = app
  const progress = useList((state) => state.progress)
  const matched = useList((state) => state.view?.matched ?? null)
  const filter = useList((state) => state.filter)
  const waiting = useList((state) => state.waiting)
  const failed = useList((state) => state.failure !== null)
  const blocked = useReadBlock()
  const writeBlock = useWriteBlock()
  return (
    <div className={styles.toolbar} role="toolbar" aria-label="List">
      <div className={styles.progress}>
        {progress === null ? (
          <span className={styles.said}>{failed ? '' : 'Looking…'}</span>
        ) : (
          <Progress progress={progress} matched={filter.trim() === '' ? null : matched} />
        )}
      </div>
      {waiting === 0 ? null : (
        <Button
          small
          icon={ArrowUpDown}
          className={styles.waiting}
          onPointerMove={() => list.setPointing(true)}
          onPointerLeave={() => list.setPointing(false)}
          onClick={() => list.showUpdates()}
        >
          {plural(waiting, 'update')} waiting
        </Button>
      )}
      {progress?.phase === 'scanning' ? (
        <IconButton icon={Square} label="Stop the scan" blocked={blocked} onClick={() => list.stopScan()} />
      ) : null}
      {progress?.phase === 'stopped' ? (
        <IconButton icon={Play} label="Resume the scan" blocked={blocked} onClick={() => list.resumeScan()} />
      ) : null}
      <IconButton
        icon={Feather}
        label="Gentle scan"
        tip={progress?.gentle ? GENTLE.on : GENTLE.off}
        aria-pressed={progress?.gentle ?? false}
        blocked={blocked}
        onClick={() => list.setGentle(!progress?.gentle)}
      />
      <IconButton
        icon={RotateCw}
        label="Scan again"
        keys="r"
        blocked={blocked}
        onClick={() => list.rescan()}
      />
      <ColumnMenu />
      <MoreMenu />
      <Button small icon={Plus} blocked={writeBlock} onClick={() => app.openDialog('create')}>
        New session
      </Button>
    </div>
  )
}

const GENTLE = {
  on: 'Scans gently: with long breaks, so that a busy server notices less of it. Click for full speed.',
  off: 'Scan gently: with long breaks, so that a busy server notices less of it. It takes longer.',
} as const

/** Where the server does not help to read, that is why it takes longer. */
const NO_SCRIPTS = ' · read in pipelines: this server runs no scripts for this user'

function Progress({
  progress,
  matched,
}: {
  readonly progress: ListProgress
  readonly matched: number | null
}) {
  const { phase, scanned, keys, total, scripted } = progress
  const how = scripted ? '' : NO_SCRIPTS
  const found =
    matched === null ? plural(total, 'session') : `${formatCount(matched)} of ${formatCount(total)} match`
  if (phase === 'complete')
    return (
      // Only the answer to a filter is spoken: a busy list would never be quiet.
      <span className={styles.said} role={matched === null ? undefined : 'status'} title={`${found}${how}`}>
        {found}
        {matched === null && keys > total ? (
          <span className={styles.aside}> in {plural(keys, 'key')}</span>
        ) : null}
      </span>
    )
  const said = `${formatCount(scanned)} of ${formatCount(keys)} keys scanned`
  return (
    <>
      <span className={styles.said} title={`${found} · ${said}${how}`}>
        {found}
        <span className={styles.aside}>
          {' · '}
          {said}
          {phase === 'stopped' ? ', stopped' : progress.gentle ? ', gently' : ''}
        </span>
      </span>
      <progress className={styles.bar} value={scanned} max={Math.max(1, keys)} aria-label="Scan" />
    </>
  )
}
