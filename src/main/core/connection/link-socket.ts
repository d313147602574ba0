import { connect, type Socket } from 'node:net'
import { AppError } from '#shared/errors.ts'
import { type Address, addressLabel } from './target.ts'

/** Where a connection goes: to an address, or to a Unix socket by its path. */
export type Place = Address | string

export const placeLabel = (to: Place): string => (typeof to === 'string' ? to : addressLabel(to))

export const LINK_DEFAULTS = {
  /** Milliseconds until a server that does not answer the TCP handshake, or the TLS one, counts as unreachable. */
  connectTimeout: 5000,
  /** Milliseconds that a server has to close its end of a connection that we close. */
  disconnectTimeout: 200,
} as const

/** What connects over a network fails with, without a sentence yet. */
export type SystemError = Error & { readonly code?: string }

/**
 * Opens a TCP connection or a Unix socket.
 * @throws the system's error, with its `code`; `ETIMEDOUT` also after our own time; the reason of an aborted signal
 */
export function openSocket(to: Place, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const socket = connect(typeof to === 'string' ? { path: to } : { host: to.host, port: to.port })
    const fail = (error: unknown) => {
      settle()
      socket.on('error', () => {}).destroy()
      reject(error)
    }
    const onAbort = () => fail(signal.reason)
    const timer = setTimeout(
      () => fail(Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' })),
      LINK_DEFAULTS.connectTimeout,
    )
    const onConnect = () => {
      settle()
      socket.setNoDelay(true)
      resolve(socket)
    }
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.off('error', fail).off('connect', onConnect)
    }
    signal.addEventListener('abort', onAbort)
    socket.once('error', fail).once('connect', onConnect)
  })
}

/** The words for what one connects to, in sentences. */
export interface PlaceWords {
  /** `10.0.0.5:6379`, or what else names it. */
  readonly where: string
  /** What should run there: `Redis`, `a Sentinel`, `the SSH server`. */
  readonly server: string
}

/** What a socket failed with, as the sentence that helps. */
export function socketFailure(error: SystemError, to: Place, { where, server }: PlaceWords): AppError {
  const fail = (message: string) => new AppError('unreachable', message, undefined, { cause: error })
  const { code = '' } = error
  if (typeof to === 'string') {
    if (code === 'ENOENT')
      return fail(
        `There is no socket ${to}. Start ${server} with it (unixsocket in redis.conf), or check the path.`,
      )
    if (code === 'EACCES' || code === 'EPERM')
      return fail(
        `You may not open the socket ${to}. Allow it with unixsocketperm in redis.conf, or join the group that it belongs to.`,
      )
    if (code === 'ENOTDIR' || code === 'ENOTSOCK')
      return fail(`${to} is no socket. Check the path (unixsocket in redis.conf).`)
    if (code === 'ECONNREFUSED')
      return fail(
        `Nothing listens at ${to}: it is no socket, or was left behind. Start ${server} with it, or check the path.`,
      )
    return fail(`The socket ${to} cannot be opened (${code || error.message}). Check the path.`)
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return fail(`No host is named ${to.host}. Check its spelling and your network.`)
  if (code === 'ECONNREFUSED')
    return fail(`Nothing listens at ${where}. Start ${server} there, or check host and port.`)
  if (code === 'ETIMEDOUT') return fail(`${where} does not answer. Check host, port and firewall.`)
  if (['EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EADDRNOTAVAIL'].includes(code))
    return fail(`${where} cannot be reached from here. Check the host and your network.`)
  return fail(`${where} cannot be reached (${code || error.message}). Check host, port and your network.`)
}
