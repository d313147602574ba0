import { AppError } from '#shared/errors.ts'
import type { AppInfo, ListProgress } from '#shared/model.ts'
import type { Attach, Emit } from '#shared/transport.ts'
import { dispatch, type Handlers } from '../main/core/dispatch.ts'

export const APP_INFO: AppInfo = {
  version: '1.2.3',
  host: 'web',
  platform: 'linux',
  prefill: null,
  prefillHasPassword: false,
}

export const progress = (revision: number): ListProgress => ({
  prefix: 'session:',
  revision,
  total: 2,
  scanned: 2,
  keys: 2,
  phase: 'complete',
  gentle: false,
  scripted: true,
})

export interface TestCore {
  readonly attach: Attach
  /** Sends an event to every client that is attached. */
  readonly emit: Emit
  /** The tabs that calls came for, in their order. */
  readonly tabs: readonly unknown[]
  /** Clients attached at the moment, and those that have been closed. */
  readonly clients: () => { readonly open: number; readonly closed: number }
  /** Errors that were kept on the core's side. */
  readonly reported: unknown[]
}

/**
 * A few services behind the real dispatch, for testing what carries calls to them: `session.readField` answers with
 * the field's name as it came, `list.rescan` waits until `list.resumeScan` of the same prefix lets it go.
 */
export function createTestCore(): TestCore {
  const clients = new Set<Emit>()
  const waiting = new Map<string, () => void>()
  const reported: unknown[] = []
  const tabs: unknown[] = []
  let closed = 0

  const handlers = {
    'app.info': () => APP_INFO,
    'connection.connect': () => {
      throw new AppError('unreachable', 'Nothing listens there. Start a Redis.', { port: 6379 })
    },
    'demo.stop': () => {
      throw new TypeError('the stack stays here')
    },
    'session.readField': ({ field }) => field,
    'session.watch': () => null,
    'list.rescan': async ({ prefix }) => {
      await new Promise<void>((resolve) => waiting.set(prefix, resolve))
      return { ...progress(1), prefix }
    },
    'list.resumeScan': ({ prefix }) => {
      waiting.get(prefix)?.()
      return { ...progress(2), prefix }
    },
  } satisfies Partial<Handlers>

  return {
    attach: (emit) => {
      clients.add(emit)
      return {
        dispatch: (name, arg, tab = 0) => {
          tabs.push(tab)
          return dispatch(handlers as Partial<Handlers>, name, arg, (error) => reported.push(error))
        },
        close: () => {
          if (clients.delete(emit)) closed += 1
        },
      }
    },
    emit: (name, payload, tab) => {
      for (const emit of clients) emit(name, payload, tab)
    },
    tabs,
    clients: () => ({ open: clients.size, closed }),
    reported,
  }
}
