import { expect, it } from 'vitest'
import { TRANSFER_LIMITS } from '#shared/transfer.ts'
import { piecesOf } from './file-pieces.ts'

const { chunkBytes } = TRANSFER_LIMITS

it.each([0, 1, chunkBytes, chunkBytes + 1, 2 * chunkBytes])(
  'carries %d bytes whole, the last piece marked',
  async (size) => {
    const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 7) % 256)
    const pieces = []
    for await (const piece of piecesOf(new File([bytes], 'a'))) pieces.push(piece)
    const whole = Buffer.concat(pieces.map(({ chunk }) => Buffer.from(chunk, 'base64')))
    expect(whole.equals(Buffer.from(bytes))).toBe(true)
    expect(pieces.map(({ last }) => last)).toEqual(pieces.map((_, index) => index === pieces.length - 1))
    expect(pieces.at(-1)?.end).toBe(size)
  },
)
