import type { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { AppError } from '#shared/errors.ts'
import { LINK_DEFAULTS, type Place } from './link-socket.ts'
import type { SshConnection } from './ssh-client.ts'
import { forwardFailure } from './ssh-errors.ts'
import { addressLabel, type SshSettings } from './target.ts'
import { TunnelStream } from './tunnel-stream.ts'

/**
 * The one SSH connection of a target, through which all its clients go. It is opened when somebody needs it, and closed
 * with the last who does. When it is lost, so are the streams through it, and who opens one again opens it anew.
 */
export class SshTunnel {
  readonly #settings: SshSettings
  readonly #streams = new Set<TunnelStream>()
  #users = 0
  #connection: Promise<SshConnection> | null = null
  /** Gives up an attempt that nobody waits for any more. */
  #attempt = new AbortController()

  constructor(settings: SshSettings) {
    this.#settings = settings
  }

  /** Keeps the connection open from one stream to the next. @returns what lets it go */
  hold(): () => void {
    this.#users += 1
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#users -= 1
      if (this.#users === 0) this.#close()
    }
  }

  /** The SSH connection, opened where there is none. Its opener holds it. @throws as openSsh */
  connect(signal: AbortSignal): Promise<SshConnection> {
    if (this.#connection === null) {
      const { signal: attempt } = this.#attempt
      // The library for SSH takes a sixth of the time to start, and few need it.
      const connection = import('./ssh-client.ts').then(({ openSsh }) => openSsh(this.#settings, attempt))
      this.#connection = connection
      const forget = () => {
        if (this.#connection === connection) this.#connection = null
      }
      connection.then(({ client }) => {
        client.on('close', () => {
          forget()
          for (const stream of this.#streams) stream.destroy()
        })
        if (this.#connection !== connection) client.end()
      }, forget)
    }
    return unless(signal, this.#connection)
  }

  /** @throws AppError as openSsh, and where the server refuses to connect to that place or cannot */
  async open(to: Place, signal: AbortSignal): Promise<Duplex> {
    const release = this.hold()
    try {
      const { client } = await this.connect(signal)
      const channel = await this.#forward(client, to, signal)
      const stream = new TunnelStream(channel)
      this.#streams.add(stream)
      stream.once('close', () => {
        this.#streams.delete(stream)
        release()
      })
      return stream
    } catch (error) {
      release()
      throw error
    }
  }

  #forward(client: SshConnection['client'], to: Place, signal: AbortSignal): Promise<ClientChannel> {
    const opened = new Promise<ClientChannel>((resolve, reject) => {
      const done = (error: Error | undefined, channel: ClientChannel) =>
        error === undefined ? resolve(channel) : reject(forwardFailure(this.#settings, to, error))
      try {
        if (typeof to === 'string') client.openssh_forwardOutStreamLocal(to, done)
        else client.forwardOut('127.0.0.1', 0, to.host, to.port, done)
      } catch {
        reject(this.#lost())
      }
    })
    // What opens only when nobody waits for it any more is closed again.
    const late = new AbortController()
    const timer = setTimeout(
      () => late.abort(forwardFailure(this.#settings, to, new Error('no answer'))),
      LINK_DEFAULTS.connectTimeout,
    )
    const given = AbortSignal.any([signal, late.signal])
    return unless(given, opened, (channel) => channel.destroy()).finally(() => clearTimeout(timer))
  }

  #lost(): AppError {
    return new AppError(
      'connection_lost',
      `The SSH connection to ${addressLabel(this.#settings)} was lost. Try again.`,
    )
  }

  #close(): void {
    const connection = this.#connection
    this.#connection = null
    this.#attempt.abort(new AppError('stopped', 'Nobody needs this SSH connection any more. Connect again.'))
    this.#attempt = new AbortController()
    connection?.then(({ client }) => client.end()).catch(() => {})
  }
}

/** Waits no longer than until the signal. @param late what becomes of a value that comes afterwards */
function unless<T>(signal: AbortSignal, promise: Promise<T>, late?: (value: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason)
      if (late !== undefined) promise.then(late, () => {})
    }
    if (signal.aborted) {
      onAbort()
      promise.catch(() => {})
      return
    }
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

const tunnels = new WeakMap<SshSettings, SshTunnel>()

/** The tunnel of a target's settings: the same for each of its clients. */
export function tunnelOf(settings: SshSettings): SshTunnel {
  const tunnel = tunnels.get(settings) ?? new SshTunnel(settings)
  tunnels.set(settings, tunnel)
  return tunnel
}
