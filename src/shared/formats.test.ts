import { describe, expect, it } from 'vitest'
import { nodeAtPath, pathInWords, type TreeNode } from './formats.ts'

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
