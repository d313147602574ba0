import { type Ability, lackedBy, lostAbilities, needsOf } from '#shared/abilities.ts'

/** One thing that this user may not do, and the commands that it would take. */
export interface Loss {
  readonly ability: Ability
  readonly words: string
  readonly lacks: readonly string[]
}

export const lossesOf = (missing: readonly string[]): readonly Loss[] =>
  lostAbilities(missing).map(({ ability, lacks }) => ({ ability, words: needsOf(ability).words, lacks }))

/** Whether nothing under any prefix can be written with these missing, and all can be read. */
export function onlyReads(missing: readonly string[]): boolean {
  const losses = lossesOf(missing)
  const lost = (ability: Ability) => losses.some((loss) => loss.ability === ability)
  const writes = ['create', 'touch', 'rotate', 'editFields', 'removeFields', 'setTtl', 'delete'] as const
  return (
    writes.every(lost) && lackedBy('list', missing).length === 0 && lackedBy('open', missing).length === 0
  )
}

/** Whether more is lost than what is only slower or not shown. */
export const isLoud = (missing: readonly string[]): boolean =>
  lossesOf(missing).some(({ ability }) => needsOf(ability).quiet !== true)

/** `a, b and c`, with the number of those left out. */
export function someOf(words: readonly string[], most: number): string {
  const shown = words.slice(0, words.length <= most + 1 ? most + 1 : most)
  const rest = words.length - shown.length
  const all = rest > 0 ? [...shown, `${rest} more`] : shown
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}
