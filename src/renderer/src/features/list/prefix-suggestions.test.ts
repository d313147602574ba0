import { expect, it } from 'vitest'
import { suggestions } from './prefix-suggestions.ts'

const survey = {
  prefixes: [
    { prefix: 'session:', keys: 12 },
    { prefix: 'cart:', keys: 3 },
  ],
  keys: 20,
  looked: 20,
  complete: true,
}
const names = (...args: Parameters<typeof suggestions>) => suggestions(...args).map(({ prefix }) => prefix)

it('offers the prefixes that there are, and every key at the end', () => {
  expect(names(survey, '')).toEqual(['session:', 'cart:', ''])
  expect(names(survey, 'CAR')).toEqual(['cart:'])
})

it('puts those of interest first, each once, also where they have no keys or are not counted yet', () => {
  expect(suggestions(survey, '', ['cart:', 'basket:'])).toEqual([
    { prefix: 'cart:', keys: 3, interesting: true },
    { prefix: 'basket:', keys: null, interesting: true },
    { prefix: 'session:', keys: 12, interesting: false },
    { prefix: '', keys: 20, interesting: false },
  ])
  expect(names(null, '', ['cart:'])).toEqual(['cart:'])
  expect(names(survey, 'bas', ['cart:', 'basket:'])).toEqual(['basket:'])
})
