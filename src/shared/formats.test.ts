import { describe, expect, it } from 'vitest'
import { ANY_TIME, nodeAtPath, pathInWords, type TreeNode, trueEnd } from './formats.ts'

const text = (value: string): TreeNode => ({ type: 'text', value, size: value.length })

describe('a path', () => {
  const root: TreeNode = {
    type: 'map',
    entries: [
      [
        text('user'),
        {
          type: 'object',
          name: 'User',
          entries: [[text('roles'), { type: 'list', items: [text('admin')] }]],
        },
      ],
    ],
  }

  it('leads to its node, and reads as names', () => {
    expect(nodeAtPath(root, [0, 0, 0])).toEqual(text('admin'))
    expect(pathInWords(root, [0, 0, 0])).toBe('user.roles.0')
  })

  it('leads to nothing where there is nothing', () => {
    expect(nodeAtPath(root, [0, 3])).toBeNull()
    expect(nodeAtPath(root, [0, 0, 0, 1])).toBeNull()
    expect(nodeAtPath(null, [])).toBeNull()
  })
})

describe('what ends a session', () => {
  const inside = (at: number | null, enforced = true) => ({ at, from: 'x', enforced })

  it('is Redis where nothing inside says anything', () => {
    expect(trueEnd(1_000_000, null)).toEqual({ by: 'redis', at: 1_000_000, disagree: false })
    expect(trueEnd(null, null)).toEqual({ by: 'nothing', at: null, disagree: false })
    expect(trueEnd(1_000_000, inside(null))).toEqual({ by: 'redis', at: 1_000_000, disagree: false })
  })

  it('is the earlier of the two where the library looks at its own', () => {
    expect(trueEnd(1_000_000, inside(900_000))).toEqual({ by: 'inside', at: 900_000, disagree: true })
    expect(trueEnd(900_000, inside(1_000_000))).toEqual({ by: 'redis', at: 900_000, disagree: true })
    expect(trueEnd(null, inside(900_000))).toEqual({ by: 'inside', at: 900_000, disagree: true })
  })

  it('is Redis where the library does not, and the difference is told all the same', () => {
    expect(trueEnd(1_000_000, inside(900_000, false))).toEqual({ by: 'redis', at: 1_000_000, disagree: true })
    expect(trueEnd(null, inside(900_000, false))).toEqual({ by: 'nothing', at: null, disagree: true })
  })

  it('is no disagreement where the library itself makes them differ so', () => {
    const spring = { ...inside(1_000_000), usual: { earlier: 0, later: 300_000 } }
    expect(trueEnd(1_300_000, spring)).toEqual({ by: 'inside', at: 1_000_000, disagree: false })
    expect(trueEnd(1_400_000, spring)).toEqual({ by: 'inside', at: 1_000_000, disagree: true })
    expect(trueEnd(900_000, spring)).toEqual({ by: 'redis', at: 900_000, disagree: true })
    const withoutTtl = { ...inside(1_000_000), usual: { earlier: 0, later: null } }
    expect(trueEnd(null, withoutTtl)).toEqual({ by: 'inside', at: 1_000_000, disagree: false })
    expect(trueEnd(500_000, withoutTtl)).toEqual({ by: 'redis', at: 500_000, disagree: true })
    const touched = { ...inside(1_000_000, false), usual: { earlier: 0, later: ANY_TIME } }
    expect(trueEnd(9_000_000, touched)).toEqual({ by: 'redis', at: 9_000_000, disagree: false })
    expect(trueEnd(null, touched)).toEqual({ by: 'nothing', at: null, disagree: true })
  })

  it('is no disagreement within some seconds', () => {
    expect(trueEnd(1_000_000, inside(1_003_000))).toEqual({ by: 'redis', at: 1_000_000, disagree: false })
    expect(trueEnd(1_003_000, inside(1_000_000))).toMatchObject({ disagree: false })
  })
})
