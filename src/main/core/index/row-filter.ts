import type { Bytes } from '#shared/bytes.ts'
import { type Filter, type FilterTerm, ID_NAME, type Sign } from '#shared/filter.ts'
import type { SessionState } from '#shared/model.ts'
import type { Quantity } from '#shared/quantity.ts'
import { sessionStanding } from '#shared/session-state.ts'
import { fromBinary, toBytes } from '../bytes.ts'
import { type Column, namedColumn, SIZE_COLUMN } from './columns.ts'
import type { SlotPredicate } from './order.ts'

/** What a filter reads of a row. Moments are epoch milliseconds. */
export interface FilterSource {
  /** The moment that timed questions are asked for. */
  readonly now: number
  /** The id's bytes, one character each. */
  id(slot: number): string
  /** `session` also for another library's. */
  state(slot: number): SessionState
  createdAt(slot: number): number | null
  lastAccessedAt(slot: number): number | null
  /** Redis's own. */
  expiresAt(slot: number): number | null
  /** By whichever is first, Redis or the session's library; and whether that is the library. */
  endsAt(slot: number): number | null
  endsInside(slot: number): boolean
  isDisputed(slot: number): boolean
  /** Seconds. */
  lifetime(slot: number): number | null
  /** Places of the shown columns, for words. */
  readonly shown: readonly number[]
  /** Where a column's cells are kept, or -1. */
  place(column: Column): number
  cell(slot: number, place: number): Bytes | null
}

type TextTest = (text: string) => boolean

/** A filter as a question to a row. It is asked a million times, so it makes nothing anew for each row. */
export function compileFilter(filter: Filter, source: FilterSource): SlotPredicate {
  switch (filter.kind) {
    case 'all':
      return inTurn(filter.filters, source, false)
    case 'any':
      return inTurn(filter.filters, source, true)
    case 'not': {
      const matches = compileFilter(filter.filter, source)
      return (slot) => !matches(slot)
    }
    default:
      return compileTerm(filter, source)
  }
}

/** Asks one filter after the other until one says what decides. */
function inTurn(filters: readonly Filter[], source: FilterSource, decides: boolean): SlotPredicate {
  const parts = filters.map((part) => compileFilter(part, source))
  return (slot) => {
    for (const matches of parts) if (matches(slot) === decides) return decides
    return !decides
  }
}

function compileTerm(term: FilterTerm, source: FilterSource): SlotPredicate {
  switch (term.kind) {
    case 'word': {
      const test = contains(term.text)
      const id = inId(source, term.text, test)
      const cell = ofCells(test)
      const { shown } = source
      return (slot) => {
        for (const place of shown) if (inCell(source.cell(slot, place), cell)) return true
        return id(slot)
      }
    }
    case 'contains': {
      const test = contains(term.text)
      if (term.name === ID_NAME) return inId(source, term.text, test)
      const place = source.place(namedColumn(term.name))
      const whole = inId(source, term.whole, contains(term.whole))
      const cell = ofCells(test)
      // Most ids have no colon, which is found out sooner than that they lack the whole.
      return (slot) =>
        inCell(source.cell(slot, place), cell) || (source.id(slot).includes(':') && whole(slot))
    }
    case 'compare': {
      const test = comparesTo(term.text, term.sign)
      if (term.name === ID_NAME) return (slot) => inCell(idText(source, slot), test)
      const place = source.place(namedColumn(term.name))
      const cell = ofCells(test)
      return (slot) => inCell(source.cell(slot, place), cell)
    }
    case 'has': {
      if (term.name === ID_NAME) return () => true
      const place = source.place(namedColumn(term.name))
      return (slot) => source.cell(slot, place) !== null
    }
    case 'hasTtl':
      return (slot) => source.expiresAt(slot) !== null
    case 'hasEnd':
      return (slot) => source.endsAt(slot) !== null
    case 'is': {
      const { state } = term
      if (state === 'disputed') return (slot) => source.isDisputed(slot)
      if (state === 'session' || state === 'incomplete' || state === 'foreign')
        return (slot) => source.state(slot) === state
      return (slot) =>
        state ===
        sessionStanding(
          source.state(slot) === 'session',
          source.endsAt(slot),
          source.lifetime(slot),
          source.endsInside(slot),
          source.now,
        )
    }
    case 'duration': {
      const test = measures(term.than, term.sign)
      const { of } = term
      if (of === 'ttl' || of === 'ends') {
        const end = of === 'ttl' ? 'expiresAt' : 'endsAt'
        return (slot) => {
          const at = source[end](slot)
          return at !== null && test(Math.max(0, at - source.now))
        }
      }
      const since = of === 'idle' ? 'lastAccessedAt' : 'createdAt'
      return (slot) => {
        const moment = source[since](slot)
        return moment !== null && test(source.now - moment)
      }
    }
    case 'size': {
      const place = source.place(SIZE_COLUMN)
      const test = measures(term.than, term.sign)
      return (slot) => inCell(source.cell(slot, place), (bytes) => test(Number(bytes)))
    }
  }
}

const contains = (needle: string): TextTest => {
  const pattern = new RegExp(needle.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i')
  return (text) => pattern.test(text)
}

/** Answers that are remembered: many rows share the values of a field. */
const REMEMBERED = 10_000

/** Remembers what a test says of the cells that it has seen. */
function ofCells(test: TextTest): TextTest {
  const answers = new Map<string, boolean>()
  return (text) => {
    const known = answers.get(text)
    if (known !== undefined) return known
    const answer = test(text)
    if (answers.size < REMEMBERED) answers.set(text, answer)
    return answer
  }
}

const inCell = (cell: Bytes | null, test: TextTest): boolean => typeof cell === 'string' && test(cell)

const idText = (source: FilterSource, slot: number): Bytes => toBytes(fromBinary(source.id(slot)))

/** ASCII is the same in the id's bytes and in its text; anything else is looked for in the text alone. */
function inId(source: FilterSource, needle: string, test: TextTest): SlotPredicate {
  if (/^[ -~]*$/.test(needle)) return (slot) => test(source.id(slot))
  return (slot) => inCell(idText(source, slot), test)
}

const SIGNS: Readonly<Record<Sign, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
}

/** Equal is what shows as equal: `ttl=2h` is anything from two hours up to three. */
function measures({ value, step }: Quantity, sign: Sign): (measured: number) => boolean {
  const holds = SIGNS[sign]
  if (sign === '=' || sign === '!=')
    return (measured) => holds(measured >= value && measured < value + step ? 0 : 1)
  return (measured) => holds(measured - value)
}

/** Numbers compare with numbers, text with text in any case of letters; a number never with a text. */
function comparesTo(wanted: string, sign: Sign): TextTest {
  const holds = SIGNS[sign]
  const number = toNumber(wanted)
  const text = wanted.toLowerCase()
  if (Number.isNaN(number)) {
    return (cell) => {
      const own = cell.toLowerCase()
      return holds(own < text ? -1 : own > text ? 1 : 0)
    }
  }
  return (cell) => {
    const own = toNumber(cell)
    return Number.isNaN(own) ? sign === '!=' : holds(own - number)
  }
}

const toNumber = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text))
