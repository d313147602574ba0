import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { bytesId } from '#shared/bytes.ts'
import { RISK_WORDS } from '#shared/risk-words.ts'
import type { RiskFinding, RiskRow } from '#shared/risks.ts'
import { RowId } from '../../components/RowId.tsx'
import { useReveal } from '../../components/Secret.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { formatCount, formatDay } from '../../lib/format.ts'
import { isRevealKey, rowByKey, screenfulOf } from '../../lib/row-keys.ts'
import { useApp, useNow } from '../../stores/context.ts'
import styles from './Risks.module.css'
import { useRiskPages } from './use-risk-pages.ts'

const ROW_HEIGHT = 26

/** The sessions that a finding is about. Enter, or a click, opens one. */
export function RiskRows({ finding }: { readonly finding: RiskFinding }) {
  const app = useApp()
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(0)
  const count = finding.kept
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  })
  const items = virtualizer.getVirtualItems()
  const rowAt = useRiskPages(finding, items[0]?.index ?? 0, items.at(-1)?.index ?? 0)
  const isThere = items.some(({ index }) => index === active)
  useEffect(() => {
    if (active >= count) setActive(Math.max(0, count - 1))
  }, [active, count])
  const open = (row: RiskRow | undefined) => {
    if (row?.inPrefix) app.goTo(app.list.store.getState().prefix, row.id)
  }
  const move = (to: number) => {
    const index = Math.min(count - 1, Math.max(0, to))
    setActive(index)
    virtualizer.scrollToIndex(index)
  }
  const press = (event: React.KeyboardEvent<HTMLElement>) => {
    const to = rowByKey(event.key, active, count, screenfulOf(scroller.current, ROW_HEIGHT))
    const row = rowAt(active)
    if (to !== undefined) {
      move(to)
      // The eye of another row may have had it.
      event.currentTarget.focus()
    } else if (event.key === 'Enter') open(row)
    else if (isRevealKey(event) && row !== undefined) app.reveals.toggle(placeOf(row))
    else return
    event.preventDefault()
  }
  // Indexes are named there, and their entries counted.
  const isKeys = finding.id === 'orphaned_members'
  const left = isKeys ? 0 : finding.count - count
  return (
    <div className={styles.sessions} data-keys={isKeys || undefined}>
      <div className={styles.head} aria-hidden>
        {isKeys ? null : <span>User</span>}
        <span>{isKeys ? 'Index' : 'Session'}</span>
        <span>{isKeys ? 'Orphaned' : 'What is so'}</span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout. */}
      <div
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label={`Sessions: ${RISK_WORDS[finding.id].title}`}
        aria-rowcount={count}
        aria-activedescendant={isThere ? rowId(app.tab, active) : undefined}
        className={styles.rows}
        onKeyDown={press}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout. */}
        <div role="rowgroup" className={styles.rowsInner} style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rowAt(index)
            return (
              <Row
                key={row === undefined ? index : bytesId(row.id)}
                row={row}
                id={rowId(app.tab, index)}
                index={index}
                top={start}
                active={index === active}
                isKey={isKeys}
                onOpen={() => {
                  setActive(index)
                  open(row)
                }}
              />
            )
          })}
        </div>
      </div>
      {left > 0 ? (
        <p className={styles.more}>and {formatCount(left)} more, which are counted and not named</p>
      ) : null}
    </div>
  )
}

/** Where what is masked in a row is shown. */
const placeOf = ({ id }: RiskRow): string => `risk:${bytesId(id)}`

const rowId = (tab: number, index: number): string => `risk-${tab}-${index}`

interface RowProps {
  readonly row: RiskRow | undefined
  readonly id: string
  readonly index: number
  readonly top: number
  readonly active: boolean
  /** Of an index, which is nobody's. */
  readonly isKey: boolean
  readonly onOpen: () => void
}

function Row({ row, id, index, top, active, isKey, onOpen }: RowProps) {
  const now = useNow()
  const who = row?.user == null || row.user === '' ? '–' : toLine(row.user)
  const note = row?.note ?? (row?.expiresAt == null ? 'no TTL' : `ends ${formatDay(row.expiresAt, now)}`)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys.
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names the active row.
    <div
      id={id}
      role="row"
      aria-rowindex={index + 1}
      data-active={active || undefined}
      data-fixed={row?.inPrefix === false || undefined}
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onOpen}
    >
      {row === undefined ? null : (
        <>
          {isKey ? null : <Cell>{who}</Cell>}
          <Cell className={styles.id}>
            <Id row={row} active={active} />
          </Cell>
          <Cell className={styles.note} title={note}>
            {note}
          </Cell>
        </>
      )}
    </div>
  )
}

function Id({ row, active }: { readonly row: RiskRow; readonly active: boolean }) {
  const reveal = useReveal(true, placeOf(row), true)
  return <RowId id={row.id} reveal={reveal} active={active} />
}

function Cell(props: React.ComponentProps<'span'>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus.
    <span role="gridcell" {...props} className={[styles.cell, props.className].filter(Boolean).join(' ')} />
  )
}
