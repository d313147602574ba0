/**
 * Where a key leads from a row of a list, before it is bounded by the list's ends.
 * @param at negative for none: then steps lead to the first
 * @param screenful rows that PgUp and PgDn go by
 * @returns undefined for a key that leads nowhere
 */
export function rowByKey(key: string, at: number, count: number, screenful: number): number | undefined {
  const from = (step: number) => (at < 0 ? 0 : at + step)
  switch (key) {
    case 'ArrowDown':
      return from(1)
    case 'ArrowUp':
      return from(-1)
    case 'PageDown':
      return from(screenful)
    case 'PageUp':
      return from(-screenful)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}

/** The key that shows what is masked, and masks it again. */
export const isRevealKey = ({
  key,
  ctrlKey,
  metaKey,
  altKey,
}: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): boolean =>
  key === 'v' && !ctrlKey && !metaKey && !altKey

/** Rows that a scroller shows at once but for one, which stays to be seen after a page. */
export const screenfulOf = (scroller: HTMLElement | null, rowHeight: number): number =>
  Math.max(1, Math.floor((scroller?.clientHeight ?? 0) / rowHeight) - 1)
