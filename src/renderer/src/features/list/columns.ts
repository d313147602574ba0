import { isSecretPath } from '#shared/mask.ts'
import { type SessionRow, type SortKey, USER_FIELD } from '#shared/model.ts'

export interface Column {
  readonly id: string
  readonly label: string
  readonly sort: SortKey
  /** A track of the CSS grid. */
  readonly width: string
  /** The least that the track takes, in pixels. */
  readonly min: number
  readonly end?: boolean
  /** For the columns of choice: which of the row's cells. */
  readonly cell?: number
  /** Its values are not shown unasked. */
  readonly secret?: boolean
}

const column = (min: number, share: number, rest: Omit<Column, 'width' | 'min'>): Column => ({
  ...rest,
  min,
  width: share === 0 ? `${min}px` : `minmax(${min}px, ${share}fr)`,
})

/**
 * The columns of the list, from left to right, with the fields of choice before the TTL.
 * @param figures which of the fields hold numbers: figures that count stand to the right
 */
export function listColumns(
  fields: readonly string[],
  figures: ReadonlySet<string> = new Set(),
): readonly Column[] {
  return [
    column(80, 1.1, { id: 'user', label: 'User', sort: { field: USER_FIELD } }),
    column(84, 1.5, { id: 'id', label: 'Session', sort: 'id' }),
    column(70, 0, { id: 'created', label: 'Created', sort: 'createdAt', end: true }),
    column(76, 0, { id: 'seen', label: 'Seen', sort: 'lastAccessedAt', end: true }),
    ...fields.map((field, index) =>
      column(72, 0.7, {
        id: `field:${field}`,
        label: field,
        sort: { field },
        cell: index + 1,
        end: figures.has(field),
        secret: isSecretPath([field]),
      }),
    ),
    column(108, 1, { id: 'ttl', label: 'TTL', sort: 'expiresAt', end: true }),
  ]
}

/** The value of `grid-template-columns`. */
export const columnTracks = (columns: readonly Column[]): string =>
  columns.map(({ width }) => width).join(' ')

const GAP = 8
const EDGES = 38

/** Pixels below which the list scrolls sideways. */
export const leastWidth = (columns: readonly Column[]): number =>
  columns.reduce((sum, { min }) => sum + min, 0) + GAP * (columns.length - 1) + EDGES

/** The fields of choice that hold numbers in every row that has them. */
export function figureFields(fields: readonly string[], rows: readonly SessionRow[]): ReadonlySet<string> {
  return new Set(
    fields.filter((_, index) => {
      const cells = rows.map((row) => row.cells[index + 1] ?? null).filter((cell) => cell !== null)
      return (
        cells.length > 0 && cells.every((cell) => typeof cell === 'string' && /^-?\d+(\.\d+)?$/.test(cell))
      )
    }),
  )
}
