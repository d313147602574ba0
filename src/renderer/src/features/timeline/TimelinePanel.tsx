import { Download, Pause, Play } from 'lucide-react'
import { useEffect } from 'react'
import { Button, IconButton } from '../../components/Button.tsx'
import { formatBytes, formatClock, formatCount, formatInstant, plural } from '../../lib/format.ts'
import { useApp, useList, useTimeline } from '../../stores/context.ts'
import { NO_FILTER } from '../../stores/timeline-panel.ts'
import styles from './Timeline.module.css'
import { TimelineFilters } from './TimelineFilters.tsx'
import { TimelineRows } from './TimelineRows.tsx'

/** Since when, how much is kept, and what one does with all of it. */
export function TimelineBar() {
  const app = useApp()
  const status = useTimeline((state) => state.status)
  const paused = useTimeline((state) => state.paused)
  return (
    <>
      {status === null ? null : <Kept />}
      <span className={styles.space} />
      <IconButton
        icon={paused ? Play : Pause}
        label={paused ? 'Go on' : 'Pause'}
        tip={paused ? 'Show what happens as it happens' : 'Hold what is shown; it is kept all the same'}
        aria-pressed={paused}
        onClick={() => app.timeline.setPaused(!paused)}
      />
      <Button
        small
        icon={Download}
        blocked={status === null || status.newest === 0 ? 'Nothing has happened yet.' : null}
        onClick={() => app.exportTimeline(null)}
      >
        Export JSON
      </Button>
    </>
  )
}

function Kept() {
  const status = useTimeline((state) => state.status)
  if (status?.since == null) return null
  const { since, kept, dropped, bytes, limits } = status
  const bounds = `Kept in memory alone: the last ${formatCount(limits.entries)} events of a prefix and ${formatBytes(limits.bytes)} of values, of ${limits.sessions} sessions at most. The oldest go first.`
  return (
    <span className={styles.aside} title={`Since ${formatInstant(since)}. ${bounds}`}>
      since {formatClock(since)} · {formatCount(kept)} of at most {plural(limits.entries, 'event')}
      {dropped > 0 ? `, ${formatCount(dropped)} older ones dropped` : ''} · {formatBytes(bytes)} of{' '}
      {formatBytes(limits.bytes)}
    </span>
  )
}

/** What happens to the sessions of the prefix, newest first. */
export function TimelinePanel() {
  const app = useApp()
  useEffect(() => app.timeline.watch(), [app])
  const entries = useTimeline((state) => state.entries)
  const failure = useTimeline((state) => state.failure)
  return (
    <div className={styles.panel}>
      <TimelineFilters />
      {failure === null ? null : <p className={styles.quiet}>{failure.message}</p>}
      {entries === null ? null : entries.length === 0 ? <Nothing /> : <TimelineRows entries={entries} />}
    </div>
  )
}

function Nothing() {
  const app = useApp()
  const filter = useTimeline((state) => state.filter)
  const status = useTimeline((state) => state.status)
  const prefix = useList((state) => state.prefix)
  if (filter !== NO_FILTER && status !== null && status.newest > 0)
    return (
      <div className={styles.quiet}>
        <p>No event matches, of {formatCount(status.kept)} that are kept.</p>
        <Button small onClick={() => app.timeline.setFilter(NO_FILTER)}>
          Show all events
        </Button>
      </div>
    )
  return (
    <p className={styles.quiet}>
      Nothing has happened under <code>{prefix}</code>
      {status?.since == null ? '' : ` since ${formatClock(status.since)}`}. Sessions that are created,
      changed, touched, expire or are deleted from now on appear here; for the one that is open, and for
      pinned ones, with what their fields held and hold.
    </p>
  )
}
