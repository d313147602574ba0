import type { ConnectionManager } from '../connection/connection-manager.ts'
import type { Handlers } from '../dispatch.ts'
import type { SessionWriter } from '../edit/session-writer.ts'
import type { SessionList } from '../index/session-list.ts'
import type { Workspace } from '../workspace.ts'
import { Transfers } from './transfers.ts'

export interface TransferDependencies {
  readonly clock: () => number
  readonly connection: ConnectionManager
  readonly connected: () => Workspace
  readonly writing: () => SessionWriter
  readonly listOf: (prefix: string) => SessionList
  /** Whose columns a filter's words are looked for in. */
  readonly asker: object
}

type TransferCalls = Extract<keyof Handlers, `export.${string}` | `import.${string}`>

/** One client's exports and imports. */
export function createTransferHandlers({
  clock,
  connection,
  connected,
  writing,
  listOf,
  asker,
}: TransferDependencies): {
  readonly handlers: Pick<Handlers, TransferCalls>
  readonly close: () => void
} {
  const transfers = new Transfers({
    clock,
    connected,
    writer: writing,
    server: () => (connection.status.state === 'connected' ? connection.status.server : null),
  })
  return {
    handlers: {
      'export.begin': async ({ prefix, scope, form }) => {
        connected()
        return transfers.beginExport(prefix, form, await listOf(prefix).resolve(scope, asker))
      },
      'export.read': ({ handle }) => transfers.readExport(handle),
      'export.stop': async ({ handle }) => {
        await transfers.stop(handle)
        return null
      },
      'import.begin': ({ prefix, ...options }) => transfers.beginImport(prefix, options),
      'import.check': ({ handle, chunk, last }) => transfers.checkImport(handle, chunk, last),
      'import.run': ({ handle, chunk, last }) => {
        connection.requireWritable()
        return transfers.runImport(handle, chunk, last)
      },
      'import.stop': ({ handle }) => transfers.stop(handle),
    },
    close: () => transfers.close(),
  }
}
