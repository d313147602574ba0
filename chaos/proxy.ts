import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** How a link behaves. */
export interface LinkShape {
  /** Milliseconds that bytes are under way, in each direction. */
  readonly latency: number
  /** Bytes a second, in each direction. */
  readonly bandwidth: number
}

/** A TCP proxy of this machine that can do what networks do. */
export interface TcpProxy {
  readonly port: number
  /** Refuses connections and ends those that there are, as when nothing listens. */
  close(): Promise<void>
  /** Takes connections again. */
  open(): Promise<void>
  /** Cuts some of the connections in the middle of whatever they carry. @returns how many there were */
  cut(chosen: (index: number) => boolean): number
  /** For connections from now on, and those that there are. Null for a link that only passes on. */
  shape(shape: LinkShape | null): void
  stop(): Promise<void>
}

export async function startProxy(target: number): Promise<TcpProxy> {
  const links = new Set<{ readonly down: Socket; readonly up: Socket }>()
  let shape: LinkShape | null = null
  const server = createServer({ noDelay: true }, (down) => {
    const up = connect({ port: target, host: '127.0.0.1', noDelay: true })
    const link = { down, up }
    links.add(link)
    const end = () => {
      links.delete(link)
      for (const socket of [down, up]) if (!socket.destroyed) socket.resetAndDestroy()
    }
    for (const socket of [down, up]) socket.on('error', () => {}).on('close', end)
    passOn(down, up, () => shape)
    passOn(up, down, () => shape)
  })
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) =>
      server.once('error', reject).listen(port, '127.0.0.1', () => resolve()),
    )
  await listen(0)
  const { port } = server.address() as AddressInfo
  const cut = (chosen: (index: number) => boolean): number => {
    const ended = [...links].filter((_, index) => chosen(index))
    for (const { down, up } of ended) {
      down.resetAndDestroy()
      up.resetAndDestroy()
    }
    return ended.length
  }
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    cut(() => true)
    await closed
  }
  return {
    port,
    close,
    open: () => listen(port),
    cut,
    shape(next) {
      shape = next
    },
    stop: () => (server.listening ? close() : Promise.resolve()),
  }
}

/** Bytes that may be under way before the sender has to wait. */
const WINDOW = 256 * 1024

function passOn(from: Socket, to: Socket, shape: () => LinkShape | null): void {
  /** When the line is free again: a byte takes its time, whatever comes after it. */
  let freeAt = 0
  let underWay = 0
  /** One after the other: timers of their own would overtake each other. */
  const queue: { readonly bytes: Buffer; readonly at: number }[] = []
  const arrive = () => {
    for (;;) {
      const [next] = queue
      if (next === undefined) return
      const left = next.at - performance.now()
      if (left > 0) {
        setTimeout(arrive, left)
        return
      }
      queue.shift()
      underWay -= next.bytes.length
      if (underWay <= WINDOW && from.isPaused()) from.resume()
      if (to.writable) to.write(next.bytes)
    }
  }
  from.on('data', (bytes: Buffer) => {
    const now = performance.now()
    const link = shape()
    if (link === null && freeAt <= now && underWay === 0) {
      if (!to.write(bytes)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
      return
    }
    const { latency, bandwidth } = link ?? { latency: 0, bandwidth: Number.POSITIVE_INFINITY }
    freeAt = Math.max(freeAt, now) + (1000 * bytes.length) / bandwidth
    underWay += bytes.length
    if (underWay > WINDOW) from.pause()
    queue.push({ bytes, at: freeAt + latency })
    if (queue.length === 1) arrive()
  })
}
