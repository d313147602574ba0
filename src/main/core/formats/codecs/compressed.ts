import { inflateSync } from 'node:zlib'
import { type Budget, OverLimit, Truncated, Undecodable } from '../budget.ts'

/** What zlib compressed; null where the bytes do not begin as it does. @throws Undecodable for more than the limit */
export function unzipped(bytes: Buffer, budget: Budget): Buffer | null {
  const [first, second] = [bytes[0] ?? 0, bytes[1] ?? 0]
  if (first !== 0x78 || (first * 256 + second) % 31 !== 0) return null
  try {
    return inflateSync(bytes, { maxOutputLength: budget.limits.inflatedBytes })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new OverLimit(`Decompressed it has more than ${budget.limits.inflatedBytes / 1024 / 1024} MB.`)
    }
    if (code === 'Z_BUF_ERROR') throw new Truncated()
    throw new Undecodable('It looks compressed and cannot be decompressed.', { cause: error })
  }
}
