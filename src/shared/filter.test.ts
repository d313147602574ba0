import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Filter, filterNeeds, parseFilter } from './filter.ts'

function parsed(text: string): Filter {
  const result = parseFilter(text)
  if (!result.ok) throw new Error(`${text}: ${result.problem.message}`)
  return result.filter
}

/** The text with what is wrong in brackets, and why. */
function problemOf(text: string): readonly [marked: string, message: string] {
  const result = parseFilter(text)
  if (result.ok) throw new Error(`${text} has no problem`)
  const { at, length, message } = result.problem
  return [`${text.slice(0, at)}[${text.slice(at, at + length)}]${text.slice(at + length)}`, message]
}

const word = (text: string): Filter => ({ kind: 'word', text })

describe('a filter', () => {
  it('is everything when nothing is asked for', () => {
    expect(parsed('')).toEqual({ kind: 'all', filters: [] })
    expect(parsed('  ')).toEqual({ kind: 'all', filters: [] })
  })

  it('takes words, of which all must occur, and phrases in quotes', () => {
    expect(parsed('ada "grace hopper"')).toEqual({
      kind: 'all',
      filters: [word('ada'), word('grace hopper')],
    })
    expect(parsed(String.raw`"say \"hi\" \\"`)).toEqual(word(String.raw`say "hi" \ `.trim()))
  })

  it('binds - to one term, spaces before |, and parentheses before all', () => {
    expect(parsed('-a b | c')).toEqual({
      kind: 'any',
      filters: [{ kind: 'all', filters: [{ kind: 'not', filter: word('a') }, word('b')] }, word('c')],
    })
    expect(parsed('-(a|b) c')).toEqual({
      kind: 'all',
      filters: [{ kind: 'not', filter: { kind: 'any', filters: [word('a'), word('b')] } }, word('c')],
    })
  })

  it('looks in the field before the colon, by short name for the user', () => {
    expect(parsed('theme:"very dark"')).toEqual({
      kind: 'contains',
      name: 'theme',
      text: 'very dark',
      whole: 'theme:"very dark"',
    })
    expect(parsed('user:ada')).toMatchObject({ kind: 'contains', name: 'username', text: 'ada' })
    expect(parsed('"user":ada')).toMatchObject({ kind: 'contains', name: 'user' })
    expect(parsed('"first name":ada')).toMatchObject({ kind: 'contains', name: 'first name' })
  })

  it.each(['12:30', 'http://example.test', '3<4', 'a-b', 'hello!'])('takes %s as a word', (text) => {
    expect(parsed(text)).toEqual(word(text))
  })

  it.each([
    ['ttl<60', 'ttl', '<', 60_000, 1000],
    ['ttl>=1h30m', 'ttl', '>=', 5_400_000, 60_000],
    ['idle>5m', 'idle', '>', 300_000, 60_000],
    ['AGE>2D', 'age', '>', 172_800_000, 86_400_000],
    ['ttl=1.5s', 'ttl', '=', 1500, 1000],
  ])('compares a time: %s', (text, of, sign, value, step) => {
    expect(parsed(text)).toEqual({ kind: 'duration', of, sign, than: { value, step } })
  })

  it('compares sizes, fields, and what is inside of their JSON', () => {
    expect(parsed('size>4kb')).toEqual({ kind: 'size', sign: '>', than: { value: 4096, step: 1024 } })
    expect(parsed('cart.items>3')).toEqual({ kind: 'compare', name: 'cart.items', sign: '>', text: '3' })
    expect(parsed('theme!=dark')).toEqual({ kind: 'compare', name: 'theme', sign: '!=', text: 'dark' })
    expect(parsed('"size">3')).toEqual({ kind: 'compare', name: 'size', sign: '>', text: '3' })
  })

  it('asks for what is there and what is not, and for states', () => {
    expect(parsed('no:ttl')).toEqual({ kind: 'not', filter: { kind: 'hasTtl' } })
    expect(parsed('no:end')).toEqual({ kind: 'not', filter: { kind: 'hasEnd' } })
    expect(parsed('has:"end"')).toEqual({ kind: 'has', name: 'end' })
    expect(parsed('has:cart.items')).toEqual({ kind: 'has', name: 'cart.items' })
    expect(parsed('is:Expiring')).toEqual({ kind: 'is', state: 'expiring' })
  })

  it.each([
    ['a "b c', 'a ["b c]', /quote is not closed/],
    ['(a | b', '[(]a | b', /Add \)/],
    ['a)', 'a[)]', /closes none/],
    ['a ()', 'a [()]', /Nothing is in/],
    ['a | ', 'a [|] ', /both of its sides/],
    ['| a', '[|] a', /both of its sides/],
    ['a -', 'a [-]', /leaves out what follows/],
    ['user: b', '[user:] b', /Say what follows user:/],
    ['a ttl<', 'a [ttl<]', /Say what follows ttl</],
    ['ttl<5x', 'ttl<5[x]', /ms, s, m, h, d or w/],
    ['ttl<soon', 'ttl<[soon]', /ms, s, m, h, d or w/],
    ['idle>1h30', 'idle>1h[30]', /ms, s, m, h, d or w/],
    ['size>4tb', 'size>4[tb]', /b, kb, mb or gb/],
    ['ttl:60', '[ttl:60]', /Compare ttl by <.*"ttl"/],
    ['is:gone', 'is:[gone]', /active, idle, expiring, expired, session, incomplete, foreign or disputed/],
  ])('marks what is wrong in %s and says the way out', (text, marked, message) => {
    expect(problemOf(text)).toEqual([marked, expect.stringMatching(message)])
  })

  it('says what a row must have been read with, and whether time changes the answer', () => {
    expect(filterNeeds(parsed('ada -theme:dark | cart.items>3 id:7'))).toEqual({
      names: ['theme', 'cart.items'],
      size: false,
      timed: false,
    })
    expect(filterNeeds(parsed('size>1kb -(is:idle)'))).toEqual({ names: [], size: true, timed: true })
    expect(filterNeeds(parsed('is:foreign no:ttl'))).toEqual({ names: [], size: false, timed: false })
  })

  it('is read or marked inside of its bounds, whatever was typed', () => {
    const piece = fc.constantFrom(
      'a',
      'ttl',
      '<',
      '=',
      ':',
      '"',
      '(',
      ')',
      '|',
      '-',
      ' ',
      '5',
      'm',
      '\\',
      'is:',
      'é',
      '😀',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((pieces) => pieces.join('')),
          fc.string(),
        ),
        (text) => {
          const result = parseFilter(text)
          if (result.ok) return
          const { at, length } = result.problem
          expect(at).toBeGreaterThanOrEqual(0)
          expect(length).toBeGreaterThan(0)
          expect(at + length).toBeLessThanOrEqual(text.length)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
