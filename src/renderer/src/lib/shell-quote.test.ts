import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { shellQuote } from './shell-quote.ts'

/** What bash makes of one word. */
const asBashReadsIt = (word: string): Buffer => execFileSync('bash', ['-c', `printf %s ${word}`])

it('leaves plain keys as they are', () => {
  expect(shellQuote('session:kJ3f-9Qx_')).toBe('session:kJ3f-9Qx_')
})

it.each(["it's", '$HOME `id` "q"', 'a b', '*?[]\\', '', '-n', 'ünï', 'line\nbreak', "tab\t'quote'"])(
  'bash reads %j back as the same text',
  (text) => {
    expect(asBashReadsIt(shellQuote(text)).toString()).toBe(text)
  },
)

it('bash reads bytes that are no text back as the same bytes', () => {
  const octets = [0xff, 0xfe, 0x41, 0x27, 0x5c, 0x0a]
  const word = shellQuote({ base64: btoa(String.fromCharCode(...octets)) })
  expect([...asBashReadsIt(word)]).toEqual(octets)
})

it('keeps a letter after an escaped octet out of the escape', () => {
  expect([...asBashReadsIt(shellQuote({ base64: btoa('\xc8ABC') }))]).toEqual([0xc8, 0x41, 0x42, 0x43])
})
