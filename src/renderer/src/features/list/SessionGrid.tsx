import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { type CSSProperties, useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import { toFailure } from '../../lib/failure.ts'
import { focusDetail, GRID } from '../../lib/focus.ts'
import { useApp, useBlock, useDetail, useList, usePicks, useSettings } from '../../stores/context.ts'
import { sortKeyId } from '../../stores/list.ts'
import { isPicked } from '../../stores/picks.ts'
import { OPEN_ID } from '../../stores/reveals.ts'
import { type Column, columnTracks, figureFields, leastWidth, listColumns } from './columns.ts'
import { FlingPosition, useFlinging } from './FlingPosition.tsx'
import styles from './SessionGrid.module.css'
import { rowId, SessionRow } from './SessionRow.tsx'

const HEADER_HEIGHT = 28
const ROW_HEIGHTS = { compact: 28, roomy: 34 } as const
/** Rows drawn as on their way until the first answer. */
const FIRST_ROWS = 12
/** What keys move the selection by. */
const STEPS: Readonly<Record<string, number | 'page' | '-page' | 'first' | 'last'>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 'page',
  PageUp: '-page',
  Home: 'first',
  End: 'last',
}

export function SessionGrid() {
  const app = useApp()
  const { list } = app
  const view = useList((state) => state.view)
  const fields = useList((state) => state.columns)
  const gone = useList((state) => state.gone)
  const fresh = useList((state) => state.fresh)
  const reveal = useList((state) => state.reveal)
  const selected = useDetail((state) => state.selected)
  const idRevealed = useStore(app.reveals.store, ({ parts }) => parts.has(OPEN_ID))
  const picks = usePicks((state) => state)
  const rowHeight = ROW_HEIGHTS[useSettings((state) => state.density)]
  const stale = useBlock('list') !== null
  const figures = JSON.stringify([...figureFields(fields, view?.rows ?? [])])
  // The columns stay the same object while the rows change, so that only changed rows render.
  const columns = useMemo(() => listColumns(fields, new Set(JSON.parse(figures))), [fields, figures])
  const scroller = useRef<HTMLDivElement>(null)

  const count = view?.matched ?? FIRST_ROWS
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    scrollMargin: HEADER_HEIGHT,
    scrollPaddingStart: HEADER_HEIGHT,
  })
  const flinging = useFlinging(scroller)
  // What nobody can read is neither asked for nor rendered: the background says that rows are there.
  const items = flinging ? [] : virtualizer.getVirtualItems()
  const first = items[0]?.index
  const last = items.at(-1)?.index

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height of the rows is the one reason to measure.
  useLayoutEffect(() => virtualizer.measure(), [rowHeight])
  useEffect(() => {
    if (first !== undefined && last !== undefined) list.setRange(first, last)
  }, [list, first, last])
  const revealed = useRef<typeof reveal>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each wish to scroll counts once, also when its tab is shown again.
  useEffect(() => {
    if (reveal !== null && reveal !== revealed.current)
      virtualizer.scrollToIndex(reveal.index, { align: 'auto' })
    revealed.current = reveal
  }, [reveal])
  useKeepInPlace(scroller, rowHeight)
  // Whoever works in another window points at nothing here, wherever the pointer was left.
  useEffect(() => {
    const leave = () => list.setPointing(false)
    window.addEventListener('blur', leave)
    return () => window.removeEventListener('blur', leave)
  }, [list])
  useEffect(() => {
    // Whoever types into a box above goes on typing.
    if (document.activeElement === document.body) scroller.current?.focus()
  }, [])

  const picking = picks.mode === 'all' || picks.keys.size > 0
  const selectedKey = selected === null ? null : bytesId(selected)
  const rowAt = (index: number) => view?.rows[index - view.offset]
  const { range } = virtualizer
  const onTheirWay =
    view === null ||
    flinging ||
    (range !== null && [range.startIndex, range.endIndex].some((index) => rowAt(index) === undefined))
  const active = items.find(({ index }) => {
    const row = rowAt(index)
    return row !== undefined && bytesId(row.id) === selectedKey
  })

  const extend = (id: Bytes) => {
    app.picks.extend(id, selected).catch((error: unknown) => {
      app.toasts.show('failed', toFailure(error).message)
    })
  }
  const click = (event: React.MouseEvent) => {
    if (!(event.target instanceof Element)) return
    const row = rowAt(Number(event.target.closest<HTMLElement>('[data-index]')?.dataset.index ?? NaN))
    if (row === undefined) return
    if (event.shiftKey) extend(row.id)
    else if (event.ctrlKey || event.metaKey || event.target instanceof HTMLInputElement)
      app.picks.toggle(row.id)
    else app.select(row.id)
  }

  const page = () =>
    Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - HEADER_HEIGHT) / rowHeight) - 1)
  const press = (event: React.KeyboardEvent) => {
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey) return
    const step = STEPS[event.key]
    if (event.shiftKey && (step === 1 || step === -1)) {
      const next = active === undefined ? undefined : rowAt(active.index + step)
      if (next !== undefined) extend(next.id)
      if (step !== undefined) list.moveSelection(step)
    } else if (step !== undefined)
      list.moveSelection(step === 'page' ? page() : step === '-page' ? -page() : step)
    else if (event.key === ' ' && selected !== null) app.picks.toggle(selected)
    else if (event.key === 'Enter' && selected === null) list.moveSelection('first')
    else if (event.key === 'Enter') focusDetail()
    else if (event.key === 'Escape' && picking) app.picks.clear()
    else if (event.key === 'Escape') app.select(null)
    else return
    event.preventDefault()
  }

  return (
    <div className={styles.frame}>
      {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout. */}
      <div
        ref={scroller}
        data-place={GRID}
        role="grid"
        tabIndex={0}
        aria-label="Sessions"
        aria-rowcount={count + 1}
        aria-colcount={columns.length}
        aria-activedescendant={active === undefined ? undefined : rowId(app.tab, active.index)}
        aria-busy={onTheirWay}
        aria-multiselectable
        className={styles.grid}
        data-stale={stale || undefined}
        data-picking={picking || undefined}
        data-flinging={flinging || undefined}
        style={gridStyle(columns, rowHeight)}
        onKeyDown={press}
      >
        <HeaderRow columns={columns} />
        {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout. */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys. */}
        <div
          role="rowgroup"
          className={styles.rows}
          style={{ height: virtualizer.getTotalSize() }}
          onClick={click}
          onMouseDown={(event) => {
            // Picking is no wish to mark text, nor to leave the grid, which hears the keys.
            if (!event.shiftKey && !(event.target instanceof HTMLInputElement)) return
            event.preventDefault()
            scroller.current?.focus()
          }}
          onDoubleClick={focusDetail}
          onPointerMove={() => list.setPointing(true)}
          onPointerLeave={() => list.setPointing(false)}
        >
          {items.map((item) => {
            const row = rowAt(item.index)
            if (row === undefined) return null
            const key = bytesId(row.id)
            return (
              <SessionRow
                key={key}
                row={row}
                index={item.index}
                top={item.start - HEADER_HEIGHT}
                columns={columns}
                selected={key === selectedKey}
                picked={isPicked(picks, key)}
                gone={gone.has(key)}
                fresh={fresh.has(key)}
                revealed={idRevealed && key === selectedKey}
              />
            )
          })}
        </div>
      </div>
      {flinging ? <FlingPosition scroller={scroller} count={count} rowHeight={rowHeight} /> : null}
    </div>
  )
}

const gridStyle = (columns: readonly Column[], rowHeight: number): CSSProperties =>
  ({
    '--columns': columnTracks(columns),
    '--least-width': `${leastWidth(columns)}px`,
    '--row-height': `${rowHeight}px`,
  }) as CSSProperties

function HeaderRow({ columns }: { readonly columns: readonly Column[] }) {
  const { list } = useApp()
  const sort = useList((state) => state.sort)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
    <div role="rowgroup" className={styles.header}>
      {/* biome-ignore lint/a11y/useFocusableInteractive: its buttons take the focus. */}
      {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout. */}
      <div role="row" aria-rowindex={1} className={styles.headerRow}>
        {columns.map((column) => {
          const sorted = sortKeyId(sort.by) === sortKeyId(column.sort) ? sort.direction : undefined
          const Arrow = sorted === 'ascending' ? ArrowUp : ArrowDown
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: its button takes the focus.
            // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
            <div
              key={column.id}
              role="columnheader"
              aria-sort={sorted ?? 'none'}
              className={styles.headerCell}
              data-column={column.id}
              data-end={column.end || undefined}
            >
              {column.id === 'user' ? <PickAll /> : null}
              <button
                type="button"
                className={styles.sort}
                title={`Sort by ${column.label}`}
                onClick={() => list.sortBy(column.sort)}
              >
                <span className={styles.text}>{column.label}</span>
                {sorted === undefined ? null : <Arrow size={11} aria-hidden />}
              </button>
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** Picks every row that matches, or none. */
function PickAll() {
  const { picks } = useApp()
  const { mode, keys } = usePicks((state) => state)
  const some = (mode === 'some') === keys.size > 0
  return (
    <input
      ref={(element) => {
        if (element !== null) element.indeterminate = keys.size > 0
      }}
      type="checkbox"
      className={styles.pick}
      aria-label="Select all that match"
      checked={some || mode === 'all'}
      onChange={() => (some || mode === 'all' ? picks.clear() : picks.all())}
    />
  )
}

/** Rows that come or go above must not push the selected one away under the eye: the list scrolls along with it. */
function useKeepInPlace(scroller: React.RefObject<HTMLDivElement | null>, rowHeight: number) {
  const position = useList((state) => state.view?.position ?? null)
  const selected = useDetail((state) => state.selected)
  const before = useRef<{ readonly id: string; readonly position: number } | null>(null)
  useLayoutEffect(() => {
    const id = selected === null ? null : bytesId(selected)
    const element = scroller.current
    const last = before.current
    before.current = id === null || position === null ? null : { id, position }
    if (element === null || last === null || before.current === null || last.id !== id) return
    const top = last.position * rowHeight
    const visible = top >= element.scrollTop && top < element.scrollTop + element.clientHeight
    if (visible && element.scrollTop > 0)
      element.scrollTop += (before.current.position - last.position) * rowHeight
  }, [scroller, selected, position, rowHeight])
}
