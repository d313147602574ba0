import { expect, it } from 'vitest'
import { rowByKey } from './row-keys.ts'

it('leads by one row, by a screenful, and to the ends', () => {
  const led = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'].map((key) =>
    rowByKey(key, 20, 100, 9),
  )
  expect(led).toEqual([21, 19, 29, 11, 0, 99])
})

it('leads to the first row where none is chosen, and nowhere by other keys', () => {
  expect(rowByKey('PageDown', -1, 100, 9)).toBe(0)
  expect(rowByKey('Enter', 3, 100, 9)).toBeUndefined()
})
