import { Download } from 'lucide-react'
import { useEffect, useId, useState } from 'react'
import type { TimelineEntry } from '#shared/timeline.ts'
import { Button } from '../../components/Button.tsx'
import { Problem } from '../../components/Problem.tsx'
import { formatClock, formatInstant, plural } from '../../lib/format.ts'
import { useApp, useDetail, usePrivacy, useSessionTimeline } from '../../stores/context.ts'
import type { TimelineMoment } from '../../stores/session-timeline.ts'
import { Ago, Author, FieldTurn, KindMark } from './EventParts.tsx'
import { eventWords, howKnown, shortId } from './event-words.ts'
import { MomentDiff } from './MomentDiff.tsx'
import styles from './Timeline.module.css'

/** What happened to the selected session, also when it has ended, and what differs between two of its moments. */
export function SessionTimeline() {
  const app = useApp()
  const id = useDetail((state) => state.selected)
  const moments = useSessionTimeline((state) => state.moments)
  const failure = useSessionTimeline((state) => state.failure)
  useEffect(() => app.sessionTimeline.watch(), [app])
  return (
    <div className={styles.session}>
      <Comparison />
      {failure === null ? null : <Problem>{failure.message}</Problem>}
      {moments === null ? null : moments.length === 0 ? <NothingYet /> : <Moments moments={moments} />}
      <div className={styles.foot}>
        <Kept />
        <Button
          small
          icon={Download}
          blocked={moments?.length ? null : 'Nothing has been seen of this session yet.'}
          onClick={() => app.exportTimeline(id)}
        >
          Export JSON
        </Button>
      </div>
    </div>
  )
}

function NothingYet() {
  const since = useSessionTimeline((state) => state.status?.since ?? null)
  const ended = useDetail((state) => state.ending !== null)
  return (
    <p className={styles.quiet}>
      {ended
        ? `Nothing was seen of this session${since === null ? '' : ` since ${formatInstant(since)}`}.`
        : 'Nothing has happened to this session since it was opened here. What it goes through appears here as it happens, with what its fields held and hold.'}
    </p>
  )
}

function Kept() {
  const status = useSessionTimeline((state) => state.status)
  if (status === null) return <span />
  const { sessionEntries, moments } = status.limits
  return (
    <p className={styles.bounds}>
      {status.since === null ? '' : `Seen since ${formatClock(status.since)}. `}The last{' '}
      {plural(sessionEntries, 'event')} and {plural(moments, 'moment')} of a session are kept, in memory
      alone.
    </p>
  )
}

/** What is compared, and how one chooses that. */
function Comparison() {
  const app = useApp()
  const chosen = useSessionTimeline((state) => state.chosen)
  const diff = useSessionTimeline((state) => state.diff)
  const some = useSessionTimeline((state) => state.moments?.some(({ moment }) => moment !== null) ?? false)
  if (diff !== null) return <MomentDiff diff={diff} onClose={() => app.sessionTimeline.compareNothing()} />
  if (!some) return null
  return (
    <p className={styles.hint} role="status">
      {chosen.length === 0
        ? 'Choose two moments to see what differs between them.'
        : 'Choose a second moment to compare with.'}
    </p>
  )
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 }

function Moments({ moments }: { readonly moments: readonly TimelineMoment[] }) {
  const app = useApp()
  const chosen = useSessionTimeline((state) => state.chosen)
  const list = useId()
  const [active, setActive] = useState<number | null>(null)
  const at = moments.findIndex(({ number }) => number === active)
  const move = (to: number) => {
    const target = moments[Math.min(moments.length - 1, Math.max(0, to))]
    if (target === undefined) return
    setActive(target.number)
    document.getElementById(momentId(list, target.number))?.scrollIntoView({ block: 'nearest' })
  }
  const press = (event: React.KeyboardEvent) => {
    const step = STEPS[event.key]
    if (step !== undefined) move(at < 0 ? 0 : at + step)
    else if (event.key === 'Home') move(0)
    else if (event.key === 'End') move(moments.length - 1)
    else if (event.key === ' ' || event.key === 'Enter') {
      const moment = moments[at]?.moment
      if (moment != null) app.sessionTimeline.choose(moment)
    } else return
    event.preventDefault()
  }
  const [first, second] = chosen.toSorted((a, b) => a - b)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table would not be one thing that takes the focus.
    <div
      role="grid"
      tabIndex={0}
      aria-label="Timeline of the session"
      aria-multiselectable
      aria-activedescendant={at < 0 || active === null ? undefined : momentId(list, active)}
      className={styles.moments}
      onKeyDown={press}
      onFocus={() => at < 0 && setActive(moments[0]?.number ?? null)}
    >
      {moments.map((each) => {
        const { moment, number } = each
        const mark =
          moment === null || !chosen.includes(moment)
            ? null
            : second === undefined
              ? 'first'
              : moment === first
                ? 'from'
                : 'to'
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys.
          // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names the active row.
          // biome-ignore lint/a11y/useSemanticElements: a table would not be one thing that takes the focus.
          <div
            key={number}
            id={momentId(list, number)}
            role="row"
            aria-selected={mark !== null}
            aria-disabled={moment === null || undefined}
            data-active={number === active || undefined}
            className={styles.moment}
            onClick={() => {
              setActive(number)
              if (moment !== null) app.sessionTimeline.choose(moment)
            }}
          >
            {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus. */}
            {/* biome-ignore lint/a11y/useSemanticElements: a table would not be one thing that takes the focus. */}
            <div role="gridcell" className={styles.momentBody}>
              <Moment moment={each} mark={mark} />
            </div>
          </div>
        )
      })}
    </div>
  )
}

const momentId = (list: string, number: number): string => `${list}-${number}`

function Moment({
  moment: { at, entries },
  mark,
}: {
  readonly moment: TimelineMoment
  readonly mark: 'first' | 'from' | 'to' | null
}) {
  const [first] = entries
  if (first === undefined) return null
  return (
    <>
      <div className={styles.momentHead} title={howKnown(first)}>
        <span className={styles.time} title={formatInstant(at)}>
          {formatClock(at)}
        </span>
        <Ago at={at} />
        <span className={styles.space} />
        {mark === null ? null : <span className={styles.mark}>{mark}</span>}
        <Author by={first.by} />
      </div>
      {entries.map((entry) => (
        <Event key={entry.number} entry={entry} />
      ))}
    </>
  )
}

function Event({ entry }: { readonly entry: TimelineEntry }) {
  const { change } = entry
  const isField = 'field' in change
  const view = usePrivacy()
  const words = eventWords(entry, (id) => shortId(id, view))
  return (
    <div className={styles.event}>
      <KindMark kind={change.kind} />
      <span className={styles.what}>
        {isField && change.field !== null ? <b className={styles.field}>{words}</b> : words}
        {isField ? <FieldTurn event={change} /> : null}
      </span>
    </div>
  )
}
