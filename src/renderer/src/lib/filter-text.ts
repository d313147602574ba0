// Terms of a filter's text, for the parts of the screen that add one and take it out again. What a term means is the
// core's affair: this knows quotes, parentheses, spaces and `|` alone, and leaves whatever else there is as it was typed.

/** Seconds until the end; an end that is open is null. */
export interface TtlSpan {
  readonly from: number | null
  readonly to: number | null
}

/** The terms at the top of a filter, parted by spaces; `|` stands as a term of its own. */
export function topTerms(filter: string): readonly string[] {
  const terms: string[] = []
  let term = ''
  let depth = 0
  let quoted = false
  const end = () => {
    if (term !== '') terms.push(term)
    term = ''
  }
  let escaped = false
  for (const character of filter) {
    if (character === '"' && !escaped) quoted = !quoted
    escaped = quoted && character === '\\' && !escaped
    if (!quoted && character === '(') depth += 1
    const closes = !quoted && depth === 1 && character === ')'
    if (!quoted && character === ')') depth = Math.max(0, depth - 1)
    const apart = !quoted && depth === 0
    if (apart && /\s/.test(character)) end()
    else if (apart && character === '|') {
      end()
      terms.push('|')
    } else term += character
    if (closes) end()
  }
  end()
  return terms
}

/** The terms that all must hold: a filter of alternatives is a single one, in parentheses. */
function andTerms(filter: string): readonly string[] {
  const terms = topTerms(filter)
  return terms.includes('|') ? [`(${filter.trim()})`] : terms
}

/** The filter of these terms; alternatives that stand alone need no parentheses any more. */
function join(terms: readonly string[]): string {
  const text = terms.join(' ')
  return terms.length === 1 && text.startsWith('(') && text.endsWith(')') ? text.slice(1, -1).trim() : text
}

/** Whether every match of the filter must meet this term. */
export const hasTerm = (filter: string, term: string): boolean => andTerms(filter).includes(term)

/** The filter without the terms that `unwanted` picks, and with `added` at its end. */
export function replaceTerms(
  filter: string,
  unwanted: (term: string) => boolean,
  added: readonly string[],
): string {
  return join([...andTerms(filter).filter((term) => !unwanted(term)), ...added])
}

/** The filter that also asks for this, which may be alternatives itself. */
export function addTerm(filter: string, term: string): string {
  if (filter.trim() === '') return term
  return replaceTerms(filter, () => false, [topTerms(term).includes('|') ? `(${term})` : term])
}

/** Adds the term, or takes it out where it is there. Of `rivals`, which exclude each other, one can be there. */
export function toggleTerm(filter: string, term: string, rivals: readonly string[] = []): string {
  const there = hasTerm(filter, term)
  return replaceTerms(filter, (other) => other === term || rivals.includes(other), there ? [] : [term])
}

const TTL_TERM = /^(?:ttl|ends)(<=|>=|!=|<|>|=)/i

/** The filter with this span of time until the end in the place of what it says of that; null says nothing of it. */
export function withTtlSpan(filter: string, span: TtlSpan | null): string {
  const from = span?.from ? [`ends>=${span.from}s`] : []
  const to = span?.to == null ? [] : [`ends<${span.to}s`]
  return replaceTerms(filter, (term) => TTL_TERM.test(term), [...from, ...to])
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** The span of time until the end that the filter asks for, as far as it says so in plain terms; null where it does not. */
export function ttlSpan(filter: string): TtlSpan | null {
  let from: number | null = null
  let to: number | null = null
  for (const term of andTerms(filter)) {
    const [, sign, figure, unit] = /^(?:ttl|ends)(>=|>|<=|<)(\d+(?:\.\d+)?)(s|m|h|d|w|)$/i.exec(term) ?? []
    if (sign === undefined) continue
    const seconds = Number(figure) * (UNITS[unit?.toLowerCase() ?? ''] ?? 1)
    if (sign.startsWith('>')) from = Math.max(from ?? 0, seconds)
    else to = Math.min(to ?? Number.POSITIVE_INFINITY, seconds)
  }
  return from === null && to === null ? null : { from, to }
}
