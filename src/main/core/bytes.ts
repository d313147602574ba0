import { isUtf8 } from 'node:buffer'
import type { Bytes } from '#shared/bytes.ts'

/** Text where the bytes are valid UTF-8, else base64 with a mark. */
export const toBytes = (buffer: Buffer): Bytes =>
  isUtf8(buffer) ? buffer.toString('utf8') : { base64: buffer.toString('base64') }

export const fromBytes = (bytes: Bytes): Buffer =>
  typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : Buffer.from(bytes.base64, 'base64')

/** Bytes as a string of one character each: a cheap key for maps that loses nothing. */
export const toBinary = (buffer: Buffer): string => buffer.toString('latin1')
export const fromBinary = (binary: string): Buffer => Buffer.from(binary, 'latin1')
