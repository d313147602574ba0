import { expect, it, vi } from 'vitest'
import { createClock, type Timers } from './clock.ts'

/** Timers that run when the test says so. */
function handTimers(start: number) {
  let now = start
  let pending: { at: number; run: () => void } | null = null
  const timers: Timers = {
    now: () => now,
    setTimeout: (run, milliseconds) => {
      pending = { at: now + milliseconds, run }
      return pending
    },
    clearTimeout: (timer) => {
      if (pending === timer) pending = null
    },
  }
  return {
    timers,
    waiting: () => pending?.at ?? null,
    advance(to: number) {
      now = to
      const due = pending
      pending = null
      due?.run()
    },
  }
}

it('ticks on the full second', () => {
  const hand = handTimers(10_250)
  const ticks: number[] = []
  createClock(hand.timers).subscribe((now) => ticks.push(now))
  expect(hand.waiting()).toBe(11_000)
  hand.advance(11_000)
  // A late timer does not put the next one off.
  expect(hand.waiting()).toBe(12_000)
  hand.advance(12_400)
  expect(hand.waiting()).toBe(13_000)
  expect(ticks).toEqual([11_000, 12_400])
})

it('runs one timer for a thousand listeners, and none for none', () => {
  const hand = handTimers(0)
  const clock = createClock(hand.timers)
  const listeners = Array.from({ length: 1000 }, () => vi.fn())
  const ends = listeners.map((listener) => clock.subscribe(listener))
  hand.advance(1000)
  for (const listener of listeners) expect(listener).toHaveBeenCalledTimes(1)
  for (const end of ends) end()
  expect(hand.waiting()).toBeNull()
})

it('lets a listener leave while it is being told', () => {
  const hand = handTimers(0)
  const clock = createClock(hand.timers)
  const second = vi.fn()
  const end = clock.subscribe(() => end())
  clock.subscribe(second)
  hand.advance(1000)
  hand.advance(2000)
  expect(second).toHaveBeenCalledTimes(2)
})
