import { type SessionDetail, USER_FIELD } from '#shared/model.ts'
import { toLine } from '../../lib/bytes-view.ts'

/** Who is logged in, or null. */
export function userOf(detail: Pick<SessionDetail, 'fields'> | null): string | null {
  const value = detail?.fields.find((field) => field.name === USER_FIELD)?.value
  return value === undefined || value === '' ? null : toLine(value)
}

/** "the session of ada" or "this anonymous session". */
export function sessionInWords(detail: SessionDetail | null): string {
  const user = userOf(detail)
  return user === null ? 'this anonymous session' : `the session of ${user}`
}
