import { bytesId } from '#shared/bytes.ts'
import type { SessionDetail, ShownValue } from '#shared/model.ts'
import { toLine } from '../../lib/bytes-view.ts'

export interface KeyDifference {
  /** A field's name, or `Value` of a string. */
  readonly what: string
  readonly before: string
  readonly now: string
}

const MOST = { differences: 6, characters: 60 } as const

/** In what a key differs from how it was shown, the first few. */
export function keyDifferences(before: SessionDetail, now: SessionDetail): readonly KeyDifference[] {
  const of = (detail: SessionDetail, id: string) => detail.fields.find(({ name }) => bytesId(name) === id)
  const ids = [...new Set([...before.fields, ...now.fields].map(({ name }) => bytesId(name)))]
  const parts = ids.map((id) => {
    const [old, fresh] = [of(before, id), of(now, id)]
    return { what: toLine((old ?? fresh)?.name ?? ''), before: inWords(old), now: inWords(fresh) }
  })
  if (before.value !== null || now.value !== null)
    parts.push({ what: 'Value', before: inWords(before.value), now: inWords(now.value) })
  return parts.filter((part) => part.before !== part.now).slice(0, MOST.differences)
}

function inWords(shown: ShownValue | null | undefined): string {
  if (shown == null) return 'absent'
  const line = toLine(shown.value)
  if (line === '') return 'empty'
  return line.length > MOST.characters ? `${line.slice(0, MOST.characters)}… (${shown.size} B)` : line
}
