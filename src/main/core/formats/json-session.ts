import type { SessionEdit } from '#shared/formats.ts'
import type { Budget } from './budget.ts'
import { editJson, parseJson } from './codecs/json.ts'
import {
  type Content,
  contentOf,
  type Summary,
  usualJsonSummary,
  usualSummary,
  type Written,
} from './session-format.ts'
import type { StoredSession } from './stored-session.ts'
import { PLAIN } from './who.ts'

/* What the formats that keep JSON share. */

export const JSON_ENCODING = 'JSON'

/** A member of the JSON object; undefined where there is none, or no object. */
export const memberOf = (json: unknown, ...names: readonly string[]): unknown =>
  names.reduce<unknown>((found, name) => (found === undefined ? undefined : PLAIN.member(found, name)), json)

export const decodeJson = ({ value, size }: StoredSession, budget: Budget): Content =>
  contentOf(parseJson(value, budget), JSON_ENCODING, size)

/** From whole JSON quickly; from the beginning of a long one by what can be read of it. */
export function summariseJson(stored: StoredSession, budget: Budget): Summary {
  const { json } = stored
  const found =
    json === undefined ? usualSummary(parseJson(stored.value, budget).root) : usualJsonSummary(json)
  const { user = null, createdAt = null, lastSeenAt = null } = found
  return { encoding: JSON_ENCODING, user, createdAt, lastSeenAt }
}

export const editJsonSession = ({ value }: StoredSession, edit: SessionEdit, budget: Budget): Written => ({
  kind: 'value',
  value: editJson(value, edit, budget),
})

/** What a cut JSON text says somewhere in its first bytes, where it cannot be parsed. */
export const mentions = ({ value }: StoredSession, text: string): boolean => value.includes(text)
