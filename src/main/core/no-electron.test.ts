import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('the core imports neither Electron nor a host nor the renderer: it is plain Node', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  expect(files).toContain('services.ts')
  const offenders = files.filter((file) => {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8')
    const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name]) => name ?? '')
    return imported.some((name) => /^electron(\/|$)/.test(name) || /\/(hosts|renderer|preload)\//.test(name))
  })
  expect(offenders).toEqual([])
})
