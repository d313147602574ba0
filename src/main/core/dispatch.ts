import { type CallName, type CallReply, contract, isCallName, type ParsedArg } from '#shared/contract.ts'
import { AppError } from '#shared/errors.ts'
import type { Reply } from '#shared/transport.ts'
import { doFor, purposeOfCall } from './journal/command-purpose.ts'

/** One method per call of the contract. */
export type Handlers = {
  readonly [N in CallName]: (arg: ParsedArg<N>) => CallReply<N> | Promise<CallReply<N>>
}

/**
 * The one way from a host into the services: refuses unknown names, parses the argument by its schema, and turns
 * whatever happens into a reply. What the service sends to Redis is noted as sent for this call. An unexpected error
 * keeps its stack on this side, with `report`.
 */
export async function dispatch(
  handlers: Partial<Handlers>,
  name: unknown,
  arg: unknown,
  report: (error: unknown) => void,
): Promise<Reply> {
  if (!isCallName(name)) {
    return { ok: false, code: 'unknown_call', message: 'The inspector has no such call. Reload the window.' }
  }
  const parsed = contract.calls[name].arg.safeParse(arg)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.length ? ` at ${issue.path.join('.')}` : ''
    return {
      ok: false,
      code: 'invalid_argument',
      message: `${name}${where}: ${issue?.message ?? 'bad argument'}`,
    }
  }
  try {
    const handler = handlers[name] as (arg: unknown) => unknown
    return { ok: true, value: await doFor(purposeOfCall(name), () => handler(parsed.data)) }
  } catch (error) {
    if (error instanceof AppError) {
      const { code, message, details } = error
      return details === undefined ? { ok: false, code, message } : { ok: false, code, message, details }
    }
    report(error)
    return {
      ok: false,
      code: 'internal',
      message: 'Something in the inspector itself failed. Its log has the details; try the action again.',
    }
  }
}
