import { expect, test } from 'vitest'
import type { Holding } from '../connection/cluster-client.ts'
import { mayHaveGained } from './cluster-pass.ts'

const holding = (slots: number[], epoch = 1, importing: number[] = []): Holding => ({
  slots: new Set(slots),
  epoch,
  importing: new Set(importing),
})

test('a master is scanned again where keys may have come to it meanwhile, and only then', () => {
  const before = holding([1, 2])
  expect(mayHaveGained(before, holding([1, 2]), true)).toBe(false)
  expect(mayHaveGained(before, holding([1]), true)).toBe(false)
  expect(mayHaveGained(before, holding([1, 2, 3]), false)).toBe(true)
  expect(mayHaveGained(before, holding([1, 2], 2), false)).toBe(true)
  expect(mayHaveGained(undefined, holding([1]), true)).toBe(true)
  // A slot that is on its way stays so for as long as one likes: once is enough.
  expect(mayHaveGained(before, holding([1, 2], 1, [3]), true)).toBe(true)
  expect(mayHaveGained(holding([1, 2], 1, [3]), before, true)).toBe(true)
  expect(mayHaveGained(holding([1, 2], 1, [3]), holding([1, 2], 1, [3]), false)).toBe(false)
})
