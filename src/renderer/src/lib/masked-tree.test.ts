import { expect, it } from 'vitest'
import type { TreeNode } from '#shared/formats.ts'
import { maskedTree } from './masked-tree.ts'

const text = (value: string): TreeNode => ({ type: 'text', value, size: value.length })
const map = (entries: Readonly<Record<string, TreeNode>>): TreeNode => ({
  type: 'map',
  entries: Object.entries(entries).map(([name, value]) => [text(name), value]),
})

it('hides what looks like a secret by its name or by itself, at any depth, and nothing else', () => {
  const tree = map({
    user: text('ada'),
    csrf_token: text('5f2a'),
    password: { type: 'null' },
    list: { type: 'list', items: [text('eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln'), text('plain')] },
    nested: map({ apiKey: map({ value: text('abc') }) }),
  })
  const { root, hidden } = maskedTree(tree)
  expect(hidden).toBe(3)
  const told = JSON.stringify(root)
  for (const secret of ['5f2a', 'eyJhbGci', 'abc']) expect(told).not.toContain(secret)
  for (const kept of ['ada', 'plain', 'csrf_token']) expect(told).toContain(kept)
})
