import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createFling, FOLLOW_MILLISECONDS, SETTLE_MILLISECONDS } from './fling.ts'

const SCREEN = 600
const FRAME = 16

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Scrolls by so many pixels in each frame. */
function scroll(steps: readonly number[], frame = FRAME) {
  const fling = createFling()
  const heard: boolean[] = []
  fling.subscribe(() => heard.push(fling.flinging()))
  let top = 0
  const step = (by: number) => {
    top += by
    fling.moved(top, SCREEN, performance.now())
    vi.advanceTimersByTime(frame)
  }
  for (const by of steps) step(by)
  return { fling, heard, step }
}

it('takes leaps that follow each other for a fling, in either direction', () => {
  expect(scroll([9000, 9000]).heard).toEqual([true])
  expect(scroll([9000, -9000]).heard).toEqual([true])
})

it('takes one leap for none', () => {
  expect(scroll([9000, 100, 9000, 100]).heard).toEqual([])
})

it('takes leaps that leave time to read for none', () => {
  expect(scroll([9000, 9000, 9000], FOLLOW_MILLISECONDS + FRAME).heard).toEqual([])
})

it('takes a screen in each frame for none', () => {
  expect(scroll([SCREEN, SCREEN, SCREEN]).heard).toEqual([])
})

it('is over with the first move that leaves rows on the screen', () => {
  expect(scroll([9000, 9000, 9000, SCREEN / 2]).heard).toEqual([true, false])
})

it('is over once nothing has moved for a while', () => {
  const { fling, heard } = scroll([9000, 9000, 9000], 0)
  vi.advanceTimersByTime(SETTLE_MILLISECONDS - 1)
  expect(fling.flinging()).toBe(true)
  vi.advanceTimersByTime(1)
  expect(heard).toEqual([true, false])
})

it('goes on through leaps that come as slowly as the notches of a wheel', () => {
  const { heard } = scroll([9000, 9000, 9000, 9000], 40)
  expect(heard).toEqual([true])
})
