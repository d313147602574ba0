import { Socket } from 'node:net'
import { AbstractConnector } from 'ioredis'
import type { NetStream } from './link.ts'
import { LINK_DEFAULTS } from './link-socket.ts'

/** Opens a stream for a client; what it throws is told as the client's error. */
type OpenStream = (signal: AbortSignal) => Promise<NetStream>

/**
 * What ioredis opens its connections by. A stream that it gets is connected, with TLS, so that all that can fail on the
 * way is one error here, which has its sentence already. ioredis takes a stream that is over for a connection that
 * failed, and lets its client try again; it would give a client up whose connector rejects.
 */
export abstract class LinkConnector extends AbstractConnector {
  #attempt: AbortController | null = null

  constructor() {
    super(LINK_DEFAULTS.disconnectTimeout)
  }

  protected abstract open(signal: AbortSignal): Promise<NetStream>

  override async connect(): Promise<NetStream> {
    const attempt = new AbortController()
    this.#attempt = attempt
    this.connecting = true
    delete this.firstError
    try {
      const stream = await this.open(attempt.signal)
      stream.on('error', (error: Error) => {
        this.firstError = error
      })
      if (attempt.signal.aborted) stream.destroy()
      this.stream = stream
    } catch (error) {
      if (!isGivenUp(attempt.signal))
        this.firstError = error instanceof Error ? error : new Error(String(error))
      this.stream = new Socket().destroy()
    }
    return this.stream
  }

  override disconnect(): void {
    this.endStream(GIVEN_UP)
  }

  /** Ends the stream or the attempt to open one; the client then does what it does when a connection is lost. */
  protected endStream(reason: unknown): void {
    this.#attempt?.abort(reason)
    super.disconnect()
  }
}

/** The reason of those who do not want to hear one. */
const GIVEN_UP = new Error('given up')
const isGivenUp = ({ aborted, reason }: AbortSignal): boolean => aborted && reason === GIVEN_UP

/** A connector class for streams that are opened in this way. */
export const connectorFor = (open: OpenStream) =>
  class extends LinkConnector {
    protected override open(signal: AbortSignal): Promise<NetStream> {
      return open(signal)
    }
  }
