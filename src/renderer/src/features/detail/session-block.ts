import type { ConnectionState } from '../../stores/connection.ts'
import { whyNotWritable } from '../../stores/connection.ts'
import { useConnection, useDetail } from '../../stores/context.ts'
import type { DetailState } from '../../stores/detail.ts'

type Detail = Pick<DetailState, 'selected' | 'detail' | 'ending'>

/** Why the fields of the selected session cannot be changed at the moment, in words for a tooltip; null when they can. */
export function whyFieldsAreFixed(
  connection: ConnectionState,
  { selected, detail, ending }: Detail,
): string | null {
  if (selected === null) return 'Select a session first.'
  if (ending !== null)
    return ending.how === 'expired' ? 'This session has expired.' : 'This session was deleted.'
  if (detail !== null && detail.state !== 'session')
    return 'This key is not a session, so it is never touched from here. The redis-cli tab has the lines for it.'
  return whyNotWritable(connection)
}

/** Why the session as a whole cannot be touched, rotated, deleted or given another TTL; null when it can. */
export function whySessionIsFixed(connection: ConnectionState, detail: Detail): string | null {
  const fixed = whyFieldsAreFixed(connection, detail)
  if (fixed !== null) return fixed
  return typeof detail.selected === 'string'
    ? null
    : 'This id is not text, so no session library made it. It can be looked at only.'
}

export function useFieldBlock(): string | null {
  const detail = useDetail((state) => state)
  return useConnection((connection) => whyFieldsAreFixed(connection, detail))
}

export function useSessionBlock(): string | null {
  const detail = useDetail((state) => state)
  return useConnection((connection) => whySessionIsFixed(connection, detail))
}
