import fc from 'fast-check'

/** Names that mean something to JavaScript, and text that some layer takes for more than text. */
const TRAPS = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  '\u0000',
  '\ud800',
  'a\udfffb',
  '\ufeff',
  '\u202e',
  '\r\n',
  '*',
  '?[a-',
  '\\',
  '{a}',
  '../../etc/passwd',
  '%00',
  '%E0%A4%A',
  '-0',
  'NaN',
  '1e400',
  '9007199254740993',
  'null',
  '(',
  '"',
  '(((((((((((((((((((((',
] as const

/** Lengths around the limits of the contract, and one beyond all of them. */
const LENGTHS = [200, 1024, 1025, 4096, 65_536, 300_000] as const

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 300, arbitrary: fc.constantFrom(...TRAPS) },
  { weight: 200, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 200, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  {
    weight: 50,
    arbitrary: fc
      .tuple(fc.constantFrom('x', '\u0001', 'ü', '💥', '('), fc.constantFrom(...LENGTHS))
      .map(([character, length]) => character.repeat(length)),
  },
  { weight: 1, arbitrary: fc.constant('x'.repeat(5 * 1024 * 1024)) },
)

export const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, -1, 0.5, 1, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e308, 8.64e15, 8.64e15 + 1),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.double(),
)

const nested = (depth: number, isList: boolean): unknown => {
  let value: unknown = 0
  for (let level = 0; level < depth; level += 1) value = isList ? [value] : { a: value }
  return value
}

const ownProto = (value: unknown): unknown =>
  Object.defineProperty({}, '__proto__', { value, enumerable: true, configurable: true, writable: true })

function cyclic(): unknown {
  const value: Record<string, unknown> = { prefix: 'session:' }
  value.self = value
  return value
}

/** What JSON cannot say, but the structured clone of Electron's IPC can. */
const exotic: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  undefined,
  1n,
  new Date(Number.NaN),
  new Map([['a', 1]]),
  new Set([1]),
  new Uint8Array(4),
  new ArrayBuffer(2),
  /x/,
  new Error('as a value'),
  cyclic(),
  new Array(3),
)

/** Any value that a caller can send where another is expected. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 40, arbitrary: hostileText },
  { weight: 30, arbitrary: hostileNumber },
  { weight: 30, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], { base64: '' }) },
  { weight: 30, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 20, arbitrary: exotic },
  { weight: 10, arbitrary: hostileText.map((base64) => ({ base64 })) },
  { weight: 10, arbitrary: fc.jsonValue({ maxDepth: 1 }).map(ownProto) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(10, 100, 500), fc.boolean())
      .map(([depth, isList]) => nested(depth, isList)),
  },
  { weight: 2, arbitrary: fc.constantFrom(1000, 30_000).map((length) => new Array(length).fill('a')) },
)
