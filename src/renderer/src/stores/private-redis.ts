import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PrivateRedisStatus } from '#shared/private-redis.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import type { ConnectionStore } from './connection.ts'

export interface PrivateRedisState {
  /** Null until the host has said it. */
  readonly status: PrivateRedisStatus | null
  readonly pending: boolean
  readonly failure: Failure | null
}

export interface PrivateRedisStore {
  readonly store: StoreApi<PrivateRedisState>
  /** Asks the host where things stand, and which servers there are. */
  load(): Promise<void>
  /**
   * Starts it, or finds it running, and connects to it. @param server the path of one that the status names
   * @returns why it is not quite what was asked for; null where it is, or where it failed, which the state says
   */
  start(options: { readonly keep: boolean; readonly server: string | null }): Promise<string | null>
  /** Ends it; its data is saved, or dropped. @throws AppError */
  stop(keep: boolean): Promise<void>
  /** Deletes what was kept. @throws AppError */
  drop(): Promise<void>
  /** Its URL with its password. @throws AppError */
  address(): Promise<string>
}

export function createPrivateRedisStore(
  transport: Transport,
  connection: ConnectionStore,
): PrivateRedisStore {
  const store = createStore<PrivateRedisState>(() => ({ status: null, pending: false, failure: null }))
  transport.on('privateRedis.changed', (status) => store.setState({ status }))
  const load = async () => {
    try {
      store.setState({ status: await transport.invoke('privateRedis.status', {}) })
    } catch (error) {
      store.setState({ failure: toFailure(error) })
    }
  }
  return {
    store,
    load,
    async start({ keep, server }) {
      store.setState({ pending: true, failure: null })
      try {
        const options = server === null ? { keep } : { keep, server }
        connection.take(await transport.invoke('privateRedis.start', options))
        await load()
        return store.getState().status?.running?.note ?? null
      } catch (error) {
        store.setState({ failure: toFailure(error) })
        return null
      } finally {
        store.setState({ pending: false })
      }
    },
    async stop(keep) {
      store.setState({ failure: null, status: await transport.invoke('privateRedis.stop', { keep }) })
    },
    async drop() {
      store.setState({ failure: null, status: await transport.invoke('privateRedis.drop', {}) })
    },
    async address() {
      return (await transport.invoke('privateRedis.address', {})).url
    },
  }
}
