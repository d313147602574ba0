import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { AppError } from '#shared/errors.ts'
import { type Attach, SOCKET_PATH } from '#shared/transport.ts'
import { openRendererFiles } from '../renderer-files.ts'
import { createAccess } from './access.ts'
import { CLIENT_LIMITS, type ClientLimits, serveClient } from './client.ts'
import { MAX_FRAME_BYTES } from './frames.ts'
import { createRequestHandler } from './requests.ts'

export interface WebHostOptions {
  readonly attach: Attach
  /** The folder of the built renderer. */
  readonly rendererDir: string
  /** 0 takes any free one. */
  readonly port: number
  /** Called with what failed unexpectedly. */
  readonly log: (line: string) => void
  /** Tabs that may be connected at once. @default 16 */
  readonly clients?: number
  readonly limits?: Partial<ClientLimits>
  /** Milliseconds for a request to arrive in, and for a connection to ask for something again. @default 10 000 */
  readonly requestTimeout?: number
}

export interface WebHost {
  readonly port: number
  /** The address to open, with the token of this run. */
  readonly url: string
  /** The address for a browser that is started with it: as {@link url}, and good for once. */
  urlForOnce(): string
  /** Disconnects every tab and resolves once the port is free. */
  stop(): Promise<void>
}

const ADDRESS = '127.0.0.1'

/**
 * Serves the inspector to browsers of this machine.
 * @throws AppError `port_in_use` when the port is taken; the message names it.
 */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const { attach, log, clients = 16, requestTimeout = 10_000 } = options
  const limits = { ...CLIENT_LIMITS, ...options.limits }
  const files = await openRendererFiles(options.rendererDir)
  // A request that never ends must not hold a connection for ever.
  const server = createServer({
    headersTimeout: requestTimeout,
    requestTimeout,
    keepAliveTimeout: Math.min(5000, requestTimeout),
    // How late it is noticed: the default of Node is half a minute.
    connectionsCheckingInterval: Math.min(1000, requestTimeout),
    maxHeaderSize: 16 * 1024,
  })
  server.maxConnections = 8 * clients
  const port = await listen(server, options.port)
  const access = createAccess(port)

  const handle = createRequestHandler(access, files)
  server.on('request', (request, response) => {
    handle(request, response).catch((error: unknown) => {
      log(`${request.method} failed: ${error instanceof Error ? error.stack : String(error)}`)
      response.destroy()
    })
  })

  // Without compression: on one machine it only costs time and memory.
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  })
  const refuseUpgrade = (request: IncomingMessage): string | null => {
    if (access.checkUpgrade(request) !== null) return '403 Forbidden'
    if (request.url !== SOCKET_PATH) return '404 Not Found'
    return sockets.clients.size < clients ? null : '503 Service Unavailable'
  }
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Until ws takes the socket over, a connection that breaks would be an unhandled error.
    const ignore = () => {}
    socket.on('error', ignore)
    const refusal = refuseUpgrade(request)
    if (refusal !== null) {
      // The other side may never close its end: whoever may not come in must not fill the place of those who may.
      socket.once('finish', () => socket.destroy())
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      socket.off('error', ignore)
      serveClient(client, attach, limits)
    })
  })

  const urlWith = (token: string) => `http://${ADDRESS}:${port}/?token=${token}`
  return {
    port,
    url: urlWith(access.token),
    urlForOnce: () => urlWith(access.issueTicket()),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const client of sockets.clients) {
        client.close(1001, 'The inspector ends.')
        client.terminate()
      }
      server.closeAllConnections()
      await closed
    },
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => fail(listenError(error, port)))
    server.listen(port, ADDRESS, () => resolve((server.address() as AddressInfo).port))
  })
}

function listenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new AppError(
      'port_in_use',
      `Port ${port} is in use. Choose another with --port, or any with --port 0.`,
    )
  }
  if (error.code === 'EACCES') {
    return new AppError('port_in_use', `Port ${port} may not be used by this user. Choose one above 1023.`)
  }
  return error
}
