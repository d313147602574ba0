import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '#shared/model.ts'
import { MAX_FRAME_BYTES, parseFrame } from './frames.ts'

const parse = (value: unknown) => parseFrame(Buffer.from(JSON.stringify(value) ?? ''), false)

describe('parseFrame', () => {
  it('reads every call that a client may send', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(), fc.string(), fc.jsonValue(), (id, tab, name, arg) => {
        const read = (sent: object) => JSON.parse(JSON.stringify(parse(sent)))
        const whole = JSON.parse(JSON.stringify({ id, tab, name, arg }))
        expect(read(whole)).toEqual({ kind: 'call', ...whole })
        expect(parse({ id, name, arg })).toMatchObject({ kind: 'call', id, tab: undefined, name })
      }),
      { numRuns: 2000 },
    )
  })

  it('refuses whatever has no id that could be answered', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(parse(value)).toMatchObject({ kind: 'refused', code: 1008 })
        expect(parse({ id: value, name: 'app.info', arg: {} }).kind).toBe(
          typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? 'call' : 'refused',
        )
      }),
      { numRuns: 2000 },
    )
  })

  it('has an answer to any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isBinary) => {
        const frame = parseFrame(Buffer.from(bytes), isBinary)
        if (frame.kind === 'refused') expect([1003, 1007, 1008]).toContain(frame.code)
      }),
      { numRuns: 5000 },
    )
  })

  it('leaves room for the largest edit as JSON writes it at worst', () => {
    const largest = '\u0001'.repeat(LIMITS.valueBytes)
    const arg = {
      prefix: 'p'.repeat(LIMITS.prefixBytes),
      id: 'i',
      field: 'f',
      shown: largest,
      value: largest,
    }
    const frame = JSON.stringify({ id: Number.MAX_SAFE_INTEGER, name: 'session.setField', arg })
    expect(frame.length).toBeLessThan(MAX_FRAME_BYTES)
  })
})
