import { useVirtualizer } from '@tanstack/react-virtual'
import { type ComponentProps, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import type { BulkOutcome, BulkRow } from '#shared/bulk.ts'
import { bytesId } from '#shared/bytes.ts'
import { Badge } from '../../components/Badge.tsx'
import { FormatBadge } from '../../components/FormatBadge.tsx'
import { RowId } from '../../components/RowId.tsx'
import { useReveal } from '../../components/Secret.tsx'
import { formatAgo, formatCountdown } from '../../lib/format.ts'
import { valueInWords } from '../../lib/privacy-words.ts'
import { isRevealKey, rowByKey, screenfulOf } from '../../lib/row-keys.ts'
import { useApp, usePrivacy } from '../../stores/context.ts'
import styles from './Bulk.module.css'

const ROW_HEIGHT = 24
/** Rows asked for at once. */
const PAGE = 200

interface BulkRowsProps {
  /** When the list was made: what the ages and times left refer to. */
  readonly at: number
  readonly total: number
  /** Only those of which this came; null for all. */
  readonly outcome: BulkOutcome | null
}

/** The keys of the frozen list, whoever was active last first, read page by page as one scrolls. */
export function BulkRows({ at, total, outcome }: BulkRowsProps) {
  const { bulk, reveals } = useApp()
  const scroller = useRef<HTMLDivElement>(null)
  const [pages, setPages] = useState<ReadonlyMap<number, readonly BulkRow[]>>(new Map())
  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  })
  const items = virtualizer.getVirtualItems()
  const [active, setActive] = useState(0)
  const list = useId()
  const rowAt = (index: number) => pages.get(Math.floor(index / PAGE))?.[index % PAGE]
  const first = Math.floor((items[0]?.index ?? 0) / PAGE)
  const last = Math.floor((items.at(-1)?.index ?? 0) / PAGE)
  useEffect(() => {
    let stale = false
    for (let page = first; page <= last; page += 1) {
      if (pages.has(page)) continue
      bulk.rows(page * PAGE, PAGE, outcome).then(
        ({ rows }) => {
          if (!stale) setPages((known) => new Map(known).set(page, rows))
        },
        // The dialog says what is wrong where it acts; rows that do not come stay empty.
        () => {},
      )
    }
    return () => {
      stale = true
    }
  }, [bulk, first, last, outcome, pages])
  const press = (event: KeyboardEvent<HTMLElement>) => {
    const row = rowAt(active)
    const to = rowByKey(event.key, active, total, screenfulOf(scroller.current, ROW_HEIGHT))
    if (to !== undefined) {
      const index = Math.min(total - 1, Math.max(0, to))
      setActive(index)
      virtualizer.scrollToIndex(index)
      // The eye of another row may have had it.
      event.currentTarget.focus()
    } else if (isRevealKey(event) && row !== undefined) reveals.toggle(placeOf(row))
    else return
    event.preventDefault()
  }
  return (
    <div>
      <div className={styles.head} aria-hidden>
        <span>User</span>
        <span>Session</span>
        <span>Seen</span>
        <span>Time left</span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout. */}
      <div
        ref={scroller}
        className={styles.rows}
        role="grid"
        tabIndex={0}
        aria-label="Keys of the list"
        aria-rowcount={total}
        aria-activedescendant={items.some(({ index }) => index === active) ? rowId(list, active) : undefined}
        style={{ '--rows': Math.min(total, 8) } as React.CSSProperties}
        onKeyDown={press}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout. */}
        <div role="rowgroup" className={styles.all} style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rowAt(index)
            return (
              // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
              // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names the active row.
              <div
                key={row === undefined ? index : bytesId(row.id)}
                id={rowId(list, index)}
                role="row"
                aria-rowindex={index + 1}
                data-active={index === active || undefined}
                className={styles.row}
                style={{ transform: `translateY(${start}px)` }}
              >
                {row === undefined ? null : <Cells row={row} at={at} active={index === active} />}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

const rowId = (list: string, index: number): string => `${list}-${index}`

/** Where what is masked in a row is shown. */
const placeOf = ({ id }: BulkRow): string => `bulk:${bytesId(id)}`

interface CellsProps {
  readonly row: BulkRow
  readonly at: number
  readonly active: boolean
}

function Cells({ row, at, active }: CellsProps) {
  const { id, user, state, format, lastAccessedAt, expiresAt } = row
  const view = usePrivacy()
  const reveal = useReveal(true, placeOf(row), true)
  return (
    <>
      <Cell className={styles.user}>
        {user === null || user === '' ? <span className={styles.none}>–</span> : valueInWords(user, view)}
        {state === 'session' ? null : format !== null ? (
          <FormatBadge {...format} />
        ) : (
          <Badge tone="amber">{state === 'foreign' ? 'other type' : 'incomplete'}</Badge>
        )}
      </Cell>
      <Cell className={styles.id}>
        <RowId id={id} reveal={reveal} active={active} />
      </Cell>
      <Cell className={styles.figure}>{lastAccessedAt === null ? '–' : formatAgo(lastAccessedAt, at)}</Cell>
      <Cell className={styles.figure}>
        {expiresAt === null ? 'no expiry' : formatCountdown(expiresAt - at)}
      </Cell>
    </>
  )
}

const Cell = (props: ComponentProps<'span'>) => (
  // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
  // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus.
  <span role="gridcell" {...props} />
)
