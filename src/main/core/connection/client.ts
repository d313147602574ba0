import { Redis, type RedisOptions } from 'ioredis'
import { AppError } from '#shared/errors.ts'
import { targetConnector } from './connector.ts'
import { addressOf } from './link.ts'
import { LINK_DEFAULTS, type SystemError } from './link-socket.ts'
import { notReadyError, notReadyKind } from './readiness.ts'
import { toAppError } from './redis-errors.ts'
import { readRole } from './server-role.ts'
import { type ResolvedTarget, targetLabel } from './target.ts'
import { alertFailure, tlsOptions } from './tls-link.ts'

export const CLIENT_DEFAULTS = {
  /** Milliseconds for the whole of connecting: a socket that takes us in and stays silent is no Redis. */
  openTimeout: 8000,
  /** Milliseconds more of it for a login at an SSH server, and for asking the Sentinels. */
  tunnelTimeout: 20_000,
  sentinelTimeout: 5000,
  /** Milliseconds after which one command counts as failed; it is never sent again. */
  commandTimeout: 15_000,
} as const

/**
 * How to reach a target: what every client of it needs, a single one as well as those of a cluster (`redisOptions`).
 * The `Connector` opens its streams: through SSH, with its TLS, at the master that the Sentinels name.
 */
export function targetOptions(target: ResolvedTarget) {
  return {
    host: target.host,
    port: target.port,
    db: target.db,
    ...(target.username === null ? {} : { username: target.username }),
    ...(target.password === null ? {} : { password: target.password }),
    // The connector makes TLS itself; this is for what ioredis connects without one.
    ...(target.tls === null ? {} : { tls: tlsOptions(target.tls) }),
    Connector: targetConnector(target),
    connectTimeout: LINK_DEFAULTS.connectTimeout,
    // A frozen server does not close its end: do not wait for it long.
    disconnectTimeout: LINK_DEFAULTS.disconnectTimeout,
    lazyConnect: true,
    // The ready check is INFO, which an ACL user may lack; the manager asks for what it needs itself.
    enableReadyCheck: false,
  } satisfies Partial<RedisOptions>
}

/** What makes a client fail fast; see {@link createClient}. */
export function clientOptions(target: ResolvedTarget) {
  return {
    ...targetOptions(target),
    commandTimeout: CLIENT_DEFAULTS.commandTimeout,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    connectionName: 'redis-session-inspector',
  } satisfies Partial<RedisOptions>
}

/**
 * A client that fails fast: commands are refused at once while there is no connection, and none is repeated on a
 * new connection, since a write that was cut off may have been done. It reconnects only when told to.
 */
export function createClient(target: ResolvedTarget): Redis {
  return new Redis({
    ...clientOptions(target),
    enableOfflineQueue: false,
    retryStrategy: () => null,
    // A master that takes no writes any more is none: hang up, so that the new one is looked for.
    reconnectOnError: (error) =>
      target.deployment === 'sentinel' && /READONLY You can't write/.test(error.message),
  })
}

/**
 * Connects a client of {@link createClient}, and connects it again after it was lost.
 * @throws AppError that says which step failed: reaching the host, TLS, the password, or the protocol.
 */
export async function openClient(client: Redis, target: ResolvedTarget): Promise<void> {
  const errors: Error[] = []
  const onError = (error: Error) => errors.push(error)
  client.on('error', onError)
  let timer: NodeJS.Timeout | undefined
  const timedOut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), openTimeout(target))
  })
  try {
    await Promise.race([client.connect(), timedOut])
    // ioredis reports a refused SELECT as an event only and goes on with database 0: not what was asked for.
    await Promise.race([client.select(target.db).catch(mayStay(target)), timedOut])
    if (target.deployment === 'sentinel') await Promise.race([refuseReplica(client, target), timedOut])
  } catch (error) {
    // Told to disconnect after it has ended, ioredis would keep the errors of the next attempt to itself.
    if (client.status !== 'end') client.disconnect()
    throw explain(target, [...errors, error instanceof Error ? error : new Error(String(error))])
  } finally {
    clearTimeout(timer)
    client.off('error', onError)
  }
}

/** Who may not SELECT is where they are to be, if that is the first database. */
const mayStay =
  ({ db }: ResolvedTarget) =>
  (error: unknown) => {
    if (db !== 0 || !(error instanceof Error && /^NOPERM.* run /.test(error.message))) throw error
  }

export const openTimeout = ({ ssh, deployment }: ResolvedTarget): number =>
  CLIENT_DEFAULTS.openTimeout +
  (ssh === null ? 0 : CLIENT_DEFAULTS.tunnelTimeout) +
  (deployment === 'sentinel' ? CLIENT_DEFAULTS.sentinelTimeout : 0)

/** In the moments of a failover a Sentinel may still name a server that is none any more. */
async function refuseReplica(client: Redis, { masterName }: ResolvedTarget): Promise<void> {
  const role = await readRole(client)
  if (role?.role !== 'replica') return
  throw new AppError(
    'unreachable',
    `${addressOf(client)} is a replica by now, and no longer the master of ${masterName}. The Sentinels are about to name another; try again in a moment.`,
  )
}

/**
 * Turns what a client reported while it connected, oldest first, into the one sentence that helps. What fails on the way
 * to the server comes from its connector with its sentence.
 */
export function explain(target: ResolvedTarget, errors: readonly Error[]): AppError {
  const known = errors.find((error) => error instanceof AppError)
  if (known !== undefined) return known
  const where = targetLabel(target)
  const text = errors.map((error) => error.message).join('\n')
  const codes = errors.map((error) => ('code' in error ? String(error.code) : ''))
  const has = (...wanted: readonly string[]) => wanted.find((code) => codes.includes(code))
  const cause = { cause: errors[0] }
  const fail = (code: ConstructorParameters<typeof AppError>[0], message: string) =>
    new AppError(code, message, undefined, cause)

  const kind = errors.map(notReadyKind).find((each) => each !== null)
  if (kind !== undefined) return notReadyError({ kind, loaded: null, secondsLeft: null })
  if (/WRONGPASS|invalid password/i.test(text)) {
    return fail('wrong_password', `${where} refused the user or the password. Check both.`)
  }
  if (/NOAUTH/.test(text)) return fail('wrong_password', `${where} asks for a password. Enter it.`)
  if (/unknown command .?SELECT/i.test(text)) {
    return new AppError(
      'other_deployment',
      `${where} is a Sentinel, which holds no sessions. Connect by way of it: choose Sentinel, and give the name of the master.`,
      { deployment: 'sentinel' },
      cause,
    )
  }
  if (/DB index is out of range|SELECT is not allowed/i.test(text)) {
    return fail('redis_error', `${where} has no database ${target.db}. Use a lower number; 0 always exists.`)
  }
  if (/NOPERM/.test(text)) {
    const command = /run the '([^']+)' command/.exec(text)?.[1]?.toUpperCase() ?? 'a command'
    return fail('no_permission', `This user may not run ${command} on ${where}. Connect as a user who may.`)
  }
  if (/max number of clients/i.test(text)) {
    return fail('redis_error', `${where} has no room for another client. Close some, or raise maxclients.`)
  }
  if (/protected mode/i.test(text)) {
    return fail(
      'redis_error',
      `${where} is in protected mode. Connect from its own machine, or set a password.`,
    )
  }
  if (/Unknown RESP type|Protocol error/i.test(text)) {
    return target.tls
      ? fail('not_redis', `What answers at ${where} is not a Redis. Check the port.`)
      : fail('not_redis', `What answers at ${where} does not speak Redis' protocol. Check the port and TLS.`)
  }
  const { tls } = target
  if (tls !== null) {
    const alert = errors
      .map((error: SystemError) => alertFailure(error, where, tls))
      .find((each) => each !== null)
    if (alert !== undefined) return alert
    if (has('ECONNRESET', 'EPIPE')) {
      const advice =
        tls.cert === null
          ? 'ask for a certificate of the client: give one with its key'
          : 'have refused the client’s certificate: give one that is valid, of an authority that it knows'
      return fail('tls_mismatch', `${where} hung up right after the TLS handshake. It may ${advice}.`)
    }
  }
  // Whatever else Redis answered: busy with a script, a replica without its master.
  const reply = errors.find(({ name }) => name === 'ReplyError')
  if (reply !== undefined) return toAppError(reply)
  if (/timed out/.test(text)) {
    return fail(
      'not_redis',
      `${where} takes the connection but does not answer as Redis does. Check the port.`,
    )
  }
  const advice =
    tls === null
      ? 'It may ask for TLS (try rediss://), or be no Redis at all (check the port).'
      : 'It may ask for a certificate of the client, or be no Redis at all (check the port).'
  return fail('tls_mismatch', `${where} closed the connection before answering. ${advice}`)
}
