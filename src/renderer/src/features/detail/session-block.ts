import type { Ability } from '#shared/abilities.ts'
import { whyNot } from '../../stores/blocks.ts'
import type { ConnectionState } from '../../stores/connection.ts'
import { useConnection, useDetail } from '../../stores/context.ts'
import type { DetailState } from '../../stores/detail.ts'

type Detail = Pick<DetailState, 'prefix' | 'selected' | 'detail' | 'ending'>
type Why = (connection: ConnectionState, detail: Detail, ability: Ability) => string | null

/** Why this cannot be done to the selected key at the moment, in words for a tooltip; null when it can. */
export const whyKeyIsFixed: Why = (connection, { prefix, selected, detail, ending }, ability) => {
  if (selected === null) return 'Select a session first.'
  if (ending !== null) {
    const what = detail === null || detail.state === 'session' ? 'session' : 'key'
    return ending.how === 'expired' ? `This ${what} has expired.` : `This ${what} was deleted.`
  }
  return whyNot(connection, ability, prefix)
}

/** Why its fields cannot be changed: a key of another type has none. */
export const whyFieldsAreFixed: Why = (connection, detail, ability) => {
  const type = detail.detail?.state === 'foreign' ? detail.detail.type : null
  return (
    whyKeyIsFixed(connection, detail, ability) ??
    (type === null ? null : `A key of type ${type} has no fields to change.`)
  )
}

/** Why it cannot be touched, rotated or given a session's TTL; null when it can. */
export const whySessionIsFixed: Why = (connection, detail, ability) => {
  const fixed = whyKeyIsFixed(connection, detail, ability)
  if (fixed !== null) return fixed
  if (detail.detail !== null && detail.detail.state !== 'session')
    return 'This key is not a session: there is no access to record, and no id to rotate.'
  return typeof detail.selected === 'string'
    ? null
    : 'This id is not text, so no session library made it: its fields can be edited, and it can be deleted.'
}

const createHook =
  (why: Why) =>
  (ability: Ability): string | null => {
    const detail = useDetail((state) => state)
    return useConnection((connection) => why(connection, detail, ability))
  }

export const useKeyBlock = createHook(whyKeyIsFixed)
export const useFieldBlock = createHook(whyFieldsAreFixed)
export const useSessionBlock = createHook(whySessionIsFixed)
