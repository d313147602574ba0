import { AppError } from '#shared/errors.ts'
import { startWebHost, type WebHost, type WebHostOptions } from './web-host.ts'

/** Apart from the demo server's 8080, and seldom used by others. */
export const DEFAULT_PORT = 8380
/** Ports tried from the default on, before any free one is taken. */
const ATTEMPTS = 20

/**
 * Starts the web host on the port that was asked for, else (null) on the default or the next one that is free.
 * @throws AppError `port_in_use` when the one that was asked for is taken.
 */
export async function startOnFreePort(
  options: Omit<WebHostOptions, 'port'> & { readonly port: number | null },
  first = DEFAULT_PORT,
): Promise<WebHost> {
  if (options.port !== null) return startWebHost({ ...options, port: options.port })
  for (let port = first; port < first + ATTEMPTS; port += 1) {
    try {
      const host = await startWebHost({ ...options, port })
      if (port !== first) options.log(`Port ${first} is in use; taking ${port} instead.`)
      return host
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'port_in_use')) throw error
    }
  }
  options.log(`Ports ${first} to ${first + ATTEMPTS - 1} are in use; taking any free one.`)
  return startWebHost({ ...options, port: 0 })
}
