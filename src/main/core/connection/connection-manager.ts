import type { Redis } from 'ioredis'
import { type KeyLimit, lackedBy } from '#shared/abilities.ts'
import { AppError } from '#shared/errors.ts'
import type {
  ConnectionStatus,
  Environment,
  LiveMode,
  NotificationChange,
  NotReady,
  PublicTarget,
} from '#shared/model.ts'
import { CommandLog } from '../journal/command-log.ts'
import { BACKGROUND, doFor } from '../journal/command-purpose.ts'
import { tapCommands } from '../journal/command-tap.ts'
import { Attempts, retryDelay } from './attempts.ts'
import { createClient } from './client.ts'
import { ClusterClient, createClusterClient } from './cluster-client.ts'
import type { Connection, ConnectionListener, ConnectionMarks } from './connection.ts'
import { Heartbeat } from './heartbeat.ts'
import { Limits } from './limits.ts'
import { changeAsOffered, offerChange } from './notification-change.ts'
import { type MadeChange, sendsAll } from './notifications.ts'
import { givenUp, openWhenReady } from './open-when-ready.ts'
import { findKeyLimit, findMissingCommands } from './permissions.ts'
import { guardWrites, readOnlyRefusal, refusesWrites } from './read-only.ts'
import { notReadyOf } from './readiness.ts'
import { openAny, type RedisClient, usePassword } from './redis-client.ts'
import { readServerFacts, refuseUnsupported, type ServerFacts } from './server-facts.ts'
import { publicTarget, type ResolvedTarget } from './target.ts'

type ConnectedStatus = Extract<ConnectionStatus, { state: 'connected' }>

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
  readonly #attempts = new Attempts()
  readonly #heartbeat = new Heartbeat()
  /** What the client's guard looks at; a switch of this connection. */
  #guard = { readOnly: false, replica: false }
  #environment: Environment | null = null
  #closed = false
  readonly #limits = new Limits()
  #looking: Promise<ConnectionStatus> | null = null
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
    { readOnly = false, environment = null, saved = null }: ConnectionMarks = {},
  ): Promise<ConnectionStatus> {
    if (this.#closed)
      throw new AppError('tab_closed', 'This tab is closed. Open another one to connect again.')
    this.disconnect()
    this.#environment = environment
    const guard = { readOnly, replica: false }
    this.#guard = guard
    const generation = this.#generation
    const shown = publicTarget(target, isPrivate, saved)
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
    this.#setStatus({ state: 'connecting', target: shown, notReady: null })
    // Errors are told by the calls that fail and by 'close'; without a listener they would end the process.
    client.on('error', () => {})
    try {
      const facts = await openWhenReady(client, target, {
        isCurrent: () => generation === this.#generation,
        waits: (notReady) => {
          if (this.#status.state === 'connecting') this.#setStatus({ ...this.#status, notReady })
        },
      })
      await refuseUnsupported(client, facts, shown)
      if (generation !== this.#generation) throw givenUp()
      this.#connection = { client, target, facts, live: liveMode(facts), commands }
      this.#watch(client, generation)
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
    this.#attempts.stop()
    this.#heartbeat.stop()
    const connection = this.#connection
    this.#connection = null
    this.#madeChange = null
    this.#limits.forget()
    if (connection !== null) {
      connection.client.disconnect()
      this.#listener.closed()
    }
    if (this.#status.state !== 'disconnected') this.#setStatus({ state: 'disconnected' })
    return this.#status
  }

  /** Disconnects for good: what still wants to connect later is refused. */
  close(): void {
    this.#closed = true
    this.disconnect()
  }

  /**
   * While the connection is lost: tries now. Resolves when that attempt has ended, however it ended.
   * @param password instead of the one that was refused
   */
  async retry(password?: string): Promise<ConnectionStatus> {
    if (this.#status.state === 'lost') {
      this.#attempts.dropNext()
      // One with the old password may be under way.
      if (password !== undefined) await this.#attempts.underWay
      if (password !== undefined) this.#usePassword(password)
      await this.#tryAgain(this.#generation)
    }
    return this.#status
  }

  /**
   * Asks anew what this user may: since something was refused, or is to be tried once more.
   * @param listen whether channels that were refused are tried again, for which all lists are read anew
   * @throws AppError while there is no connection
   */
  lookAtPermissions(listen = true): Promise<ConnectionStatus> {
    this.#looking ??= this.#readPermissions(listen).finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  /** Whether {@link keyLimit} answers without asking the server. */
  knowsKeyLimit(prefix: string): boolean {
    return this.#limits.knows(prefix)
  }

  /** What this user may not do with the keys under a prefix; null for nothing. It is asked once. @throws AppError */
  async keyLimit(prefix: string): Promise<KeyLimit | null> {
    const { client } = this.require()
    const known = this.#limits.of(prefix)
    if (known !== undefined) return known
    const generation = this.#generation
    const limit = await findKeyLimit(client, prefix)
    if (generation === this.#generation && this.#status.state === 'connected') {
      this.#limits.note(prefix, limit)
      if (limit !== null) this.#setStatus({ ...this.#status, keyLimits: this.#limits.ofKeys })
    }
    return limit
  }

  /** @throws AppError as {@link require}, and `read_only` */
  requireWritable(): void {
    this.require()
    if (refusesWrites(this.#guard)) throw readOnlyRefusal('writes', this.#guard)
  }

  /**
   * Writes nothing on this connection from now on, or does again.
   * @throws AppError where there is none; `read_only` for writing to a replica
   */
  setReadOnly(readOnly: boolean): ConnectionStatus {
    this.require()
    if (!readOnly && this.#guard.replica) throw readOnlyRefusal('writes', this.#guard)
    this.#guard.readOnly = readOnly
    if (this.#status.state === 'connected') this.#setStatus({ ...this.#status, readOnly })
    // What may be written could not be tried out till then.
    if (!readOnly) this.lookAtPermissions().catch(() => {})
    return this.#status
  }

  /**
   * The server would send notifications, but not to this user.
   * @param missing the channels that this user may not listen to, or the command
   */
  setPolling(missing: { readonly channels: string } | { readonly command: string } | null = null): void {
    if (this.#connection === null) return
    const { facts } = this.#connection
    const command = missing !== null && 'command' in missing ? missing.command : null
    const isNew = command !== null && !facts.missing.includes(command)
    this.#connection = {
      ...this.#connection,
      facts: isNew ? { ...facts, missing: [...facts.missing, command] } : facts,
      live: 'polling',
    }
    if (missing !== null && 'channels' in missing) this.#limits.channels = missing.channels
    this.#update()
  }

  /** @throws AppError where there is none */
  setEnvironment(environment: Environment | null): ConnectionStatus {
    this.require()
    this.#environment = environment
    if (this.#status.state === 'connected') this.#setStatus({ ...this.#status, environment })
    return this.#status
  }

  /** It is a saved connection from now on. @throws AppError where there is none */
  setSaved(saved: string): ConnectionStatus {
    this.require()
    if (this.#status.state === 'connected')
      this.#setStatus({ ...this.#status, target: { ...this.#status.target, saved } })
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
    try {
      const made = await changeAsOffered(client, facts.notify, this.#madeChange, kind)
      if (generation !== this.#generation) return this.#status
      this.#madeChange = made
    } catch (error) {
      if (error instanceof AppError && error.code === 'conflict') await this.#lookAgain(generation)
      throw error
    }
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
    this.#heartbeat.stop()
    this.#limits.forget()
    this.#connection = { ...connection, facts, live: liveMode(facts) }
    this.#opened(target, true)
  }

  #opened(target: PublicTarget, again: boolean): void {
    const connection = this.#connection
    if (connection === null) return
    this.#guard.replica = !connection.facts.server.writable
    // First what answers the calls of those who are then told that they can.
    this.#listener.opened(connection, again)
    this.#setStatus(this.#connected(connection, target))
    this.#startHeartbeat(this.#generation)
  }

  #connected({ client, facts, live }: Connection, target: PublicTarget): ConnectedStatus {
    return {
      state: 'connected',
      target: { ...target, address: facts.address },
      server: facts.server,
      readOnly: refusesWrites(this.#guard),
      environment: this.#environment,
      live,
      missing: facts.missing,
      keyLimits: this.#limits.ofKeys,
      channelLimit: this.#limits.channels,
      notReady: null,
      notifications: offerChange(client, facts.notify, this.#madeChange),
    }
  }

  /** Tells what has come to be known of the connection that there is. */
  #update(): void {
    if (this.#connection === null || this.#status.state !== 'connected') return
    const { target, notReady } = this.#status
    this.#setStatus({ ...this.#connected(this.#connection, target), notReady })
  }

  async #readPermissions(listen: boolean): Promise<ConnectionStatus> {
    const { client } = this.require()
    // What answers nothing tells nothing either; when it answers again, all is asked.
    if (this.#status.state === 'connected' && this.#status.notReady !== null) return this.#status
    const generation = this.#generation
    const { prefixes } = this.#limits
    const [missing, ...limits] = await Promise.all([
      findMissingCommands(client),
      ...prefixes.map((prefix) => findKeyLimit(client, prefix)),
    ])
    const connection = this.#connection
    if (generation !== this.#generation || connection === null || this.#status.state !== 'connected')
      return this.#status
    prefixes.forEach((prefix, place) => {
      this.#limits.note(prefix, limits[place] ?? null)
    })
    const { facts, live } = connection
    this.#connection = { ...connection, facts: { ...facts, missing } }
    // What could not be listened to may be listened to now.
    const wasLimited = this.#limits.channels !== null || lackedBy('live', facts.missing).length > 0
    if (listen && live === 'polling' && wasLimited && lackedBy('live', missing).length === 0)
      await this.#lookAgain(generation)
    else this.#update()
    return this.#status
  }

  #usePassword(password: string): void {
    const connection = this.#connection
    if (connection === null) return
    usePassword(connection.client, password)
    this.#connection = { ...connection, target: { ...connection.target, password } }
  }

  #watch(client: RedisClient, generation: number): void {
    if (client instanceof ClusterClient) {
      client.on('lost', (reason: string) => this.#onClose(generation, reason))
      client.on('topology', (otherMasters: boolean) => this.#onTopology(client, generation, otherMasters))
    } else {
      client.on('close', () => this.#onClose(generation))
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

  #onClose(generation: number, reason?: string): void {
    if (generation !== this.#generation || this.#status.state !== 'connected') return
    const { target } = this.#status
    this.#heartbeat.stop()
    this.#setStatus({
      state: 'lost',
      target,
      reason: reason ?? `The connection to ${target.label} was closed.`,
      since: Date.now(),
      retryAt: null,
      attempt: 0,
      needsPassword: false,
      notReady: null,
    })
    this.#scheduleRetry(generation)
  }

  #scheduleRetry(generation: number): void {
    if (this.#status.state !== 'lost') return
    const delay = retryDelay(this.#status)
    this.#setStatus({ ...this.#status, retryAt: Date.now() + delay })
    this.#attempts.planNext(() => this.#tryAgain(generation), delay)
  }

  #tryAgain(generation: number): Promise<void> {
    return this.#attempts.run(() => doFor(BACKGROUND.again, () => this.#reopen(generation)))
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
      this.#limits.forget()
      this.#connection = { ...connection, facts, live: liveMode(facts) }
      this.#opened(lost.target, true)
    } catch (error) {
      // What is half open would be found open by the next attempt.
      if (connection.client.status !== 'end') connection.client.disconnect()
      if (generation !== this.#generation || this.#status.state !== 'lost') return
      const needsPassword = error instanceof AppError && error.code === 'wrong_password'
      const reason = error instanceof Error ? error.message : String(error)
      this.#setStatus({ ...this.#status, reason, needsPassword, notReady: notReadyOf(error) })
      // Tried again and again, a wrong password may lock the user out.
      if (!needsPassword) this.#scheduleRetry(generation)
    }
  }

  #startHeartbeat(generation: number): void {
    this.#heartbeat.start(
      () => (generation === this.#generation && this.#status.state === 'connected' ? this.#connection : null),
      {
        answers: (notReady) => this.#isReady(generation, notReady),
        otherRole: () => this.#lookAgain(generation),
      },
    )
  }

  /** The server that was connected to answers nothing, or does again: then it may hold anything. */
  async #isReady(generation: number, notReady: NotReady | null): Promise<void> {
    if (generation !== this.#generation || this.#status.state !== 'connected') return
    if (notReady !== null) this.#setStatus({ ...this.#status, notReady })
    else if (this.#status.notReady !== null) await this.#lookAgain(generation)
  }

  #setStatus(status: ConnectionStatus): void {
    this.#status = status
    this.#listener.statusChanged(status)
  }
}
