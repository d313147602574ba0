import { describe, expect, it } from 'vitest'
import { PACE_DEFAULTS, Pace } from './pace.ts'

describe('the pace of a scan', () => {
  it('chooses as many keys as the server reads in the time that a call may take', () => {
    const pace = new Pace()
    expect(pace.count).toBe(PACE_DEFAULTS.firstCount)
    pace.measured(100, { took: 9, served: 0.5 })
    expect(pace.count).toBe(100)
    pace.alone = true
    expect(pace.count).toBe(320)
    pace.gentle = true
    expect(pace.count).toBe(100)
  })

  it('takes the slowest of the last calls by what the server says', () => {
    const pace = new Pace()
    for (const served of [6, 0.3, 0.5, 0.3, 0.3]) pace.measured(100, { took: served, served })
    expect(pace.count).toBe(100)
  })

  it('takes the fastest, less the way there and back, where the server does not say', () => {
    const pace = new Pace()
    pace.roundTrip = 1
    for (const took of [1.5, 4, 9]) pace.measured(100, { took, served: null })
    expect(pace.count).toBe(100)
  })

  it('looks at more where the way is so long that it hides what the server takes', () => {
    const pace = new Pace()
    pace.roundTrip = 80
    pace.measured(100, { took: 95, served: null })
    expect(pace.count).toBe(PACE_DEFAULTS.leastCountAfar)
  })

  it('leaves a server that others use alone after each call, a gentle one longer, its own queue full', () => {
    const pace = new Pace()
    const time = { took: 3, served: 1 }
    expect([pace.pause(time), pace.mayQueue]).toEqual([3, false])
    pace.alone = true
    expect([pace.pause(time), pace.mayQueue]).toEqual([0, true])
    pace.gentle = true
    expect([pace.pause(time), pace.mayQueue]).toEqual([8, false])
  })
})
