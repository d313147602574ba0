/** Every expected failure has one of these codes; the message says what to do next. */
export const ERROR_CODES = [
  'invalid_argument',
  'unknown_call',
  'forbidden',
  'tab_closed',
  'bad_url',
  'not_connected',
  'connection_lost',
  'unreachable',
  'wrong_password',
  /** A secret of a saved connection has to be typed; `details.missing` names it. */
  'secret_needed',
  /** Nobody has vouched for the key of an SSH server; details are `{ host, port, keyType, fingerprint }`. */
  'unknown_host',
  'no_permission',
  'read_only',
  'not_redis',
  'other_deployment',
  'tls_mismatch',
  'tunnel_failed',
  'host_key_changed',
  'redis_error',
  'not_ready',
  'no_redis_server',
  'data_not_loaded',
  'port_in_use',
  'session_gone',
  'not_a_session',
  'other_type',
  'unsupported',
  'conflict',
  'reserved_field',
  'invalid_field',
  'invalid_value',
  'invalid_ttl',
  'not_a_number',
  'not_undoable',
  'nothing_to_undo',
  'undo_conflict',
  'stopped',
  'confirmation_needed',
  'internal',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** JSON-safe facts that go with an error, such as the value a conflicting field has now. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/** An expected failure. Its message is shown to the person as it is, so it names the way out. */
export class AppError extends Error {
  override readonly name = 'AppError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details?: ErrorDetails,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
