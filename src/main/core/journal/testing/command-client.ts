import type { LoggedCommand } from '#shared/commands.ts'
import type { CommandQuery } from '#shared/contract.ts'
import { InspectorClient } from '../../../../test/inspector-client.ts'

/** A client that looks at the commands that its inspector sends. */
export class CommandClient extends InspectorClient {
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
