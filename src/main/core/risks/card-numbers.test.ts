import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasCheckDigit, holdsCardNumber } from './card-numbers.ts'

/** A number of these digits that ends with its check digit. */
const checked = (digits: string): string => {
  const last = [...'0123456789'].find((digit) => hasCheckDigit(digits + digit))
  return digits + last
}
const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((all) => all.join(''))

describe('card numbers', () => {
  it('are known by brand, length and check digit, in groups or not, within other text', () => {
    for (const text of [
      '4111111111111111',
      '4111 1111 1111 1111',
      'paid with 5555-5555-5555-4444.',
      '378282246310005',
      '6011111111111117',
    ]) {
      expect(holdsCardNumber(text)).toBe(true)
    }
  })

  it('are no phone numbers, moments, ids or parts of longer ones', () => {
    for (const text of [
      '1775133296789',
      '+49 170 1234567',
      '4111111111111112',
      '0000000000000000',
      'a4111111111111111',
      '4111111111111111.5',
      '94111111111111111111111',
      '2026-04-02 12:34:56 +0000',
      '550e8400-e29b-41d4-a716-446655440000',
    ]) {
      expect([text, holdsCardNumber(text)]).toEqual([text, false])
    }
  })

  it('has one check digit for each number, which any single wrong digit breaks', () => {
    fc.assert(
      fc.property(digits(15), fc.nat(14), fc.integer({ min: 1, max: 9 }), (number, place, more) => {
        const whole = checked(number)
        const wrong = (Number(whole[place]) + more) % 10
        expect(hasCheckDigit(whole)).toBe(true)
        expect(hasCheckDigit(whole.slice(0, place) + wrong + whole.slice(place + 1))).toBe(false)
      }),
    )
  })

  it('finds every Visa number, however it is grouped', () => {
    fc.assert(
      fc.property(digits(14), fc.constantFrom('', ' ', '-'), (rest, by) => {
        const number = checked(`4${rest}`)
        fc.pre(!/^(\d)\1+$/.test(number))
        expect(holdsCardNumber((number.match(/\d{4}/g) ?? []).join(by))).toBe(true)
      }),
    )
  })
})
