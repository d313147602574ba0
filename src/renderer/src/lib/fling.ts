/** Tells scrolling past, where no row stays for two frames, from scrolling that rows are read in. */
export interface Fling {
  /**
   * Takes in where the list has scrolled to.
   * @param top pixels from the top of the list
   * @param screen pixels of the list that are seen at once
   * @param at milliseconds, of any clock
   */
  moved(top: number, screen: number, at: number): void
  readonly flinging: () => boolean
  /** @returns what ends the subscription */
  subscribe(listener: () => void): () => void
}

/** Milliseconds without a move after which a fling is over: with an answer and a frame, rows are there after a tenth of a second. */
export const SETTLE_MILLISECONDS = 64
/** Milliseconds within which a leap follows another: a machine that falls behind must not take on rows as well. */
export const FOLLOW_MILLISECONDS = 200

/**
 * One leap is no fling: Home, End and a click on the scroll bar show their rows at once. Leaps that follow each other
 * are, and each further one puts off the end.
 */
export function createFling(): Fling {
  const listeners = new Set<() => void>()
  let flinging = false
  let before = { top: 0, at: Number.NEGATIVE_INFINITY, leapt: false }
  let settling: ReturnType<typeof setTimeout> | undefined

  const set = (value: boolean) => {
    if (value === flinging) return
    flinging = value
    for (const listener of listeners) listener()
  }

  return {
    moved(top, screen, at) {
      const leapt = Math.abs(top - before.top) > screen
      const follows = before.leapt && at - before.at <= FOLLOW_MILLISECONDS
      before = { top, at, leapt }
      clearTimeout(settling)
      set(leapt && (flinging || follows))
      if (flinging) settling = setTimeout(() => set(false), SETTLE_MILLISECONDS)
    },
    flinging: () => flinging,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
