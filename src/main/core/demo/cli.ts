import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { AppError } from '#shared/errors.ts'
import { DEFAULT_PREFIX, type DemoRequest } from '#shared/model.ts'
import { parseTtl } from '#shared/ttl.ts'
import { openClient, targetOptions } from '../connection/client.ts'
import { publicTarget, type ResolvedTarget, resolveTarget } from '../connection/target.ts'
import { SessionStore } from '../store/session-store.ts'
import { type DemoServer, startDemoServer } from './demo-server.ts'
import { DEMO_DEFAULTS } from './options.ts'

/** Seconds, as in the guide: short enough to watch a session expire. */
const DEFAULT_TTL = 60

export const USAGE = `Usage: npm run demo -- [options]

A small web server whose sessions live in Redis: click in a browser, watch the session change.

  --port N           the port on 127.0.0.1; 0 takes any free one    (${DEMO_DEFAULTS.port})
  --redis-host HOST  where Redis runs                               (127.0.0.1)
  --redis-port N     its port                                       (6379)
  --redis-url URL    redis://user:password@host:port/db, or rediss:// for TLS, instead of the two;
                     the environment's REDIS_URL is used when none of the three is given
  --prefix TEXT      what the sessions' keys begin with             (${DEFAULT_PREFIX})
  --ttl SECONDS      what a session gets when its login names none  (${DEFAULT_TTL})
  --help             this text
`

/** What the command line may do to its surroundings. */
export interface CliHost {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

export type CliResult =
  /** It is over already. */
  { readonly exitCode: number } | { readonly server: DemoServer; stop(): Promise<void> }

/** Bad usage: the exit code of a command that was typed wrongly. */
const BAD_USAGE = 2
const FAILED = 1

/** How long, in ms, a command may take before its request is answered with 503. */
const COMMAND_TIMEOUT = 3000

/** Runs the demo server alone until the returned `stop` is called. */
export async function runDemo(args: readonly string[], host: CliHost): Promise<CliResult> {
  const { out, err } = host
  let options: CliOptions
  try {
    options = readOptions(args, host.env)
  } catch (error) {
    err(`${messageOf(error)}\nnpm run demo -- --help lists the options.`)
    return { exitCode: BAD_USAGE }
  }
  if (options.help) {
    out(USAGE)
    return { exitCode: 0 }
  }
  const client = createDemoClient(options.target)
  // Each request says so itself when Redis is away; without a listener the client would print every attempt.
  client.on('error', () => {})
  try {
    await openClient(client, options.target)
  } catch (error) {
    const { label } = publicTarget(options.target, false)
    const message = messageOf(error)
    const where = message.includes(label) ? '' : `${label}: `
    err(`${where}${message} Name another Redis with --redis-host and --redis-port, or with --redis-url.`)
    return { exitCode: FAILED }
  }
  try {
    const { prefix, ttl, port } = options
    const store = new SessionStore({ client, prefix, ttl })
    const server = await startDemoServer({ store, port })
    server.subscribe((request) => out(logLine(request)))
    out(`Demo server: ${server.url}`)
    return {
      server,
      stop: async () => {
        await server.stop()
        client.disconnect()
      },
    }
  } catch (error) {
    client.disconnect()
    const other = error instanceof AppError ? error.details?.freePort : undefined
    err(`${messageOf(error)}${other === undefined ? '' : ` Take it with --port ${other}.`}`)
    return { exitCode: FAILED }
  }
}

interface CliOptions {
  readonly help: boolean
  readonly port: number
  readonly prefix: string
  readonly ttl: number
  readonly target: ResolvedTarget
}

/** @throws Error or AppError that names the option. */
function readOptions(args: readonly string[], env: CliHost['env']): CliOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      'redis-host': { type: 'string' },
      'redis-port': { type: 'string' },
      'redis-url': { type: 'string' },
      prefix: { type: 'string' },
      ttl: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const { 'redis-host': redisHost, 'redis-port': redisPort, 'redis-url': redisUrl } = values
  const named = redisHost !== undefined || redisPort !== undefined
  if (named && redisUrl !== undefined) {
    throw new AppError(
      'invalid_argument',
      '--redis-url names host and port itself: leave out --redis-host and --redis-port.',
    )
  }
  const url = redisUrl ?? (named ? undefined : env.REDIS_URL)
  return {
    help: values.help ?? false,
    port: values.port === undefined ? DEMO_DEFAULTS.port : parsePort('--port', values.port, 0),
    prefix: values.prefix ?? DEFAULT_PREFIX,
    ttl: values.ttl === undefined ? DEFAULT_TTL : parseTtlOption(values.ttl),
    target: resolveTarget({
      ...(url ? { url } : {}),
      ...(redisHost === undefined ? {} : { host: redisHost }),
      ...(redisPort === undefined ? {} : { port: parsePort('--redis-port', redisPort, 1) }),
    }),
  }
}

function parseTtlOption(text: string): number {
  try {
    return parseTtl(text)
  } catch (error) {
    throw new AppError('invalid_ttl', `--ttl: ${messageOf(error)}`)
  }
}

function parsePort(option: string, text: string, lowest: number): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port >= lowest && port <= 65_535) return port
  throw new AppError(
    'invalid_argument',
    `${option}: '${text.slice(0, 40)}' is no port. Use ${lowest} to 65535.`,
  )
}

/** A client that refuses at once while Redis is away and comes back by itself. */
function createDemoClient(target: ResolvedTarget): Redis {
  return new Redis({
    ...targetOptions(target),
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
    connectionName: 'redis-session-inspector-demo',
  })
}

/** `12:34:56 POST /increment 200 3 ms  page views 3 → 4` */
function logLine({ at, method, path, status, durationMs, effect }: DemoRequest): string {
  const time = new Date(at).toTimeString().slice(0, 8)
  return `${time} ${method} ${path} ${status} ${Math.ceil(durationMs)} ms  ${effect}`
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
