import { type SessionDetail, USER_FIELD } from '#shared/model.ts'
import { toLine } from '../../lib/bytes-view.ts'

/** Who is logged in, or null. */
export function userOf(detail: Pick<SessionDetail, 'fields'> | null): string | null {
  const value = detail?.fields.find((field) => field.name === USER_FIELD)?.value
  return value === undefined || value === '' ? null : toLine(value)
}

/** "the session of ada", "this anonymous session", or "this list" for what is none. */
export function sessionInWords(detail: SessionDetail | null): string {
  if (detail !== null && detail.state !== 'session') return `this ${detail.type}`
  const user = userOf(detail)
  return user === null ? 'this anonymous session' : `the session of ${user}`
}
