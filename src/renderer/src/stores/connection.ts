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
  readonly pending: 'connect' | 'private' | null
  readonly failure: Failure | null
}

export interface ConnectionStore {
  readonly store: StoreApi<ConnectionState>
  /** Asks the host where things stand, and connects to the prefilled Redis when there is one. */
  start(): Promise<void>
  connect(target: ConnectionTarget): Promise<void>
  startPrivate(): Promise<void>
  disconnect(): Promise<void>
  retry(): Promise<void>
  setReadOnly(readOnly: boolean): Promise<void>
  setEnvironment(environment: Environment | null): Promise<void>
  /** Sends the command that the status names under `notifications`. @throws AppError */
  changeNotifications(kind: NotificationChange['kind']): Promise<void>
}

export function createConnectionStore(transport: Transport, now: () => number): ConnectionStore {
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

  const attempt = async (pending: 'connect' | 'private', run: () => Promise<ConnectionStatus>) => {
    store.setState({ pending, failure: null })
    try {
      setStatus(await run())
      store.setState({ pending: null })
    } catch (error) {
      store.setState({ pending: null, failure: toFailure(error) })
      await readStatus().catch(() => {})
    }
  }
  const connect = (target: ConnectionTarget) =>
    attempt('connect', () => transport.invoke('connection.connect', target))

  return {
    store,
    connect,
    async start() {
      try {
        const [info, status] = await Promise.all([
          transport.invoke('app.info', {}),
          transport.invoke('connection.status', {}),
        ])
        store.setState({ info })
        setStatus(status)
        if (status.state === 'disconnected' && info.prefill !== null)
          await connect({ url: info.prefill, usePrefillPassword: info.prefillHasPassword })
      } catch (error) {
        store.setState({ failure: toFailure(error) })
      }
    },
    startPrivate: () => attempt('private', () => transport.invoke('connection.startPrivate', {})),
    async disconnect() {
      setStatus(await transport.invoke('connection.disconnect', {}))
    },
    async retry() {
      setStatus(await transport.invoke('connection.retry', {}))
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

/** Why nothing can be read from Redis at the moment, in words for a tooltip; null when it can. */
export function whyNotReachable({
  status,
  hostLostSince,
}: Pick<ConnectionState, 'status' | 'hostLostSince'>): string | null {
  if (hostLostSince !== null) return 'The inspector’s host cannot be reached, so nothing can be read now.'
  if (status?.state === 'lost') return 'The connection to Redis is lost, so nothing can be read now.'
  return status?.state === 'connected' ? null : 'Connect to a Redis first.'
}

/** Why there are no nodes to be shown, in words for a tooltip; null where there are. */
export function whyNoCluster({ status }: Pick<ConnectionState, 'status'>): string | null {
  if (status === null || status.state === 'disconnected') return 'Connect to a cluster first.'
  return status.target.deployment === 'cluster' ? null : 'This is no cluster, but a single server.'
}

/** Why nothing can be written at the moment, in words for a tooltip; null when it can. */
export function whyNotWritable({
  status,
  hostLostSince,
}: Pick<ConnectionState, 'status' | 'hostLostSince'>): string | null {
  if (hostLostSince !== null) return 'The inspector’s host cannot be reached, so nothing can be changed now.'
  if (status?.state === 'lost') return 'The connection to Redis is lost, so nothing can be changed now.'
  if (status?.state !== 'connected') return 'Connect to a Redis first.'
  if (status.readOnly) return 'This connection is read-only. Its menu in the bar switches that off.'
  return null
}
