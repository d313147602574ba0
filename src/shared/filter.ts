import type { FilterProblem } from './model.ts'

/** One word of a filter: `field:word` looks in that field, or, where it is no column, for the whole of it. */
export interface FilterTerm {
  readonly field: string | null
  readonly needle: string
  /** What is looked for anywhere: a colon may also belong to a time, a URL, an id with a namespace in it. */
  readonly anywhere: string
}

/** All of its terms must match. */
export type Filter = readonly FilterTerm[]

export type ParsedFilter =
  | { readonly ok: true; readonly filter: Filter }
  | { readonly ok: false; readonly problem: FilterProblem }

/**
 * Reads what was typed into the filter: words separated by spaces, all of which must occur, in any case of letters,
 * in the id or a shown field; `field:word` looks in that field alone; quotes hold a phrase together.
 */
export function parseFilter(text: string): ParsedFilter {
  const quote = (text.match(/"/g) ?? []).length % 2 === 1 ? text.lastIndexOf('"') : -1
  if (quote >= 0) {
    return {
      ok: false,
      problem: {
        at: quote,
        length: text.length - quote,
        message: 'This quote is not closed. Add another ".',
      },
    }
  }
  const terms = [...text.matchAll(/(?:([^\s:"]+):)?(?:"([^"]*)"|(\S+))/g)]
  const filter = terms.map(([whole, field, phrase, word]) => ({
    field: field ?? null,
    needle: (phrase ?? word ?? '').toLowerCase(),
    anywhere: (field === undefined ? (phrase ?? word ?? '') : whole).toLowerCase(),
  }))
  return { ok: true, filter }
}
