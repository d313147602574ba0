import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { SessionDetail, ShownValue } from '#shared/model.ts'
import { formatDuration, formatInstant } from './format.ts'
import { type JsonChange, jsonChanges } from './json-changes.ts'

/** `alike`: of what is here of two long values nothing differs, but the rest was not compared. */
export type FieldDifference = 'equal' | 'different' | 'alike' | 'left' | 'right'

/** A value of one side, as far as it is known. */
export interface ComparedValue {
  readonly value: Bytes
  /** Bytes of the whole. */
  readonly size: number
  readonly whole: boolean
  /** When the field itself ends, epoch milliseconds; null where it lives as long as its key. */
  readonly expiresAt: number | null
}

export interface ComparedField {
  /** Null for the value of a string. */
  readonly name: Bytes | null
  readonly reserved: boolean
  readonly state: FieldDifference
  /** Null where it is absent. */
  readonly left: ComparedValue | null
  readonly right: ComparedValue | null
  /** Where two JSON values differ; null where they are not both JSON. */
  readonly places: readonly JsonChange[] | null
}

/** What is known of the key beside what it holds, in words. */
export interface ComparedFact {
  readonly label: string
  readonly left: string
  readonly right: string
  readonly equal: boolean
}

/** The whole of a value that travels cut; undefined where it was not read. */
export type WholeOf = (side: 'left' | 'right', field: Bytes | null, shown: ShownValue) => Bytes | undefined

/** The fields of two sessions, those of the left in its order and then what only the right has; reserved ones last. */
export function compareFields(
  left: SessionDetail,
  right: SessionDetail,
  wholeOf: WholeOf = () => undefined,
): readonly ComparedField[] {
  const [here, there] = [left, right].map(
    ({ fields }) => new Map(fields.map((field) => [bytesId(field.name), field])),
  )
  const compared = [...new Set([...(here?.keys() ?? []), ...(there?.keys() ?? [])])].map((id) => {
    const [a, b] = [here?.get(id), there?.get(id)]
    const { name, reserved } = a ?? b ?? { name: '', reserved: false }
    return compareValues(name, reserved, a ?? null, b ?? null, wholeOf)
  })
  const fields = compared.toSorted((a, b) => Number(a.reserved) - Number(b.reserved))
  return left.value === null && right.value === null
    ? fields
    : [compareValues(null, false, left.value, right.value, wholeOf), ...fields]
}

type Held = ShownValue & { readonly expiresAt?: number | null }

function compareValues(
  name: Bytes | null,
  reserved: boolean,
  a: Held | null,
  b: Held | null,
  wholeOf: WholeOf,
): ComparedField {
  const left = a === null ? null : toCompared(a, wholeOf('left', name, a))
  const right = b === null ? null : toCompared(b, wholeOf('right', name, b))
  const state = differenceOf(left, right)
  const json =
    state === 'different' &&
    left?.whole &&
    right?.whole &&
    typeof left.value === 'string' &&
    typeof right.value === 'string'
      ? jsonChanges(left.value, right.value)
      : null
  // The same JSON in other words (spaces, an other order) differs as text alone.
  return { name, reserved, state, left, right, places: json?.length === 0 ? null : json }
}

const toCompared = (
  { value, size, cut, expiresAt = null }: Held,
  whole: Bytes | undefined,
): ComparedValue => ({
  value: whole ?? value,
  size,
  whole: whole !== undefined || !cut,
  expiresAt,
})

function differenceOf(left: ComparedValue | null, right: ComparedValue | null): FieldDifference {
  if (left === null) return 'right'
  if (right === null) return 'left'
  const same = left.size === right.size && bytesId(left.value) === bytesId(right.value)
  // One that ends by itself and one that does not will soon differ.
  if (!same || (left.expiresAt === null) !== (right.expiresAt === null)) return 'different'
  return left.whole && right.whole ? 'equal' : 'alike'
}

const FACTS: readonly (readonly [string, (detail: SessionDetail) => string])[] = [
  ['State', ({ state }) => ({ session: 'session', incomplete: 'no session', foreign: 'other type' })[state]],
  ['Type', ({ type }) => type],
  ['TTL', ({ configuredTtl }) => (configuredTtl === null ? 'none' : formatDuration(configuredTtl))],
  ['Created', ({ createdAt }) => (createdAt === null ? 'not recorded' : formatInstant(createdAt))],
  [
    'Last seen',
    ({ lastAccessedAt }) => (lastAccessedAt === null ? 'not recorded' : formatInstant(lastAccessedAt)),
  ],
  ['Expires', ({ expiresAt }) => (expiresAt === null ? 'never' : formatInstant(expiresAt))],
]

/** State, times and TTL side by side, as they are shown: to the second. */
export const compareFacts = (left: SessionDetail, right: SessionDetail): readonly ComparedFact[] =>
  FACTS.map(([label, words]) => {
    const [a, b] = [words(left), words(right)]
    return { label, left: a, right: b, equal: a === b }
  })
