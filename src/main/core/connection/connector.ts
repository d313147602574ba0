import { AppError } from '#shared/errors.ts'
import { type NetStream, openLink } from './link.ts'
import { LinkConnector } from './link-connector.ts'
import { type Place, placeLabel } from './link-socket.ts'
import { sentinelsOf } from './sentinel.ts'
import { tunnelOf } from './ssh-tunnel.ts'
import { type Address, addressLabel, type ResolvedTarget } from './target.ts'

/**
 * The connector class of a target: for ioredis' option `Connector`, of a single client and of the clients in a
 * cluster's `redisOptions`, which name the node as their `host` and `port`.
 */
export function targetConnector(target: ResolvedTarget) {
  return class TargetConnector extends LinkConnector {
    readonly #node: Address
    #place: Place | null = null
    #unfollow: (() => void) | null = null

    constructor(options: unknown) {
      super()
      this.#node = nodeIn(options) ?? target
    }

    override disconnect(): void {
      this.#unfollow?.()
      this.#unfollow = null
      super.disconnect()
    }

    protected override async open(signal: AbortSignal): Promise<NetStream> {
      // One SSH connection for all that is opened on the way; a login may take longer than anything after it.
      const tunnel = target.ssh === null ? null : tunnelOf(target.ssh)
      const release = tunnel?.hold() ?? (() => {})
      try {
        await tunnel?.connect(signal)
        const stream = await this.#openServer(signal)
        if (stream.closed) release()
        else stream.once('close', release)
        return stream
      } catch (error) {
        release()
        throw error
      }
    }

    async #openServer(signal: AbortSignal): Promise<NetStream> {
      if (target.deployment === 'sentinel') {
        const sentinels = sentinelsOf(target)
        this.#unfollow ??= sentinels.follow((master) => this.#moved(master))
        const master = await sentinels.master(signal)
        this.#place = master
        const where = `${addressLabel(master)}, the master of ${target.masterName},`
        return openLink(target, master, { where, server: 'it' }, signal).catch((error) => {
          signal.throwIfAborted()
          throw sentinels.masterFailure(master, error)
        })
      }
      const place = target.path ?? this.#node
      this.#place = place
      return openLink(target, place, { where: placeLabel(place), server: 'Redis' }, signal)
    }

    /** The Sentinels have made another server the master. */
    #moved(master: Address): void {
      if (this.#place === null || placeLabel(this.#place) === addressLabel(master)) return
      this.endStream(
        new AppError(
          'connection_lost',
          `The Sentinels have made ${addressLabel(master)} the master of ${target.masterName}. Connect again to reach it.`,
        ),
      )
    }
  }
}

function nodeIn(options: unknown): Address | null {
  if (typeof options !== 'object' || options === null) return null
  const { host, port } = options as { readonly host?: unknown; readonly port?: unknown }
  return typeof host === 'string' && typeof port === 'number' ? { host, port } : null
}
