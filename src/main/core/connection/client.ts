import { Redis, type RedisOptions } from 'ioredis'
import { AppError } from '#shared/errors.ts'
import { publicTarget, type ResolvedTarget } from './target.ts'

export const CLIENT_DEFAULTS = {
  /** Milliseconds until a server that does not answer the TCP (or TLS) handshake counts as unreachable. */
  connectTimeout: 5000,
  /** Milliseconds for the whole of connecting: a socket that takes us in and stays silent is no Redis. */
  openTimeout: 8000,
  /** Milliseconds that a server has to close its end of a connection that we close. */
  disconnectTimeout: 200,
  /** Milliseconds after which one command counts as failed; it is never sent again. */
  commandTimeout: 15_000,
} as const

/** How to reach a target: what every client of it needs. */
export function targetOptions(target: ResolvedTarget) {
  return {
    host: target.host,
    port: target.port,
    db: target.db,
    ...(target.username === null ? {} : { username: target.username }),
    ...(target.password === null ? {} : { password: target.password }),
    ...(target.tls ? { tls: {} } : {}),
    connectTimeout: CLIENT_DEFAULTS.connectTimeout,
    // A frozen server does not close its end: do not wait for it long.
    disconnectTimeout: CLIENT_DEFAULTS.disconnectTimeout,
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
  return new Redis({ ...clientOptions(target), enableOfflineQueue: false, retryStrategy: () => null })
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
    timer = setTimeout(() => reject(new Error('timed out')), CLIENT_DEFAULTS.openTimeout)
  })
  try {
    await Promise.race([client.connect(), timedOut])
    // ioredis reports a refused SELECT as an event only and goes on with database 0: not what was asked for.
    await Promise.race([client.select(target.db), timedOut])
  } catch (error) {
    // Told to disconnect after it has ended, ioredis would keep the errors of the next attempt to itself.
    if (client.status !== 'end') client.disconnect()
    throw explain(target, [...errors, error instanceof Error ? error : new Error(String(error))])
  } finally {
    clearTimeout(timer)
    client.off('error', onError)
  }
}

/** Turns what ioredis and the socket reported, oldest first, into the one sentence that helps. */
function explain(target: ResolvedTarget, errors: readonly Error[]): AppError {
  const where = publicTarget(target, false).label
  const text = errors.map((error) => error.message).join('\n')
  const codes = errors.map((error) => ('code' in error ? String(error.code) : ''))
  const has = (...wanted: readonly string[]) => wanted.find((code) => codes.includes(code))
  const cause = { cause: errors[0] }
  const fail = (code: ConstructorParameters<typeof AppError>[0], message: string) =>
    new AppError(code, message, undefined, cause)

  if (/WRONGPASS|invalid password/i.test(text)) {
    return fail('wrong_password', `${where} refused the user or the password. Check both.`)
  }
  if (/NOAUTH/.test(text)) return fail('wrong_password', `${where} asks for a password. Enter it.`)
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
  if (has('ENOTFOUND', 'EAI_AGAIN')) {
    return fail('unreachable', `No host is named ${target.host}. Check its spelling and your network.`)
  }
  if (has('ECONNREFUSED')) {
    return fail('unreachable', `Nothing listens at ${where}. Start Redis there, or check host and port.`)
  }
  if (has('EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EADDRNOTAVAIL')) {
    return fail('unreachable', `${where} cannot be reached from here. Check the host and your network.`)
  }
  const certificate = has(
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  )
  if (certificate) {
    return fail(
      'tls_mismatch',
      `The TLS certificate of ${where} is not trusted (${certificate}). Connect by the name it was issued for, or make its authority known with NODE_EXTRA_CA_CERTS.`,
    )
  }
  if (target.tls && (has('EPROTO', 'ECONNRESET', 'ETIMEDOUT') || /SSL|TLS|timed out/i.test(text))) {
    return fail(
      'tls_mismatch',
      `${where} does not complete a TLS handshake. If this Redis has no TLS, switch TLS off.`,
    )
  }
  if (has('ETIMEDOUT')) {
    return fail('unreachable', `${where} does not answer. Check host, port and firewall.`)
  }
  if (/timed out/.test(text)) {
    return fail(
      'not_redis',
      `${where} takes the connection but does not answer as Redis does. Check the port.`,
    )
  }
  return fail(
    'tls_mismatch',
    `${where} closed the connection before answering. It may ask for TLS (try rediss://), or be no Redis at all (check the port).`,
  )
}
