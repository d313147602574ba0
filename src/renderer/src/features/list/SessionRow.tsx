import { memo, useCallback, useState } from 'react'
import type { Bytes } from '#shared/bytes.ts'
import type { SessionRow as Row } from '#shared/model.ts'
import { Badge } from '../../components/Badge.tsx'
import { FormatBadge } from '../../components/FormatBadge.tsx'
import { Dots } from '../../components/Secret.tsx'
import { SessionId } from '../../components/SessionId.tsx'
import { paintText, Ticking } from '../../components/Ticking.tsx'
import { isBinary } from '../../lib/bytes-view.ts'
import { formatAgo, formatInstant, formatTime } from '../../lib/format.ts'
import { idInWords, valueInWords } from '../../lib/privacy-words.ts'
import { useApp, usePrivacy } from '../../stores/context.ts'
import type { Column } from './columns.ts'
import styles from './SessionGrid.module.css'
import { TtlCell } from './TtlCell.tsx'

interface SessionRowProps {
  readonly row: Row
  /** In the whole list, from 0. */
  readonly index: number
  readonly top: number
  readonly columns: readonly Column[]
  readonly selected: boolean
  readonly picked: boolean
  readonly gone: boolean
  readonly fresh: boolean
  /** Somebody has asked to see its id. */
  readonly revealed: boolean
}

/** The same row of another tab has another one. */
export const rowId = (tab: number, index: number): string => `session-row-${tab}-${index}`

export const SessionRow = memo(function SessionRow({
  row,
  index,
  top,
  columns,
  selected,
  picked,
  gone,
  fresh,
  revealed,
}: SessionRowProps) {
  const { tab } = useApp()
  // What the row was when it came on the screen does not glow; what happens to it from then on does.
  const [first] = useState(row.revision)
  const glows = fresh || row.revision !== first
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus and names the active row.
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
    <div
      role="row"
      id={rowId(tab, index)}
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      data-index={index}
      data-state={row.state}
      data-gone={gone || undefined}
      data-picked={picked || undefined}
    >
      {glows ? <span key={row.revision} className={styles.glow} aria-hidden /> : null}
      {cellsOf(row, columns, { picked, revealed })}
    </div>
  )
})

type RowState = Pick<SessionRowProps, 'picked' | 'revealed'>

function cellsOf(row: Row, columns: readonly Column[], state: RowState) {
  if (row.problem === null)
    return columns.map((column) => <Cell key={column.id} row={row} column={column} {...state} />)
  // What is wrong with it takes the place of what it lacks.
  const [user, id, ...rest] = columns
  const ttl = rest.at(-1)
  return (
    <>
      {user === undefined ? null : <Cell row={row} column={user} {...state} />}
      {id === undefined ? null : <Cell row={row} column={id} {...state} />}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus. */}
      {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout. */}
      <div
        role="gridcell"
        aria-colindex={3}
        aria-colspan={rest.length - 1}
        className={styles.problem}
        style={{ gridColumn: `span ${rest.length - 1}` }}
        title={row.problem}
      >
        {row.problem}
      </div>
      {ttl === undefined ? null : <Cell row={row} column={ttl} {...state} />}
    </>
  )
}

function Cell({
  row,
  column,
  picked,
  revealed,
}: RowState & {
  readonly row: Row
  readonly column: Column
}) {
  const view = usePrivacy()
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus.
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
    <div
      role="gridcell"
      className={styles.cell}
      data-column={column.id}
      data-end={column.end || undefined}
      // The id's two halves would be read with a gap between them.
      aria-label={column.id === 'id' && view.mode === 'shown' ? idInWords(row.id, view) : undefined}
    >
      {column.id === 'user' ? <Pick row={row} picked={picked} /> : null}
      <CellContent row={row} column={column} revealed={revealed} />
    </div>
  )
}

/** Stands left of the first column. The grid hears the clicks, which may also pick a stretch. */
function Pick({ row, picked }: { readonly row: Row; readonly picked: boolean }) {
  const view = usePrivacy()
  const user = row.cells[0]
  return (
    <input
      type="checkbox"
      className={styles.pick}
      tabIndex={-1}
      aria-label={`Select ${user ? valueInWords(user, view) : idInWords(row.id, view)}`}
      checked={picked}
      readOnly
    />
  )
}

function CellContent({
  row,
  column,
  revealed,
}: {
  readonly row: Row
  readonly column: Column
  readonly revealed: boolean
}) {
  switch (column.id) {
    case 'user':
      return <User row={row} />
    case 'id':
      return <SessionId id={row.id} revealed={revealed} />
    case 'created':
      return <Created at={row.createdAt} />
    case 'seen':
      return <Seen at={row.lastAccessedAt} />
    case 'ttl':
      return <TtlCell row={row} />
    default:
      return <FieldCell value={row.cells[column.cell ?? -1] ?? null} secret={column.secret === true} />
  }
}

function User({ row }: { readonly row: Row }) {
  const view = usePrivacy()
  const user = row.cells[0] ?? null
  const name = user === null ? null : valueInWords(user, view)
  return (
    <>
      <span className={styles.user} title={name ?? 'Nobody is logged in'}>
        {name === null || name === '' ? <span className={styles.none}>–</span> : name}
      </span>
      {row.state === 'session' ? null : row.problem === null && row.format !== null ? (
        <FormatBadge name={row.format.name} encoding={row.format.encoding} />
      ) : (
        <Badge tone="amber" {...(row.problem === null ? {} : { title: row.problem })}>
          {row.state === 'foreign' ? row.type : 'incomplete'}
        </Badge>
      )}
    </>
  )
}

function FieldCell({ value, secret }: { readonly value: Bytes | null; readonly secret: boolean }) {
  const view = usePrivacy()
  if (value === null) return <span className={styles.none}>–</span>
  if (secret && view.mode !== 'shown') return <Dots />
  const text = valueInWords(value, view)
  return (
    <span className={styles.text} title={text} data-binary={isBinary(value) || undefined}>
      {text}
    </span>
  )
}

function Created({ at }: { readonly at: number | null }) {
  if (at === null) return <span className={styles.none}>–</span>
  return (
    <span className={styles.text} title={formatInstant(at)}>
      {formatTime(at, Date.now())}
    </span>
  )
}

function Seen({ at }: { readonly at: number | null }) {
  const paint = useCallback(
    (element: HTMLSpanElement, now: number) => paintText(element, at === null ? '–' : formatAgo(at, now)),
    [at],
  )
  return <Ticking className={styles.text} title={at === null ? '' : formatInstant(at)} paint={paint} />
}
