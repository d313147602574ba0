/** Where the brands of payment cards begin, and how many digits theirs have. Source: ISO/IEC 7812, the brands' own lists. */
const BRANDS: readonly { readonly starts: RegExp; readonly lengths: readonly number[] }[] = [
  { starts: /^4/, lengths: [13, 16, 19] },
  { starts: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { starts: /^3[47]/, lengths: [15] },
  { starts: /^(?:6011|65|64[4-9])/, lengths: [16, 19] },
  { starts: /^35(?:2[89]|[3-8])/, lengths: [16, 17, 18, 19] },
  { starts: /^62/, lengths: [16, 17, 18, 19] },
  { starts: /^(?:30[0-5]|36|38)/, lengths: [14] },
]

/** Digits, perhaps in groups by a blank or a hyphen, that no other digit or letter is next to. */
const CANDIDATE = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)/g

/** Whether a text holds what looks like a payment card number: a brand's beginning and length, and the check digit. */
export function holdsCardNumber(text: string): boolean {
  for (const [found] of text.matchAll(CANDIDATE)) {
    const digits = found.replace(/\D/g, '')
    if (isOfBrand(digits) && hasCheckDigit(digits) && !/^(\d)\1+$/.test(digits)) return true
  }
  return false
}

const isOfBrand = (digits: string): boolean =>
  BRANDS.some(({ starts, lengths }) => lengths.includes(digits.length) && starts.test(digits))

/** Luhn's formula (ISO/IEC 7812-1, annex B). @param digits nothing else */
export function hasCheckDigit(digits: string): boolean {
  let sum = 0
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place])
    const weighted = place % 2 === 1 ? 2 * digit : digit
    sum += weighted > 9 ? weighted - 9 : weighted
  }
  return sum % 10 === 0
}
