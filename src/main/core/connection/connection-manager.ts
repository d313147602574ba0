import type { Redis } from 'ioredis'
import { AppError } from '#shared/errors.ts'
import type {
  ConnectionStatus,
  Environment,
  LiveMode,
  NotificationChange,
  PublicTarget,
} from '#shared/model.ts'
import { CommandLog } from '../journal/command-log.ts'
import { BACKGROUND, doFor } from '../journal/command-purpose.ts'
import { tapCommands } from '../journal/command-tap.ts'
import { createClient } from './client.ts'
import { ClusterClient, createClusterClient } from './cluster-client.ts'
import { beat } from './heartbeat.ts'
import {
  type MadeChange,
  type NodeSetting,
  notifiedNodes,
  planChange,
  readNotifySetting,
  sendsAll,
  writeNotifySetting,
} from './notifications.ts'
import { guardWrites, readOnlyRefusal } from './read-only.ts'
import { openAny, type RedisClient } from './redis-client.ts'
import { toAppError } from './redis-errors.ts'
import { countClusterMasters, readServerFacts, type ServerFacts } from './server-facts.ts'
import { publicTarget, type ResolvedTarget } from './target.ts'

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
}

export interface ConnectionListener {
  statusChanged(status: ConnectionStatus): void
  /** A new connection, or one that came back (`again`): the server may hold anything now. */
  opened(connection: Connection, again: boolean): void
  /** The connection was given up, for another or for none. */
  closed(): void
}

export const CONNECTION_DEFAULTS = {
  /** Milliseconds before each attempt to come back; the last repeats. */
  retryDelays: [250, 500, 1000, 2000, 4000],
  /** Milliseconds between heartbeats, and how long one may take before the connection counts as lost. */
  heartbeatEvery: 2000,
  heartbeatTimeout: 3000,
} as const

/** @throws AppError for a server whose keys are no whole list of sessions. */
async function refuseUnsupported(
  client: RedisClient,
  { server }: ServerFacts,
  target: PublicTarget,
): Promise<void> {
  if (server.mode === 'sentinel') {
    throw new AppError(
      'not_redis',
      `${target.label} is a Sentinel, which holds no sessions. Connect to the master that it watches.`,
    )
  }
  if (client instanceof ClusterClient) return
  if (server.mode === 'cluster' && (await countClusterMasters(client)) > 1) {
    throw new AppError(
      'other_deployment',
      `${target.label} is one node of a cluster and holds a part of the sessions only. Connect to it as a cluster.`,
      { deployment: 'cluster' },
    )
  }
}

const liveMode = ({ notify }: ServerFacts): LiveMode =>
  notify !== null && sendsAll(notify) ? 'notifications' : 'polling'

/** Holds the one connection to Redis: opens it, notices when it is lost, and brings it back. */
export class ConnectionManager {
  #status: ConnectionStatus = { state: 'disconnected' }
  #connection: Connection | null = null
  /** What was done to the server's notifications on this connection, also while it is lost. */
  #madeChange: MadeChange | null = null
  /** Rises with each connect and disconnect: what was begun before has no say any more. */
  #generation = 0
  #retryTimer: NodeJS.Timeout | undefined
  #heartbeatTimer: NodeJS.Timeout | undefined
  /** The attempt to come back that is under way, so that two never run at once. */
  #attempt: Promise<void> | null = null
  /** What the client's guard looks at; a switch of this connection. */
  #guard = { readOnly: false }
  #environment: Environment | null = null
  readonly #listener: ConnectionListener

  constructor(listener: ConnectionListener) {
    this.#listener = listener
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  /** @throws AppError `not_connected` or, while it is lost, `connection_lost`. */
  require(): Connection {
    if (this.#connection !== null && this.#status.state === 'connected') return this.#connection
    if (this.#status.state === 'lost') {
      throw new AppError(
        'connection_lost',
        'The connection to Redis is lost. Nothing was written; try again when it is back.',
      )
    }
    throw new AppError('not_connected', 'No Redis is connected. Connect to one first.')
  }

  /** Gives up the connection there is and opens another. @throws AppError; then none is connected. */
  async connect(
    target: ResolvedTarget,
    isPrivate: boolean,
    { readOnly = false, environment = null }: ConnectionMarks = {},
  ): Promise<ConnectionStatus> {
    this.disconnect()
    this.#environment = environment
    const guard = { readOnly }
    this.#guard = guard
    const generation = this.#generation
    const shown = publicTarget(target, isPrivate)
    const commands = new CommandLog()
    const prepare = (each: Redis) => {
      guardWrites(each, guard)
      tapCommands(each, 'main', commands)
    }
    let client: RedisClient
    if (target.deployment === 'cluster') client = createClusterClient(target, prepare)
    else {
      client = createClient(target)
      prepare(client)
    }
    this.#setStatus({ state: 'connecting', target: shown })
    // Errors are told by the calls that fail and by 'close'; without a listener they would end the process.
    client.on('error', () => {})
    try {
      await openAny(client, target)
      const facts = await readServerFacts(client)
      await refuseUnsupported(client, facts, shown)
      if (generation !== this.#generation) {
        throw new AppError(
          'not_connected',
          'This connection was given up for another or none before it was open. Connect again if it is wanted still.',
        )
      }
      this.#connection = { client, target, facts, live: liveMode(facts), commands }
      this.#watch(client, generation, shown)
      this.#opened(shown, false)
      return this.#status
    } catch (error) {
      client.disconnect()
      if (generation === this.#generation) this.#setStatus({ state: 'disconnected' })
      throw error
    }
  }

  disconnect(): ConnectionStatus {
    this.#generation += 1
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#heartbeatTimer)
    this.#attempt = null
    const connection = this.#connection
    this.#connection = null
    this.#madeChange = null
    if (connection !== null) {
      connection.client.disconnect()
      this.#listener.closed()
    }
    if (this.#status.state !== 'disconnected') this.#setStatus({ state: 'disconnected' })
    return this.#status
  }

  /** While the connection is lost: tries now. Resolves when that attempt has ended, however it ended. */
  async retry(): Promise<ConnectionStatus> {
    if (this.#status.state === 'lost') {
      clearTimeout(this.#retryTimer)
      await this.#tryAgain(this.#generation)
    }
    return this.#status
  }

  /** @throws AppError as {@link require}, and `read_only` */
  requireWritable(): void {
    this.require()
    if (this.#guard.readOnly) throw readOnlyRefusal('writes')
  }

  /** Writes nothing on this connection from now on, or does again. @throws AppError where there is none */
  setReadOnly(readOnly: boolean): ConnectionStatus {
    this.require()
    this.#guard.readOnly = readOnly
    if (this.#status.state === 'connected') this.#setStatus({ ...this.#status, readOnly })
    return this.#status
  }

  /** The server would send notifications, but not to this user. */
  setPolling(): void {
    if (this.#connection === null) return
    this.#connection = { ...this.#connection, live: 'polling' }
    if (this.#status.state === 'connected') this.#setStatus({ ...this.#status, live: 'polling' })
  }

  /** @throws AppError where there is none */
  setEnvironment(environment: Environment | null): ConnectionStatus {
    this.require()
    this.#environment = environment
    if (this.#status.state === 'connected') this.#setStatus({ ...this.#status, environment })
    return this.#status
  }

  /**
   * Changes the server's notifications as the status offers it: by that very command, and only while the setting is
   * still what the offer says.
   * @throws AppError
   */
  async changeNotifications(kind: NotificationChange['kind']): Promise<ConnectionStatus> {
    const { client, facts } = this.require()
    const generation = this.#generation
    const offer = planChange(facts.notify, this.#madeChange)
    const current = await readNotifySetting(client)
    if (current === null) {
      throw new AppError(
        'no_permission',
        'Nothing was sent: this Redis user may not read the setting any more. Allow it with ACL SETUSER … +config|get +config|set.',
        { command: 'CONFIG GET' },
      )
    }
    if (offer?.kind !== kind || current !== offer.current) {
      await this.#lookAgain(generation)
      throw new AppError(
        'conflict',
        `Nothing was sent: the setting is "${current}" by now. Look at what is offered now.`,
      )
    }
    const each: NodeSetting[] = []
    try {
      const before = await writeNotifySetting(client, offer, this.#madeChange)
      each.push(...before)
    } catch (error) {
      const failure = toAppError(error)
      throw new AppError(
        failure.code,
        `${failure.message} Or ask an administrator to run: ${offer.command}`,
        failure.details,
      )
    }
    const after = await readNotifySetting(client)
    if (generation !== this.#generation) return this.#status
    this.#madeChange = kind === 'enable' && after !== null ? { before: offer.current, after, each } : null
    await this.#lookAgain(generation)
    return this.#status
  }

  /** The server's configuration is another one: all that rests on it begins anew. */
  async #lookAgain(generation: number): Promise<void> {
    const connection = this.#connection
    if (connection === null || this.#status.state !== 'connected') return
    const { target } = this.#status
    const facts = await readServerFacts(connection.client)
    if (generation !== this.#generation || this.#status.state !== 'connected') return
    clearTimeout(this.#heartbeatTimer)
    this.#connection = { ...connection, facts, live: liveMode(facts) }
    this.#opened(target, true)
  }

  #opened(target: PublicTarget, again: boolean): void {
    const connection = this.#connection
    if (connection === null) return
    // First what answers the calls of those who are then told that they can.
    this.#listener.opened(connection, again)
    const { facts, live } = connection
    this.#setStatus({
      state: 'connected',
      target,
      server: facts.server,
      readOnly: this.#guard.readOnly,
      environment: this.#environment,
      live,
      missing: facts.missing,
      notifications: this.#offer(facts),
    })
    this.#scheduleHeartbeat(this.#generation)
  }

  #watch(client: RedisClient, generation: number, target: PublicTarget): void {
    if (client instanceof ClusterClient) {
      client.on('lost', (reason: string) => this.#onClose(generation, target, reason))
      client.on('topology', (otherMasters: boolean) => this.#onTopology(client, generation, otherMasters))
    } else {
      client.on('close', () =>
        this.#onClose(generation, target, `The connection to ${target.label} was closed.`),
      )
    }
  }

  /** The nodes of the cluster are others, or serve other slots. */
  #onTopology(client: ClusterClient, generation: number, otherMasters: boolean): void {
    if (generation !== this.#generation || this.#status.state !== 'connected') return
    const server = { ...this.#status.server, nodes: client.topology.shown }
    if (this.#connection !== null) {
      const { facts } = this.#connection
      this.#connection = { ...this.#connection, facts: { ...facts, server } }
    }
    this.#setStatus({ ...this.#status, server })
    // Another master sends its own notifications, if it is set to, and may lack what had not reached it.
    if (otherMasters) doFor(BACKGROUND.again, () => this.#lookAgain(generation)).catch(() => {})
  }

  #onClose(generation: number, target: PublicTarget, reason: string): void {
    if (generation !== this.#generation || this.#status.state !== 'connected') return
    clearTimeout(this.#heartbeatTimer)
    this.#setStatus({
      state: 'lost',
      target,
      reason,
      since: Date.now(),
      retryAt: null,
      attempt: 0,
    })
    this.#scheduleRetry(generation)
  }

  #scheduleRetry(generation: number): void {
    if (this.#status.state !== 'lost') return
    const { retryDelays } = CONNECTION_DEFAULTS
    const delay = retryDelays[Math.min(this.#status.attempt, retryDelays.length - 1)] ?? 0
    this.#setStatus({ ...this.#status, retryAt: Date.now() + delay })
    this.#retryTimer = setTimeout(() => void this.#tryAgain(generation), delay)
  }

  #tryAgain(generation: number): Promise<void> {
    if (this.#attempt === null) {
      const attempt = doFor(BACKGROUND.again, () => this.#reopen(generation)).finally(() => {
        // One that a disconnect has left behind says nothing of the attempts after it.
        if (this.#attempt === attempt) this.#attempt = null
      })
      this.#attempt = attempt
    }
    return this.#attempt
  }

  async #reopen(generation: number): Promise<void> {
    const connection = this.#connection
    const lost = this.#status
    if (generation !== this.#generation || connection === null || lost.state !== 'lost') return
    this.#setStatus({ ...lost, retryAt: null, attempt: lost.attempt + 1 })
    try {
      await openAny(connection.client, connection.target)
      // Another server, or the same with another configuration, may answer now.
      const facts = await readServerFacts(connection.client)
      if (generation !== this.#generation) return
      this.#connection = { ...connection, facts, live: liveMode(facts) }
      this.#opened(lost.target, true)
    } catch (error) {
      if (generation !== this.#generation || this.#status.state !== 'lost') return
      this.#setStatus({ ...this.#status, reason: error instanceof Error ? error.message : String(error) })
      this.#scheduleRetry(generation)
    }
  }

  /** A cable that is pulled or a server that is frozen closes nothing: only silence tells. */
  #scheduleHeartbeat(generation: number): void {
    this.#heartbeatTimer = setTimeout(() => {
      const connection = this.#connection
      if (generation !== this.#generation || connection === null) return
      doFor(BACKGROUND.heartbeat, () =>
        beat(connection.client, CONNECTION_DEFAULTS.heartbeatTimeout),
      ).finally(() => {
        if (this.#status.state === 'connected') this.#scheduleHeartbeat(generation)
      })
    }, CONNECTION_DEFAULTS.heartbeatEvery)
  }

  #offer({ notify }: ServerFacts): NotificationChange | null {
    const planned = planChange(notify, this.#madeChange)
    if (planned === null) return null
    const { kind, current, command } = planned
    const client = this.#connection?.client
    const nodes = client instanceof ClusterClient ? { nodes: notifiedNodes(client).length } : {}
    return { kind, current, command, ...nodes }
  }

  #setStatus(status: ConnectionStatus): void {
    this.#status = status
    this.#listener.statusChanged(status)
  }
}
