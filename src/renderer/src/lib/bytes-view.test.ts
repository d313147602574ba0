import { expect, it } from 'vitest'
import { toHexLines, toLine, toOctets } from './bytes-view.ts'

const binary = (...octets: number[]) => ({ base64: btoa(String.fromCharCode(...octets)) })

it('shows text as it is and binary the way redis-cli does', () => {
  expect(toLine('naïve\n')).toBe('naïve\n')
  expect(toLine(binary(0xff, 0x41, 0x5c, 0x0a))).toBe('\\xffA\\x5c\\x0a')
})

it('reads the octets of both', () => {
  expect([...toOctets('é')]).toEqual([0xc3, 0xa9])
  expect([...toOctets(binary(0, 255))]).toEqual([0, 255])
})

it('lays octets out in lines with their offset and their printable text', () => {
  expect(toHexLines(binary(0, 65, 66, 67, 68, 69, 70, 71, 255), 512)).toEqual([
    { offset: '000000', hex: '00 41 42 43 44 45 46 47', text: '·ABCDEFG' },
    { offset: '000008', hex: 'ff', text: '·' },
  ])
})

it('stops at the most octets asked for', () => {
  expect(toHexLines({ base64: btoa('x'.repeat(1000)) }, 16)).toHaveLength(2)
})
