import { once } from 'node:events'
import { connect } from 'node:net'

export interface RawConnection {
  write(text: string): void
  end(): void
  received(): string
  /** All that came, once the server has ended the connection. */
  readonly ended: Promise<string>
}

/** A bare TCP connection, for what no HTTP client would send. */
export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    text += chunk
  })
  // The server may reset a connection on which it has refused to read on.
  socket.on('error', () => {})
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(text)))
  return {
    write: (data) => socket.write(data),
    end: () => socket.end(),
    received: () => text,
    ended,
  }
}
