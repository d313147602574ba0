import type { Page } from '@playwright/test'

export interface Frames {
  /** Milliseconds between two frames, sorted. */
  readonly durations: readonly number[]
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
        let blank = 0
        let loading = 0
        let last = performance.now()
        const end = last + length
        const frame = (now: number) => {
          durations.push(now - last)
          last = now
          const grid = document.querySelector('[role="grid"]')
          const cells = [...(grid?.querySelectorAll('[role="gridcell"]:first-of-type') ?? [])]
          if (!cells.some((cell) => cell.textContent?.startsWith('user-'))) {
            if (grid?.ariaBusy === 'true') loading += 1
            else blank += 1
          }
          if (now < end) requestAnimationFrame(frame)
          else resolve({ durations: durations.slice(1).toSorted((a, b) => a - b), blank, loading })
        }
        requestAnimationFrame(frame)
      }),
    milliseconds,
  )
}
