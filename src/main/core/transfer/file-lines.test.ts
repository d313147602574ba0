import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TRANSFER_LIMITS } from '#shared/transfer.ts'
import { FileLines } from './file-lines.ts'
import { piecesOf } from './testing/move.ts'

/** As [line, value or problem]. */
function read(bytes: Buffer, size = 1000): readonly (readonly [number, unknown])[] {
  const lines = new FileLines()
  return piecesOf(bytes, size).flatMap(([piece, last]) =>
    [...lines.add(piece, last)].map((line): [number, unknown] => [
      line.number,
      'problem' in line ? line.problem : line.value,
    ]),
  )
}

it('finds the same lines however the file is cut into pieces', () => {
  const text = fc.array(fc.oneof(fc.json(), fc.constantFrom('', ' ', '\r', 'no json', '{"é":"\\n"}')))
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 50 }), (lines, size) => {
      const bytes = Buffer.from(lines.map((line) => line.replaceAll('\n', ' ')).join('\n'))
      expect(read(bytes, size)).toEqual(read(bytes, bytes.length + 1))
    }),
  )
})

it('takes what other tools write: a byte order mark, carriage returns, blank lines, no newline at the end', () => {
  expect(read(Buffer.from('\ufeff{"a":1}\r\n\r\n\n{"a":2}'))).toEqual([
    [1, { a: 1 }],
    [4, { a: 2 }],
  ])
  expect(read(Buffer.from(''))).toEqual([])
})

it('reads the elements of one JSON array', () => {
  expect(read(Buffer.from(' [\n {"a":1},\n 2 ]\n'), 3)).toEqual([
    [1, { a: 1 }],
    [2, 2],
  ])
  expect(read(Buffer.from('[{"a":1},'))).toEqual([[1, 'It is no JSON, or was cut.']])
  const large = Buffer.alloc(TRANSFER_LIMITS.arrayBytes + 1, ' ')
  large[0] = 0x5b
  expect(read(large, 1_000_000)).toEqual([[1, expect.stringContaining('at most 16 MB')]])
})

it('names a line that is too long, too deep or no text, and goes on with the next', () => {
  const deep = `{"a":${'['.repeat(1_000_000)}`
  const quoted = JSON.stringify({ a: '[[[[[[[[[[[[[[[[[[[["\\[' })
  const bytes = Buffer.concat([
    Buffer.alloc(TRANSFER_LIMITS.lineBytes + 1, 'x'),
    Buffer.from(`\n${deep}\n${quoted}\n`),
    Buffer.from([0xff, 0x0a]),
    Buffer.from('{"a":1}\n'),
  ])
  expect(read(bytes, 1_000_000)).toEqual([
    [1, 'It is longer than 48 MB.'],
    [2, 'It is nested deeper than 16 levels.'],
    [3, { a: '[[[[[[[[[[[[[[[[[[[["\\[' }],
    [4, 'It is no UTF-8 text.'],
    [5, { a: 1 }],
  ])
})
