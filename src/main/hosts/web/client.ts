import type { RawData, WebSocket } from 'ws'
import type { Attach, Emit, Reply, ServerFrame } from '#shared/transport.ts'
import { type CallFrame, parseFrame } from './frames.ts'

export interface ClientLimits {
  /** Calls of one client that may be unanswered at once. */
  readonly calls: number
  /**
   * Bytes that may wait to be sent to one client: two of the largest replies. One that reads slower than it asks
   * is disconnected; it comes back and asks for what it shows.
   */
  readonly bufferedBytes: number
  /** Milliseconds between two pings; a client that has not answered one by the next is gone. */
  readonly heartbeat: number
}

export const CLIENT_LIMITS: ClientLimits = {
  calls: 64,
  bufferedBytes: 64 * 1024 * 1024,
  heartbeat: 15_000,
}

const CLOSE_SLOW = 4008

/** Carries calls and events between one WebSocket and its own endpoint, until the socket closes. */
export function serveClient(socket: WebSocket, attach: Attach, limits: ClientLimits): void {
  let calls = 0
  let alive = true

  const send = (frame: ServerFrame) => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > limits.bufferedBytes) return disconnect(CLOSE_SLOW, 'Reads too slowly.')
    socket.send(JSON.stringify(frame))
  }
  /** A close frame would wait behind what is already not being read, so the connection is also cut. */
  const disconnect = (code: number, reason: string) => {
    socket.close(code, reason)
    socket.terminate()
  }
  const emit: Emit = (event, payload, tab = 0) =>
    send(tab === 0 ? { event, payload } : { event, payload, tab })
  const endpoint = attach(emit)

  const answer = async ({ id, name, arg, tab }: CallFrame) => {
    if (calls >= limits.calls) return send({ id, reply: TOO_MANY_CALLS })
    calls += 1
    const reply = await endpoint.dispatch(name, arg, tab)
    calls -= 1
    try {
      send({ id, reply })
    } catch {
      // Longer than the longest text that there can be.
      send({ id, reply: TOO_LARGE })
    }
  }

  socket.on('message', (data: RawData, isBinary) => {
    const frame = parseFrame(data as Buffer, isBinary)
    if (frame.kind === 'call') void answer(frame)
    else socket.close(frame.code, frame.reason)
  })
  // Too large a frame, broken UTF-8 and the like: ws closes the socket with the code for it.
  socket.on('error', () => {})
  socket.on('pong', () => {
    alive = true
  })
  const heartbeat = setInterval(() => {
    if (!alive) return socket.terminate()
    alive = false
    socket.ping()
  }, limits.heartbeat)
  socket.on('close', () => {
    clearInterval(heartbeat)
    endpoint.close()
  })
}

const TOO_LARGE: Reply = {
  ok: false,
  code: 'invalid_value',
  message: 'The answer is too large to be sent to a browser. Read this value with redis-cli.',
}

const TOO_MANY_CALLS: Reply = {
  ok: false,
  code: 'forbidden',
  message: 'Too many calls at once. Wait for some to be answered, then try again.',
}
