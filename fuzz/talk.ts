import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export type Ending = 'end' | 'reset' | 'stay'

/** What is said over one TCP connection. */
export interface Talk {
  readonly port: number
  /** Each is a write of its own. */
  readonly chunks: readonly Buffer[]
  /** Waited for before the ending, unless the server closes first. @default nothing is waited for */
  readonly until?: (received: Buffer) => boolean
  /**
   * `end` says that no more comes, `reset` cuts the connection, `stay` does nothing, not even when the server says that
   * it has done: it must let go by itself.
   */
  readonly ending: Ending | ((received: Buffer) => Ending)
  /** Milliseconds for the server to close the connection, from the last write on. */
  readonly within: number
}

export interface Said {
  readonly received: Buffer
  /** Milliseconds from the last write until the connection was closed. */
  readonly took: number
}

/** @throws Error when nobody listens, or the connection is still open after `within` */
export async function talk({ port, chunks, until, ending, within }: Talk): Promise<Said> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const parts: Buffer[] = []
  let failure: NodeJS.ErrnoException | null = null
  let closed = false
  let onNews = () => {}
  socket.on('data', (part: Buffer) => {
    parts.push(part)
    onNews()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failure = error
  })
  const close = new Promise<void>((resolve) =>
    socket.once('close', () => {
      closed = true
      onNews()
      resolve()
    }),
  )
  let ended = false
  const stays = ending === 'stay' || typeof ending === 'function'
  socket.once('end', () => {
    ended = true
    if (!stays) socket.end()
  })
  // Only to a connection that the server has let go of does the system answer with a reset.
  const probes = setInterval(() => {
    if (stays && ended && socket.writable) socket.write('x')
  }, 20)
  const deadline = new AbortController()
  try {
    await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), close])
    for (const chunk of chunks) {
      if (closed || !socket.writable) break
      // A writer that does not wait for what it has written would fill its own memory and not the server's.
      if (!socket.write(chunk)) await Promise.race([new Promise((done) => socket.once('drain', done)), close])
      if (chunks.length > 1) await new Promise((resolve) => setImmediate(resolve))
    }
    const began = performance.now()
    const late = wait(within, 'late' as const, { signal: deadline.signal }).catch(() => 'stopped' as const)
    if (until !== undefined) {
      const said = new Promise<void>((resolve) => {
        onNews = () => {
          if (closed || until(Buffer.concat(parts))) resolve()
        }
        onNews()
      })
      if ((await Promise.race([said, late])) === 'late')
        throw new Error(`hangs: not answered within ${within} ms`)
    }
    const chosen = typeof ending === 'function' ? ending(Buffer.concat(parts)) : ending
    if (chosen === 'end' && !closed) socket.end()
    if (chosen === 'reset' && !closed) socket.resetAndDestroy()
    if ((await Promise.race([close, late])) === 'late')
      throw new Error(`hangs: not closed within ${within} ms`)
    const { code } = (failure ?? {}) as { code?: string }
    if (code === 'ECONNREFUSED') throw new Error('crashed: nobody listens any more')
    return { received: Buffer.concat(parts), took: performance.now() - began }
  } finally {
    deadline.abort()
    clearInterval(probes)
    socket.destroy()
  }
}

/** Cuts bytes into writes, at places between 0 and 1. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => Math.floor(place * bytes.length)))].sort((a, b) => a - b)
  const bounds = [0, ...at, bytes.length]
  return bounds
    .slice(1)
    .map((end, index) => bytes.subarray(bounds[index], end))
    .filter((part) => part.length > 0)
}
