import type { Bytes } from '#shared/bytes.ts'
import type { Filter } from '#shared/filter.ts'
import { fromBinary, toBytes } from '../bytes.ts'
import type { SlotPredicate } from './order.ts'

/** What a filter reads of a row. */
export interface FilterSource {
  /** The id's bytes, one character each. */
  id(slot: number): string
  /** Places of the shown columns, for words. */
  readonly shown: readonly number[]
  /** The place of a field among the shown columns, or -1. */
  column(name: string): number
  cell(slot: number, column: number): Bytes | null
}

type TextTest = (text: string) => boolean

/** A filter as a question to a row. It is asked a million times, so it makes nothing anew for each row. */
export function compileFilter(filter: Filter, source: FilterSource): SlotPredicate {
  const terms = filter.map(({ field, needle, anywhere }): SlotPredicate => {
    const inNeedle = contains(needle)
    if (field === 'id') return inId(source, needle, inNeedle)
    const column = field === null ? -1 : source.column(field)
    if (column >= 0) return (slot) => inCell(source.cell(slot, column), inNeedle)
    const test = contains(anywhere)
    const id = inId(source, anywhere, test)
    return (slot) => id(slot) || source.shown.some((place) => inCell(source.cell(slot, place), test))
  })
  return (slot) => terms.every((matches) => matches(slot))
}

const contains = (needle: string): TextTest => {
  const pattern = new RegExp(needle.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i')
  return (text) => pattern.test(text)
}

const inCell = (cell: Bytes | null, test: TextTest): boolean => typeof cell === 'string' && test(cell)

/** ASCII is the same in the id's bytes and in its text; anything else is looked for in the text alone. */
function inId(source: FilterSource, needle: string, test: TextTest): SlotPredicate {
  if (/^[ -~]*$/.test(needle)) return (slot) => test(source.id(slot))
  return (slot) => inCell(toBytes(fromBinary(source.id(slot))), test)
}
