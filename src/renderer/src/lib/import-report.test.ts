import { expect, it } from 'vitest'
import type { ImportEntry } from '#shared/transfer.ts'
import { ImportReport } from './import-report.ts'

const entry = (line: number): ImportEntry => ({ line, id: '] [', outcome: 'created', reason: null })

it.each([[[]], [[[1]]], [[[1, 2], [], [3]]]])(
  'is one JSON document, in however many parts it came: %j',
  async (parts) => {
    const report = new ImportReport()
    for (const lines of parts) report.add(lines.map(entry))
    const text = await report.toBlob({ file: 'a [b].ndjson', counts: { created: 3 } }).text()
    expect(JSON.parse(text)).toEqual({
      file: 'a [b].ndjson',
      counts: { created: 3 },
      entries: parts.flat().map(entry),
    })
  },
)
