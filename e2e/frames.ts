import type { Page } from '@playwright/test'

export interface Frames {
  /** Milliseconds between two frames, sorted. */
  readonly durations: readonly number[]
  /** When those ended that took more than 50 ms, milliseconds from the beginning. */
  readonly slow: readonly number[]
  /** Frames without any row, and frames whose rows were all on their way and drawn as such. */
  readonly blank: number
  readonly loading: number
}

/** Watches the frames of the list for so many milliseconds. */
export function recordFrames(page: Page, milliseconds: number): Promise<Frames> {
  return page.evaluate(
    (length) =>
      new Promise<Frames>((resolve) => {
        const durations: number[] = []
        const slow: number[] = []
        let blank = 0
        let loading = 0
        const began = performance.now()
        let last = began
        const end = began + length
        const frame = (now: number) => {
          durations.push(now - last)
          // The first one is not a whole one.
          if (durations.length > 1 && now - last > 50) slow.push(now - began)
          last = now
          const grid = document.querySelector('[role="grid"]')
          const cells = [...(grid?.querySelectorAll('[role="gridcell"]:first-of-type') ?? [])]
          if (!cells.some((cell) => cell.textContent?.startsWith('user-'))) {
            if (grid?.ariaBusy === 'true') loading += 1
            else blank += 1
          }
          if (now < end) requestAnimationFrame(frame)
          else resolve({ durations: durations.slice(1).toSorted((a, b) => a - b), slow, blank, loading })
        }
        requestAnimationFrame(frame)
      }),
    milliseconds,
  )
}
