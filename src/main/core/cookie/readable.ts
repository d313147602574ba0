import { createHmac, timingSafeEqual } from 'node:crypto'
import type { TreeNode } from '#shared/formats.ts'
import { Budget } from '../formats/budget.ts'
import { unzipped } from '../formats/codecs/compressed.ts'
import { parseJson } from '../formats/codecs/json.ts'
import { PEEK_LIMITS } from '../formats/limits.ts'

/** Cookies are of 4 KB, also where somebody has pasted more: nothing of one takes long here, outside the worker. */
const LIMITS = { ...PEEK_LIMITS, bytes: 64 * 1024, inflatedBytes: 64 * 1024 } as const

/** A JSON object or list that was pasted, decoded; null for anything else. @param zipped by zlib */
export function readJson(bytes: Buffer, zipped = false): TreeNode | null {
  try {
    const budget = new Budget(LIMITS)
    const plain = zipped ? unzipped(bytes, budget) : bytes
    if (plain === null || plain.length > LIMITS.bytes) return null
    const { root, problem } = parseJson(plain, budget)
    return problem === null && (root?.type === 'map' || root?.type === 'list') ? root : null
  } catch {
    return null
  }
}

/** Bytes of base64url without padding; null where it is none. */
export const fromBase64Url = (text: string): Buffer | null =>
  /^[\w-]+$/.test(text) ? Buffer.from(text, 'base64url') : null

/** Bytes of base64, padded or not; null where it is none. */
export const fromBase64 = (text: string): Buffer | null =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null

export const hmac = (algorithm: string, key: string | Buffer, text: string): Buffer =>
  createHmac(algorithm, key).update(text).digest()

/** Whether both are the same bytes, in a time that tells nothing of where they differ. */
export const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)
