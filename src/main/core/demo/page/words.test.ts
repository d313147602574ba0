import { describe, expect, it } from 'vitest'

interface Words {
  formatLeft(milliseconds: number): string
  formatSeconds(seconds: number): string
  moodOf(fraction: number): { readonly mood: string; readonly words: string }
  fieldOrder(a: string, b: string): number
}

// The page's scripts are plain JavaScript for the browser: their types are told here.
const path = './words.js'
const { formatLeft, formatSeconds, moodOf, fieldOrder } = (await import(path)) as Words

describe('the words of the page', () => {
  it.each([
    [-5, '0'],
    [1, '0.1'],
    [7250, '7.3'],
    [9999, '10.0'],
    [10_000, '10'],
    [59_001, '60'],
    [99_000, '99'],
    [99_001, '1:40'],
    [1_800_000, '30:00'],
    [7_205_000, '2:00:05'],
    [90_000_000, '1 d 1 h'],
    [Number.MAX_SAFE_INTEGER * 1000, '285M years'],
  ])('show %i ms left as %s', (milliseconds, text) => {
    expect(formatLeft(milliseconds)).toBe(text)
  })

  it.each([
    [1, '1 s'],
    [60, '1 min'],
    [90, '1 min 30 s'],
    [1800, '30 min'],
    [3601, '1 h 1 s'],
    [Number.MAX_SAFE_INTEGER, '285M years'],
  ])('say %i seconds as %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text)
  })

  it('call a time amber below a quarter and red below a tenth', () => {
    expect([1, 0.25, 0.249, 0.1, 0.099, 0].map((fraction) => moodOf(fraction).mood)).toEqual([
      'calm',
      'calm',
      'amber',
      'amber',
      'red',
      'over',
    ])
  })

  it('put the visitor’s data first and the store’s own fields last', () => {
    const fields = ['session_ttl', 'csrf_token', 'cart', '__proto__', 'page_views', 'username', 'created_at']
    expect(fields.sort(fieldOrder)).toEqual([
      'username',
      'page_views',
      '__proto__',
      'cart',
      'csrf_token',
      'created_at',
      'session_ttl',
    ])
  })
})
