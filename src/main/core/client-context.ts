import type { ConnectionManager } from './connection/connection-manager.ts'
import type { SessionWriter } from './edit/session-writer.ts'
import type { SessionList } from './index/session-list.ts'
import type { Workspace } from './workspace.ts'

/** What the calls of one client work on. */
export interface ClientContext {
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly connection: ConnectionManager
  /** @throws AppError while there is no connection or it is lost */
  readonly connected: () => Workspace
  /** The client's writes, which it can take back. @throws AppError as `connected` */
  readonly writing: () => SessionWriter
  /** The list of a prefix that somebody looks at. @throws AppError where nobody does */
  readonly listOf: (prefix: string) => SessionList
  /** Whose columns a filter's words are looked for in. */
  readonly asker: object
}
