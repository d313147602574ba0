import { expect, it } from 'vitest'
import { fileName } from './save-file.ts'

const at = new Date(2026, 3, 2, 12, 34, 56).getTime()

it.each([
  ['session:', 'session-2026-04-02-12-34-56.readable.ndjson'],
  ['app:staging/sess:', 'app-staging-sess-2026-04-02-12-34-56.readable.ndjson'],
  ['../../etc/', 'etc-2026-04-02-12-34-56.readable.ndjson'],
  ['', 'sessions-2026-04-02-12-34-56.readable.ndjson'],
])('names a file after the prefix %s and the local time', (prefix, name) => {
  expect(fileName(prefix, 'readable', 'ndjson', at)).toBe(name)
})
