import { parseArgs } from 'node:util'
import { AppError } from '#shared/errors.ts'
import { readRedisUrl } from '../redis-url.ts'

export interface WebCommandLine {
  /** As asked for; null takes the default port, or the next one that is free. */
  readonly port: number | null
  readonly redisUrl: string | null
  readonly open: boolean
}

export const USAGE = 'Usage: npm run web -- [--port N] [--redis URL] [--no-open]'

/** @throws AppError `invalid_argument`, with the usage, for what is no option or no port. */
export function readWebCommandLine(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): WebCommandLine {
  const { port, 'no-open': noOpen } = options(args)
  return {
    port: port === undefined ? null : readPort(port),
    redisUrl: readRedisUrl(args, environment),
    open: !noOpen,
  }
}

function options(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, redis: { type: 'string' }, 'no-open': { type: 'boolean' } },
    }).values
  } catch (error) {
    throw new AppError('invalid_argument', `${error instanceof Error ? error.message : error}\n${USAGE}`)
  }
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new AppError(
    'invalid_argument',
    `--port takes a whole number from 0 to 65535, not '${text}'.\n${USAGE}`,
  )
}
