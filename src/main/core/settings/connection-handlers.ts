import { AppError } from '#shared/errors.ts'
import type { ConnectionManager } from '../connection/connection-manager.ts'
import { testConnection } from '../connection/connection-test.ts'
import { describeTarget, type ResolvedTarget, withPrefillPassword } from '../connection/target.ts'
import type { Handlers } from '../dispatch.ts'
import type { SavedConnections } from './saved-connections.ts'

type ConnectionCalls = Pick<
  Handlers,
  | 'connection.test'
  | 'connections.list'
  | 'connections.save'
  | 'connections.saveOpen'
  | 'connections.importUrl'
  | 'connections.remove'
  | 'connections.restore'
  | 'connections.duplicate'
  | 'connections.move'
>

interface ConnectionHandlersOptions {
  readonly connection: ConnectionManager
  readonly saved: SavedConnections
  readonly prefill: ResolvedTarget | null
}

/** The calls about saved connections, and the test of one. */
export function createConnectionHandlers({
  connection,
  saved,
  prefill,
}: ConnectionHandlersOptions): ConnectionCalls {
  return {
    'connection.test': async (asked) => {
      const { readOnly: _readOnly, environment: _mark, saved: _saved, ...target } = await saved.fill(asked)
      return testConnection(() => withPrefillPassword(target, prefill))
    },
    'connections.list': () => saved.list(),
    'connections.save': async (input) => ({ id: await saved.save(input) }),
    'connections.saveOpen': async (input) => {
      const { target } = connection.require()
      const { status } = connection
      if (status.state === 'connected' && status.target.isPrivate) {
        throw new AppError(
          'invalid_argument',
          'The private Redis ends with the inspector, and its port is another one each time. Start it anew instead.',
        )
      }
      const id = await saved.save({ ...input, target: describeTarget(target) })
      connection.setSaved(id)
      return { id }
    },
    'connections.importUrl': async ({ url, password, usePrefillPassword, ...input }) => {
      const asked = { url, usePrefillPassword, ...(password === undefined ? {} : { password }) }
      const target = describeTarget(withPrefillPassword(asked, prefill))
      return { id: await saved.save({ ...input, target }) }
    },
    'connections.remove': async ({ id }) => {
      await saved.remove(id)
      return null
    },
    'connections.restore': async ({ id }) => {
      await saved.restore(id)
      return null
    },
    'connections.duplicate': async ({ id }) => ({ id: await saved.duplicate(id) }),
    'connections.move': async ({ id, to }) => {
      await saved.move(id, to)
      return null
    },
  }
}
