import { createStore, type StoreApi } from 'zustand/vanilla'
import type { DemoRequest, DemoStatus } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'

export interface DemoState {
  readonly status: DemoStatus
  /** Oldest first. */
  readonly requests: readonly DemoRequest[]
  readonly pending: boolean
  readonly failure: Failure | null
}

export interface DemoStore {
  readonly store: StoreApi<DemoState>
  /** @returns whether it runs now */
  start(options: {
    readonly port: number
    readonly prefix: string
    readonly ttl: string | number
  }): Promise<boolean>
  stop(): Promise<void>
  /** Asks the host where things stand: at the start and after the link was down. */
  load(): Promise<void>
}

const MOST_REQUESTS = 300

export function createDemoStore(transport: Transport): DemoStore {
  const store = createStore<DemoState>(() => ({
    status: { state: 'stopped' },
    requests: [],
    pending: false,
    failure: null,
  }))
  const { setState } = store

  transport.on('demo.changed', (status) => setState({ status }))
  transport.on('demo.request', (request) =>
    setState(({ requests }) => {
      const last = requests.at(-1)
      // A new run counts from one again.
      const before = last !== undefined && last.sequence >= request.sequence ? [] : requests
      return { requests: [...before, request].slice(-MOST_REQUESTS) }
    }),
  )

  const attempt = async (run: () => Promise<DemoStatus>): Promise<boolean> => {
    setState({ pending: true, failure: null })
    try {
      setState({ status: await run(), pending: false })
      return true
    } catch (error) {
      setState({ failure: toFailure(error), pending: false })
      return false
    }
  }

  return {
    store,
    start: (options) => attempt(() => transport.invoke('demo.start', options)),
    async stop() {
      await attempt(() => transport.invoke('demo.stop', {}))
    },
    async load() {
      try {
        const [status, requests] = await Promise.all([
          transport.invoke('demo.status', {}),
          transport.invoke('demo.requests', {}),
        ])
        setState({ status, requests })
      } catch {
        // The drawer stays as it was; starting the server says what is wrong.
      }
    },
  }
}
