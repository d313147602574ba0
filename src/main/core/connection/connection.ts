import type { ConnectionStatus, Environment, LiveMode } from '#shared/model.ts'
import type { CommandLog } from '../journal/command-log.ts'
import type { RedisClient } from './redis-client.ts'
import type { ServerFacts } from './server-facts.ts'
import type { ResolvedTarget } from './target.ts'

/** An open connection: `client` stays the same object while it is lost and comes back. */
export interface Connection {
  readonly client: RedisClient
  readonly target: ResolvedTarget
  readonly facts: ServerFacts
  /** How its lists learn of changes. */
  readonly live: LiveMode
  /** What it has sent, also before it was lost; nowhere where it is left out. */
  readonly commands?: CommandLog
}

/** What the person says of a connection. */
export interface ConnectionMarks {
  /** @default false */
  readonly readOnly?: boolean
  /** @default null */
  readonly environment?: Environment | null
  /** The saved connection that it is. @default null */
  readonly saved?: string | null
}

export interface ConnectionListener {
  statusChanged(status: ConnectionStatus): void
  /** A new connection, or one that came back (`again`): the server may hold anything now. */
  opened(connection: Connection, again: boolean): void
  /** The connection was given up, for another or for none. */
  closed(): void
}
