import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import type { BulkOutcome, BulkRow } from '#shared/bulk.ts'
import { bytesId } from '#shared/bytes.ts'
import { Badge } from '../../components/Badge.tsx'
import { FormatBadge } from '../../components/FormatBadge.tsx'
import { SessionId } from '../../components/SessionId.tsx'
import { formatAgo, formatCountdown } from '../../lib/format.ts'
import { valueInWords } from '../../lib/privacy-words.ts'
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
  const { bulk } = useApp()
  const scroller = useRef<HTMLDivElement>(null)
  const [pages, setPages] = useState<ReadonlyMap<number, readonly BulkRow[]>>(new Map())
  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  })
  const items = virtualizer.getVirtualItems()
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
  return (
    <div>
      <div className={styles.head} aria-hidden>
        <span>User</span>
        <span>Session</span>
        <span>Seen</span>
        <span>Time left</span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen. */}
      <div
        ref={scroller}
        className={styles.rows}
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        aria-label="Keys of the list"
        style={{ '--rows': Math.min(total, 8) } as React.CSSProperties}
      >
        <ul className={styles.all} style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = pages.get(Math.floor(index / PAGE))?.[index % PAGE]
            return (
              <li
                key={row === undefined ? index : bytesId(row.id)}
                className={styles.row}
                style={{ transform: `translateY(${start}px)` }}
              >
                {row === undefined ? null : <Cells row={row} at={at} />}
              </li>
            )
          })}
        </ul>
      </div>
    </div>
  )
}

function Cells({ row, at }: { readonly row: BulkRow; readonly at: number }) {
  const { id, user, state, format, lastAccessedAt, expiresAt } = row
  const view = usePrivacy()
  return (
    <>
      <span className={styles.user}>
        {user === null || user === '' ? <span className={styles.none}>–</span> : valueInWords(user, view)}
        {state === 'session' ? null : format !== null ? (
          <FormatBadge {...format} />
        ) : (
          <Badge tone="amber">{state === 'foreign' ? 'other type' : 'incomplete'}</Badge>
        )}
      </span>
      <span className={styles.id}>
        <SessionId id={id} />
      </span>
      <span className={styles.figure}>{lastAccessedAt === null ? '–' : formatAgo(lastAccessedAt, at)}</span>
      <span className={styles.figure}>
        {expiresAt === null ? 'no expiry' : formatCountdown(expiresAt - at)}
      </span>
    </>
  )
}
