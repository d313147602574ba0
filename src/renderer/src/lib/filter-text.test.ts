import { describe, expect, it } from 'vitest'
import { hasTerm, toggleTerm, topTerms, ttlSpan, withTtlSpan } from './filter-text.ts'

describe('the terms at the top of a filter', () => {
  it('are parted by spaces', () => {
    expect(topTerms('  user:ada   ttl<60 ')).toEqual(['user:ada', 'ttl<60'])
  })

  it('hold quoted phrases and parentheses together', () => {
    expect(topTerms('name:"ada | lovelace" -(a | "b)" c) d')).toEqual([
      'name:"ada | lovelace"',
      '-(a | "b)" c)',
      'd',
    ])
  })

  it('know a quote within quotes', () => {
    expect(topTerms(String.raw`"a \" b" c "\\" d`)).toEqual([
      String.raw`"a \" b"`,
      'c',
      String.raw`"\\"`,
      'd',
    ])
  })

  it('end with their parenthesis', () => {
    expect(topTerms('(a | b)(c | d)')).toEqual(['(a | b)', '(c | d)'])
  })

  it('take a bar as a term of its own, also without spaces', () => {
    expect(topTerms('a|b c')).toEqual(['a', '|', 'b', 'c'])
  })
})

describe('a term that is switched', () => {
  it('is added at the end, and taken out again', () => {
    expect(toggleTerm('user:ada', 'is:idle')).toBe('user:ada is:idle')
    expect(toggleTerm('user:ada is:idle', 'is:idle')).toBe('user:ada')
    expect(toggleTerm('', 'no:ttl')).toBe('no:ttl')
    expect(toggleTerm('no:ttl', 'no:ttl')).toBe('')
  })

  it('holds for all alternatives, which get parentheses as long as it is there', () => {
    const both = toggleTerm('user:ada | user:grace', 'is:idle')
    expect(both).toBe('(user:ada | user:grace) is:idle')
    expect(toggleTerm(both, 'is:idle')).toBe('user:ada | user:grace')
  })

  it('takes the place of its rivals', () => {
    expect(toggleTerm('is:active user:ada', 'is:idle', ['is:active', 'is:idle'])).toBe('user:ada is:idle')
  })

  it('is not there within one of several alternatives, or within quotes', () => {
    expect(hasTerm('is:idle | user:ada', 'is:idle')).toBe(false)
    expect(hasTerm('"is:idle now"', 'is:idle')).toBe(false)
    expect(hasTerm('user:ada is:idle', 'is:idle')).toBe(true)
  })

  it('leaves parentheses that are only a part of the filter', () => {
    expect(toggleTerm('(a | b) (c | d) x', 'x')).toBe('(a | b) (c | d)')
    expect(toggleTerm('-(a | b) x', 'x')).toBe('-(a | b)')
  })
})

describe('a span of remaining TTL', () => {
  it('takes the place of the one before and keeps the rest', () => {
    expect(withTtlSpan('ttl>=5s user:ada ttl<60', { from: 240, to: 300 })).toBe(
      'user:ada ends>=240s ends<300s',
    )
    expect(withTtlSpan('a | b', { from: 240, to: 300 })).toBe('(a | b) ends>=240s ends<300s')
  })

  it('says nothing of an end that is open, and from now on is open', () => {
    expect(withTtlSpan('', { from: 0, to: 60 })).toBe('ends<60s')
    expect(withTtlSpan('', { from: 1800, to: null })).toBe('ends>=1800s')
  })

  it('is cleared without a trace', () => {
    expect(withTtlSpan('(a | b) ttl>=240s ttl<300s', null)).toBe('a | b')
  })

  it('is read back from what was typed', () => {
    expect(ttlSpan('user:ada ttl>=240s ttl<300s')).toEqual({ from: 240, to: 300 })
    expect(ttlSpan('ttl<5m')).toEqual({ from: null, to: 300 })
    expect(ttlSpan('ttl>1h')).toEqual({ from: 3600, to: null })
    expect(ttlSpan('user:ada')).toBeNull()
    expect(ttlSpan('ttl<60 | user:ada')).toBeNull()
  })
})
