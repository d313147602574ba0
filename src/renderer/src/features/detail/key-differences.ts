import { bytesId } from '#shared/bytes.ts'
import { DOTS, isSecretPath, maskedText } from '#shared/mask.ts'
import type { SessionDetail, ShownValue } from '#shared/model.ts'
import { toLine } from '../../lib/bytes-view.ts'

export interface KeyDifference {
  /** A field's name, or `Value` of a string. */
  readonly what: string
  readonly before: string
  readonly now: string
}

const MOST = { differences: 6, characters: 60 } as const

/**
 * In what a key differs from how it was shown, the first few.
 * @param masked dots for what may be a secret
 */
export function keyDifferences(
  before: SessionDetail,
  now: SessionDetail,
  masked: boolean,
): readonly KeyDifference[] {
  const of = (detail: SessionDetail, id: string) => detail.fields.find(({ name }) => bytesId(name) === id)
  const ids = [...new Set([...before.fields, ...now.fields].map(({ name }) => bytesId(name)))]
  const parts: { what: string; old: ShownValue | undefined; fresh: ShownValue | undefined }[] = ids.map(
    (id) => {
      const [old, fresh] = [of(before, id), of(now, id)]
      return { what: toLine((old ?? fresh)?.name ?? ''), old, fresh }
    },
  )
  if (before.value !== null || now.value !== null)
    parts.push({ what: 'Value', old: before.value ?? undefined, fresh: now.value ?? undefined })
  return parts
    .filter(({ old, fresh }) => inWords(old) !== inWords(fresh))
    .slice(0, MOST.differences)
    .map(({ what, old, fresh }) => {
      const words = masked ? maskedWords(isSecretPath([what])) : inWords
      return { what, before: words(old), now: words(fresh) }
    })
}

const maskedWords =
  (secret: boolean) =>
  (shown: ShownValue | undefined): string =>
    secret && shown !== undefined && shown.size > 0 ? DOTS : inWords(shown, maskedText)

function inWords(shown: ShownValue | undefined, words = (text: string) => text): string {
  if (shown === undefined) return 'absent'
  const line = words(toLine(shown.value))
  if (line === '') return 'empty'
  return line.length > MOST.characters ? `${line.slice(0, MOST.characters)}… (${shown.size} B)` : line
}
