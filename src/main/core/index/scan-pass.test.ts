import { describe, expect, it } from 'vitest'
import { ScanPass } from './scan-pass.ts'

const TIME = { took: 1, served: 1 }
/** What SCAN answers of a table of 65,536 buckets, a key in each. */
const BUCKETS = 65_536
const after = (cursor: string, count: number): string => {
  const bits = (value: number) => value.toString(2).padStart(16, '0')
  const place = Number.parseInt([...bits(Number(cursor))].reverse().join(''), 2) + count
  return place >= BUCKETS ? '0' : String(Number.parseInt([...bits(place)].reverse().join(''), 2))
}
const step = (pass: ScanPass, at = 0, next = after) => {
  const range = pass.ranges[at]
  if (range === undefined) throw new Error('there is no such part')
  const { cursor } = range
  pass.advance(range, cursor, 500, { cursor: next(cursor, 500), time: TIME })
}
const left = (pass: ScanPass) => pass.ranges.map((range) => range.left)

describe('a pass', () => {
  it('is not cut before cursors have been found to be places', () => {
    const pass = new ScanPass()
    for (let i = 0; i < 3; i += 1) {
      step(pass)
      pass.cut()
      expect(pass.ranges).toHaveLength(1)
    }
    step(pass)
    pass.cut()
    expect(pass.ranges).toHaveLength(2)
  })

  it('is cut where its largest part has its middle, and leaves nothing out', () => {
    const pass = new ScanPass()
    for (let i = 0; i < 4; i += 1) step(pass)
    const whole = pass.ranges[0]?.left ?? 0
    pass.cut()
    expect(left(pass)).toEqual([expect.closeTo(whole / 2, 2), expect.closeTo(whole / 2, 2)])
    expect(left(pass).reduce((sum, each) => sum + each)).toBe(whole)
    pass.cut()
    pass.cut()
    expect(pass.ranges).toHaveLength(4)
    expect(left(pass).reduce((sum, each) => sum + each)).toBe(whole)
  })

  it('ends each part where the next begins, and is done with the last', () => {
    const pass = new ScanPass()
    for (let i = 0; i < 4; i += 1) step(pass)
    pass.cut()
    for (let i = 0; pass.ranges.length === 2; i += 1) step(pass, i % 2)
    for (; !pass.done; ) step(pass)
    // Of 65,536, and the batch at the cut.
    expect(pass.scanned).toBeLessThan(BUCKETS + 3 * 500)
    expect(pass.scanned).toBeGreaterThanOrEqual(BUCKETS)
  })

  it('does not cut what is small', () => {
    const pass = new ScanPass()
    while ((pass.ranges[0]?.left ?? 0) * BUCKETS > 3000) step(pass)
    pass.cut()
    expect(pass.ranges).toHaveLength(1)
  })

  it('takes no answer twice', () => {
    const pass = new ScanPass()
    const [range] = pass.ranges
    if (range === undefined) throw new Error('there is nothing to scan')
    for (let i = 0; i < 2; i += 1) pass.advance(range, '0', 500, { cursor: after('0', 500), time: TIME })
    expect(pass.scanned).toBe(500)
  })

  it('begins anew, and stays whole, where a part goes back after the cut', () => {
    const pass = new ScanPass()
    for (let i = 0; i < 4; i += 1) step(pass)
    pass.cut()
    step(pass, 1, () => '2')
    expect(pass.ranges.map(({ cursor }) => cursor)).toEqual(['0'])
    expect(pass.scanned).toBe(0)
    for (let i = 0; i < 8; i += 1) step(pass)
    pass.cut()
    expect(pass.ranges).toHaveLength(1)
  })

  it('goes to the end of a server whose cursors are numbers of another kind', () => {
    const pass = new ScanPass()
    for (const cursor of ['8', '16', '24', '32', '40', '48', '18446744073709551615']) {
      step(pass, 0, () => cursor)
      pass.cut()
      expect(pass.ranges.map((range) => range.cursor)).toEqual([cursor])
    }
    expect(pass.done).toBe(false)
    step(pass, 0, () => '0')
    expect(pass.done).toBe(true)
  })
})
