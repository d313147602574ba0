import { AppError, type ErrorCode, type ErrorDetails } from '#shared/errors.ts'

/** A failed call, as a store keeps it for the screen. The message is ready to show. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails
}

/** The core names the call and the argument that it refuses; the person has never heard of either. */
const forPeople = ({ code, message }: AppError): string =>
  code === 'invalid_argument' ? message.replace(/^[\w.]+( at [\w.]+)?: /, '') : message

export function toFailure(error: unknown): Failure {
  if (error instanceof AppError)
    return { code: error.code, message: forPeople(error), details: error.details ?? {} }
  return {
    code: 'internal',
    message: 'The inspector did not understand the answer. Reload the window and try again.',
    details: {},
  }
}
