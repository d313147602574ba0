import { AppError } from '#shared/errors.ts'
import type { ConnectionStatus } from '#shared/model.ts'
import type { TabStatus } from '#shared/tabs.ts'
import type { Emit } from '#shared/transport.ts'
import type { SharedServices } from './client-handlers.ts'
import { ConnectionManager } from './connection/connection-manager.ts'
import { DemoService } from './demo/demo-service.ts'
import { CommandFollowers } from './journal/command-followers.ts'
import { Workspace } from './workspace.ts'

/** What all tabs have in common. */
export type CommonServices = Pick<
  SharedServices,
  'clock' | 'report' | 'info' | 'privateRedis' | 'leavePrivateRedis' | 'prefill' | 'saved' | 'decoder'
>

export interface TabOptions {
  readonly number: number
  readonly common: CommonServices
  /** Sends an event of this tab to every client. */
  readonly broadcast: Emit
  /** Its status is another one now. */
  readonly onChange: () => void
}

/** One of the connections that are open side by side: all that is found through it, its demo server, its followers. */
export interface Tab {
  readonly number: number
  readonly services: SharedServices
  readonly status: TabStatus
  /** Disconnects, if it is connected to the Redis of the app's own. */
  leavePrivateRedis(): void
  /** Ends its connection for good, and its demo server. */
  close(): Promise<void>
}

/** The least milliseconds between two looks at what this user may, where work in the background is refused. */
const PERMISSIONS_EVERY = 2000

export function createTab({ number, common, broadcast, onChange }: TabOptions): Tab {
  const { clock, report } = common
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
  /** What was last known of it; a lost connection keeps its marks. */
  let marks: Pick<TabStatus, 'environment' | 'readOnly'> = { environment: null, readOnly: false }
  let workspace: Workspace | null = null
  let paused = false

  const followers = new CommandFollowers()
  const demo = new DemoService({
    statusChanged(status) {
      broadcast('demo.changed', status, number)
      onChange()
    },
    requested: (request) => broadcast('demo.request', request, number),
    report,
  })
  const connection = new ConnectionManager({
    statusChanged(status) {
      const isUseless = status.state === 'lost' || (status.state === 'connected' && status.notReady !== null)
      if (isUseless && !paused) workspace?.lists.pause()
      paused = isUseless
      if (status.state !== 'lost') marks = marksOf(status)
      broadcast('connection.changed', status, number)
      onChange()
    },
    opened(opened, again) {
      if (again) workspace?.lists.resume(opened)
      else {
        workspace = new Workspace(opened, {
          clock,
          onError: reportUnexpected,
          decoder: common.decoder,
          onNotPushed: (missing) => connection.setPolling(missing),
          onPins: (pins) => broadcast('timeline.pinned', pins, number),
        })
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

  return {
    number,
    services: {
      ...common,
      connection,
      demo,
      followers,
      connected(): Workspace {
        connection.require()
        if (workspace === null)
          throw new AppError('not_connected', 'No Redis is connected. Connect to one first.')
        return workspace
      },
      current: () => workspace,
    },
    get status(): TabStatus {
      const { status } = connection
      const target = status.state === 'disconnected' ? null : status.target
      const demoUrl = demo.status.state === 'running' ? demo.status.url : null
      return { number, state: status.state, target, ...marks, demoUrl }
    },
    leavePrivateRedis() {
      const { status } = connection
      if (status.state !== 'disconnected' && status.target.isPrivate) connection.disconnect()
    },
    async close() {
      connection.close()
      await demo.stop()
    },
  }
}

const marksOf = (status: ConnectionStatus): Pick<TabStatus, 'environment' | 'readOnly'> =>
  status.state === 'connected'
    ? { environment: status.environment, readOnly: status.readOnly }
    : { environment: null, readOnly: false }
