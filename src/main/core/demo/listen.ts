import { createServer, type Server } from 'node:http'
import { AppError } from '#shared/errors.ts'

/** How many ports after a busy one are tried for the one to offer. */
const NEIGHBOURS = 50

/**
 * Listens, and says which port it became.
 * @throws AppError `port_in_use` that names the port and the next free one, also in `details.freePort`.
 */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  try {
    return await open(server, host, port)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') {
      const freePort = await nextFreePort(host, port)
      throw new AppError(
        'port_in_use',
        `Port ${port} is in use by another program. Port ${freePort} is free.`,
        { freePort },
        { cause: error },
      )
    }
    const cause = { cause: error }
    if (code === 'EACCES') {
      throw new AppError(
        'invalid_argument',
        `Port ${port} may not be opened by this user. Take one above 1023.`,
        undefined,
        cause,
      )
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new AppError(
        'invalid_argument',
        `${host} is no address of this machine. Use 127.0.0.1.`,
        undefined,
        cause,
      )
    }
    throw error
  }
}

function open(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/** The next port that can be opened at the moment; after a long row of busy ones any. */
async function nextFreePort(host: string, busy: number): Promise<number> {
  const last = Math.min(busy + NEIGHBOURS, 65_535)
  for (let port = busy + 1; port <= last; port++) {
    const found = await tryPort(host, port)
    if (found !== null) return found
  }
  return (await tryPort(host, 0)) ?? 0
}

async function tryPort(host: string, port: number): Promise<number | null> {
  const probe = createServer()
  try {
    return await open(probe, host, port)
  } catch {
    return null
  } finally {
    probe.close()
  }
}

/** Stops listening and ends every connection, also those with a request under way. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
