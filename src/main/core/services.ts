import { AppError } from '#shared/errors.ts'
import type { AppInfo, ConnectionStatus } from '#shared/model.ts'
import type { PinnedSession } from '#shared/timeline.ts'
import type { Attach, Emit } from '#shared/transport.ts'
import { createClientHandlers, type SharedServices } from './client-handlers.ts'
import { type Connection, ConnectionManager } from './connection/connection-manager.ts'
import { PrivateRedis } from './connection/private-redis.ts'
import { type ResolvedTarget, resolveTarget, urlWithoutPassword } from './connection/target.ts'
import { DemoService } from './demo/demo-service.ts'
import { dispatch } from './dispatch.ts'
import type { ListRegistryOptions } from './index/list-registry.ts'
import { CommandFollowers } from './journal/command-followers.ts'
import { Workspace } from './workspace.ts'

export interface InspectorOptions {
  readonly host: AppInfo['host']
  readonly version: string
  /** From `--redis` or REDIS_URL: what the connect form starts with. */
  readonly redisUrl: string | null
  /** Lines for the host's log: failures that no reply carries. */
  readonly log: (line: string) => void
  /** Where the private Redis may keep its data. @default nowhere */
  readonly privateRedisFolder?: string
  /** Epoch milliseconds. */
  readonly clock?: () => number
}

/** The core as a host holds it: one endpoint for each window or browser tab. */
export interface Inspector {
  readonly attach: Attach
  /** Ends the demo server, the private Redis and every connection. */
  stop(): Promise<void>
}

/** The least milliseconds between two looks at what this user may, where work in the background is refused. */
const PERMISSIONS_EVERY = 2000

/** Builds the services behind the contract, and hands each client its calls. */
export function createInspector(options: InspectorOptions): Inspector {
  const clock = options.clock ?? Date.now
  const report = (error: unknown) =>
    options.log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  // Background work that fails because the connection is lost says nothing that the screen does not say already.
  const reportUnexpected = (error: unknown) => {
    const code = error instanceof AppError ? error.code : null
    // Permissions were taken away meanwhile: the screen says so, once.
    if (code === 'no_permission') lookAtPermissions()
    else if (code !== 'connection_lost' && code !== 'not_ready') report(error)
  }
  let lookedAt = Number.NEGATIVE_INFINITY
  const lookAtPermissions = () => {
    if (performance.now() < lookedAt + PERMISSIONS_EVERY) return
    lookedAt = performance.now()
    connection.lookAtPermissions(false).catch(() => {})
  }
  const prefill = readPrefill(options)
  const clients = new Set<Emit>()
  const broadcast: Emit = (name, payload) => {
    for (const emit of clients) emit(name, payload)
  }

  const privateRedis = new PrivateRedis({
    dataFolder: options.privateRedisFolder ?? null,
    onChange: (status) => broadcast('privateRedis.changed', status),
  })
  const followers = new CommandFollowers()
  const demo = new DemoService({
    statusChanged: (status) => broadcast('demo.changed', status),
    requested: (request) => broadcast('demo.request', request),
    report,
  })
  let workspace: Workspace | null = null
  let paused = false
  const connection = new ConnectionManager({
    statusChanged(status: ConnectionStatus) {
      const isUseless = status.state === 'lost' || (status.state === 'connected' && status.notReady !== null)
      if (isUseless && !paused) workspace?.lists.pause()
      paused = isUseless
      broadcast('connection.changed', status)
    },
    opened(opened: Connection, again: boolean) {
      if (again) workspace?.lists.resume(opened)
      else {
        const onNotPushed: ListRegistryOptions['onNotPushed'] = (missing) => connection.setPolling(missing)
        const onPins = (pins: readonly PinnedSession[]) => broadcast('timeline.pinned', pins)
        workspace = new Workspace(opened, { clock, onError: reportUnexpected, onNotPushed, onPins })
        followers.use(workspace.commands)
      }
    },
    closed() {
      workspace?.stop()
      workspace = null
      followers.use(null)
      demo.stop().catch(report)
    },
  })

  const shared: SharedServices = {
    clock,
    report,
    async info(): Promise<AppInfo> {
      return {
        version: options.version,
        host: options.host,
        platform: process.platform,
        prefill: prefill && urlWithoutPassword(prefill),
        prefillHasPassword: prefill !== null && prefill.password !== null,
      }
    },
    connection,
    privateRedis,
    demo,
    prefill,
    followers,
    connected(): Workspace {
      connection.require()
      if (workspace === null)
        throw new AppError('not_connected', 'No Redis is connected. Connect to one first.')
      return workspace
    },
    current: () => workspace,
  }

  return {
    attach(emit) {
      clients.add(emit)
      const { handlers, close } = createClientHandlers(shared, emit)
      return {
        dispatch: (name, arg) => dispatch(handlers, name, arg, report),
        close() {
          clients.delete(emit)
          close()
        },
      }
    },
    async stop() {
      connection.disconnect()
      await demo.stop()
      await privateRedis.end()
    },
  }
}

function readPrefill({ redisUrl, log }: InspectorOptions): ResolvedTarget | null {
  if (!redisUrl) return null
  try {
    return resolveTarget({ url: redisUrl })
  } catch (error) {
    log(`The Redis URL given at the start is left out: ${error instanceof Error ? error.message : error}`)
    return null
  }
}
