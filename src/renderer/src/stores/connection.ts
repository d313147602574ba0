import { createStore, type StoreApi } from 'zustand/vanilla'
import type {
  AppInfo,
  ConnectionStatus,
  Environment,
  NotificationChange,
  PublicTarget,
} from '#shared/model.ts'
import type { ConnectionTarget } from '#shared/target.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'

export interface ConnectionState {
  readonly info: AppInfo | null
  /** Null until the host has said it. */
  readonly status: ConnectionStatus | null
  /** Since when the host itself cannot be reached, epoch milliseconds; null while it can. */
  readonly hostLostSince: number | null
  /** Where one was connected to last, for the form to start from; never the private Redis. */
  readonly lastTarget: PublicTarget | null
  readonly pending: 'connect' | null
  readonly failure: Failure | null
}

export interface ConnectionStore {
  readonly store: StoreApi<ConnectionState>
  /** Asks the host where things stand. @param prefilled connect to the prefilled Redis where there is one */
  start(prefilled: boolean): Promise<void>
  connect(target: ConnectionTarget): Promise<void>
  /** A status that the reply to another call has told. */
  take(status: ConnectionStatus): void
  disconnect(): Promise<void>
  /** What went wrong has been seen, or is about something else than what is shown now. */
  dismissFailure(): void
  /** @param password instead of the one that was refused */
  retry(password?: string): Promise<void>
  /** Asks anew what this Redis user may do. @throws AppError */
  lookAtPermissions(): Promise<void>
  setReadOnly(readOnly: boolean): Promise<void>
  setEnvironment(environment: Environment | null): Promise<void>
  /** Sends the command that the status names under `notifications`. @throws AppError */
  changeNotifications(kind: NotificationChange['kind']): Promise<void>
}

/** @param readInfo what the host is, asked for once by all tabs of a page */
export function createConnectionStore(
  transport: Transport,
  now: () => number,
  readInfo: () => Promise<AppInfo>,
): ConnectionStore {
  const store = createStore<ConnectionState>(() => ({
    info: null,
    status: null,
    hostLostSince: null,
    lastTarget: null,
    pending: null,
    failure: null,
  }))
  const setStatus = (status: ConnectionStatus) => {
    const { lastTarget } = store.getState()
    const target = status.state === 'connected' && !status.target.isPrivate ? status.target : lastTarget
    store.setState({ status, lastTarget: target })
  }
  const readStatus = async () => setStatus(await transport.invoke('connection.status', {}))

  transport.on('connection.changed', setStatus)
  transport.onLink((up) => {
    const wasLost = store.getState().hostLostSince !== null
    store.setState({ hostLostSince: up ? null : now() })
    // Events of the meantime did not arrive: ask where things stand.
    if (up && wasLost) readStatus().catch(() => {})
  })

  const attempt = async (run: () => Promise<ConnectionStatus>) => {
    store.setState({ pending: 'connect', failure: null })
    try {
      setStatus(await run())
      store.setState({ pending: null })
    } catch (error) {
      const failure = toFailure(error)
      // Given up by whoever waited: they know.
      store.setState({ pending: null, failure: failure.code === 'not_connected' ? null : failure })
      await readStatus().catch(() => {})
    }
  }
  const connect = (target: ConnectionTarget) => attempt(() => transport.invoke('connection.connect', target))

  return {
    store,
    connect,
    async start(prefilled) {
      try {
        const [info, status] = await Promise.all([readInfo(), transport.invoke('connection.status', {})])
        store.setState({ info })
        setStatus(status)
        if (prefilled && status.state === 'disconnected' && info.prefill !== null)
          await connect({ url: info.prefill, usePrefillPassword: info.prefillHasPassword })
      } catch (error) {
        store.setState({ failure: toFailure(error) })
      }
    },
    take: setStatus,
    async disconnect() {
      setStatus(await transport.invoke('connection.disconnect', {}))
    },
    dismissFailure: () => store.setState({ failure: null }),
    async retry(password) {
      setStatus(await transport.invoke('connection.retry', password === undefined ? {} : { password }))
    },
    async lookAtPermissions() {
      setStatus(await transport.invoke('connection.lookAtPermissions', {}))
    },
    async setReadOnly(readOnly) {
      setStatus(await transport.invoke('connection.setReadOnly', { readOnly }))
    },
    async setEnvironment(environment) {
      setStatus(await transport.invoke('connection.setEnvironment', { environment }))
    },
    async changeNotifications(kind) {
      setStatus(await transport.invoke('connection.changeNotifications', { kind }))
    },
  }
}

/** Why there are no nodes to be shown, in words for a tooltip; null where there are. */
export function whyNoCluster({ status }: Pick<ConnectionState, 'status'>): string | null {
  if (status === null || status.state === 'disconnected') return 'Connect to a cluster first.'
  return status.target.deployment === 'cluster' ? null : 'This is no cluster, but a single server.'
}
