import { AppError, type ErrorCode } from '#shared/errors.ts'
import { type Answer, Refusal } from './answer.ts'

/** What the visitor got wrong; everything else that is expected is Redis's side. */
const VISITORS_FAULT: ReadonlySet<ErrorCode> = new Set([
  'invalid_argument',
  'invalid_ttl',
  'invalid_field',
  'invalid_value',
  'reserved_field',
  'not_a_number',
  'not_a_session',
])

const REDIS_AWAY: ReadonlySet<ErrorCode> = new Set(['connection_lost', 'not_connected', 'unreachable'])

/** The store's own words speak to somebody who can connect again; a visitor can only wait. */
const AWAY = 'Redis does not answer, so nothing is known of the session. Try again once Redis is back.'

/** The answer to a request that failed, whatever it failed with. @param sessionId as the cookie had it. */
export function answerOfError(
  error: unknown,
  sessionId: string | null,
  report: (error: unknown) => void,
): Answer {
  const refused = (status: number, message: string, effect: string): Answer => ({
    status,
    body: { error: message },
    effect,
    sessionId,
  })
  if (error instanceof Refusal) {
    return { ...error.parts, ...refused(error.status, error.message, error.effect) }
  }
  if (error instanceof AppError) {
    if (VISITORS_FAULT.has(error.code)) {
      const what = error.code === 'invalid_ttl' ? 'TTL' : 'value'
      return refused(400, error.message, `refused: bad ${what}`)
    }
    if (REDIS_AWAY.has(error.code)) return refused(503, AWAY, 'Redis did not answer')
    return refused(503, error.message, 'Redis refused')
  }
  report(error)
  return refused(500, 'The demo server itself failed. Its log has the details.', 'failed')
}
