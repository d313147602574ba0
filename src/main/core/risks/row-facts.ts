import type { FormatId } from '#shared/formats.ts'
import type { RowTable } from '../index/row-table.ts'
import type { EndFacts } from './ttl-rules.ts'

/** What a row of the list is, as far as a report is concerned. */
export type RowKind = 'session' | 'fragment' | 'pointer' | 'marker' | 'index' | 'other'

export function kindOf(table: RowTable, slot: number): RowKind {
  if (table.state(slot) === 'session') return 'session'
  const format = table.format(slot)
  if (format !== null)
    return format.role !== 'session' ? format.role : format.id === 'other' ? 'other' : 'session'
  return table.state(slot) === 'incomplete' ? 'fragment' : 'other'
}

export const libraryOf = (table: RowTable, slot: number): FormatId =>
  table.state(slot) === 'session' ? 'guide' : (table.format(slot)?.id ?? 'other')

export function endFactsOf(table: RowTable, slot: number): EndFacts {
  return { library: libraryOf(table, slot), expiresAt: table.expiresAt(slot), inside: table.inside(slot) }
}

/** Whether a key has values that a report can look into: a hash or a string that is no mark of a library's own. */
export function isReadable(table: RowTable, slot: number): boolean {
  const type = table.type(slot)
  if (type !== 'hash' && type !== 'string') return false
  const kind = kindOf(table, slot)
  return kind !== 'marker' && kind !== 'index'
}
