import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromBytes, toBytes } from '../bytes.ts'
import { TIMELINE_DEFAULTS } from './defaults.ts'
import { keepBeginning, keepBoth, lengthOf } from './kept-value.ts'

const known = (text: string) => ({ value: text, size: Buffer.byteLength(text), cut: false })
const MOST = TIMELINE_DEFAULTS.entryValueBytes

it('keeps short values whole', () => {
  const [old, now] = keepBoth(known('dark'), known('light'))
  expect([old, now]).toEqual([
    { value: 'dark', skipped: 0, size: 4, whole: true },
    { value: 'light', skipped: 0, size: 5, whole: true },
  ])
})

it('keeps of long values what differs, with a little before it', () => {
  const start = 'x'.repeat(5000)
  const [old, now] = keepBoth(known(`${start}old${start}`), known(`${start}new!${start}`))
  expect(old.skipped).toBe(5000 - TIMELINE_DEFAULTS.leadBytes)
  expect(String(old.value).slice(0, TIMELINE_DEFAULTS.leadBytes + 3)).toMatch(/^x+old$/)
  expect(String(now.value)).toMatch(/^x{40}new!x+$/)
  expect([old.whole, now.whole, now.size]).toEqual([false, false, 10_004])
})

it('never keeps more than it may, nor half a character, and what it keeps is a part of the value', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 1500 })
  fc.assert(
    fc.property(text, text, text, (start, a, b) => {
      const [old, now] = keepBoth(known(start + a), known(start + b))
      for (const [kept, whole] of [
        [old, start + a],
        [now, start + b],
        [keepBeginning(known(start + a), MOST), start + a],
      ] as const) {
        expect(lengthOf(kept.value)).toBeLessThanOrEqual(MOST)
        expect(typeof kept.value).toBe('string')
        const from = Buffer.from(whole).subarray(kept.skipped)
        expect(from.subarray(0, lengthOf(kept.value)).equals(fromBytes(kept.value))).toBe(true)
        if (kept.whole) expect(kept.value).toBe(whole)
      }
    }),
  )
})

it('keeps bytes that are no text as bytes', () => {
  const value = toBytes(Buffer.alloc(3000, 0xff))
  const kept = keepBeginning({ value, size: 3000, cut: false }, MOST)
  expect(fromBytes(kept.value).length).toBe(MOST)
})
