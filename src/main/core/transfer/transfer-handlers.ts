import type { ClientContext } from '../client-context.ts'
import type { Handlers } from '../dispatch.ts'
import { Transfers } from './transfers.ts'

type TransferCalls = Extract<keyof Handlers, `export.${string}` | `import.${string}`>

/** One client's exports and imports. */
export function createTransferHandlers({
  clock,
  connection,
  connected,
  writing,
  listOf,
  asker,
}: ClientContext): {
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
      'export.begin': async ({ prefix, scope, form, redact }) => {
        connected()
        return transfers.beginExport(prefix, form, redact, await listOf(prefix).resolve(scope, asker))
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
