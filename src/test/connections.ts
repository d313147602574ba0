import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net'
import { afterEach } from 'vitest'
import type { ConnectionStatus } from '#shared/model.ts'
import { ConnectionManager } from '../main/core/connection/connection-manager.ts'

export interface TestConnections {
  /** A manager that is disconnected after the test, and what it told. */
  manager(): {
    readonly made: ConnectionManager
    readonly statuses: readonly ConnectionStatus[]
    /** Of each opening, whether the connection came back. */
    readonly openings: readonly boolean[]
  }
  /** Runs after the test, the last first. */
  onEnd(cleanup: () => unknown): void
  /** A server on a free port of 127.0.0.1. @returns its port */
  listen(server: Server): Promise<number>
  /** Passes everything on to a port, until it is told to cut all connections. */
  relay(port: number): Promise<Relay>
}

export interface Relay {
  readonly port: number
  /** Connections that are open. */
  readonly open: () => number
  /** Closes all connections that there are. */
  cut(): void
  /** Passes nothing on any more of the connections that there are, and closes nothing either. */
  freeze(): void
}

/** What the tests of connections need, for one file. */
export function useConnections(): TestConnections {
  const cleanups: (() => unknown)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })
  const onEnd = (cleanup: () => unknown) => void cleanups.push(cleanup)
  const listen = (server: Server): Promise<number> => {
    onEnd(() => new Promise<void>((resolve) => server.close(() => resolve())))
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })
  }
  return {
    onEnd,
    listen,
    manager() {
      const statuses: ConnectionStatus[] = []
      const openings: boolean[] = []
      const made = new ConnectionManager({
        statusChanged: (status) => statuses.push(status),
        opened: (_, again) => openings.push(again),
        closed: () => {},
      })
      onEnd(() => made.disconnect())
      return { made, statuses, openings }
    },
    async relay(to) {
      const sockets = new Set<Socket>()
      const server = createServer((client) => {
        const upstream = connectSocket(to, '127.0.0.1')
        for (const [one, other] of [
          [client, upstream],
          [upstream, client],
        ] as const) {
          sockets.add(one)
          one
            .on('error', () => {})
            .on('close', () => {
              sockets.delete(one)
              other.destroy()
            })
          one.pipe(other)
        }
      })
      const port = await listen(server)
      const cut = () => {
        for (const socket of sockets) socket.destroy()
      }
      // Servers wait for their connections to end.
      onEnd(cut)
      return {
        port,
        open: () => sockets.size / 2,
        cut,
        freeze() {
          for (const socket of sockets) socket.unpipe().pause()
        },
      }
    },
  }
}
