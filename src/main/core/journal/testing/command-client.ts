import type { LoggedCommand } from '#shared/commands.ts'
import type { CallArg, CallName, CallReply, CommandQuery, EventName } from '#shared/contract.ts'
import { AppError } from '#shared/errors.ts'
import { createInspector, type Inspector } from '../../services.ts'

/** An inspector with one client, which looks at the commands that it sends. */
export class CommandClient {
  readonly inspector: Inspector
  readonly events: { readonly name: EventName; readonly payload: unknown }[] = []
  readonly #endpoint: ReturnType<Inspector['attach']>

  constructor() {
    this.inspector = createInspector({ host: 'web', version: '1', redisUrl: null, log: () => {} })
    this.#endpoint = this.inspector.attach((name, payload) => this.events.push({ name, payload }))
  }

  dispatch(name: CallName, arg: unknown) {
    return this.#endpoint.dispatch(name, arg)
  }

  async invoke<N extends CallName>(name: N, arg: CallArg<N>): Promise<CallReply<N>> {
    const reply = await this.#endpoint.dispatch(name, arg)
    if (reply.ok) return reply.value as CallReply<N>
    throw new AppError(reply.code, reply.message, reply.details)
  }

  window(prefix = 'session:', filter = '') {
    const sort = { by: 'id', direction: 'ascending' } as const
    return this.invoke('list.window', { prefix, columns: ['username'], filter, sort, offset: 0, limit: 50 })
  }

  page(query: Partial<CommandQuery> = {}) {
    return this.invoke('commands.read', {
      offset: 0,
      limit: 500,
      text: '',
      kinds: ['reads', 'writes', 'background'],
      failedOnly: false,
      ...query,
    })
  }

  /** The entries of the log, the oldest first. */
  async log(query: Partial<CommandQuery> = {}): Promise<readonly LoggedCommand[]> {
    return (await this.page(query)).rows.toReversed()
  }
}
