import type { MomentField, TimelineDiff, TimelineMoment } from '#shared/timeline.ts'
import { TIMELINE_DEFAULTS } from './defaults.ts'
import { keepBeginning, lengthOf } from './kept-value.ts'
import type { Moment } from './session-log.ts'
import { type KnownField, sameField } from './snapshot.ts'

/** What is different between two moments of a session; one in which it had ended has no fields. */
export function diffMoments(from: Moment, to: Moment): TimelineDiff {
  const [old, now] = [fieldsOf(from), fieldsOf(to)]
  const fields: MomentField[] = []
  let same = 0
  let room = TIMELINE_DEFAULTS.diffBytes
  const keep = (field: KnownField | undefined) => {
    if (field === undefined) return null
    const bytes = lengthOf(field.value)
    const kept = keepBeginning(field, bytes <= room ? bytes : TIMELINE_DEFAULTS.beginningBytes)
    room -= Math.min(room, bytes)
    return kept
  }
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    const [before, after] = [old.get(id), now.get(id)]
    const { name, reserved } = before ?? after ?? { name: '', reserved: false }
    if (before !== undefined && after !== undefined && sameField(before, after)) {
      same += 1
      continue
    }
    const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
    fields.push({ name, reserved, change, old: keep(before), new: keep(after) })
  }
  // The reserved ones last, as in the session's own table.
  fields.sort((a, b) => Number(a.reserved) - Number(b.reserved))
  return { from: factsOf(from), to: factsOf(to), fields, same }
}

const NONE: ReadonlyMap<string, KnownField> = new Map()
const fieldsOf = ({ snapshot }: Moment) => snapshot?.fields ?? NONE

const factsOf = ({ number, at, snapshot }: Moment): TimelineMoment => ({
  number,
  at,
  exists: snapshot !== null,
  type: snapshot?.type ?? null,
  configuredTtl: snapshot?.configuredTtl ?? null,
  expiresAt: snapshot?.expiresAt ?? null,
})
