import { parseArgs } from 'node:util'
import { AppError } from '#shared/errors.ts'
import { readRedisUrl } from '../redis-url.ts'

export interface WebCommandLine {
  /** As asked for; null takes the default port, or the next one that is free. */
  readonly port: number | null
  readonly redisUrl: string | null
  readonly open: boolean
  /** The folder of the settings; null for the usual one. */
  readonly settings: string | null
  /** Only say how it is used. */
  readonly help: boolean
}

export const USAGE = 'Usage: npm run web -- [--port N] [--redis URL] [--settings DIR] [--no-open] [--help]'

export const HELP = `${USAGE}

  --port N        the port; 0 takes any. Default 8380, or the next that is free
  --redis URL     what the connect form starts with
  --settings DIR  where saved connections and the private Redis' data are kept. Default: the system's folders
  --no-open       does not open a browser
  --help          says this`

/** @throws AppError `invalid_argument`, with the usage, for what is no option or no port. */
export function readWebCommandLine(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): WebCommandLine {
  const { port, settings, help = false, 'no-open': noOpen } = options(args)
  return {
    port: port === undefined ? null : readPort(port),
    redisUrl: readRedisUrl(args, environment),
    open: !noOpen,
    settings: settings || null,
    help,
  }
}

function options(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        redis: { type: 'string' },
        settings: { type: 'string' },
        'no-open': { type: 'boolean' },
        help: { type: 'boolean' },
      },
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
