import { AppError } from '#shared/errors.ts'
import type { ClientFrame, TabbedTransport } from '#shared/transport.ts'
import { isReply } from './reply.ts'
import { createTabbed } from './tabbed.ts'

/** What this module needs of a WebSocket: the browser's own fits, and so does the `ws` package's. */
export interface Socket {
  send(text: string): void
  close(): void
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
}
export type SocketConstructor = new (url: string) => Socket

export interface WebSocketTransportOptions {
  readonly WebSocket: SocketConstructor
  /** Milliseconds before the first attempt to reconnect; doubled with each further one. @default 250 */
  readonly firstDelay?: number
  /** The longest wait between two attempts, in milliseconds. @default 5000 */
  readonly longestDelay?: number
}

export interface WebSocketTransport extends TabbedTransport {
  /** Ends the connection for good. */
  close(): void
}

interface PendingCall {
  resolve(reply: unknown): void
  reject(error: AppError): void
}

/**
 * The transport of a page in a browser. It connects by itself and again after a loss; calls that were under way are then
 * rejected with `connection_lost`, since nobody knows whether they were done.
 */
export function createWebSocketTransport(
  url: string,
  { WebSocket, firstDelay = 250, longestDelay = 5000 }: WebSocketTransportOptions,
): WebSocketTransport {
  const linkListeners = new Set<(up: boolean) => void>()
  const pending = new Map<number, PendingCall>()
  /** Calls made while the socket was opening, to be sent when it is. */
  let queued: string[] = []
  let phase: 'opening' | 'open' | 'waiting' | 'closed' = 'opening'
  // The page itself came from this host a moment ago, so it is up until the first attempt has failed.
  let up = true
  let nextId = 1
  let delay = firstDelay
  let timer: ReturnType<typeof setTimeout> | undefined
  let socket = connect()

  function connect(): Socket {
    phase = 'opening'
    const opened = new WebSocket(url)
    opened.addEventListener('open', () => {
      phase = 'open'
      delay = firstDelay
      for (const text of queued) opened.send(text)
      queued = []
      tell(true)
    })
    opened.addEventListener('message', ({ data }) => receive(data))
    // A failed attempt is closed too; without a listener some implementations throw the error.
    opened.addEventListener('error', () => {})
    opened.addEventListener('close', lost)
    return opened
  }

  function lost(): void {
    queued = []
    const calls = [...pending.values()]
    pending.clear()
    if (phase !== 'closed') {
      phase = 'waiting'
      timer = setTimeout(() => {
        socket = connect()
      }, delay)
      delay = Math.min(delay * 2, longestDelay)
    }
    for (const call of calls) call.reject(unreachable())
    tell(false)
  }

  function receive(data: unknown): void {
    const frame = parse(data)
    if (frame === null) return
    const { event, payload, tab, id, reply } = frame
    if (event !== undefined) deliver(event, payload, tab)
    if (typeof id !== 'number' || reply === undefined) return
    const call = pending.get(id)
    pending.delete(id)
    call?.resolve(reply)
  }

  function tell(now: boolean): void {
    if (now === up) return
    up = now
    for (const listener of [...linkListeners]) listener(up)
  }

  const { transport, deliver } = createTabbed({
    async call(name, arg, tab) {
      if (phase === 'waiting' || phase === 'closed') throw unreachable()
      const id = nextId++
      const frame: ClientFrame = tab === 0 ? { id, name, arg } : { id, tab, name, arg }
      const text = JSON.stringify(frame)
      const reply = await new Promise<unknown>((resolve, reject) => {
        pending.set(id, { resolve, reject })
        if (phase === 'open') socket.send(text)
        else queued.push(text)
      })
      if (!isReply(reply))
        throw new AppError('internal', 'The inspector answered with nonsense. Reload the page.')
      return reply
    },
    onLink(listener) {
      linkListeners.add(listener)
      listener(up)
      return () => linkListeners.delete(listener)
    },
  })

  return {
    ...transport,
    close() {
      phase = 'closed'
      clearTimeout(timer)
      socket.close()
    },
  }
}

/** What a frame may have; nothing of it is known to be there. */
type Frame = Readonly<Partial<Record<'event' | 'payload' | 'tab' | 'id' | 'reply', unknown>>>

function parse(data: unknown): Frame | null {
  if (typeof data !== 'string') return null
  try {
    const frame: unknown = JSON.parse(data)
    return typeof frame === 'object' ? (frame as Frame | null) : null
  } catch {
    return null
  }
}

const unreachable = () =>
  new AppError(
    'connection_lost',
    'The inspector does not answer. If it has ended, start it again and open the address that it prints.',
  )
