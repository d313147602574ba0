import type { Redis } from 'ioredis'
import { AppError } from '#shared/errors.ts'

/**
 * What a read-only connection may send: commands that change nothing, EVAL_RO and EVALSHA_RO, in which the server itself
 * refuses writes, and what opens and keeps a connection. Anything that is not named is refused.
 */
const READS: ReadonlySet<string> = new Set([
  ...['auth', 'client', 'hello', 'ping', 'quit', 'select', 'asking', 'readonly', 'readwrite'],
  ...['dbsize', 'info', 'cluster info', 'cluster nodes', 'cluster slots', 'config get', 'memory usage'],
  ...['dump', 'exists', 'pexpiretime', 'pttl', 'scan', 'ttl', 'type', 'object encoding'],
  ...[
    'get',
    'getrange',
    'strlen',
    'hexists',
    'hget',
    'hgetall',
    'hlen',
    'hmget',
    'hpexpiretime',
    'hpttl',
    'hscan',
    'sismember',
  ],
  ...['eval_ro', 'evalsha_ro', 'multi', 'exec', 'discard'],
])

/** What a client's guard looks at. */
export interface WriteGuard {
  /** Whether it is to write nothing. */
  readonly readOnly: boolean
  /** The server is a replica, which would refuse writes itself. */
  readonly replica: boolean
}

export const refusesWrites = ({ readOnly, replica }: WriteGuard): boolean => readOnly || replica

export const readOnlyRefusal = (command: string, { replica }: WriteGuard) =>
  new AppError(
    'read_only',
    replica
      ? 'This server is a replica, which takes no writes, so nothing was sent. Connect to its master to change something.'
      : 'This connection is read-only, so nothing was sent. Switch that off in the menu of the connection to change something.',
    { command },
  )

/**
 * Refuses everything but reads while the switch is on. It stands where every command of the client passes, so that no
 * caller has to think of it.
 */
export function guardWrites(client: Redis, guard: WriteGuard): void {
  const send = client.sendCommand.bind(client)
  client.sendCommand = (command, stream) => {
    const name = command.name.toLowerCase()
    const withSubcommand = `${name} ${String(command.args[0] ?? '').toLowerCase()}`
    if (!refusesWrites(guard) || READS.has(name) || READS.has(withSubcommand)) return send(command, stream)
    command.promise.catch(() => {})
    command.reject(readOnlyRefusal(name.toUpperCase(), guard))
    // A pipeline is sent when each of its commands has written its part.
    stream?.write('')
    return command.promise
  }
}
