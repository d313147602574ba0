import { expect, it } from 'vitest'
import { FIRST_ROWS, type FormRow, readRows } from './create-form.ts'

const rows = (...pairs: [string, string][]): readonly FormRow[] =>
  pairs.map(([name, value], key) => ({ key, name, value }))

it('makes an anonymous session of the rows that it starts with', () => {
  expect(readRows(FIRST_ROWS)).toEqual({ page_views: '0' })
})

it('keeps empty values of other fields, and leaves out empty rows', () => {
  expect(readRows(rows(['username', 'ada'], ['note', ''], ['', '']))).toEqual({ username: 'ada', note: '' })
})

it.each([
  [rows(['', 'x']), 0, /no field name/],
  [rows(['a', '1'], ['session_ttl', '9']), 1, /session store/],
  [rows(['a', '1'], ['a', '2']), 1, /twice/],
])('says which row is wrong', (input, key, message) => {
  expect(readRows(input)).toEqual({ key, message: expect.stringMatching(message) })
})

it('takes names that every object has', () => {
  expect(readRows(rows(['toString', '1'], ['key', '2'], ['message', '3']))).toEqual({
    toString: '1',
    key: '2',
    message: '3',
  })
})
