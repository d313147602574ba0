import type { Redis } from 'ioredis'

export const OTHER_CLIENTS_DEFAULTS = {
  /** Milliseconds between two looks. */
  lookEvery: 250,
  /**
   * Bytes that the server may have received from others between two looks without them counting as active: some 50
   * small commands. What we have sent and it has not received yet is of the same size.
   */
  quietBytes: 2048,
} as const

/**
 * Tells whether nobody else uses a server, by what it has received (INFO's `total_net_input_bytes`, with which a
 * replica does not count what its master sends) beside what this connection has sent.
 * @param onLook told at each look; whoever may not ask is never alone
 * @returns what stops it
 */
export function watchOthers(client: Redis, onLook: (alone: boolean) => void): () => void {
  const { lookEvery, quietBytes } = OTHER_CLIENTS_DEFAULTS
  let before = Number.NaN
  let stopped = false
  const look = async () => {
    const stats = await client.info('stats').catch(() => '')
    if (stopped) return
    const received = Number(/^total_net_input_bytes:(\d+)/m.exec(stats)?.[1] ?? Number.NaN)
    const others = received - client.stream.bytesWritten
    // False where either is unknown.
    onLook(Math.abs(others - before) < quietBytes)
    before = others
  }
  void look()
  const timer = setInterval(() => void look(), lookEvery)
  return () => {
    stopped = true
    clearInterval(timer)
    onLook(false)
  }
}
