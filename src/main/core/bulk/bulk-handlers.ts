import type { BulkStatus } from '#shared/bulk.ts'
import { AppError } from '#shared/errors.ts'
import { parseTtl } from '#shared/ttl.ts'
import type { ClientContext } from '../client-context.ts'
import { confirmationFor } from '../confirmation.ts'
import type { Handlers } from '../dispatch.ts'
import type { DecoderClient } from '../formats/decoder-client.ts'
import type { Workspace } from '../workspace.ts'
import { BulkJob } from './bulk-job.ts'

interface BulkContext extends ClientContext {
  readonly decoder: Pick<DecoderClient, 'related'>
}

type BulkCalls = Extract<keyof Handlers, `bulk.${string}`>

/** One client's bulk action, one at a time. */
export function createBulkHandlers(
  { clock, connection, connected, writing, listOf, asker, decoder }: BulkContext,
  onChange: (status: BulkStatus) => void,
): { readonly handlers: Pick<Handlers, BulkCalls>; readonly close: () => void } {
  let job: BulkJob | null = null
  let workspace: Workspace | null = null
  const status = (): BulkStatus => job?.status ?? { state: 'idle' }
  const open = (): BulkJob => {
    // What was frozen on another connection is nothing here.
    if (job !== null && workspace === connected()) return job
    throw new AppError('invalid_argument', 'No list of sessions is made yet. Select some first.')
  }
  const close = () => {
    job?.stop()
    job = null
  }
  return {
    handlers: {
      'bulk.status': status,
      'bulk.freeze': async ({ prefix, scope }) => {
        if (job?.status.state === 'running')
          throw new AppError('invalid_argument', 'A bulk action is under way. Stop it, or wait for its end.')
        close()
        const current = connected()
        const list = listOf(prefix)
        const { ids, complete } = await list.resolve(scope, asker)
        const fresh: BulkJob = new BulkJob({
          client: current.client,
          writer: writing(),
          prefix,
          ids,
          complete,
          libraries: { find: (id) => list.librarySession(id), decoder },
          confirmation: confirmationFor(connection.status, prefix),
          clock,
          onWrite: (key) => current.wrote(key),
          onChange: (changed) => {
            if (job === fresh) onChange(changed)
          },
        })
        job = fresh
        workspace = current
        try {
          return await fresh.freeze()
        } catch (error) {
          if (job === fresh) job = null
          onChange(status())
          throw error
        }
      },
      'bulk.rows': ({ offset, limit, outcome = null }) => open().rows(offset, limit, outcome),
      'bulk.run': ({ action, confirmation = null, ...options }) => {
        connection.requireWritable()
        return open().run(action.kind === 'delete' ? action : { ...action, ttl: parseTtl(action.ttl) }, {
          ...options,
          confirmation,
        })
      },
      'bulk.stop': () => {
        job?.stop()
        return status()
      },
      'bulk.close': () => {
        close()
        return status()
      },
    },
    close,
  }
}
