import { describe, expect, it } from 'vitest'
import { parseFilter } from './filter.ts'
import type { IndexRow } from './row.ts'

const columns = ['username', 'page']
const row = (id: IndexRow['id'], ...cells: IndexRow['cells']) => ({ id, cells }) as IndexRow
const ada = row('kJ3f', 'Ada Lovelace', '/cart:2')

describe('the filter', () => {
  it.each([
    ['', true],
    ['   ', true],
    ['ada', true],
    ['kj3', true],
    ['ada cart', true],
    ['ada grace', false],
    ['username:ada', true],
    ['username:cart', false],
    ['id:KJ', true],
    ['id:ada', false],
    ['"ada love"', true],
    ['username:"ada love', true],
    ['"love ada"', false],
    ['/cart:2', true],
    ['nosuchfield:ada', false],
    ['username:', false],
    [':', true],
  ])('%j matches ada in the cart: %j', (text, matches) => {
    expect(parseFilter(text, columns)(ada)).toBe(matches)
  })

  it('finds nothing in binary ids and values, and does not fail on them', () => {
    expect(parseFilter('x', columns)(row({ base64: 'eA==' }, null, { base64: 'eA==' }))).toBe(false)
  })
})
