import { expect, test } from 'vitest'
import { LIMITS } from '#shared/model.ts'
import { checkFieldName, fieldValue, refuseReserved } from './fields.ts'

const code = (code: string) => expect.objectContaining({ name: 'AppError', code })
const thrown = (run: () => unknown): unknown => {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

test.each(['username', 'é', ' ', '__proto__', 'a'.repeat(LIMITS.fieldNameBytes)])(
  'the field name %j may be written',
  (name) => {
    expect(checkFieldName(name)).toBe(name)
  },
)

test.each([
  '',
  'a'.repeat(LIMITS.fieldNameBytes + 1),
  'é'.repeat(LIMITS.fieldNameBytes / 2 + 1),
  '\ud800',
  7,
  null,
])('the field name %j is refused', (name) => {
  expect(thrown(() => checkFieldName(name))).toEqual(code('invalid_field'))
})

test.each([
  ['text', 'text'],
  ['', ''],
  [0, '0'],
  [-1.5, '-1.5'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [12345678901234567890n, '12345678901234567890'],
  [true, 'true'],
  [false, 'false'],
])('%s is stored as its string', (value, stored) => {
  expect(fieldValue('field', value)).toBe(stored)
})

test.each([null, undefined, Number.NaN, {}, [], () => 1, Symbol('s'), '\udc00'])(
  'the value %s is refused',
  (value) => {
    expect(thrown(() => fieldValue('cart', value))).toEqual(code('invalid_value'))
  },
)

test('a refused value is named, and the way out with it', () => {
  expect(() => fieldValue('cart', { items: [] })).toThrow(
    "'cart' must be text, a number or a boolean, not of type object. Write objects as JSON text.",
  )
})

test('a value is measured in bytes', () => {
  expect(fieldValue('big', 'a'.repeat(LIMITS.valueBytes))).toHaveLength(LIMITS.valueBytes)
  expect(thrown(() => fieldValue('big', 'a'.repeat(LIMITS.valueBytes + 1)))).toEqual(code('invalid_value'))
  expect(thrown(() => fieldValue('big', 'é'.repeat(LIMITS.valueBytes / 2 + 1)))).toEqual(
    code('invalid_value'),
  )
})

test('reserved fields are refused by name, others pass', () => {
  expect(thrown(() => refuseReserved('session_ttl'))).toEqual(code('reserved_field'))
  expect(() => refuseReserved('created_at')).toThrow('created_at')
  expect(refuseReserved('username')).toBeUndefined()
})
