import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

export interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where the window was when it was last closed. Device-independent pixels. */
export interface WindowState {
  readonly bounds: Bounds
  readonly maximized: boolean
}

export const SMALLEST = { width: 900, height: 600 } as const
export const DEFAULT_SIZE = { width: 1280, height: 800 } as const

const coordinate = z.int().min(-100_000).max(100_000)
const stateSchema = z.object({
  bounds: z.object({
    x: coordinate,
    y: coordinate,
    width: z.int().min(SMALLEST.width).max(20_000),
    height: z.int().min(SMALLEST.height).max(20_000),
  }),
  maximized: z.boolean(),
})

/** @returns null where there is none yet, or none that can be used. */
export function readWindowState(file: string): WindowState | null {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/** In one step, so that an end in the middle leaves the old file. Synchronous: the window is closing. */
export function writeWindowState(file: string, state: WindowState): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(state))
  renameSync(`${file}.new`, file)
}

/** Enough of the title bar to take hold of the window by. */
const GRIP = 64

/** Whether the window could be seen and moved: a screen may have been unplugged since. */
export const isReachable = ({ x, y, width }: Bounds, screens: readonly Bounds[]): boolean =>
  screens.some(
    (screen) =>
      x + width >= screen.x + GRIP &&
      x <= screen.x + screen.width - GRIP &&
      y >= screen.y &&
      y <= screen.y + screen.height - GRIP,
  )
