import { RESERVED_FIELDS, USER_FIELD } from '#shared/model.ts'

export interface FormRow {
  /** Stays with the row while rows come and go. */
  readonly key: number
  readonly name: string
  readonly value: string
}

export const FIRST_ROWS: readonly FormRow[] = [
  { key: 1, name: USER_FIELD, value: '' },
  { key: 2, name: 'page_views', value: '0' },
]

export interface RowProblem {
  readonly key: number
  readonly message: string
}

/**
 * Reads the rows. An empty row says nothing, and a session whose user is left empty is an anonymous one, which has no
 * such field.
 * @returns the fields, or what is wrong with which row
 */
export function readRows(rows: readonly FormRow[]): Readonly<Record<string, string>> | RowProblem {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>
  for (const { key, name, value } of rows) {
    if (value === '' && (name === '' || name === USER_FIELD)) continue
    if (name === '') return { key, message: 'This value has no field name. Name it, or empty the row.' }
    if ((RESERVED_FIELDS as readonly string[]).includes(name))
      return { key, message: `${name} is written by the session store. Choose another name.` }
    if (Object.hasOwn(fields, name)) return { key, message: `${name} is there twice. Keep one of them.` }
    fields[name] = value
  }
  return { ...fields }
}

export const isRowProblem = (result: ReturnType<typeof readRows>): result is RowProblem =>
  typeof result.key === 'number' && typeof result.message === 'string'
