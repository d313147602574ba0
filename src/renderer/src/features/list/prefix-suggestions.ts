import type { PrefixSurvey } from '#shared/model.ts'

/** More are found by typing. */
const MOST_SHOWN = 100

export interface PrefixChoice {
  readonly prefix: string
  /** Null where they have not been counted. */
  readonly keys: number | null
  /** It is one of those that the saved connection names. */
  readonly interesting: boolean
}

/**
 * Those whose name has this text: first the prefixes of interest, then the other namespaces that there are, and at the
 * end, where nothing was typed, all keys.
 */
export function suggestions(
  survey: PrefixSurvey | null,
  text: string,
  interest: readonly string[] = [],
): readonly PrefixChoice[] {
  const wanted = text.toLowerCase()
  const matches = ({ prefix }: { readonly prefix: string }) => prefix.toLowerCase().includes(wanted)
  const known = new Map(survey?.prefixes.map(({ prefix, keys }) => [prefix, keys]))
  const first = interest.map((prefix) => ({ prefix, keys: known.get(prefix) ?? null, interesting: true }))
  const others = (survey?.prefixes ?? [])
    .filter(({ prefix }) => !interest.includes(prefix))
    .map(({ prefix, keys }) => ({ prefix, keys, interesting: false }))
  const found = [...first.filter(matches), ...others.filter(matches).slice(0, MOST_SHOWN)]
  return text === '' && survey !== null && !interest.includes('')
    ? [...found, { prefix: '', keys: survey.keys, interesting: false }]
    : found
}
