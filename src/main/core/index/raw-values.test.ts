import { expect, test } from 'vitest'
import { RawValues } from './raw-values.ts'

const wholeNumber = (text: string) => RawValues.of([Buffer.from(text)]).wholeNumber(0)

test('a whole number is read up to the largest TTL that the store takes', () => {
  expect(wholeNumber('1800')).toBe(1800)
  expect(wholeNumber(String(Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER)
})

test.each([
  '',
  '0',
  '-1',
  '01',
  '1.5',
  '6e1',
  ' 60',
  '9007199254740992',
  '9007199254740993',
  '99999999999999999',
])('%j is none', (text) => {
  expect(wholeNumber(text)).toBeNaN()
})

test('what is absent is none', () => {
  expect(RawValues.of([null]).wholeNumber(0)).toBeNaN()
})
