import { type FilterProblem, USER_FIELD } from './model.ts'
import { DURATION_UNITS, parseQuantity, type Quantity, SIZE_UNITS, type Units } from './quantity.ts'

export type Sign = '<' | '<=' | '>' | '>=' | '=' | '!='

/** What `is:` may ask for. */
export const FILTER_STATES = [
  ...(['active', 'idle', 'expiring', 'expired'] as const),
  ...(['session', 'incomplete', 'foreign', 'disputed'] as const),
] as const
export type FilterState = (typeof FILTER_STATES)[number]

/** The name that stands for the id, which is no field. */
export const ID_NAME = 'id'

/** One question to a row. */
export type FilterTerm =
  /** Occurs in the id or a shown field, in any case of letters. */
  | { readonly kind: 'word'; readonly text: string }
  /** Occurs in a field; `whole` is the term as it was typed, which may also be a part of an id. */
  | { readonly kind: 'contains'; readonly name: string; readonly text: string; readonly whole: string }
  | { readonly kind: 'compare'; readonly name: string; readonly sign: Sign; readonly text: string }
  | { readonly kind: 'has'; readonly name: string }
  | { readonly kind: 'hasTtl' }
  | { readonly kind: 'hasEnd' }
  | { readonly kind: 'is'; readonly state: FilterState }
  /**
   * Milliseconds: `ttl` what Redis leaves, `ends` until Redis or its library ends it, `idle` since the last access, `age`
   * since it was created.
   */
  | {
      readonly kind: 'duration'
      readonly of: 'ttl' | 'ends' | 'idle' | 'age'
      readonly sign: Sign
      readonly than: Quantity
    }
  /** Bytes of memory that the key takes. */
  | { readonly kind: 'size'; readonly sign: Sign; readonly than: Quantity }

/** What was asked for. All of nothing is everything. */
export type Filter =
  | FilterTerm
  | { readonly kind: 'all'; readonly filters: readonly Filter[] }
  | { readonly kind: 'any'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }

export type ParsedFilter =
  | { readonly ok: true; readonly filter: Filter }
  | { readonly ok: false; readonly problem: FilterProblem }

/** What a row must have been read with, and whether time alone changes the answer. */
export interface FilterNeeds {
  /** Fields, or paths into the JSON that a field holds. */
  readonly names: readonly string[]
  readonly size: boolean
  readonly timed: boolean
}

/**
 * Reads what was typed into the filter; `docs/filter.md` describes the language.
 *
 *     any  = all { "|" all }
 *     all  = { term }
 *     term = "-" term | "(" any ")" | name ":" text | name sign text | text
 */
export function parseFilter(text: string): ParsedFilter {
  try {
    return { ok: true, filter: new Parser(text).parse() }
  } catch (error) {
    if (error instanceof Problem) return { ok: false, problem: error.problem }
    throw error
  }
}

/** All questions of a filter, however they are combined. */
export function* filterTerms(filter: Filter): Generator<FilterTerm> {
  if (filter.kind === 'all' || filter.kind === 'any')
    for (const part of filter.filters) yield* filterTerms(part)
  else if (filter.kind === 'not') yield* filterTerms(filter.filter)
  else yield filter
}

export function filterNeeds(filter: Filter): FilterNeeds {
  const names = new Set<string>()
  let size = false
  let timed = false
  for (const term of filterTerms(filter)) {
    if ('name' in term && term.name !== ID_NAME) names.add(term.name)
    if (term.kind === 'size') size = true
    if (term.kind === 'duration') timed = true
    if (term.kind === 'is') timed ||= TIMED_STATES.has(term.state)
  }
  return { names: [...names], size, timed }
}

const TIMED_STATES: ReadonlySet<FilterState> = new Set(['active', 'idle', 'expiring', 'expired'])

/** Ends the reading; {@link parseFilter} makes an answer of it. */
class Problem extends Error {
  readonly problem: FilterProblem

  constructor(at: number, end: number, message: string) {
    super(message)
    this.problem = { at, length: end - at, message }
  }
}

/** A stretch of text without spaces outside of quotes. */
interface Piece {
  readonly text: string
  readonly at: number
  readonly end: number
  readonly quoted: boolean
}

const ENDS = /[\s|()]/
const SIGN = /:|[<>!]=|[<>=]/y
/** What passes for a field's name without quotes: `12:30` and `3<4` are text. */
const NAME = /^[\p{L}_$][\p{L}\p{N}_.$@-]*$/u

class Parser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  parse(): Filter {
    const filter = this.#any()
    if (this.#at < this.#text.length) {
      throw new Problem(
        this.#at,
        this.#at + 1,
        'This parenthesis closes none. Delete it, or put it in quotes.',
      )
    }
    return filter
  }

  #any(): Filter {
    const filters: Filter[] = [this.#all()]
    while (this.#peek() === '|') {
      const bar = this.#at
      this.#at += 1
      filters.push(this.#all())
      if (filters.slice(-2).some(isEmpty)) {
        throw new Problem(bar, bar + 1, 'A | needs something on both of its sides: user:ada | user:grace.')
      }
    }
    return filters.length === 1 ? (filters[0] as Filter) : { kind: 'any', filters }
  }

  #all(): Filter {
    const filters: Filter[] = []
    for (;;) {
      while (/\s/.test(this.#peek())) this.#at += 1
      if (this.#peek() === '' || this.#peek() === '|' || this.#peek() === ')') break
      filters.push(this.#term())
    }
    return filters.length === 1 ? (filters[0] as Filter) : { kind: 'all', filters }
  }

  #term(): Filter {
    const at = this.#at
    if (this.#peek() === '-') {
      this.#at += 1
      if (this.#peek() === '' || (this.#peek() !== '(' && ENDS.test(this.#peek()))) {
        throw new Problem(
          at,
          at + 1,
          'A - leaves out what follows it at once: -user:ada. To look for it, quote it.',
        )
      }
      return { kind: 'not', filter: this.#term() }
    }
    if (this.#peek() !== '(') return this.#question()
    this.#at += 1
    const inner = this.#any()
    if (this.#peek() !== ')')
      throw new Problem(at, at + 1, 'This parenthesis is not closed. Add ) where it should end.')
    this.#at += 1
    if (isEmpty(inner))
      throw new Problem(at, this.#at, 'Nothing is in these parentheses. Fill or delete them.')
    return inner
  }

  #question(): Filter {
    const at = this.#at
    const name = this.#peek() === '"' ? this.#quote() : this.#bareName()
    SIGN.lastIndex = this.#at
    const sign = name === '' ? undefined : SIGN.exec(this.#text)?.[0]
    const quoted = this.#text[at] === '"'
    const isUrl = sign === ':' && this.#text.startsWith('//', this.#at + 1)
    if (sign !== undefined && !isUrl && (quoted || NAME.test(name))) {
      this.#at += sign.length
      const value = this.#piece()
      if (value.text === '' && !value.quoted) {
        throw new Problem(
          at,
          this.#at,
          `Say what follows ${this.#text.slice(at, this.#at)}, or put it in quotes.`,
        )
      }
      return this.#about(name, quoted, sign as ':' | Sign, value, at)
    }
    this.#at = at
    return { kind: 'word', text: this.#piece().text }
  }

  #about(name: string, quoted: boolean, sign: ':' | Sign, value: Piece, at: number): Filter {
    // In quotes it is a field, whatever the language means by it.
    const named = quoted ? '' : name.toLowerCase()
    if (named === 'ttl' || named === 'ends' || named === 'idle' || named === 'age') {
      const than = this.#quantity(DURATIONS, named, sign, value, at)
      return { kind: 'duration', of: named, sign: than.sign, than: than.quantity }
    }
    if (named === 'size') {
      const than = this.#quantity(SIZES, named, sign, value, at)
      return { kind: 'size', sign: than.sign, than: than.quantity }
    }
    if (sign === ':' && (named === 'has' || named === 'no')) {
      const asked = value.quoted ? '' : value.text.toLowerCase()
      const has: FilterTerm =
        asked === 'ttl'
          ? { kind: 'hasTtl' }
          : asked === 'end'
            ? { kind: 'hasEnd' }
            : { kind: 'has', name: fieldName(value.text, value.quoted) }
      return named === 'has' ? has : { kind: 'not', filter: has }
    }
    if (sign === ':' && named === 'is') {
      const state = FILTER_STATES.find((known) => known === value.text.toLowerCase())
      if (state !== undefined) return { kind: 'is', state }
      throw new Problem(
        value.at,
        value.end,
        `is: takes ${FILTER_STATES.slice(0, -1).join(', ')} or ${FILTER_STATES.at(-1)}.`,
      )
    }
    const field = named === ID_NAME ? ID_NAME : fieldName(name, quoted)
    return sign === ':'
      ? { kind: 'contains', name: field, text: value.text, whole: this.#text.slice(at, value.end) }
      : { kind: 'compare', name: field, sign, text: value.text }
  }

  #quantity(
    { units, bare, wrong, example }: QuantityKind,
    name: string,
    sign: ':' | Sign,
    value: Piece,
    at: number,
  ): { readonly sign: Sign; readonly quantity: Quantity } {
    if (sign === ':') {
      throw new Problem(
        at,
        value.end,
        `Compare ${name} by <, <=, >, >=, = or !=: ${name}<${example}. A field of that name is "${name}": in quotes.`,
      )
    }
    const quantity = parseQuantity(value.text, units, bare)
    if ('value' in quantity) return { sign, quantity }
    const start = value.quoted ? value.at : value.at + quantity.at
    throw new Problem(start, value.quoted ? value.end : start + quantity.length, wrong)
  }

  #bareName(): string {
    const start = this.#at
    for (;;) {
      const next = this.#peek()
      SIGN.lastIndex = this.#at
      if (next === '' || next === '"' || ENDS.test(next) || SIGN.test(this.#text)) break
      this.#at += 1
    }
    return this.#text.slice(start, this.#at)
  }

  #piece(): Piece {
    const at = this.#at
    let text = ''
    let quoted = false
    while (this.#peek() !== '' && !ENDS.test(this.#peek())) {
      if (this.#peek() === '"') {
        text += this.#quote()
        quoted = true
      } else {
        text += this.#peek()
        this.#at += 1
      }
    }
    return { text, at, end: this.#at, quoted }
  }

  /** What is between quotes, where `\"` is a quote and `\\` a backslash. */
  #quote(): string {
    const at = this.#at
    this.#at += 1
    let text = ''
    while (this.#peek() !== '"') {
      if (this.#peek() === '') {
        throw new Problem(at, this.#text.length, 'This quote is not closed. Add another ".')
      }
      const escaped = /^\\["\\]/.test(this.#text.slice(this.#at, this.#at + 2))
      if (escaped) this.#at += 1
      text += this.#peek()
      this.#at += 1
    }
    this.#at += 1
    return text
  }

  /** The character that comes next; none at the end. */
  #peek(): string {
    return this.#text[this.#at] ?? ''
  }
}

const isEmpty = (filter: Filter): boolean => filter.kind === 'all' && filter.filters.length === 0

/** `user` is short for the field that names who is logged in; in quotes it is a field of its own. */
const fieldName = (name: string, quoted: boolean): string =>
  !quoted && name.toLowerCase() === 'user' ? USER_FIELD : name

interface QuantityKind {
  readonly units: Units
  /** The unit of a number that stands alone. */
  readonly bare: string
  readonly wrong: string
  readonly example: string
}

const DURATIONS: QuantityKind = {
  units: DURATION_UNITS,
  bare: 's',
  wrong: 'A time is a number with ms, s, m, h, d or w: 90s, 5m, 1h30m. A number alone counts seconds.',
  example: '5m',
}
const SIZES: QuantityKind = {
  units: SIZE_UNITS,
  bare: 'b',
  wrong: 'A size is a number with b, kb, mb or gb: 512, 4kb. A number alone counts bytes.',
  example: '4kb',
}
