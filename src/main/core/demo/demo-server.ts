import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { DemoRequest, StoreOperation } from '#shared/model.ts'
import { doFor, purposeOfRequest } from '../journal/command-purpose.ts'
import type { SessionStore } from '../store/session-store.ts'
import { type Answer, Refusal } from './answer.ts'
import { readParams } from './body.ts'
import { answerOfError } from './failures.ts'
import { CSRF_HEADER, checkHost, checkOrigin, ownHosts } from './guards.ts'
import { close, listen } from './listen.ts'
import { type DemoOverrides, type DemoSettings, resolveDemoSettings } from './options.ts'
import { isPagePart, pageFiles } from './page-files.ts'
import { createRequestLog } from './request-log.ts'
import { createRoutes, type Method, type Route, type Routes } from './routes.ts'
import { refuseConnection, send } from './send.ts'
import { createSessionCookie } from './session-cookie.ts'

export interface DemoOptions extends DemoOverrides {
  /** Its `ttl` is what a login gets that names none. */
  readonly store: SessionStore
  /** Epoch milliseconds. @default Date.now */
  readonly clock?: () => number
  /** Takes an error that nobody expected. @default console.error */
  readonly report?: (error: unknown) => void
}

export interface DemoServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string
  readonly port: number
  /** Calls with each request just before its answer goes out. @returns what ends the subscription. */
  subscribe(listener: (request: DemoRequest) => void): () => void
  /** The most recent requests, oldest first. */
  recent(): DemoRequest[]
  /** Stops listening and ends the open connections. */
  stop(): Promise<void>
}

/**
 * Starts the demo server on a session store.
 * @throws AppError `invalid_argument` for a bad option; `port_in_use` with `details.freePort`.
 */
export async function startDemoServer(options: DemoOptions): Promise<DemoServer> {
  const settings = resolveDemoSettings(options)
  const { store, clock = Date.now, report = console.error } = options
  const { limits } = settings
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
    connectionsCheckingInterval: Math.min(1000, limits.headersTimeout),
  })
  const port = await listen(server, settings)
  const shownHost = settings.host.includes(':') ? `[${settings.host}]` : settings.host
  const log = createRequestLog(limits.recentRequests)
  // A store operation runs inside of the request that caused it, whatever runs beside it.
  const causes = new AsyncLocalStorage<StoreOperation[]>()
  const stopWatching = store.subscribe(({ operation, key, commands, durationMs }) => {
    causes.getStore()?.push({ operation, key, commands, durationMs })
  })
  const cookie = createSessionCookie(settings.cookie)
  const files = pageFiles({
    ttl: store.ttl,
    cookieName: settings.cookie.name,
    attributes: cookie.attributes,
  })
  const context = {
    settings,
    hosts: ownHosts(settings.host, port),
    routes: createRoutes(store, files),
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = clock()
    const started = performance.now()
    const operations: StoreOperation[] = []
    const { id, garbage } = cookie.read(request.headers.cookie)
    const path = pathOf(request)
    const purpose = purposeOfRequest(`${request.method} ${path.slice(0, 100)}`)
    const outcome = await doFor(purpose, () =>
      causes.run(operations, () => answerTo(request, response, id, context)),
    ).catch((error: unknown) => answerOfError(error, id, report))
    // A cookie that cannot be an id is cleared by whatever answers, unless that hands out a good one.
    const answer: Answer = garbage ? { cookie: 'clear', ...outcome } : outcome
    const { status, effect, sessionId } = answer
    // The parts of the page cannot touch a session and would only hide the requests that do.
    if (status !== 200 || !isPagePart(path)) {
      const durationMs = performance.now() - started
      const method = request.method ?? ''
      log.add({ at, method, path: path.slice(0, 200), status, durationMs, sessionId, effect, operations })
    }
    send(request, response, answer, cookie, operations)
  }
  server.on('request', handle)
  // With `Expect: 100-continue` the client waits for our word before it sends the body.
  server.on('checkContinue', handle)
  server.on('clientError', refuseConnection)

  return {
    url: `http://${shownHost}:${port}`,
    port,
    subscribe: log.subscribe,
    recent: log.recent,
    stop: () => {
      stopWatching()
      return close(server)
    },
  }
}

interface Context {
  readonly settings: DemoSettings
  readonly hosts: ReadonlySet<string>
  readonly routes: Routes
}

/** @throws Refusal, AppError, or what the Redis client throws. */
async function answerTo(
  request: IncomingMessage,
  response: ServerResponse,
  id: string | null,
  { settings, hosts, routes }: Context,
): Promise<Answer> {
  const { headers } = request
  checkHost(headers, hosts)
  const { method, route } = findRoute(request, routes)
  if (method === 'GET') return route({ id, csrfToken: undefined, params: NONE })
  checkOrigin(headers, settings.cookie.secure)
  const params = await readParams(request, response, settings.limits.bodyBytes)
  const token = headers[CSRF_HEADER.toLowerCase()]
  return route({ id, csrfToken: typeof token === 'string' ? token : undefined, params })
}

const NONE: ReadonlyMap<string, string> = new Map()

function findRoute(request: IncomingMessage, routes: Routes): { method: Method; route: Route } {
  const { method: asked = '' } = request
  const methods = routes.get(pathOf(request))
  if (methods === undefined) {
    throw new Refusal(404, 'There is nothing here. The page is at /.', 'refused: no such path')
  }
  const method = asked === 'HEAD' ? 'GET' : asked
  const route = method === 'GET' || method === 'POST' ? methods[method] : undefined
  if (route !== undefined) return { method: method as Method, route }
  const allow = methods.GET === undefined ? 'POST' : 'GET, HEAD'
  throw new Refusal(405, `Use ${allow} here.`, `refused: no ${asked} here`, { headers: { Allow: allow } })
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? ''
