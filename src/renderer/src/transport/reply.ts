import { AppError, ERROR_CODES, type ErrorCode } from '#shared/errors.ts'
import type { Reply } from '#shared/transport.ts'

/** @throws AppError with the core's code and message where the reply says that the call failed. */
export function unwrap(reply: Reply): unknown {
  if (reply.ok) return reply.value
  throw new AppError(knownCode(reply.code), reply.message, reply.details)
}

export function isReply(reply: unknown): reply is Reply {
  if (typeof reply !== 'object' || reply === null || !('ok' in reply)) return false
  if (reply.ok === true) return true
  return reply.ok === false && 'message' in reply && typeof reply.message === 'string'
}

const knownCode = (code: unknown): ErrorCode => ERROR_CODES.find((known) => known === code) ?? 'internal'
