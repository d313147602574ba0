import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { debounce } from './debounce.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('hands over the last value once nothing more is typed', () => {
  const delivered: string[] = []
  const typed = debounce<string>(120, (value) => delivered.push(value))
  typed.push('a')
  vi.advanceTimersByTime(100)
  typed.push('ad')
  vi.advanceTimersByTime(119)
  expect(delivered).toEqual([])
  vi.advanceTimersByTime(1)
  expect(delivered).toEqual(['ad'])
})

it('hands over at once on Enter, and not a second time', () => {
  const delivered: string[] = []
  const typed = debounce<string>(120, (value) => delivered.push(value))
  typed.push('ada')
  typed.flush('ada')
  vi.advanceTimersByTime(1000)
  expect(delivered).toEqual(['ada'])
})

it('forgets what waits when it is cancelled', () => {
  const deliver = vi.fn()
  const typed = debounce<string>(120, deliver)
  typed.push('ada')
  typed.cancel()
  vi.advanceTimersByTime(1000)
  expect(deliver).not.toHaveBeenCalled()
})
