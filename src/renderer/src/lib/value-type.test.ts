import { describe, expect, it } from 'vitest'
import { jsonProblem, typeOf } from './value-type.ts'

describe('a value', () => {
  it.each([
    ['', 'empty'],
    ['31', 'number'],
    ['-1.5e3', 'number'],
    ['0', 'number'],
    ['007', 'text'],
    ['1.', 'text'],
    ['Infinity', 'text'],
    ['9'.repeat(60), 'text'],
    ['true', 'boolean'],
    ['false', 'boolean'],
    ['True', 'text'],
    ['2026-11-23T12:34:56+00:00', 'timestamp'],
    ['2026-11-23T12:34:56.789Z', 'timestamp'],
    ['2026-13-45T99:99:99Z', 'text'],
    ['2026-11-23', 'text'],
    ['{"a":1}', 'json'],
    [' [1, 2]', 'json'],
    ['{"a":', 'text'],
    ['"quoted"', 'text'],
    ['null', 'text'],
    ['ada', 'text'],
  ])('%j reads as %s', (value, type) => {
    expect(typeOf(value).type).toBe(type)
  })

  it('that is no text is binary', () => {
    expect(typeOf({ base64: '/w==' })).toEqual({ type: 'binary', base64: '/w==' })
  })
})

it('says what is wrong with text that is meant as JSON', () => {
  expect(jsonProblem('{"a":1}')).toBeNull()
  expect(jsonProblem('{"a":')).toMatch(/JSON/)
})
