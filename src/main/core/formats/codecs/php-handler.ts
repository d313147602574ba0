/** Bytes that PHP's serialisation is made of. */
export const BYTE = {
  colon: 0x3a,
  semicolon: 0x3b,
  quote: 0x22,
  open: 0x7b,
  close: 0x7d,
  bar: 0x7c,
  backslash: 0x5c,
  undefined: 0x21,
  text: 0x73,
  whole: 0x69,
  escaped: 0x53,
  enum: 0x45,
  object: 0x4f,
  array: 0x61,
  custom: 0x43,
} as const
/** Characters of a number at most: more is no PHP. */
export const MOST_DIGITS = 400
export const VARIABLE_NAME_BYTES = 1024

/** How a session's variables are put together: `session.serialize_handler`. */
export type PhpHandler = 'php' | 'php_serialize' | 'php_binary'

const VALUE = /^(?:N;|[bi]:[-+\d]|d:[-\dIN.]|[sSaOCE]:\d+:[{"])/
/** Bytes by which the beginning of a value is known. */
const VALUE_BYTES = 16

const startsValue = (bytes: Buffer, at: number): boolean =>
  VALUE.test(bytes.toString('latin1', at, at + VALUE_BYTES))

/** The handler that a session's first bytes tell of; null for none. */
export function phpHandlerOf(bytes: Buffer): PhpHandler | null {
  const first = bytes[0] ?? 0
  if (first === BYTE.array && /^a:\d+:\{/.test(bytes.toString('latin1', 0, VALUE_BYTES)))
    return 'php_serialize'
  const bar = bytes.subarray(0, VARIABLE_NAME_BYTES).indexOf(BYTE.bar)
  if (bar > 0 && startsValue(bytes, bar + 1)) return 'php'
  const length = first & 0x7f
  return length > 0 && startsValue(bytes, 1 + length) ? 'php_binary' : null
}

/** Whether the bytes begin as one serialised value does. */
export const looksLikePhpValue = (bytes: Buffer): boolean =>
  /^(?:N;|b:[01];|i:[-+]?\d+;|d:[-\dIN.]|[sS]:\d+:"|a:\d+:\{|O:\d+:")/.test(bytes.toString('latin1', 0, 32))
