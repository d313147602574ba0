import { filterNeeds, parseFilter } from '#shared/filter.ts'
import { LIMITS, RESERVED_FIELDS, type SortKey } from '#shared/model.ts'

/** What a filter calls the memory that a key takes, which is no field. */
const SIZE = 'size'

/**
 * A value that rows carry beside what every session has.
 * `field`: a field as it is. `path`: a field with dots in its name or, where there is none, what is found inside the
 * JSON of the field that the first part names. `size`: MEMORY USAGE of the key.
 */
export type Column = { readonly kind: 'field' | 'path'; readonly name: string } | { readonly kind: 'size' }

export const fieldColumn = (name: string): Column => ({ kind: 'field', name })

/** The column that a filter means by a name. */
export const namedColumn = (name: string): Column =>
  name.indexOf('.') > 0 ? { kind: 'path', name } : fieldColumn(name)

export const SIZE_COLUMN: Column = { kind: 'size' }

export const columnId = (column: Column): string =>
  column.kind === 'size' ? 'size' : `${column.kind}:${column.name}`

export const columnName = (column: Column): string => (column.kind === 'size' ? SIZE : column.name)

export interface ColumnQuery {
  readonly filter: string
  /** The fields shown as columns, where words of the filter are looked for. */
  readonly columns: readonly string[]
  readonly sort: { readonly by: SortKey }
}

/** The columns that are shown, filtered and sorted by. */
export function neededColumns({ filter, columns, sort }: ColumnQuery): readonly Column[] {
  const shown = typeof sort.by === 'object' ? [...columns, sort.by.field] : columns
  const parsed = parseFilter(filter)
  const { names, size } = parsed.ok ? filterNeeds(parsed.filter) : { names: [], size: false }
  return [...shown.map(fieldColumn), ...names.map(namedColumn), ...(size ? [SIZE_COLUMN] : [])]
}

/** What a batch of keys is asked for, and where in the answer each column is found. */
export interface ReadPlan {
  /** The reserved fields, then those that the columns come from. */
  readonly fields: readonly string[]
  readonly cells: readonly CellSource[]
  /** Also ask for the memory that each key takes. */
  readonly size: boolean
  /** Bytes beyond which a value is cut on the server. */
  readonly cut: number
}

/** `at`: where in the fields; `json` where the path's first part is. */
export type CellSource =
  | { readonly kind: 'field'; readonly at: number }
  | { readonly kind: 'path'; readonly at: number; readonly json: number; readonly path: readonly string[] }
  | { readonly kind: 'size' }

/** Bytes of a cell's text, at most; one more tells that there is more. */
const CELL_BYTES = 4 * LIMITS.cellCharacters + 1
/** A JSON value beyond this is taken for none when a filter looks inside. */
const JSON_BYTES = 256 * 1024

export function readPlan(columns: readonly Column[]): ReadPlan {
  const fields: string[] = [...RESERVED_FIELDS]
  /** Places of the fields that may be cut, beyond the reserved ones: those are always looked at whole. */
  const add = (name: string): number => {
    const known = fields.indexOf(name, RESERVED_FIELDS.length)
    return known >= 0 ? known : fields.push(name) - 1
  }
  const cells = columns.map((column): CellSource => {
    if (column.kind === 'size') return { kind: 'size' }
    if (column.kind === 'field') return { kind: 'field', at: add(column.name) }
    const [first = '', ...path] = column.name.split('.')
    return { kind: 'path', at: add(column.name), json: add(first), path }
  })
  return {
    fields,
    cells,
    size: cells.some(({ kind }) => kind === 'size'),
    cut: cells.some(({ kind }) => kind === 'path') ? JSON_BYTES : CELL_BYTES,
  }
}

/**
 * What a path leads to inside a JSON text: numbers, texts and truth values as text, an array or object as the number
 * of what it holds. Only own members count, so that nothing reaches a prototype.
 * @returns null where there is nothing
 */
export function valueAtPath(json: string, path: readonly string[]): string | null {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return null
  }
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return null
    value = (value as Readonly<Record<string, unknown>>)[part]
  }
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? String(Object.keys(value).length) : String(value)
}
