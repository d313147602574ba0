import type { Page } from '@playwright/test'

export interface Frames {
  /** Milliseconds between two frames, sorted. */
  readonly durations: readonly number[]
  /** Frames without any row, and frames whose rows were all on their way. */
  readonly blank: number
  readonly loading: number
}

/** Watches the frames of the list for so many milliseconds. */
export function recordFrames(page: Page, milliseconds: number): Promise<Frames> {
  return page.evaluate(
    (length) =>
      new Promise<Frames>((resolve) => {
        const durations: number[] = []
        let blank = 0
        let loading = 0
        let last = performance.now()
        const end = last + length
        const frame = (now: number) => {
          durations.push(now - last)
          last = now
          const cells = [...document.querySelectorAll('[role="grid"] [role="gridcell"]:first-of-type')]
          if (cells.length === 0) blank += 1
          else if (!cells.some((cell) => cell.textContent?.startsWith('user-'))) loading += 1
          if (now < end) requestAnimationFrame(frame)
          else resolve({ durations: durations.slice(1).toSorted((a, b) => a - b), blank, loading })
        }
        requestAnimationFrame(frame)
      }),
    milliseconds,
  )
}
