import type { Bytes } from '#shared/bytes.ts'
import { type SessionDetail, USER_FIELD } from '#shared/model.ts'
import { toLine } from '../../lib/bytes-view.ts'

type WithFields = Pick<SessionDetail, 'fields'> | null

/** The name of who is logged in, byte for byte, or null. */
export function userName(detail: WithFields): Bytes | null {
  const value = detail?.fields.find((field) => field.name === USER_FIELD)?.value
  return value === undefined || value === '' ? null : value
}

/** Who is logged in, as it is shown, or null. */
export function userOf(detail: WithFields): string | null {
  const name = userName(detail)
  return name === null ? null : toLine(name)
}

/** "the session of ada", "this anonymous session", or "this list" for what is none. */
export function sessionInWords(detail: SessionDetail | null): string {
  if (detail !== null && detail.state !== 'session') return `this ${detail.type}`
  const user = userOf(detail)
  return user === null ? 'this anonymous session' : `the session of ${user}`
}
