import { useVirtualizer } from '@tanstack/react-virtual'
import { Pin } from 'lucide-react'
import { memo, useEffect, useRef, useState } from 'react'
import type { TimelineEntry } from '#shared/timeline.ts'
import { RowId } from '../../components/RowId.tsx'
import { useReveal } from '../../components/Secret.tsx'
import { TIMELINE } from '../../lib/focus.ts'
import { formatClock, formatInstant } from '../../lib/format.ts'
import { idInWords, valueInWords } from '../../lib/privacy-words.ts'
import { isRevealKey, rowByKey, screenfulOf } from '../../lib/row-keys.ts'
import { useApp, useList, usePins, usePrivacy, useTimeline, useViewOf } from '../../stores/context.ts'
import { isPinned } from '../../stores/pins.ts'
import { Ago, Author, FieldTurn, KindMark } from './EventParts.tsx'
import { eventWords, howKnown, shortId } from './event-words.ts'
import styles from './Timeline.module.css'

const ROW_HEIGHT = 26
/** Rows before the end at which more are asked for. */
const AHEAD = 40
/** Pixels from the top within which the rows follow what happens. */
const NEAR_TOP = 4

/** The events that are there, newest first. Enter, or a click, goes to the session. */
export function TimelineRows({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  const app = useApp()
  const { timeline } = app
  const matched = useTimeline((state) => state.matched)
  const prefix = useList((state) => state.prefix)
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<number | null>(null)
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => entries[index]?.number ?? index,
    overscan: 8,
  })
  const items = virtualizer.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (last >= entries.length - AHEAD) timeline.loadMore()
  }, [timeline, last, entries.length])
  useEffect(() => {
    const leave = () => timeline.hold('pointing', false)
    window.addEventListener('blur', leave)
    return () => {
      window.removeEventListener('blur', leave)
      leave()
      timeline.hold('scrolled', false)
    }
  }, [timeline])

  const at = entries.findIndex(({ number }) => number === active)
  // Rows that are scrolled away are not on the page.
  const isThere = virtualizer.getVirtualItems().some(({ index }) => index === at)
  const goTo = (entry: TimelineEntry | undefined) => {
    if (entry?.id != null) app.goTo(prefix, entry.id)
  }
  const move = (to: number) => {
    const index = Math.min(entries.length - 1, Math.max(0, to))
    setActive(entries[index]?.number ?? null)
    virtualizer.scrollToIndex(index)
  }
  const press = (event: React.KeyboardEvent<HTMLElement>) => {
    const to = rowByKey(event.key, at, entries.length, screenfulOf(scroller.current, ROW_HEIGHT))
    const entry = entries[at]
    if (to !== undefined) {
      move(to)
      // The eye of another row may have had it.
      event.currentTarget.focus()
    } else if (event.key === 'Enter') goTo(entry)
    else if (isRevealKey(event) && entry !== undefined) app.reveals.toggle(placeOf(entry))
    else return
    event.preventDefault()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
    <div
      ref={scroller}
      data-place={TIMELINE}
      role="grid"
      tabIndex={0}
      aria-label="Events"
      aria-rowcount={matched}
      aria-activedescendant={isThere && active !== null ? eventId(app.tab, active) : undefined}
      className={styles.rows}
      onKeyDown={press}
      onScroll={({ currentTarget }) => timeline.hold('scrolled', currentTarget.scrollTop > NEAR_TOP)}
      onPointerMove={() => timeline.hold('pointing', true)}
      onPointerLeave={() => timeline.hold('pointing', false)}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout. */}
      <div role="rowgroup" className={styles.rowsInner} style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ index, start, key }) => {
          const entry = entries[index]
          return entry === undefined ? null : (
            <EventRow
              key={key}
              entry={entry}
              index={index}
              top={start}
              active={entry.number === active}
              prefix={prefix}
              onGoTo={goTo}
            />
          )
        })}
      </div>
    </div>
  )
}

/** Where the ids that are masked in a row are shown. */
const placeOf = ({ number }: TimelineEntry): string => `event:${number}`

const eventId = (tab: number, number: number): string => `event-${tab}-${number}`

interface EventRowProps {
  readonly entry: TimelineEntry
  readonly index: number
  readonly top: number
  readonly active: boolean
  readonly prefix: string
  readonly onGoTo: (entry: TimelineEntry) => void
}

const EventRow = memo(function EventRow({ entry, index, top, active, prefix, onGoTo }: EventRowProps) {
  const { number, at, id, user, by, change } = entry
  const { tab } = useApp()
  const pinned = usePins((state) => isPinned(state, prefix, id))
  const isField = 'field' in change
  const reveal = useReveal(id !== null, placeOf(entry), true)
  const view = useViewOf(!reveal.hidden)
  const words = eventWords(entry, (other) => shortId(other, view))
  const masked = usePrivacy()
  const name = user === null ? null : valueInWords(user, masked)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys.
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names the active row.
    <div
      id={eventId(tab, number)}
      role="row"
      aria-rowindex={index + 1}
      data-active={active || undefined}
      data-gap={change.kind === 'gap' || undefined}
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onGoTo(entry)}
    >
      <Cell className={styles.time} title={`${formatInstant(at)}. ${howKnown(entry)}`}>
        {formatClock(at)}
      </Cell>
      <Cell>
        <Ago at={at} />
      </Cell>
      <Cell>
        <KindMark kind={change.kind} />
      </Cell>
      <Cell className={styles.user} title={name ?? undefined}>
        {name ?? (id === null ? '' : <span className={styles.muted}>anonymous</span>)}
      </Cell>
      <Cell className={styles.id} title={id === null ? undefined : idInWords(id, view)}>
        {id === null ? null : <RowId id={id} reveal={reveal} active={active} />}
        {pinned ? <Pin size={11} aria-label="pinned" className={styles.pin} /> : null}
      </Cell>
      <Cell className={styles.what} title={words}>
        {isField && change.field !== null ? <b className={styles.field}>{words}</b> : words}
        {isField ? <FieldTurn event={change} eye={active ? 0 : -1} /> : null}
      </Cell>
      <Cell className={styles.who}>
        <Author by={by} />
      </Cell>
    </div>
  )
})

function Cell(props: React.ComponentProps<'span'>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus.
    <span role="gridcell" {...props} className={[styles.cell, props.className].filter(Boolean).join(' ')} />
  )
}
